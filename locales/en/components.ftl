# The page that shows every component, in development.
components-title = Components
components-states = All states
components-light-ltr = Light, left to right
components-dark-ltr = Dark, left to right
components-light-rtl = Light, right to left
components-dark-rtl = Dark, right to left
components-buttons = Buttons
components-fields = Fields
components-alerts = Alerts
components-badges = Badges
components-cards = Cards and tables
components-ways = Steps, tabs and things to hand out
components-dialog = Dialog

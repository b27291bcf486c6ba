# Administering accounts.
admin-crumbs = You are here
admin-accounts-title = Accounts
admin-accounts-title-agents = Agent accounts
admin-accounts-title-customers = Customer accounts
admin-accounts-kinds = Kinds of accounts
admin-accounts-agents = Agents
admin-accounts-customers = Customers
admin-accounts-invite-agents = Invite an agent
admin-accounts-invite-customers = Invite a customer
admin-accounts-search-agents = Find an agent
admin-accounts-search-customers = Find a customer
admin-accounts-search-button = Search
admin-accounts-search-clear = Show all
admin-accounts-pages = Pages
admin-accounts-previous = Previous
admin-accounts-next = Next
admin-accounts-no-match = Nobody matches { $query }
admin-accounts-no-match-text = Search for the beginning of a sign-in name or an e-mail address.
admin-accounts-none-agents = No agents yet
admin-accounts-none-customers = No customers yet
admin-accounts-none-text = Invite somebody: you get a link to send, and they choose how they sign in.
admin-column-name = Name
admin-column-methods = Signs in with
admin-column-last = Last signed in
admin-column-status = Status
admin-last-never = Never
admin-role-admin = Administrator
admin-status-active = Active
admin-status-invited = Invited
admin-status-disabled = Disabled
admin-methods = { $passkeys ->
    [0] Password
    [one] { $password ->
        [yes] 1 passkey, password
       *[no] 1 passkey
    }
   *[other] { $password ->
        [yes] { $passkeys } passkeys, password
       *[no] { $passkeys } passkeys
    }
}
admin-methods-none = Nothing yet

admin-account-summary = { $status ->
    [invited] Invited, and has not opened the link yet.
    [disabled] Cannot sign in until somebody enables the account.
   *[active] { $passkeys ->
        [0] No passkey.
        [one] One passkey.
       *[other] { $passkeys } passkeys.
    } { $sessions ->
        [0] Signed in nowhere.
        [one] Signed in in one place.
       *[other] Signed in in { $sessions } places.
    }
}
admin-account-own = This is your own account. You change your passkeys and your password on your security page; only another administrator can disable it.
admin-account-details = Details
admin-account-no-email = None
admin-account-created = Created
admin-account-sessions = Sessions
admin-end-sessions = { $sessions ->
    [one] End the session
   *[other] End { $sessions } sessions
}
admin-end-sessions-text = They have to sign in again everywhere.
admin-audit-title = What happened last
admin-audit-what = Event
admin-audit-when = When
admin-audit-none = Nothing has happened yet.
admin-change-title = Change this account
admin-invite-link-title = Send the invitation again
admin-invite-link-text = You get a new link. The one sent before stops working.
admin-invite-link-button = Get a new link
admin-reset-link-title = Lost their passkey or password
admin-reset-link-text = You get a link with which they set up their sign-in again. What they have now works until they use it.
admin-reset-link-button = Get a link
admin-enable-title = Enable this account
admin-enable-text = They can sign in again with the passkeys and the password they had.
admin-enable-button = Enable
admin-disable-title = Disable this account
admin-disable-text = They cannot sign in any more. { $sessions ->
    [0] No session is open.
    [one] Ends one session.
   *[other] Ends { $sessions } sessions.
} You can enable the account again.
admin-disable-open = Disable
admin-disable-reason = Reason
admin-disable-reason-hint = Kept in the record, for whoever asks later.
admin-disable-button = { $sessions ->
    [0] Disable the account
    [one] Disable and end one session
   *[other] Disable and end { $sessions } sessions
}

admin-invite-intro = You get a link to send. With it they choose how they sign in.
admin-invite-name = Name
admin-invite-email-hint = You may leave this empty. Nothing is sent to it now.
admin-invite-admin = Administrator
admin-invite-admin-hint = Can invite, disable and help all other accounts.
admin-invite-button = Create the invitation

admin-link-title-setup = Link for setting up
admin-link-title-invite = Invitation link
admin-link-title-reset = Link for signing in again
admin-link-intro-setup = With this link the first administrator is created.
admin-link-intro-invite = With this link { $name } accepts the invitation and chooses how to sign in.
admin-link-intro-reset = With this link { $name } sets up passkeys or a password again.
admin-link-heading = The link
admin-link-once = This link is shown only now. Whoever has it can use it, so send it in a way only they can read.
admin-link-next-send = Copy the link and send it to them.
admin-link-next-open = They open it and choose a passkey or a password. It works once.
admin-link-next-lost = If it gets lost or runs out, create a new one on their account page.
admin-link-back = Back to { $name }

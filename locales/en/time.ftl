time-month-1 = January

# Errors as a page: what happened, whether anything was saved, what to do.
error-title-sign-in = Sign in first
error-title-refused = That was not accepted
error-title-missing = Nothing at this address
error-title-elsewhere = The wrong address
error-title-busy = Not right now
error-title-ours = The mistake is on our side
error-saved = What you sent was saved.
error-not-saved = Nothing was saved or changed.
error-retry-seconds = { $seconds ->
    [one] You can try again in one second.
   *[other] You can try again in { $seconds } seconds.
}
error-retry-minutes = { $minutes ->
    [one] You can try again in one minute.
   *[other] You can try again in { $minutes } minutes.
}
error-home = Go to the start
error-incident = If you ask for help, quote this number:

# Why something was refused: cause and remedy, never whether an account exists.
refusal-invalid-credentials = That name and password do not match. Check both, or use your passkey.
refusal-passkey-failed = That passkey did not work here. Try again, or choose another way to sign in.
refusal-unknown-credential = This passkey is not known here. Choose another passkey, or another way to sign in.
refusal-challenge-expired = That took too long, so the request ran out. Start again.
refusal-malformed-response = Your browser sent an answer we cannot read. Load the page again and try once more.
refusal-no-pending-login = There is no sign-in to finish. Start again from the sign-in page.
refusal-second-step-failed = That passkey did not work for this account. { $attempts_remaining ->
    [0] No tries are left, so start again from the sign-in page.
    [one] One try is left before you have to start again.
   *[other] You have { $attempts_remaining } tries left.
}
refusal-too-many-attempts = Too many tries failed. Start again from the sign-in page.
refusal-throttled = Too many tries in a short time. Wait { $retry_after_sec ->
    [one] one second
   *[other] { $retry_after_sec } seconds
}, then try again.
refusal-throttled-minutes = Too many tries in a short time. Wait { $retry_after_min ->
    [one] one minute
   *[other] { $retry_after_min } minutes
}, then try again.
refusal-not-signed-in = You are not signed in, or your session has ended. Sign in and try again.
refusal-fresh-proof-required = This change needs to know it is really you. Confirm with your passkey or password, then try again.
refusal-forbidden = Your account may not do this. Ask an administrator if you need it.
refusal-not-found = There is nothing at this address. It may have moved, or the link may be incomplete.
refusal-last-credential = This is your only way to sign in, so it stays. Add another passkey or a password first.
refusal-last-administrator = This is the only administrator, so the account has to stay active. Make somebody else an administrator first.
refusal-own-account = You cannot do this to your own account. Ask another administrator.
refusal-account-disabled = This account is disabled. Enable it first.
refusal-login-taken = This sign-in name is taken. Choose another one.
refusal-email-taken = This e-mail address already belongs to an account. Use another one, or look for that account.
refusal-duplicate-passkey = This passkey is already on your account. Choose another device or key, or use the one you have.
refusal-too-many-passkeys = Your account has as many passkeys as it can hold. Remove one you no longer use, then add the new one.
refusal-link-dead = This link was used before, has run out, or is incomplete. Ask the person who gave it to you for a new one.
refusal-setup-closed = Setting up is already done, so this link no longer works. Sign in, or ask your administrator for an invitation.
refusal-password-too-short = That password is too short. Use { $minimum } characters or more; a few unrelated words work well.
refusal-password-too-long = That password is too long to be stored. Shorten it.
refusal-password-guessable = That password is easy to guess. Use a few unrelated words, without your name or the name of this service.
refusal-field-empty = { $field ->
    [login] The sign-in name is missing. Enter one.
    [name] The name is missing. Enter one.
    [email] The e-mail address is missing. Enter one.
    [reason] The reason is missing. Say in a few words why, for the record.
   *[other] A field is empty. Fill it in and try again.
}
refusal-field-too-long = { $field ->
    [login] The sign-in name is too long. Use at most { $limit } characters.
    [name] The name is too long. Use at most { $limit } characters.
    [email] The e-mail address is too long. Use at most { $limit } characters.
    [reason] The reason is too long. Use at most { $limit } characters.
   *[other] A field is too long. Use at most { $limit } characters.
}
refusal-field-unprintable = { $field ->
    [login] The sign-in name contains characters that cannot be shown. Type it again by hand.
    [name] The name contains characters that cannot be shown. Type it again by hand.
    [email] The e-mail address contains characters that cannot be shown. Type it again by hand.
    [reason] The reason contains characters that cannot be shown. Type it again by hand.
   *[other] A field contains characters that cannot be shown. Type it again by hand.
}
refusal-field-not-an-address = { $field ->
    [login] The sign-in name looks like an e-mail address, but is not the one entered below. Use that address, or a name without an @.
   *[other] This does not look like an e-mail address. It should read like name@example.org.
}
refusal-overloaded = Many people are signing in right now and your turn did not come. Wait a few seconds and try again.
refusal-auth-unavailable = Signing in is not available at the moment. Nothing is wrong with your account; try again in a few minutes.
refusal-misdirected = This address does not belong to this service. Check the address, or follow the link you were given again.
refusal-cross-site = This request came from another website, so it was not carried out. Open this page directly and try again.
refusal-form-expired = The form was open for too long, so it was not accepted. Go back, load the page again and send it once more.
refusal-wrong-content-type = The request came in a form that is not understood here. Load the page again and try once more.
refusal-too-large = That was more than can be accepted at once. Shorten what you entered and try again.
refusal-too-slow = What you sent took too long to arrive. Check your connection and try again.
refusal-unreadable = The request could not be read. Load the page again and try once more.
refusal-wrong-method = This address does not accept that kind of request. Go back and use the button on the page.

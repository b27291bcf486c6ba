# Signing in and out.
auth-sign-in-title = Sign in
auth-sign-in-intro-agent = To the staff side of { $name }.
auth-sign-in-intro-customer = To your { $name } account.
auth-sign-in-passkey = Sign in with a passkey
auth-sign-in-divider = or with a password
auth-sign-in-login = Name or e-mail
auth-sign-in-password = Password
auth-sign-in-continue = Continue
auth-sign-in-help-agent = Lost your passkey or password? An administrator can give you a link to set them up again.
auth-sign-in-help-customer = Lost your passkey or password? Ask the people who look after your account for a link to set them up again.

auth-second-step-title = One more step
auth-second-step-intro = Your password is right. Now use your passkey to finish signing in.
auth-second-step-passkey = Continue with your passkey
auth-second-step-hint = Your browser asks for your fingerprint, face, screen lock or security key.
auth-second-step-left = { $left ->
    [one] One try is left. After that you start again from the sign-in page.
   *[other] { $left } tries are left. After that you start again from the sign-in page.
}
auth-second-step-other = Sign in another way

auth-sign-out-title = Sign out
auth-sign-out-ask = This ends your session in this browser. Other browsers and devices stay signed in.
auth-sign-out-button = Sign out
auth-sign-out-stay = Stay signed in
auth-sign-out-nobody = Nobody is signed in
auth-sign-out-nobody-text = There is no session to end in this browser.
auth-sign-out-sign-in = Go to sign-in

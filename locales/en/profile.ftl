# A person's own ways to sign in, and their sessions.
profile-security-title = Security
profile-security-summary = { $passkeys ->
    [0] { $password ->
        [yes] A password, and no passkey yet.
       *[no] No passkey and no password yet.
    }
    [one] { $password ->
        [yes] One passkey and a password.
       *[no] One passkey, and no password to remember.
    }
   *[other] { $password ->
        [yes] { $passkeys } passkeys and a password.
       *[no] { $passkeys } passkeys, and no password to remember.
    }
} { $sessions ->
    [one] You are signed in here and nowhere else.
   *[other] You are signed in in { $sessions } places.
}
profile-passkeys-title = Passkeys
profile-passkeys-intro = Sign in with your fingerprint, face, screen lock or a security key.
profile-passkeys-add = Add a passkey
profile-passkeys-empty = No passkey yet
profile-passkeys-empty-text = A passkey is faster than a password and cannot be guessed or stolen by a false website.
profile-passkey-synced = Synced
profile-passkey-bound = This device only
profile-passkey-suspicious = May be copied
profile-passkey-suspicious-text = This passkey answered in a way that suggests a copy exists. Remove it unless you know why, and add a new one.
profile-passkey-kept-in = Kept in
profile-passkey-added = Added
profile-passkey-used = Last used
profile-passkey-never = never
profile-passkey-change = Rename or remove
profile-passkey-name = Name
profile-passkey-name-hint = For example the device it is on. Up to { $limit } characters.
profile-passkey-rename = Rename
profile-passkey-remove = Remove this passkey
profile-passkey-remove-text = It stops signing you in at once, and your other sessions end. Your device may still list it; delete it there too.
profile-passkey-last = This is your only way to sign in, so it cannot be removed. Add another passkey or a password first.
profile-name-passkey-title = Name your new passkey
profile-name-passkey-intro = It is added and works. A name helps you to recognise it later.
profile-name-passkey-save = Save the name
profile-name-passkey-later = Keep the name it has
profile-password-title = Password
profile-password-changed = Changed
profile-password-none = You have no password. That is fine as long as you have a passkey; two are better than one.
profile-password-change = Change the password
profile-password-set = Set a password
profile-password-new = New password
profile-password-hint = { $minimum ->
    [one] One character or more.
   *[other] { $minimum } characters or more. A few unrelated words work well; no signs or digits are demanded.
}
profile-password-save = Save the password
profile-sessions-title = Where you are signed in
profile-sessions-intro = End every session you do not recognise, then change your password.
profile-session-on = { $browser } on { $system }
profile-session-unknown = Unknown browser
profile-session-current = This session
profile-session-network = Network
profile-session-opened = Opened
profile-session-seen = Last active
profile-session-end = End
profile-session-end-named = End the session of { $name }
profile-sessions-end-others = { $others ->
    [one] End the other session
   *[other] End { $others } other sessions
}
profile-sessions-end-others-text = You stay signed in here. The others have to sign in again.
profile-sessions-only = This is your only session.

profile-step-up-title = Confirm it is you
profile-step-up-intro = This change matters, so we check once more. Then it goes on by itself.
profile-step-up-passkey = Confirm with your passkey
profile-step-up-password = Confirm with your password
profile-step-up-none = You have no passkey and no password to confirm with. Sign out, sign in again and repeat the change.

profile-confirm-title = Confirm it is you
profile-confirm-intro = What you were about to do matters, so we check once more. Afterwards you go back and do it.
profile-confirm-none = You have no passkey and no password to confirm with. Sign out and sign in again, then repeat the change.
profile-confirm-back = Go back without confirming

# Said once, after something was done.
notice-signed-out = You are signed out.
notice-passkey-added = The passkey is added. You can sign in with it from now on.
notice-passkey-renamed = The passkey has its new name.
notice-passkey-removed = The passkey is removed. It no longer signs you in.
notice-password-changed = Your password is changed.
notice-session-ended = The session has ended.
notice-sessions-ended = All other sessions have ended. You are still signed in here.
notice-account-disabled = The account is disabled and its sessions have ended.
notice-account-enabled = The account is enabled. The person can sign in again.
notice-account-sessions-ended = All sessions of this account have ended.

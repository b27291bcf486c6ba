//! What people read about the passkey steps. The examples run with a module `auth` whose origin is
//! `https://app.example.com`.

use crate::catalogue::{About, Example};

const KEEP_SESSION: &str = "Keep session_data on the server under a random key, never in the browser: it is not signed, and whoever can write it chooses the challenge.";
const CONSUME_ONCE: &str = "Take session_data out with one statement that deletes it, before this step runs, and drop it after five minutes: the step remembers nothing and cannot tell a replay.";
const COMPARE_VALID: &str = "Go on only if valid is true, or set on_denied to stop or error: a refusal is an output, not an error of the pipeline.";
const LIMIT_RATE: &str = "Limit how often a client may try.";
const LOOK_UP: &str = "Look credentials up in your own tables, as a JSON array of the records that finish_register returned.";

pub(super) const BEGIN_REGISTER: About = About {
    summary: "Draws a challenge and builds the options with which a browser makes a new passkey for an account.",
    duties: &[
        "Know the account: user_id names it to the authenticator for ever, in at most 64 bytes, so let it be random and take it from the session of the person, not from the request.",
        "Require that the person signed in recently, because a new passkey opens the account.",
        "Give the account's stored records as exclude_credentials, a JSON array in a text, so that an authenticator refuses to make a second passkey.",
        KEEP_SESSION,
    ],
    examples: &[Example {
        title: "Options for an account's first passkey",
        config: r#"{"module":"auth"}"#,
        input: r#"{"user_id":"user-0","email":"ada@example.com","display_name":"Ada"}"#,
        output: "{}",
    }],
};

pub(super) const FINISH_REGISTER: About = About {
    summary: "Verifies the browser's answer to a registration (WebAuthn Level 3, section 7.1) and makes the credential record to store.",
    duties: &[
        COMPARE_VALID,
        CONSUME_ONCE,
        "Store credential as it is, under the account of user_id, and refuse a credential_id that any account already has.",
        "Check the attestation against a trust anchor if you need to know the make of the authenticator: the step proves only that the statement is whole.",
    ],
    examples: &[
        Example {
            title: "A passkey is registered",
            config: r#"{"module":"auth"}"#,
            input: r#"{"user_id":"user-0","session_data":"eyJjaGFsbGVuZ2UiOiJndjhkQ3pYYVFSWEU5clY0UUNxZ3hYcmNFRnI1WGIzMy10RDlsb3FyVHVjIiwicnBJZCI6ImFwcC5leGFtcGxlLmNvbSIsInVzZXJfaWQiOiJkWE5sY2kwdyIsImV4cGlyZXMiOiIwMDAxLTAxLTAxVDAwOjAwOjAwWiIsInVzZXJWZXJpZmljYXRpb24iOiIiLCJjcmVkUGFyYW1zIjpbeyJ0eXBlIjoicHVibGljLWtleSIsImFsZyI6LTd9LHsidHlwZSI6InB1YmxpYy1rZXkiLCJhbGciOi0zNX0seyJ0eXBlIjoicHVibGljLWtleSIsImFsZyI6LTM2fSx7InR5cGUiOiJwdWJsaWMta2V5IiwiYWxnIjotMjU3fSx7InR5cGUiOiJwdWJsaWMta2V5IiwiYWxnIjotMjU4fSx7InR5cGUiOiJwdWJsaWMta2V5IiwiYWxnIjotMjU5fSx7InR5cGUiOiJwdWJsaWMta2V5IiwiYWxnIjotMzd9LHsidHlwZSI6InB1YmxpYy1rZXkiLCJhbGciOi0zOH0seyJ0eXBlIjoicHVibGljLWtleSIsImFsZyI6LTM5fSx7InR5cGUiOiJwdWJsaWMta2V5IiwiYWxnIjotOH1dfQ==","attestation":"{\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{},\"id\":\"4Mei_lh42bffIvPVkFSTA5DjaywbioWWAZqlzZDRKOY\",\"rawId\":\"4Mei_lh42bffIvPVkFSTA5DjaywbioWWAZqlzZDRKOY\",\"response\":{\"attestationObject\":\"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVikKAWYKbEFHwTvAxGQZ8DOCeBSd2EokPjgh08djs4a4DRFAAAAAQAAAAAAAAAAAAAAAAAAAAAAIODHov5YeNm33yLz1ZBUkwOQ42ssG4qFlgGapc2Q0SjmpQECAyYgASFYIJ9EC6Pfz8gTbXHT5QtXYcWD4a5Jwy-9MWOi9wIQPrq0IlggxrcmIj6u6E7mhFmVN5hqwPFpb346APsA6rZJHy9byRg\",\"clientDataJSON\":\"eyJjaGFsbGVuZ2UiOiJndjhkQ3pYYVFSWEU5clY0UUNxZ3hYcmNFRnI1WGIzMy10RDlsb3FyVHVjIiwiY3Jvc3NPcmlnaW4iOmZhbHNlLCJvcmlnaW4iOiJodHRwczovL2FwcC5leGFtcGxlLmNvbSIsInR5cGUiOiJ3ZWJhdXRobi5jcmVhdGUifQ\",\"transports\":[\"internal\"]},\"type\":\"public-key\"}"}"#,
            output: r#"{"valid":true,"credential_id":"4Mei_lh42bffIvPVkFSTA5DjaywbioWWAZqlzZDRKOY=","public_key":"pQECAyYgASFYIJ9EC6Pfz8gTbXHT5QtXYcWD4a5Jwy+9MWOi9wIQPrq0IlggxrcmIj6u6E7mhFmVN5hqwPFpb346APsA6rZJHy9byRg=","sign_count":1}"#,
        },
        Example {
            title: "Session data that cannot be read are refused",
            config: r#"{"module":"auth"}"#,
            input: r#"{"user_id":"user-0","session_data":"!!!!","attestation":"{}"}"#,
            output: r#"{"valid":false,"error":"invalid session_data"}"#,
        },
    ],
};

pub(super) const BEGIN_LOGIN: About = About {
    summary: "Draws a challenge and builds the options with which a browser answers with a passkey: one of the account's, or, without an account, any that it has for the site.",
    duties: &[
        LOOK_UP,
        "Leave user_id and credentials out to let the person choose the passkey: then the options are the same for everybody and tell nobody whether an account exists.",
        KEEP_SESSION,
        LIMIT_RATE,
    ],
    examples: &[Example {
        title: "Options for whoever has a passkey for the site",
        config: r#"{"module":"auth"}"#,
        input: "{}",
        output: "{}",
    }],
};

pub(super) const FINISH_LOGIN: About = About {
    summary: "Verifies the browser's answer to a sign-in (WebAuthn Level 3, section 7.2) with the stored record it names, and says who signed in.",
    duties: &[
        COMPARE_VALID,
        CONSUME_ONCE,
        LOOK_UP,
        "Where the session names no account, give as user_id the owner of the record that you looked up by the assertion's id: it must be the account of the user handle, and it comes back as user_id. Without it user_id is empty and user_handle is what the authenticator claims, which nothing signs: compare it with the owner before you believe it.",
        "Store the returned credential in place of the old one: it holds the new counter and flags.",
        "Treat clone_warning as a reason to ask the person: with valid false the counter has just gone back, with valid true it did so before.",
        LIMIT_RATE,
    ],
    examples: &[
        Example {
            title: "Somebody signs in without having said who; the user handle tells",
            config: r#"{"module":"auth"}"#,
            input: r#"{"session_data":"eyJjaGFsbGVuZ2UiOiJwQ3ZaMEhEZ2ppcGhLVnNCTnJ1a2NnTW9ES3B6d2VHWlF3bXJ3LWY3UFNjIiwicnBJZCI6ImFwcC5leGFtcGxlLmNvbSIsInVzZXJfaWQiOm51bGwsImV4cGlyZXMiOiIwMDAxLTAxLTAxVDAwOjAwOjAwWiIsInVzZXJWZXJpZmljYXRpb24iOiIifQ==","credentials":"[{\"id\":\"4Mei/lh42bffIvPVkFSTA5DjaywbioWWAZqlzZDRKOY=\",\"publicKey\":\"pQECAyYgASFYIJ9EC6Pfz8gTbXHT5QtXYcWD4a5Jwy+9MWOi9wIQPrq0IlggxrcmIj6u6E7mhFmVN5hqwPFpb346APsA6rZJHy9byRg=\",\"authenticator\":{\"signCount\":1}}]","assertion":"{\"clientExtensionResults\":{},\"id\":\"4Mei_lh42bffIvPVkFSTA5DjaywbioWWAZqlzZDRKOY\",\"rawId\":\"4Mei_lh42bffIvPVkFSTA5DjaywbioWWAZqlzZDRKOY\",\"response\":{\"authenticatorData\":\"KAWYKbEFHwTvAxGQZ8DOCeBSd2EokPjgh08djs4a4DQFAAAAAw\",\"clientDataJSON\":\"eyJjaGFsbGVuZ2UiOiJwQ3ZaMEhEZ2ppcGhLVnNCTnJ1a2NnTW9ES3B6d2VHWlF3bXJ3LWY3UFNjIiwiY3Jvc3NPcmlnaW4iOmZhbHNlLCJvcmlnaW4iOiJodHRwczovL2FwcC5leGFtcGxlLmNvbSIsInR5cGUiOiJ3ZWJhdXRobi5nZXQifQ\",\"signature\":\"MEYCIQCiq4NA1nZMJ6PWyueHoP7Ox7lHnXoyr1ULEgi6AHP18AIhAJWhADmdj-BILwPNqH3FiQ0e7Kttc-ftEtmXGcQlb7aw\",\"userHandle\":\"dXNlci0w\"},\"type\":\"public-key\"}"}"#,
            output: r#"{"valid":true,"credential_id":"4Mei_lh42bffIvPVkFSTA5DjaywbioWWAZqlzZDRKOY=","user_handle":"dXNlci0w","clone_warning":false}"#,
        },
        Example {
            title: "Nothing to verify",
            config: r#"{"module":"auth"}"#,
            input: "{}",
            output: r#"{"valid":false,"error":"missing session_data or assertion"}"#,
        },
    ],
};

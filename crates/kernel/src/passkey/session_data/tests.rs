use gatefold_webauthn::UserVerification;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{MAX_SESSION_BYTES, SessionData, SessionDataError};
use crate::UnixMillis;
use crate::passkey::go_ceremonies;
use crate::passkey::stored_text::base64;

fn read(json: &str) -> Result<SessionData, SessionDataError> {
    SessionData::read(&base64(json.as_bytes()))
}

#[test]
fn what_the_go_plugin_wrote_is_read_and_written_byte_for_byte() {
    let mut seen = 0;
    for ceremony in go_ceremonies() {
        for begun in ["begin_register", "begin_login", "discoverable_begin_login"] {
            let text = ceremony[begun]["output"]["session_data"].as_str().unwrap();
            let session = SessionData::read(text).unwrap();
            assert_eq!(session.write(), text, "{begun}");
            assert!(session.challenge().is_some());
            assert_eq!(session.expires, None);
            seen += 1;
        }
    }
    assert_eq!(seen, 12);
}

#[test]
fn session_data_that_cannot_be_read_are_refused() {
    for (text, expected) in [
        ("!!!!", SessionDataError::Encoding),
        ("e30", SessionDataError::Encoding),
        ("", SessionDataError::Json),
    ] {
        assert_eq!(SessionData::read(text), Err(expected), "{text:?}");
    }
    assert_eq!(
        SessionData::read(&"A".repeat(MAX_SESSION_BYTES + 4)),
        Err(SessionDataError::Encoding)
    );
    for json in [
        "nope",
        "[]",
        "{} {}",
        r#"{"challenge":1}"#,
        r#"{"challenge":"a","challenge":"b"}"#,
        r#"{"user_id":"-_"}"#,
        r#"{"allowed_credentials":[1]}"#,
        r#"{"expires":"2026-01-01 00:00:00Z"}"#,
        r#"{"expires":""}"#,
        r#"{"userVerification":"sometimes"}"#,
    ] {
        assert_eq!(read(json), Err(SessionDataError::Json), "{json}");
    }
}

#[test]
fn members_may_be_absent_and_unknown_ones_do_not_matter() {
    assert_eq!(read("{}"), Ok(SessionData::default()));
    let session = read(
        r#"{"user_id":null,"expires":"2026-01-01T01:00:00.5+01:00","userVerification":"required",
            "extensions":{"appid":"x"},"credParams":[{"type":"public-key","alg":-7},{"type":"x","alg":1}]}"#,
    );
    let expected = SessionData {
        expires: Some(UnixMillis::new(1_767_225_600_500)),
        user_verification: Some(UserVerification::Required),
        algorithms: vec![-7],
        ..SessionData::default()
    };
    assert_eq!(session, Ok(expected));
}

#[test]
fn a_short_challenge_is_none() {
    // B1
    for (challenge, is_one) in [
        ("", false),
        ("other", false),
        ("AAAAAAAAAAAAAAAAAAAA", false),
        ("AAAAAAAAAAAAAAAAAAAAAA", true),
        ("AAAAAAAAAAAAAAAAAAAAAA==", false),
    ] {
        let session = SessionData {
            challenge: challenge.to_owned(),
            ..SessionData::default()
        };
        assert_eq!(session.challenge().is_some(), is_one, "{challenge}");
    }
}

fn any_session() -> impl Strategy<Value = SessionData> {
    use UserVerification::{Discouraged, Preferred, Required};
    let requirement = prop::option::of(prop_oneof![
        Just(Required),
        Just(Preferred),
        Just(Discouraged)
    ]);
    let user = prop::option::of(vec(any::<u8>(), 0..70));
    let allowed = vec(vec(any::<u8>(), 0..70), 0..4);
    let expires =
        prop::option::of((0..253_402_207_200_i64).prop_map(|s| UnixMillis::new(s * 1000)));
    let parts = (any::<String>(), any::<String>(), any::<String>());
    (
        parts,
        user,
        allowed,
        expires,
        requirement,
        vec(any::<i64>(), 0..5),
    )
        .prop_map(
            |(
                (challenge, rp_id, mediation),
                user_id,
                allowed_credentials,
                expires,
                uv,
                algorithms,
            )| {
                SessionData {
                    challenge,
                    rp_id,
                    user_id,
                    allowed_credentials,
                    expires,
                    user_verification: uv,
                    algorithms,
                    mediation,
                }
            },
        )
}

proptest! {
    #[test]
    fn whatever_is_written_is_read(session in any_session()) {
        prop_assert_eq!(SessionData::read(&session.write()), Ok(session));
    }

    #[test]
    fn reading_never_panics(bytes in vec(any::<u8>(), 0..200), text in any::<String>()) {
        let _ = SessionData::read(&base64(&bytes));
        let _ = SessionData::read(&text);
        let _ = read(&text);
    }
}

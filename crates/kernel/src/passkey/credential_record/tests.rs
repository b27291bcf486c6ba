use proptest::collection::vec;
use proptest::prelude::*;

use super::{
    CredentialRecord, MAX_RECORDS_BYTES, RecordAttestation, RecordAuthenticator, RecordError,
    RecordFlags,
};
use crate::passkey::go_ceremonies;

#[test]
fn what_the_go_plugin_wrote_is_read_and_written_byte_for_byte() {
    let mut seen = 0;
    for ceremony in go_ceremonies() {
        for finished in ["finish_register", "finish_login"] {
            let text = ceremony[finished]["output"]["credential"].as_str().unwrap();
            let records = CredentialRecord::read_list(&format!("[{text}]")).unwrap();
            assert_eq!(records[0].write(), text);
            seen += 1;
        }
    }
    assert_eq!(seen, 8);
}

#[test]
fn records_are_read_leniently() {
    let record = |json: &str| {
        let mut list = CredentialRecord::read_list(&format!("[{json}]")).unwrap();
        assert_eq!(list.len(), 1);
        list.remove(0)
    };
    let minimal = CredentialRecord {
        id: vec![0xfb, 0xff, 0xee, 1, 2],
        public_key: Some(vec![0]),
        ..CredentialRecord::default()
    };
    for json in [
        r#"{"id":"+//uAQI=","publicKey":"AA=="}"#,
        r#"{"ID":"-__uAQI","publickey":"AA","future":{"a":[1]}}"#,
        r#"{"id":"-__uAQI=","publicKey":"A\nA==","transport":null,"flags":null,"authenticator":null}"#,
        r#"{"id":"+//uAQI","publicKey":"AA","flags":{"userPresent":true},"authenticator":{"AAGUID":""}}"#,
    ] {
        assert_eq!(record(json), minimal, "{json}");
    }
    let flags = record(r#"{"id":"AA","flags":{"backupEligible":false,"userVerified":true}}"#).flags;
    let expected = RecordFlags {
        user_verified: true,
        ..RecordFlags::default()
    };
    assert_eq!(flags, Some(expected));
}

#[test]
fn records_that_cannot_be_read_say_which_and_where() {
    let too_large = format!("[{}]", " ".repeat(MAX_RECORDS_BYTES));
    for (text, expected) in [
        ("nope", "not a JSON array of credential records"),
        ("{}", "not a JSON array of credential records"),
        ("[] []", "not a JSON array of credential records"),
        (too_large.as_str(), "more than 1 MiB of credential records"),
        ("[{}]", "credential 0 id: empty"),
        ("[null]", "credential 0 id: empty"),
        (r#"[{"id":"AA"},{"id":""}]"#, "credential 1 id: empty"),
        (
            r#"[{"id":"A*"}]"#,
            "credential 0 id: illegal base64 data at input byte 1",
        ),
        (
            r#"[{"id":"AA","authenticator":{"AAGUID":"*"}}]"#,
            "credential 0 authenticator.AAGUID: illegal base64 data at input byte 0",
        ),
        (
            r#"[{"id":"AA","attestation":{"object":"AA=A"}}]"#,
            "credential 0 attestation.object: illegal base64 data at input byte 2",
        ),
        (r#"[{"id":7}]"#, "credential 0 id: wrong JSON type"),
        ("[7]", "credential 0 record: wrong JSON type"),
        (
            r#"[{"id":"AA","authenticator":{"signCount":-1}}]"#,
            "credential 0 signCount: wrong JSON type",
        ),
        (
            r#"[{"id":"AA","authenticator":{"signCount":4294967296}}]"#,
            "credential 0 signCount: wrong JSON type",
        ),
        (
            r#"[{"id":"AA","flags":{"backupEligible":"false"}}]"#,
            "credential 0 backupEligible: wrong JSON type",
        ),
        (
            r#"[{"id":"AA","transport":["usb",1]}]"#,
            "credential 0 transport: wrong JSON type",
        ),
    ] {
        let error = CredentialRecord::read_list(text).map_err(|error| error.to_string());
        assert_eq!(error, Err(expected.to_owned()), "{text:.60}");
    }
    assert_eq!(CredentialRecord::read_list("null"), Ok(vec![]));
    assert_eq!(
        CredentialRecord::read_list(&"[".repeat(100_000)),
        Err(RecordError::Json),
        "depth is bounded"
    );
}

fn bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(vec(any::<u8>(), 1..80))
}

fn any_record() -> impl Strategy<Value = CredentialRecord> {
    let flags = any::<[bool; 4]>().prop_map(|[present, verified, eligible, state]| RecordFlags {
        user_present: present,
        user_verified: verified,
        backup_eligible: eligible,
        backup_state: state,
    });
    let authenticator = (bytes(), any::<u32>(), any::<bool>(), any::<String>()).prop_map(
        |(aaguid, sign_count, clone_warning, attachment)| RecordAuthenticator {
            aaguid,
            sign_count,
            clone_warning,
            attachment,
        },
    );
    let attestation = (bytes(), bytes(), bytes(), any::<i64>(), bytes()).prop_map(
        |(client_data_json, client_data_hash, authenticator_data, algorithm, object)| {
            RecordAttestation {
                client_data_json,
                client_data_hash,
                authenticator_data,
                public_key_algorithm: algorithm,
                object,
            }
        },
    );
    let transports = prop::option::of(vec(any::<String>(), 0..4));
    let head = (
        vec(any::<u8>(), 1..80),
        bytes(),
        any::<String>(),
        transports,
    );
    (head, flags, authenticator, attestation).prop_map(
        |((id, public_key, attestation_type, transports), flags, authenticator, attestation)| {
            CredentialRecord {
                id,
                public_key,
                attestation_type,
                transports,
                flags: Some(flags),
                authenticator,
                attestation,
            }
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_written_is_read(record in any_record(), other in any_record()) {
        let list = format!("[{}, {}]", record.write(), other.write());
        prop_assert_eq!(CredentialRecord::read_list(&list), Ok(vec![record, other]));
    }

    #[test]
    fn reading_never_panics(text in any::<String>(), member in any::<String>()) {
        let _ = CredentialRecord::read_list(&text);
        let quoted = serde_json::to_string(&member).unwrap();
        let _ = CredentialRecord::read_list(&format!(r#"[{{"id":{quoted},"flags":{quoted}}}]"#));
    }
}

use super::*;

fn parse(json: &str) -> Result<ClientData, ClientDataError> {
    ClientData::parse(json.as_bytes().to_vec())
}

const CHALLENGE: &str = "AAAAAAAAAAAAAAAAAAAAAA";

fn with(members: &str) -> String {
    format!(r#"{{"type":"t","challenge":"{CHALLENGE}","origin":"o"{members}}}"#)
}

#[test]
fn members_are_read_and_unknown_ones_tolerated() {
    let data = parse(&with(
        r#","crossOrigin":true,"topOrigin":"p","x":[{"a":1,"b":[-1,1.5,null,true,"s"]}]"#,
    ))
    .unwrap();
    assert_eq!((data.kind(), data.origin()), ("t", "o"));
    assert!(data.cross_origin());
    assert_eq!(data.top_origin(), Some("p"));
    assert!(!parse(&with("")).unwrap().cross_origin());
}

#[test]
fn a_byte_order_mark_is_skipped_but_hashed() {
    let marked = parse(&format!("\u{feff}{}", with(""))).unwrap();
    assert_ne!(marked.hash(), parse(&with("")).unwrap().hash());
}

#[test]
fn ambiguous_or_incomplete_json_is_refused() {
    for members in [
        r#","type":"t""#,
        r#","origin":"o2""#,
        r#","\u006frigin":"o2""#,
        r#","x":1,"x":1"#,
        r#","x":{"y":1,"y":2}"#,
        r#","x":[{"y":1,"y":2}]"#,
        r#","crossOrigin":"false""#,
        r#","topOrigin":1"#,
        r"},{",
        ",",
    ] {
        assert_eq!(
            parse(&with(members)),
            Err(ClientDataError::Json),
            "{members}"
        );
    }
    for text in ["", "null", "[]"] {
        assert_eq!(parse(text), Err(ClientDataError::Json), "{text}");
    }
    assert_eq!(
        parse(&with("").replace(CHALLENGE, "AAAA")),
        Err(ClientDataError::Challenge)
    );
}

#[test]
fn what_a_member_is_missing_from_is_incomplete_unless_it_is_worse() {
    let challenge = format!(r#""challenge":"{CHALLENGE}""#);
    let complete = [r#""type":"t""#, &challenge, r#""origin":"o""#];
    for missing in 0..3 {
        let mut members = complete.to_vec();
        let name = members.remove(missing).split(':').next().unwrap();
        let without = members.join(",");
        for (text, expected) in [
            (format!("{{{without}}}"), ClientDataError::Incomplete),
            (
                format!("{{{without},{name}:null}}"),
                ClientDataError::Incomplete,
            ),
            (format!("{{{without},{name}:1}}"), ClientDataError::Json),
            (
                format!("{{{without},{name}:null,{name}:null}}"),
                ClientDataError::Json,
            ),
            (
                format!("{{{without},\"x\":1,\"x\":1}}"),
                ClientDataError::Json,
            ),
        ] {
            assert_eq!(parse(&text), Err(expected), "{text}");
        }
    }
    assert_eq!(parse("{}"), Err(ClientDataError::Incomplete));
}

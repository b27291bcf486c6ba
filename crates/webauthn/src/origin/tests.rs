use super::*;

#[test]
fn relying_party_ids() {
    for good in [
        "example.org",
        "localhost",
        "intranet",
        "a.b.example.org",
        "xn--bcher-kva.example",
    ] {
        assert_eq!(
            RpId::parse(good).map(|id| id.to_string()),
            Ok(good.to_owned())
        );
    }
    let cases = [
        ("", RpIdError::NotADomain),
        ("https://example.org", RpIdError::NotADomain),
        ("example.org:443", RpIdError::NotADomain),
        ("example.org/", RpIdError::NotADomain),
        ("*.example.org", RpIdError::NotADomain),
        ("exa mple.org", RpIdError::NotADomain),
        ("127.0.0.1", RpIdError::IpAddress),
        ("0x7f.1", RpIdError::IpAddress),
        ("::1", RpIdError::IpAddress),
        ("Example.org", RpIdError::NotCanonical),
        ("bücher.example", RpIdError::NotCanonical),
        ("example.org.", RpIdError::NotCanonical),
    ];
    for (text, expected) in cases {
        assert_eq!(RpId::parse(text), Err(expected), "{text:?}");
    }
}

#[test]
fn origins() {
    let good = [
        ("https://example.org", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("https://Example.org:8443", "https://example.org:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://app.localhost", "http://app.localhost"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://[::1]", "http://[::1]"),
    ];
    for (text, expected) in good {
        assert_eq!(
            Origin::parse(text).map(|o| o.to_string()),
            Ok(expected.to_owned())
        );
    }
    let bad = [
        ("example.org", OriginError::NotAUrl),
        ("https://", OriginError::NotAUrl),
        ("https://example.org/", OriginError::NotAnOrigin),
        ("https://example.org/x", OriginError::NotAnOrigin),
        ("https://example.org?x", OriginError::NotAnOrigin),
        ("https://example.org#", OriginError::NotAnOrigin),
        ("https://u@example.org", OriginError::NotAnOrigin),
        ("https://@example.org", OriginError::NotAnOrigin),
        ("https://example.org\\", OriginError::NotAnOrigin),
        ("https://example.org ", OriginError::NotAnOrigin),
        ("https:example.org", OriginError::NotAnOrigin),
        ("http://example.org", OriginError::Insecure),
        ("ftp://example.org", OriginError::Insecure),
        ("http://localhost.example.org", OriginError::Insecure),
    ];
    for (text, expected) in bad {
        assert_eq!(Origin::parse(text), Err(expected), "{text:?}");
    }
}

#[test]
fn origins_belong_to_the_relying_party_id() {
    let party = |origins: &[&str]| {
        RelyingParty::new(
            RpId::parse("example.org").unwrap(),
            "Example".to_owned(),
            origins.iter().map(|o| Origin::parse(o).unwrap()).collect(),
        )
    };
    assert!(party(&["https://example.org", "https://login.example.org:8443"]).is_ok());
    assert_eq!(party(&[]), Err(RelyingPartyError::NoOrigin));
    for outside in [
        "https://evilexample.org",
        "https://example.org.evil.test",
        "https://org",
    ] {
        assert!(matches!(
            party(&[outside]),
            Err(RelyingPartyError::OriginOutsideRpId { .. })
        ));
    }
    let related = Origin::parse("https://example.co.uk").unwrap();
    let party = party(&["https://example.org"])
        .unwrap()
        .with_related_origins([related.clone()]);
    assert!(party.origins().contains(&related));
}

#[test]
fn parsed_comparison_forgives_spelling_and_nothing_else() {
    let ours = [Origin::parse("https://example.org").unwrap()];
    for (claimed, exact, parsed) in [
        ("https://example.org", true, true),
        ("HTTPS://EXAMPLE.ORG:443", false, true),
        ("https://example.org/", false, true),
        ("https://example.org/a?b#c", false, true),
        ("https://example.org:8443", false, false),
        ("http://example.org", false, false),
        ("https://example.org.evil.net", false, false),
        ("https://evil.net/https://example.org", false, false),
        ("https://evil.net#@example.org", false, false),
        ("https://evil.net@example.org", false, false),
        ("https:\\\\example.org", false, false),
        ("https:example.org", false, false),
        ("https://%65xample.org", false, false),
        ("https://ｅxample.org", false, false),
        (" https://example.org", false, false),
        ("example.org", false, false),
        ("null", false, false),
        ("", false, false),
    ] {
        let finds = |comparison: OriginComparison| comparison.finds(&ours, claimed);
        assert_eq!(finds(OriginComparison::Exact), exact, "{claimed:?}");
        assert_eq!(finds(OriginComparison::Parsed), parsed, "{claimed:?}");
    }
}

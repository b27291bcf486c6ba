//! `gatefold account`, `migrate` and `setup-link` on a fresh SQLite database.

use super::program::{folder, gatefold, outcome};

const ADA: [&str; 9] = [
    "account",
    "create",
    "ada",
    "--kind",
    "agent",
    "--name",
    "Ada",
    "--email",
    "ada@example.com",
];

#[test]
fn migrate_says_what_it_applied_and_can_be_repeated() {
    let folder = folder("migrate", None);
    let (code, out, err) = outcome(&gatefold(&folder, &["migrate"]));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("applied "), "{out}");
    let (code, out, _) = outcome(&gatefold(&folder, &["migrate"]));
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "The database is up to date.\n")
    );
    assert!(folder.join("data/gatefold.db").is_file());
}

#[test]
fn setup_link_is_printed_while_nobody_can_sign_in() {
    let folder = folder("setup", None);
    let (code, out, err) = outcome(&gatefold(&folder, &["setup-link"]));
    assert_eq!(code, Some(0), "{err}");
    let token = out
        .strip_prefix("http://localhost:8080/enrol#")
        .unwrap()
        .trim_end();
    assert!(token.len() >= 43, "256 bits in base64url: {token}");
    let (_, again, _) = outcome(&gatefold(&folder, &["setup-link"]));
    assert_ne!(out, again);
}

#[test]
fn an_account_is_created_listed_disabled_and_enabled() {
    let folder = folder("account", None);
    let run = |arguments: &[&str]| {
        let (code, out, err) = outcome(&gatefold(&folder, arguments));
        assert_eq!(code, Some(0), "{arguments:?}: {err}");
        out
    };
    assert!(run(&ADA).starts_with("http://localhost:8080/enrol#"));

    let listed = run(&["account", "list", "--json", "--prefix", "AD"]);
    let ada: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(ada["login"], "ada");
    assert_eq!(ada["kind"], "agent");
    assert_eq!(ada["status"], "invited");
    assert_eq!(ada["passkeys"], 0);
    assert_eq!(run(&["account", "list", "--prefix", "b"]), "");
    assert_eq!(run(&["account", "list", "--kind", "customer"]), "");

    assert!(run(&["account", "disable", "ada", "--reason", "left"]).starts_with("Disabled agent "));
    assert!(run(&["account", "list"]).contains("disabled"));
    assert!(run(&["account", "enable", "ada"]).starts_with("Enabled agent "));
    assert!(run(&["account", "list"]).contains("invited"));
    assert!(run(&["account", "reset-link", "ada"]).starts_with("http://localhost:8080/enrol#"));
}

#[test]
fn what_is_refused_says_why_and_exits_with_1() {
    let folder = folder("refused", None);
    gatefold(&folder, &ADA);
    let mut customer = ADA;
    customer[4] = "customer";
    let mut blank = ADA;
    blank[2] = " ";
    let admin = [&customer[..], &["--admin"]].concat();
    for (arguments, expected) in [
        (&ADA[..], "another account of this kind has this login"),
        (&blank, "the login is empty"),
        (
            &admin,
            "a customer cannot be an administrator; leave out --admin",
        ),
        (
            &["account", "disable", "eve"],
            "there is no account with the login eve",
        ),
        (
            &["account", "disable", "ada", "--kind", "customer"],
            "there is no account with the login ada",
        ),
    ] {
        let (code, out, err) = outcome(&gatefold(&folder, arguments));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(
            err.contains(&format!("gatefold: {expected}")),
            "{arguments:?}: {err}"
        );
    }
    gatefold(&folder, &customer);
    let (code, _, err) = outcome(&gatefold(&folder, &["account", "reset-link", "ada"]));
    assert_eq!(code, Some(1));
    assert!(
        err.contains("an agent and a customer are both called ada; add --kind"),
        "{err}"
    );
}

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

fn parsed(words: &[&str]) -> Result<Arguments, clap::Error> {
    let all = std::iter::once("test").chain(words.iter().copied());
    let arguments = Cli::try_parse_from(all)?.arguments;
    arguments.check()?;
    Ok(arguments)
}

#[test]
fn durations_have_units() {
    let seconds = |text: &str| duration(text).map(|time| time.as_secs_f64()).ok();
    assert_eq!(seconds("500ms"), Some(0.5));
    assert_eq!(seconds("20s"), Some(20.0));
    assert_eq!(seconds("1.5m"), Some(90.0));
    assert_eq!(seconds("1h"), Some(3600.0));
    for wrong in ["20", "s", "", "-1s", "1 s", "1d", "2e3s", "48h", "1.2.3s"] {
        assert_eq!(seconds(wrong), None, "{wrong}");
    }
}

#[test]
fn smoke_is_small_and_on_sqlite_unless_told_otherwise() -> Result<(), clap::Error> {
    let smoke = parsed(&["--profile", "smoke"])?;
    assert_eq!((smoke.clients(), smoke.storage()), (4, Storage::Sqlite));
    assert_eq!(smoke.duration(), Duration::from_secs(2));
    let larger = [
        "--profile",
        "smoke",
        "--database",
        "postgres",
        "--clients",
        "9",
    ];
    let larger = parsed(&larger)?;
    assert_eq!((larger.clients(), larger.storage()), (9, Storage::Postgres));
    let usual = parsed(&[])?;
    assert_eq!((usual.clients(), usual.storage()), (32, Storage::Postgres));
    assert_eq!(usual.rate(), None);
    assert_eq!(parsed(&["--profile", "flood"])?.rate(), Some(100.0));
    Ok(())
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let wrong: [&[&str]; 11] = [
        &["--peer", "better-auth", "--profile", "mixed"],
        &["--peer", "better-auth", "--database", "sqlite"],
        &["--database", "sqlite", "--instances", "2"],
        &["--url", "http://localhost:1"],
        &["--link", "x"],
        &["--url", "https://id.example", "--link", "x"],
        &[
            "--url",
            "http://localhost:1",
            "--link",
            "x",
            "--instances",
            "1",
        ],
        &["--clients", "65"],
        &["--rate", "0"],
        &["--max-errors", "101"],
        &["--duration", "10ms"],
    ];
    for words in wrong {
        let error = parsed(words).expect_err(&words.join(" "));
        assert_eq!(error.exit_code(), 2, "{words:?}");
    }
    let behind = [
        "--url",
        "https://id.example",
        "--link",
        "x",
        "--server",
        "127.0.0.1:1",
    ];
    assert!(parsed(&behind).is_ok());
}

#[test]
fn the_command_that_repeats_a_run_keeps_the_link_secret() {
    let words = [
        "--url",
        "http://h:1",
        "--link",
        "http://h:1/enrol#s3",
        "--out",
        "a b",
    ];
    let line = command(words.map(str::to_owned).into_iter());
    let expected = "cargo xtask load-test --url http://h:1 --link LINK --out 'a b'";
    assert_eq!(line, expected);
    let line = command(["--link=http://h:1/enrol#s3".to_owned()].into_iter());
    assert_eq!(line, "cargo xtask load-test --link=LINK");
}

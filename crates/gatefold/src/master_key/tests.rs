use std::os::unix::fs::PermissionsExt as _;

use super::*;

struct Counting;

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for (byte, n) in out.iter_mut().zip(1..) {
            *byte = n;
        }
    }
}

fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("gatefold-key-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn read(text: &str) -> Result<MasterKeys, String> {
    parse(Path::new("secret.key"), text).map_err(|error| error.to_string())
}

#[test]
fn the_first_start_makes_a_key_that_stays() {
    let file = MasterKeyFile::Generated(scratch("stays").join("data").join("secret.key"));
    let MasterKeyFile::Generated(path) = &file else {
        unreachable!()
    };
    let first = MasterKeys::obtain(&file, &Counting).unwrap();
    let made = fs::read_to_string(path).unwrap();
    let second = MasterKeys::obtain(&file, &Counting).unwrap();

    assert_eq!(first.current().id(), "k1");
    assert_eq!(first.current().bytes().expose()[..3], [1, 2, 3]);
    assert_eq!(
        first.current().bytes().expose(),
        second.current().bytes().expose()
    );
    assert_eq!(fs::read_to_string(path).unwrap(), made);
    assert_eq!(
        fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let folder = path.parent().unwrap();
    assert_eq!(
        fs::metadata(folder).unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "no draft is left");
}

#[test]
fn a_provided_file_is_never_made() {
    let path = scratch("provided").join("secret.key");
    let error = MasterKeys::obtain(&MasterKeyFile::Provided(path.clone()), &Counting).unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
    assert!(!path.exists());
}

#[test]
fn the_first_key_is_current_and_the_others_are_found() {
    let (a, b) = ("0a".repeat(32), "FF".repeat(32));
    let keys = read(&format!("# two keys\n\n  k2 {a}\nk1\t{b}  \n")).unwrap();
    assert_eq!(keys.current().id(), "k2");
    assert_eq!(keys.by_id("k1").unwrap().bytes().expose(), &[0xff; 32]);
    assert_eq!(keys.by_id("k2").unwrap().bytes().expose(), &[0x0a; 32]);
    assert!(keys.by_id("k3").is_none());
}

#[test]
fn every_wrong_file_says_where_and_what() {
    let key = "ab".repeat(32);
    for (text, expected) in [
        (String::new(), "secret.key holds no key; write one"),
        ("# only this\n".to_owned(), "secret.key holds no key"),
        (
            format!("{key}\n"),
            "secret.key line 1 is no key; write `ID HEX`",
        ),
        (
            format!("\nk1 {}\n", &key[1..]),
            "secret.key line 2 is no key",
        ),
        (format!("k1 {key}00"), "secret.key line 1 is no key"),
        (format!("k1 {}zz", &key[2..]), "secret.key line 1 is no key"),
        (format!("K1 {key}"), "secret.key line 1 is no key"),
        (
            format!("{} {key}", "k".repeat(33)),
            "secret.key line 1 is no key",
        ),
        (
            format!("k1 {key}\nk1 {key}"),
            "secret.key line 2 repeats the id",
        ),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.starts_with(expected), "{text:?}: {error}");
        assert!(!error.contains(&key[4..]), "a key was echoed: {error}");
    }
}

#[test]
fn debug_shows_no_key() {
    let keys = read(&format!("k1 {}", "ab".repeat(32))).unwrap();
    assert!(!format!("{keys:?}").contains("171"), "{keys:?}");
    assert!(!format!("{keys:?}").contains("abab"), "{keys:?}");
}

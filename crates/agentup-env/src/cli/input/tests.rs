//! Where secrets and texts are found, and what is said when they are not.

use std::{fs, path::PathBuf};

use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::*;

/// A file of its own folder.
fn file(contents: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, contents).unwrap();
    (folder, path)
}

fn environment() -> Environment {
    Environment::from_pairs([("JWT_SECRET", "usual"), ("OTHER", "other"), ("EMPTY", "")])
}

fn exposed(found: Option<FoundSecret>) -> Option<(String, String)> {
    found.map(|found| {
        (
            found.secret.expose_secret().to_owned(),
            found.place.to_string(),
        )
    })
}

fn pair(secret: &str, place: &str) -> (String, String) {
    (secret.to_owned(), place.to_owned())
}

#[test]
fn a_text_loses_the_line_break_at_its_end_only() {
    for (contents, text) in [
        ("a secret", "a secret"),
        ("a secret\n", "a secret"),
        ("a\r\n", "a"),
        (" a\nb \n", " a\nb "),
    ] {
        let (_folder, path) = file(contents.as_bytes());
        assert_eq!(*read_text(&path).unwrap(), text);
    }
}

#[test]
fn what_is_no_text_is_refused() {
    let large = vec![b'a'; 1024 * 1024 + 1];
    for (contents, said) in [
        (&b""[..], "is empty"),
        (b"\n", "is empty"),
        (b"\xff", "is not UTF-8 text"),
        (&large, "is larger than 1 MiB"),
    ] {
        let (_folder, path) = file(contents);
        let error = read_text(&path).unwrap_err().to_string();
        assert!(error.ends_with(said), "{error}");
    }
    let error = read_text(Path::new("/nowhere/at/all")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read file /nowhere/at/all");
}

#[test]
fn a_secret_comes_from_where_the_person_said() {
    let (_folder, path) = file(b"from file\n");
    let argument = SecretArgs {
        secret: Some("given".to_owned()),
        ..SecretArgs::default()
    };
    let variable = SecretArgs {
        secret_env: Some("OTHER".to_owned()),
        ..SecretArgs::default()
    };
    let in_file = SecretArgs {
        secret_file: Some(path.clone()),
        ..SecretArgs::default()
    };
    let find = |args: &SecretArgs| exposed(args.find(&environment()).unwrap());

    assert_eq!(find(&argument), Some(pair("given", "the argument")));
    assert_eq!(
        find(&in_file),
        Some(pair("from file", &format!("file {}", path.display())))
    );
    assert_eq!(find(&variable), Some(pair("other", "variable OTHER")));
    assert_eq!(find(&SecretArgs::default()), None);
}

#[test]
fn a_place_without_a_secret_is_an_error() {
    for (name, said) in [
        ("EMPTY", "variable EMPTY is empty"),
        ("UNSET", "variable UNSET is not set"),
    ] {
        let args = SecretArgs {
            secret_env: Some(name.to_owned()),
            ..SecretArgs::default()
        };
        assert_eq!(args.find(&environment()).unwrap_err().to_string(), said);
    }
    let args = SecretArgs {
        secret: Some(String::new()),
        ..SecretArgs::default()
    };
    assert_eq!(
        args.find(&environment()).unwrap_err().to_string(),
        "the argument is empty"
    );
}

#[test]
fn a_usual_variable_may_be_missing_or_empty() {
    let usual = |name| exposed(FoundSecret::usual(name, &environment()));
    assert_eq!(
        usual("JWT_SECRET"),
        Some(pair("usual", "variable JWT_SECRET"))
    );
    assert_eq!(usual("EMPTY"), None);
    assert_eq!(usual("UNSET"), None);
}

#[test]
fn nothing_secret_is_printed() {
    let args = SecretArgs {
        secret: Some("hunter2".to_owned()),
        ..SecretArgs::default()
    };
    let found = args.find(&environment());
    assert!(!format!("{args:?} {found:?}").contains("hunter2"));
}

//! `.env` files as people write them, and what is said about those that are broken.

use super::*;

fn parsed(text: &str) -> BTreeMap<String, String> {
    parse(Path::new(".env"), text).unwrap()
}

fn broken_line(text: &str) -> usize {
    match parse(Path::new(".env"), text) {
        Err(EnvError::Line { line, .. }) => line,
        other => panic!("{other:?}"),
    }
}

/// The file of the Quick Start's Step 2.
const QUICK_START: &str = "\
# JWT Configuration
JWT_SECRET=super-secret-jwt-key-for-testing-only-change-in-production
JWT_ISSUER=test-issuer
JWT_AUDIENCE=agentup-jwt-test

# AI Provider (optional)
OLLAMA_BASE_URL=http://localhost:11434

# Logging
LOG_LEVEL=INFO

# Development settings
DEBUG=true
RELOAD=true
";

#[test]
fn the_quick_start_file_loads() {
    let variables = parsed(QUICK_START);
    let expected = [
        ("DEBUG", "true"),
        ("JWT_AUDIENCE", "agentup-jwt-test"),
        ("JWT_ISSUER", "test-issuer"),
        (
            "JWT_SECRET",
            "super-secret-jwt-key-for-testing-only-change-in-production",
        ),
        ("LOG_LEVEL", "INFO"),
        ("OLLAMA_BASE_URL", "http://localhost:11434"),
        ("RELOAD", "true"),
    ];
    assert!(
        variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .eq(expected)
    );
}

#[test]
fn forms_of_an_assignment() {
    for (text, value) in [
        ("NAME=plain", "plain"),
        ("export NAME=plain", "plain"),
        ("NAME = plain ", "plain"),
        ("NAME=plain # a comment", "plain"),
        ("NAME=a#b", "a#b"),
        ("NAME=", ""),
        ("NAME='a $b \"c\"'", "a $b \"c\""),
        (r#"NAME="a\nb""#, "a\nb"),
        ("NAME=\"a\nb\"", "a\nb"),
        ("NAME=first\nNAME=last", "last"),
        ("BASE=x\nNAME=$BASE/y", "x/y"),
        ("\u{feff}NAME=plain\r\n", "plain"),
    ] {
        assert_eq!(
            parsed(text).get("NAME").map(String::as_str),
            Some(value),
            "{text:?}"
        );
    }
}

#[test]
fn a_long_line_is_one_line() {
    let value = "ä".repeat(10_000);
    assert_eq!(parsed(&format!("A=1\nNAME={value}\n"))["NAME"], value);
    assert_eq!(broken_line(&format!("A=1\nB={value}\nbroken line\n")), 3);
}

#[test]
fn a_broken_line_is_told_by_its_number() {
    for (text, line) in [
        ("JWT_SECRET", 1),
        ("A=1\nJWT_SECRET hunter2\nB=2", 2),
        ("A=1\n\n# why\n  JWT_SECRET=hunter2 hunter2", 4),
        ("A=1\nJWT_SECRET='hunter2\nB=2\n\n", 2),
        ("A=1\r\nJWT_SECRET=\"hunter2\\q\"\r\n", 2),
        ("2A=hunter2", 1),
    ] {
        assert_eq!(broken_line(text), line, "{text:?}");
    }
}

#[test]
fn values_are_never_shown() {
    let error = parse(Path::new("/agent/.env"), "A=1\nJWT_SECRET hunter2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/agent/.env:2: not an assignment; expected NAME=value, with quotes around a value that has \
         spaces, and every quote closed"
    );
    assert!(!format!("{error:?}").contains("hunter2"));
    let environment = Environment::from_pairs([("JWT_SECRET", "hunter2")]);
    assert_eq!(format!("{environment:?}"), r#"{"JWT_SECRET"}"#);
}

#[test]
fn the_first_file_found_is_used() {
    let folders = [(), (), ()].map(|()| tempfile::tempdir().unwrap());
    let [folder, with_file, later] = &folders;
    fs::create_dir(folder.path().join(FILE_NAME)).unwrap();
    fs::write(with_file.path().join(FILE_NAME), "AGENTUP_TEST_FOUND=here").unwrap();
    fs::write(later.path().join(FILE_NAME), "AGENTUP_TEST_FOUND=later").unwrap();
    let search = folders.each_ref().map(tempfile::TempDir::path);

    let environment = Environment::load(None, &search).unwrap();
    assert_eq!(environment.get("AGENTUP_TEST_FOUND"), Some("here"));
    let named = later.path().join(FILE_NAME);
    let environment = Environment::load(Some(&named), &search).unwrap();
    assert_eq!(environment.get("AGENTUP_TEST_FOUND"), Some("later"));
    let environment = Environment::load(None, &[folder.path()]).unwrap();
    assert_eq!(environment.get("AGENTUP_TEST_FOUND"), None);
}

#[test]
fn the_process_wins_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("variables");
    // Cargo sets this variable for the tests it runs.
    fs::write(&file, "CARGO_PKG_NAME=other\n").unwrap();
    let environment = Environment::load(Some(&file), &[]).unwrap();
    assert_eq!(environment.get("CARGO_PKG_NAME"), Some("agentup-env"));
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let error = Environment::load(Some(Path::new("/nowhere/variables")), &[]).unwrap_err();
    assert_eq!(error.to_string(), "cannot read /nowhere/variables");
    assert!(std::error::Error::source(&error).is_some());
}

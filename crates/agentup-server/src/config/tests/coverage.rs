//! Every key has a test that shows its effect: what is answered, sent or refused with it, and not
//! without it. A test says in its documentation which keys it is for:
//!
//! ```text
//! /// The effect of `server.limits.body`.
//! #[tokio::test]
//! async fn a_body_that_is_too_large_is_refused() {
//! ```
//!
//! That a key can be read is no effect, so the tests beside this one do not count.

use std::path::Path;

use super::*;

/// Where tests of effects are, from the folder of this crate.
const PLACES: [&str; 2] = ["../../tests/tests", "src"];

/// Where they are not.
const NO_PLACE: &str = "src/config/";

/// Keys that have a value of their own beside keys in it.
const WITH_A_FORM: [&str; 3] = ["scopes", "middleware", "skills[].required_scopes"];

/// How a test begins to say which keys it is for.
const CLAIM: &str = "/// The effect of ";

/// What a test says that it shows.
#[derive(Debug, PartialEq, Eq)]
struct Claim {
    key: String,
    test: String,
}

#[test]
fn every_key_has_a_test_that_shows_its_effect() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut shown, mut faults) = (Vec::new(), Vec::new());
    for file in PLACES.map(|place| sources(&folder.join(place))).concat() {
        let name = file.strip_prefix(folder).unwrap().display().to_string();
        if name.starts_with(NO_PLACE) {
            continue;
        }
        match claims(&fs::read_to_string(&file).unwrap()) {
            Ok(claims) => shown.extend(claims.into_iter().map(|claim| claim.key)),
            Err(fault) => faults.push(format!("{name}: {fault}")),
        }
    }
    let keys: Vec<_> = settings().chain(process::VARIABLES).collect();
    for key in &keys {
        if !shown.iter().any(|shown| shown == key) {
            faults.push(format!("no test shows the effect of `{key}`"));
        }
    }
    for key in &shown {
        if !keys.contains(&key.as_str()) {
            faults.push(format!(
                "a test shows the effect of `{key}`, which is no key"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The keys that have values of their own, and not only keys.
fn settings() -> impl Iterator<Item = &'static str> {
    let is_home = |path: &str| keys::paths().any(|other| home(other) == path);
    keys::paths().filter(move |path| WITH_A_FORM.contains(path) || !is_home(path))
}

/// The key under which another one stands.
fn home(path: &str) -> &str {
    let (home, _) = path.rsplit_once('.').unwrap_or_default();
    home.strip_suffix("[]").unwrap_or(home)
}

/// The claims of a source, each of a test in whose source the name of the key stands.
fn claims(source: &str) -> Result<Vec<Claim>, String> {
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let code: Vec<_> = source.lines().filter(|line| !is_comment(line)).collect();
    let code = code.join("\n");
    let mut claims = Vec::new();
    let mut lines = source.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix(CLAIM) else {
            continue;
        };
        let mut claim = first.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with("///")) {
            claim.push_str(more);
        }
        let mut is_test = false;
        while let Some(attribute) = lines.next_if(|line| line.starts_with("#[")) {
            is_test |= attribute.contains("test");
        }
        let test = function(lines.next().unwrap_or_default());
        let Some(test) = test.filter(|_| is_test) else {
            return Err(format!("no test stands under `{line}`"));
        };
        for key in claim.split('`').skip(1).step_by(2) {
            if !has_word(&code, keys::last_step(key)) {
                return Err(format!("`{test}` is to show `{key}`, but never sets it"));
            }
            claims.push(Claim {
                key: key.to_owned(),
                test: test.to_owned(),
            });
        }
    }
    Ok(claims)
}

/// The name of the function that begins in this line.
fn function(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_function = before.is_empty() || before == "async ";
    is_function.then(|| after.split('(').next().unwrap_or(after))
}

fn has_word(text: &str, word: &str) -> bool {
    let in_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.split(|character| !in_word(character))
        .any(|other| other == word)
}

/// The Rust files under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// What a reload says of settings that it cannot change is about settings.
#[test]
fn what_waits_for_a_restart_is_a_key() {
    for path in crate::reload::NEEDS_RESTART {
        assert!(keys::paths().any(|known| known == path), "{path}");
    }
}

#[test]
fn a_claim_is_a_tests_own() {
    let test = "#[tokio::test]\nasync fn it_works() {\n    set(\"a: { size: 1, b: 2 }\");\n}\n";
    let of = |keys: &str| {
        claims(&format!(
            "/// The effect of {keys}.\n/// It is large.\n{test}"
        ))
    };
    let claim = |key: &str| Claim {
        key: key.to_owned(),
        test: "it_works".to_owned(),
    };
    assert_eq!(of("`a.size`"), Ok(vec![claim("a.size")]));
    assert_eq!(
        of("`a.size` and of\n/// `a.b`"),
        Ok(vec![claim("a.size"), claim("a.b")])
    );
    assert_eq!(claims(test), Ok(vec![]));
    assert_eq!(
        of("`a.siz`"),
        Err("`it_works` is to show `a.siz`, but never sets it".to_owned())
    );
    for other in ["fn helper() {}\n", "const TEST: u8 = 1;\n", ""] {
        let claimed = claims(&format!("/// The effect of `a.size`.\n{other}"));
        assert!(claimed.is_err(), "{other}");
    }
}

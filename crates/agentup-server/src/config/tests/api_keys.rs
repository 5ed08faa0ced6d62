//! Keys in the configuration and in a file of their own, and what is said of those that cannot be
//! used.

use std::sync::Arc;

use agentup_auth::{ApiKeyError, PresentedKey, UnixSeconds, api_key::LookUp};

use super::*;

/// SHA-256 of `key-of-the-service-0001`.
const HASH: &str = "f8849c201a7e393ebdb6dd2bc0851721ac5f2fb7888d4926a53012a9bfc8c94e";
const SLOW: &str = "\"$argon2id$v=19$m=7168,t=1,p=1$c2FsdC1vZi10ZXN0cw$\
     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"";

fn yaml(api_key: &str) -> String {
    format!("security:\n  type: api_key\n  api_key: {{ {api_key} }}\n")
}

fn key(entry: &str) -> String {
    yaml(&format!("keys: [{{ {entry} }}]"))
}

fn read(api_key: &str) -> ApiKeyConfig {
    config(&yaml(api_key)).security.api_key.expect("API keys")
}

fn faults(yaml: &str) -> String {
    Folder::new(yaml).faults(&[])
}

#[test]
fn where_requests_have_the_key() {
    let keys = format!("keys: [{{ name: n, hash: {HASH} }}]");
    let usual = read(&keys);
    assert_eq!(
        (usual.header.as_str(), usual.allow_query),
        ("x-api-key", false)
    );
    assert!(usual.file.is_none());
    let other = read(&format!("header: X-Agent-Key, allow_query: yes, {keys}"));
    assert_eq!(
        (other.header.as_str(), other.allow_query),
        ("x-agent-key", true)
    );
    for header in [
        "Authorization",
        "cookie",
        "dpop",
        "Host",
        "\"two words\"",
        "\"\u{e4}\"",
    ] {
        let faults = faults(&yaml(&format!("header: {header}, {keys}")));
        assert!(faults.contains("security.api_key.header: "), "{faults}");
    }
}

#[test]
fn an_entry_has_a_name_a_hash_scopes_and_an_end() {
    let keys = "keys: [{ name: service, hash: \
         c2c1d6aaf0a97c8ad5f8d2e6c5e0f3d0c4f7e1f2c6b1a0f9e8d7c6b5a4938271 }, \
         { name: more, hash: \"${HASH}\", scopes: [basic, premium], expires: 2027-01-31T00:00:00+01:00 }]";
    let folder = Folder::new(&yaml(keys));
    let digest = digest("key-of-the-service-0001");
    let loaded = folder
        .load(&[("HASH", &digest)])
        .unwrap_or_else(|faults| panic!("{faults}"));
    let keys = loaded.config.security.api_key.expect("API keys").keys;
    let at = |now: u64| {
        let key = PresentedKey::only([b"key-of-the-service-0001".as_slice()])
            .unwrap()
            .unwrap();
        match Arc::clone(&keys).look_up(key, UnixSeconds::new(now)) {
            Ok(LookUp::Verified(key)) => Ok(key.scopes().join_or(" ", "")),
            Ok(LookUp::Costly(_)) => panic!("a fast hash"),
            Err(error) => Err(error),
        }
    };
    // 2027-01-30T23:00:00Z
    assert_eq!(at(1_801_350_000 - 1), Ok("basic premium".to_owned()));
    assert_eq!(at(1_801_350_000), Err(ApiKeyError::Expired));
}

#[test]
fn an_entry_that_cannot_be_used_is_a_fault() {
    for (entry, expected) in [
        (
            format!("hash: {HASH}"),
            "security.api_key.keys[0].name: is missing: the name of whoever has the key",
        ),
        (
            "name: n".to_owned(),
            "security.api_key.keys[0].hash: is missing",
        ),
        (
            "name: n, hash: hunter2-hunter2".to_owned(),
            "security.api_key.keys[0].hash: the value is not a hash",
        ),
        (
            "name: n, hash: \"$2b$12$x\"".to_owned(),
            "the value is a hash of another kind",
        ),
        (format!("name: n, hash: {SLOW}"), "must have a `prefix`"),
        (
            format!("name: n, hash: {SLOW}, prefix: abc"),
            "a prefix has at least 4",
        ),
        (
            format!("name: n, hash: {HASH}, prefix: abcd"),
            "is found without a prefix",
        ),
        (
            format!("name: n, hash: {HASH}, scopes: [\"two words\"]"),
            "security.api_key.keys[0].scopes",
        ),
        (
            format!("name: n, hash: {HASH}, expires: tomorrow"),
            "is not a moment such as 2027-01-31T00:00:00Z",
        ),
        (
            format!("name: n, hash: {HASH}, expires: 2027-01-31"),
            "is not a moment",
        ),
        (
            format!("name: n, hash: {HASH}, expires: 1969-01-01T00:00:00Z"),
            "is not a moment",
        ),
        (format!("name: n, key: {HASH}"), "unknown key"),
    ] {
        let faults = faults(&key(&entry));
        assert!(faults.contains(expected), "{entry}\n{faults}");
        assert!(!faults.contains("hunter2"), "{faults}");
    }
    let two = yaml(&format!(
        "keys: [{{ name: n, hash: {HASH} }}, {{ name: n, hash: {HASH} }}]"
    ));
    assert!(faults(&two).contains("security.api_key.keys[1]: an earlier key has the same name"));
    let none = yaml("keys: []");
    assert!(faults(&none).contains("security.api_key: has no key"));
}

#[test]
fn a_file_has_keys_of_its_own() {
    let keys = format!("keys: [{{ name: inline, hash: {HASH} }}], keys_file: keys.yaml");
    let folder = Folder::new(&yaml(&keys));
    let of_file = digest("key-of-the-file-00000001");
    for text in [
        format!("- {{ name: filed, hash: {of_file}, scopes: [basic] }}\n"),
        format!("[{{\"name\": \"filed\", \"hash\": \"sha256:{of_file}\"}}]"),
    ] {
        folder.write("keys.yaml", text);
        let loaded = folder.load(&[]).unwrap_or_else(|faults| panic!("{faults}"));
        let config = loaded.config.security.api_key.expect("API keys");
        assert_eq!(format!("{:?}", config.keys), "ApiKeys(2 keys)");
        let file = config.file.expect("a file");
        assert!(file.path.ends_with("keys.yaml") && file.path.is_absolute());
        assert_eq!(
            format!("{:?}", file.read(b"[]").unwrap()),
            "ApiKeys(1 keys)"
        );
        let again = file.read(format!("- {{ name: inline, hash: {of_file} }}").as_bytes());
        assert!(again.unwrap_err().to_string().contains("the same name"));
    }
}

#[test]
fn a_file_that_cannot_be_used_is_a_fault_with_its_place() {
    let folder = Folder::new(&yaml("keys_file: keys.yaml"));
    assert!(
        folder
            .faults(&[])
            .contains("security.api_key.keys_file: cannot read keys.yaml")
    );
    for (text, expected) in [
        ("", "security.api_key: has no key"),
        (
            "name: n\n",
            "keys.yaml:1:1: expected a list, found a mapping",
        ),
        (
            "- just text\n",
            "keys.yaml:1:3: [0]: expected a mapping, found a single value",
        ),
        ("- { name: n }\n", "keys.yaml:1:3: [0].hash: is missing"),
        (
            "- { name: n, hash: hunter2 }\n",
            "keys.yaml:1:20: [0].hash: the value is not a hash",
        ),
        (
            "- { name: n, hash: \"${HASH}\" }\n",
            "variable HASH is not set",
        ),
        (
            "- { name: n, hsh: x }\n",
            "unknown key; did you mean `hash`?",
        ),
        ("- { name: n", "keys.yaml:"),
    ] {
        folder.write("keys.yaml", text);
        let faults = folder.faults(&[("HASH", HASH)]);
        assert!(faults.contains(expected), "{text}\n{faults}");
        assert!(!faults.contains("hunter2"), "{faults}");
    }
}

#[test]
fn no_hash_is_shown() {
    let config = config(&key(&format!("name: shown, hash: {HASH}, scopes: [basic]")));
    let shown = show(&config);
    assert!(
        shown.contains("name: shown") && shown.contains("hash: <set>"),
        "{shown}"
    );
    assert!(!shown.contains(HASH) && !format!("{config:?}").contains(HASH));
}

fn digest(key: &str) -> String {
    use std::fmt::Write as _;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
    digest
        .as_ref()
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}

//! The token vectors, in front of the running router and of `jwt-validator`: the same verdicts as
//! the library gives them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use agentup_auth::test_support::vectors::{Family, IssuerTrust, Trust, Vector};
use agentup_tests::Folder;
use serde::de::DeserializeOwned;

mod server;
mod validator;

/// What is decided of a vector: its expectation, its code, the words for the caller.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    expect: String,
    code: Option<String>,
    description: Option<String>,
}

impl Verdict {
    fn accepted() -> Self {
        Self {
            expect: "accepted".to_owned(),
            code: None,
            description: None,
        }
    }

    fn refused(code: &str, description: &str) -> Self {
        Self {
            expect: "refused".to_owned(),
            code: Some(code.to_owned()),
            description: Some(description.to_owned()),
        }
    }

    /// What the vector says, but for one thing: agents and tools are given one secret by hand, and
    /// use it also for tokens that name a key, because some libraries put a `kid` into every header.
    fn expected(vector: &Vector, trust: &Trust) -> Self {
        let is_secret = trust.issuers.iter().all(|issuer| issuer.jwks.is_none());
        if is_secret && vector.code.as_deref() == Some("unknown_kid") {
            return Self::accepted();
        }
        Self {
            expect: vector.expect.clone(),
            code: vector.code.clone(),
            description: vector.description.clone(),
        }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/jwt")
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    let text = fs::read_to_string(folder().join(name)).expect("a file of vectors");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn trusts() -> BTreeMap<String, Trust> {
    read("trust.json")
}

/// All vectors, with the name of their family.
fn vectors() -> Vec<(String, Vector)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder()).expect("the folder of vectors") {
        let name = entry
            .expect("a file")
            .file_name()
            .into_string()
            .expect("a name");
        if name
            .strip_suffix(".json")
            .is_some_and(|name| name != "trust")
        {
            let Family { family, vectors } = read(&name);
            all.extend(vectors.into_iter().map(|vector| (family.clone(), vector)));
        }
    }
    assert!(all.len() > 800, "{} vectors", all.len());
    all
}

/// Puts the keys of an issuer into the folder. Answers the name of the file, and whether it is a
/// secret.
fn write_keys(folder: &Folder, number: usize, issuer: &IssuerTrust) -> (String, bool) {
    use base64::Engine as _;
    if let Some(jwks) = &issuer.jwks {
        let name = format!("jwks-{number}.json");
        folder.write(&name, &jwks.to_string());
        return (name, false);
    }
    let secret = issuer.secrets.first().expect("a secret");
    let bytes = match (&secret.text, &secret.base64url) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, encoded) => {
            let encoded = encoded.as_deref().expect("a secret has one of two forms");
            base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(encoded)
                .expect("base64url")
        }
    };
    let name = format!("secret-{number}");
    fs::write(folder.path().join(&name), bytes).expect("a file of the folder");
    (name, true)
}

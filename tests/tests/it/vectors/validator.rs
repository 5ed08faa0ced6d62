//! The vectors as arguments of `jwt-validator`, as of the moment that each names.

use std::{collections::BTreeMap, path::Path};

use agentup_auth::test_support::vectors::{IssuerTrust, SecretText, Trust, Vector};
use agentup_tests::{Folder, run};
use serde_json::Value;

use super::{Verdict, trusts, vectors, write_keys};

/// Programs that run side by side: starting one takes longer than judging a token.
const THREADS: usize = 4;

#[test]
fn the_validator_gives_every_vector_its_verdict() {
    let trusts = trusts();
    let folders: BTreeMap<_, _> = trusts
        .iter()
        .filter(|(_, trust)| is_default(trust))
        .filter_map(|(name, trust)| Some((name.as_str(), (prepare(only_issuer(trust)?), trust))))
        .collect();
    let cases: Vec<_> = vectors()
        .into_iter()
        .filter(|(_, vector)| folders.contains_key(vector.trust.as_str()) && is_argument(vector))
        .collect();
    assert!(cases.len() > 800, "{} vectors", cases.len());
    std::thread::scope(|scope| {
        for part in cases.chunks(cases.len().div_ceil(THREADS)) {
            let folders = &folders;
            scope.spawn(move || {
                for (family, vector) in part {
                    let ((folder, args), trust) = &folders[vector.trust.as_str()];
                    let expected = Verdict::expected(vector, trust);
                    let found = judge(folder.path(), args, vector);
                    let expected = (expected.expect.as_str(), expected.code.as_deref());
                    assert_eq!(
                        (found.0.as_str(), found.1.as_deref()),
                        expected,
                        "{family}: {}",
                        vector.name
                    );
                }
            });
        }
    });
}

/// The tool has the rules of a server as it comes, and no others.
fn is_default(trust: &Trust) -> bool {
    let Trust {
        issuers: _,
        token_types,
        required_claims,
        access_token_profile,
        revoked,
    } = trust;
    token_types.is_empty()
        && required_claims.is_empty()
        && revoked.is_empty()
        && !access_token_profile
}

/// The tool is told of one issuer, and of one key or set; it takes secrets that are texts.
fn only_issuer(trust: &Trust) -> Option<&IssuerTrust> {
    let [issuer] = trust.issuers.as_slice() else {
        return None;
    };
    let is_text = |secret: &SecretText| secret.text.is_some();
    (issuer.secrets.len() <= 1 && issuer.secrets.iter().all(is_text)).then_some(issuer)
}

/// No argument of a program can have a NUL.
fn is_argument(vector: &Vector) -> bool {
    vector
        .token
        .as_ref()
        .is_some_and(|token| !token.contains('\0'))
}

/// A folder with the keys, and the arguments that name them.
fn prepare(issuer: &IssuerTrust) -> (Folder, Vec<String>) {
    let folder = Folder::new("", "");
    let (file, is_secret) = write_keys(&folder, 0, issuer);
    let option = if is_secret {
        "--secret-file"
    } else {
        "--key-file"
    };
    let mut args = vec![option, &file, "--issuer", &issuer.issuer];
    for audience in &issuer.audiences {
        args.extend(["--audience", audience]);
    }
    if let [algorithm] = issuer.algorithms.as_slice() {
        args.extend(["--alg", algorithm]);
    }
    (folder, args.into_iter().map(str::to_owned).collect())
}

fn judge(folder: &Path, args: &[String], vector: &Vector) -> (String, Option<String>) {
    let now = vector.now.to_string();
    let token = vector.token.as_deref().unwrap_or_default();
    let args = args.iter().map(String::as_str);
    let args = args.chain(["--format", "json", "--now", &now, "--", token]);
    let outcome = run("jwt-validator", folder, args);
    let report: Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {outcome:?}", vector.name));
    let code = report["code"].as_str().map(str::to_owned);
    match outcome.code {
        Some(0) => ("accepted".to_owned(), code),
        Some(1) => ("refused".to_owned(), code),
        _ => panic!("{}: {outcome:?}", vector.name),
    }
}

//! The key that signs: read from a file beside the configuration, or refused with a remedy.

use std::fs;

use agentup_env::Environment;
use aws_lc_rs::signature::Ed25519KeyPair;

use crate::config::{Config, load};

fn config(key: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.yaml");
    fs::write(folder.path().join("key.pem"), key).unwrap();
    let text = "agent: { signing_key_file: key.pem }\nsecurity: { enabled: false }\nskills: []\n";
    fs::write(&path, text).unwrap();
    let loaded = load(&path, &Environment::from_pairs([("", ""); 0]));
    loaded
        .map(|loaded| loaded.config)
        .map_err(|faults| faults.to_string())
}

#[test]
fn the_signing_key_is_read() {
    let pair = Ed25519KeyPair::generate().unwrap();
    let pem = pem::Pem::new("PRIVATE KEY", pair.to_pkcs8v1().unwrap().as_ref());
    let key = config(&pem::encode(&pem))
        .unwrap()
        .agent
        .signing_key
        .unwrap();
    assert_eq!(key.algorithm(), "EdDSA");
}

#[test]
fn a_file_that_is_no_key_is_refused_without_its_contents() {
    let faults =
        config("-----BEGIN NONSENSE-----\nc2VjcmV0\n-----END NONSENSE-----\n").unwrap_err();
    assert!(
        faults.contains("1:28: agent.signing_key_file: is not a PEM private key"),
        "{faults}"
    );
    assert!(
        faults.contains("jwt-generator keygen --type ed25519"),
        "{faults}"
    );
    assert!(
        !faults.contains("c2VjcmV0") && !faults.contains("NONSENSE"),
        "{faults}"
    );
}

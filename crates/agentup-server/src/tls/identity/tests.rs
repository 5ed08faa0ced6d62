//! What is read from certificates, and whether a chain hangs together.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, Issuer, KeyPair};

use super::Identity;
use crate::clock::Clock;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn params(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Agents, Inc.");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn root(name: &str) -> Authority {
    CertifiedIssuer::self_signed(authority_params(name), KeyPair::generate().unwrap()).unwrap()
}

fn between(name: &str, root: &Issuer<'_, KeyPair>) -> Authority {
    CertifiedIssuer::signed_by(authority_params(name), KeyPair::generate().unwrap(), root).unwrap()
}

/// A certificate and its key, as PEM.
fn server(issuer: &Issuer<'_, KeyPair>, names: &[&str]) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = params("agent", names).signed_by(&key, issuer).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn identity(certificates: &str, key: &str) -> Identity {
    let identity = Identity::read(certificates.as_bytes(), key.as_bytes(), &Clock::system());
    identity.unwrap_or_else(|fault| panic!("{fault:?}"))
}

#[test]
fn a_certificate_says_whom_it_is_about() {
    let root = root("Root");
    let (certificate, key) = server(&root, &["agent.example", "192.0.2.1", "2001:db8::1"]);
    let identity = identity(&certificate, &key);
    let facts = identity.facts();
    // What is nearest first (RFC 4514 §2.1).
    assert_eq!(facts.subject, "O=Agents\\, Inc.,CN=agent");
    assert_eq!(facts.names, ["agent.example", "192.0.2.1", "2001:db8::1"]);
    assert_eq!(
        facts.to_string(),
        "for agent.example, until 4096-01-01 00:00 UTC"
    );
    let (certificate, key) = server(&root, &[]);
    let told = self::identity(&certificate, &key).facts().to_string();
    assert!(told.starts_with("for O=Agents"), "{told}");
}

#[test]
fn a_gap_in_the_chain_is_seen() {
    let root = root("Root");
    let between = between("Between", &root);
    let (certificate, key) = server(&between, &["agent.example"]);
    let [middle, top] = [between.pem(), root.pem()];
    for (chain, has_gap) in [
        (vec![&certificate], false),
        (vec![&certificate, &middle], false),
        (vec![&certificate, &middle, &top], false),
        (vec![&certificate, &top], true),
        (vec![&certificate, &top, &middle], true),
    ] {
        let chain: String = chain.into_iter().map(String::as_str).collect();
        assert_eq!(identity(&chain, &key).has_gap(), has_gap, "{chain}");
    }
}

/// As some servers want it: the key in the same file, and the parameters of its curve before it.
#[test]
fn one_file_may_have_all() {
    let (certificate, key) = server(&root("Root"), &["agent.example"]);
    let parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    let all = format!("{parameters}{key}{certificate}");
    let _ = identity(&all, &all);
}

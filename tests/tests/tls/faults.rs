//! Every fault of the files: told at the start with its place and remedy, and at a reload without
//! giving up what holds.

use std::{fs, os::unix::fs::PermissionsExt as _};

use agentup_tests::{Authority, Certified, Folder, Outcome, Server, run};

use super::{Secured, folder, secured, with_security, write};

const ENCRYPTED: &str =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
const OLD_ENCRYPTED: &str = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
     DEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n";
const NO_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

fn check(folder: &Folder) -> Outcome {
    run("agentup-server", folder.path(), ["check"])
}

#[track_caller]
fn assert_fault(folder: &Folder, place: &str, problem: &str, remedy: &str) {
    for command in ["check", "serve"] {
        let outcome = run("agentup-server", folder.path(), [command]);
        assert_eq!(outcome.code, Some(78), "{outcome:?}");
        let told = &outcome.stderr;
        for part in [place, problem, remedy] {
            assert!(told.contains(part), "{part} is not in {told}");
        }
    }
}

/// The effect of `server.tls.cert_file` and `server.tls.key_file`.
#[test]
fn every_fault_of_certificate_and_key_is_told() {
    let authority = Authority::new("Test Authority");
    let good = authority.server();
    assert_eq!(check(&folder(&good, "")).code, Some(0));
    let other = authority.server();
    let with = |certificate: &str, key: &str| Certified {
        certificate: certificate.to_owned(),
        key: key.to_owned(),
        ..good.clone()
    };
    let wrong_order = authority.pem() + &good.certificate;
    let two_keys = good.key.clone() + &other.key;
    let (certificate, key) = (
        "yaml:4:16: server.tls.cert_file: ",
        "yaml:5:15: server.tls.key_file: ",
    );
    let own = "put the agent's own certificate there";
    for (files, place, problem, remedy) in [
        (with("", &good.key), certificate, "has no certificate", own),
        (
            with(&good.key, &good.key),
            certificate,
            "has no certificate",
            own,
        ),
        (
            with(NO_CERTIFICATE, &good.key),
            certificate,
            "no X.509 certificate, as number 1",
            own,
        ),
        (
            authority.expired_server(),
            certificate,
            "has expired on 2020-01-01",
            "renew it",
        ),
        (
            with(&good.certificate, ""),
            key,
            "has no private key",
            "put the private key",
        ),
        (
            with(&good.certificate, ENCRYPTED),
            key,
            "is encrypted",
            "openssl pkey",
        ),
        (
            with(&good.certificate, OLD_ENCRYPTED),
            key,
            "is encrypted",
            "openssl pkey",
        ),
        (
            with(&good.certificate, &other.key),
            key,
            "not the key of the certificate",
            "name the key",
        ),
        (
            with(&wrong_order, &good.key),
            key,
            "but of a later one",
            "own certificate first",
        ),
        (
            with(&good.certificate, &two_keys),
            key,
            "more than one private key",
            "leave one",
        ),
    ] {
        assert_fault(&folder(&files, ""), place, problem, remedy);
    }
    let missing = folder(&good, "");
    fs::remove_file(missing.path().join("key.pem")).unwrap();
    assert_fault(&missing, key, "cannot read", "beside the configuration");
    let early = check(&folder(&authority.early_server(), ""));
    assert_eq!(early.code, Some(0), "{early:?}");
    assert!(
        early.stderr.contains("is not valid before 2200-01-01"),
        "{early:?}"
    );
}

#[test]
fn every_fault_of_the_settings_is_told() {
    let authority = Authority::new("Test Authority");
    let good = authority.server();
    let place = "server.tls.client_ca_file: ";
    for (tls, ca, place, problem, remedy) in [
        (
            "    client_auth: optional\n",
            "",
            "server.tls.client_auth: ",
            "has no effect",
            "name the authorities",
        ),
        (
            "    client_ca_file: ca.pem\n",
            "",
            place,
            "has no certificate",
            "the authorities there",
        ),
        (
            "    client_ca_file: ca.pem\n",
            NO_CERTIFICATE,
            place,
            "cannot be trusted, as number 1",
            "the authorities there",
        ),
        (
            "    client_ca_file: \"${NO_CA}\"\n",
            "",
            place,
            "variable NO_CA is not set",
            "set it",
        ),
        (
            "    min_version: 1.1\n",
            "",
            "server.tls.min_version: ",
            "is not `1.2` or `1.3`",
            "",
        ),
        (
            "    hsts: 5y\n",
            "",
            "server.tls.hsts: ",
            "`none` or a time",
            "",
        ),
        (
            "    handshake_timeout: 0\n",
            "",
            "server.tls.handshake_timeout: ",
            "a time from 1s",
            "",
        ),
    ] {
        let folder = folder(&good, tls);
        folder.write("ca.pem", ca);
        assert_fault(&folder, place, problem, remedy);
    }
    let half = folder(&good, "");
    half.write(
        "agent_config.yaml",
        "server: { tls: { cert_file: cert.pem } }\nsecurity: { enabled: false }\n",
    );
    assert_fault(&half, "server.tls.key_file: ", "is missing", "remove `tls`");
}

#[tokio::test]
async fn files_that_cannot_be_used_leave_the_old_ones_in_force() {
    let Secured { server, authority } = secured("");
    let other = authority.server();
    for (times, (name, text, problem)) in [
        (
            "key.pem",
            other.key.as_str(),
            "is not the key of the certificate",
        ),
        ("key.pem", "", "has no private key"),
        ("cert.pem", NO_CERTIFICATE, "is no X.509 certificate"),
    ]
    .into_iter()
    .enumerate()
    {
        server.folder().write(name, text);
        let log = server
            .log()
            .wait_for_times("file not taken over", times + 1);
        assert!(log.contains(problem), "{log}");
        assert_alive(&server, &authority).await;
    }
    // The same by a signal: the whole configuration is looked at then.
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration not reloaded");
    assert_alive(&server, &authority).await;
    write(server.folder(), &other);
    let log = server.log().wait_for("file read again");
    assert!(
        log.contains("the certificate is for localhost, until 4096-"),
        "{log}"
    );
    assert_alive(&server, &authority).await;
}

async fn assert_alive(server: &Server, authority: &Authority) {
    let http = super::trusting(authority).build().unwrap();
    let client = agentup_tests::Client::by(http, server.url().to_owned());
    assert_eq!(client.get("/healthz").await.status, 200);
}

/// A warning even in production: a volume of Kubernetes is like this unless somebody says otherwise.
#[test]
fn a_key_that_everybody_can_read_is_warned_of() {
    let security =
        "bearer: { jwt_secret_file: secret, issuer: \"https://issuer.example\", audience: a }";
    let config = format!("environment: production\n{}", with_security("", security));
    let folder = Folder::new(&config, "");
    write(&folder, &Authority::new("Test Authority").server());
    folder.write("secret", "pV3kZt8Qw0yN5bXhR7uLc2JfDgSa9eMi1oKqHvTz");
    let files = [
        ("server.tls.key_file", "key.pem"),
        ("security.bearer.jwt_secret_file", "secret"),
    ];
    let allow = |mode: u32| {
        for (_, file) in files {
            let path = folder.path().join(file);
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    allow(0o640);
    let outcome = check(&folder);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    allow(0o644);
    let checked = check(&folder);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let server = Server::start_in(folder);
    for told in [checked.stderr, server.stop().log] {
        for (key, file) in files {
            let problem = format!(
                "{key}: everybody on this machine can read {file}; take that right away with \
                 `chmod o-r {file}`"
            );
            assert_eq!(told.matches(&problem).count(), 1, "{problem}\n{told}");
        }
        assert!(told.contains("`defaultMode: 0440`"), "{told}");
    }
}

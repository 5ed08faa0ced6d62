//! `agentup-server health`, as the health check of a container, where the agent speaks TLS; and probes
//! where clients must show a certificate.

use agentup_tests::{
    Answer, Authority, Certified, Client, Folder, METRICS_CONFIG, Outcome, PATIENCE, Server, run,
};
use tokio::time::Instant;

use super::{config, write};

/// Nobody takes over what a test writes for `health` alone.
const ENV: &str = "RELOAD=false\nJWT_SECRET=super-secret-jwt-key-for-testing-only\n";

const REQUIRED: &str = "    client_ca_file: ca.pem\n";

/// An agent that asks its clients for certificates of this authority, with this behind its
/// configuration.
fn mutual(authority: &Authority, more: &str) -> Server {
    let folder = Folder::new(&(config(REQUIRED) + more), ENV);
    write(&folder, &authority.server());
    folder.write("ca.pem", &authority.pem());
    Server::start_in(folder)
}

/// Asks the agent how it is, with these options.
fn health(server: &Server, options: &[&str]) -> Outcome {
    let (_, port) = server.authority().rsplit_once(':').unwrap();
    let args = [&["health", "--port", port], options].concat();
    run("agentup-server", server.folder().path(), args)
}

/// Puts a certificate for a client into the folder of the agent.
fn give(server: &Server, certified: &Certified) {
    let folder = server.folder();
    folder.write("probe.pem", &certified.certificate);
    folder.write("probe.key", &certified.key);
    let both = certified.certificate.clone() + &certified.key;
    folder.write("both.pem", &both);
}

#[track_caller]
fn assert_well(outcome: &Outcome, word: &str) {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let status = format!("\"status\":\"{word}\"");
    assert!(outcome.stdout.contains(&status), "{outcome:?}");
    assert_eq!(outcome.stderr, "");
}

#[track_caller]
fn assert_unwell(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {outcome:?}");
    }
}

#[test]
fn the_agent_is_asked_by_tls() {
    let folder = super::folder(&Authority::new("Test Authority").server(), "");
    let server = Server::start_in(folder);
    assert_well(&health(&server, &[]), "ok");
}

#[test]
fn a_certificate_is_shown_where_clients_must_have_one() {
    let authority = Authority::new("Test Authority");
    let server = mutual(&authority, "");
    give(&server, &authority.client("probe"));
    let pair = ["--cert", "probe.pem", "--key", "probe.key"];
    assert_well(&health(&server, &pair), "ok");
    assert_well(
        &health(&server, &["--ready", "--cert", "both.pem"]),
        "ready",
    );
    let unasked = health(&server, &[]);
    assert_unwell(
        &unasked,
        &[
            "clients must show a certificate",
            "--cert",
            "observability.metrics",
        ],
    );
    assert_unwell(&health(&server, &["--cert", "none.pem"]), &["none.pem"]);
    let keyless = health(&server, &["--cert", "probe.pem"]);
    assert_unwell(
        &keyless,
        &["probe.pem has no certificate with an unencrypted private key"],
    );
    let of_nothing = health(&server, &["--key", "probe.key"]);
    assert_eq!(of_nothing.code, Some(2), "{of_nothing:?}");

    let variables = "AGENTUP_CERT_FILE=probe.pem\nAGENTUP_KEY_FILE=probe.key\n";
    server.folder().write(".env", &format!("{ENV}{variables}"));
    assert_well(&health(&server, &["--ready"]), "ready");
    give(&server, &Authority::new("Stranger").client("probe"));
    assert_unwell(&health(&server, &[]), &["no answer from https://"]);
}

/// A platform whose probes have no certificate asks where metrics are told, and so does the command.
#[tokio::test]
async fn probes_without_a_certificate_are_answered_where_metrics_are() {
    let authority = Authority::new("Test Authority");
    let delay = config(REQUIRED).replace("server:\n", "server:\n  shutdown_delay: 1m\n");
    let folder = Folder::new(&(delay + METRICS_CONFIG), ENV);
    write(&folder, &authority.server());
    folder.write("ca.pem", &authority.pem());
    let server = Server::start_in(folder);
    let url = server.metrics_url().unwrap();
    let probes = Client::new(url.strip_suffix("/metrics").unwrap().to_owned());
    for (path, word) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = probes.get(path).await;
        assert_eq!(
            (answer.status, answer.text_at("/status")),
            (200, word.into())
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(Answer::to(probes.request("POST", path)).await.status, 405);
    }
    // It is asked by a configuration that names a port.
    let known = METRICS_CONFIG.replace("127.0.0.1:0", probes.authority());
    let named = server
        .folder()
        .read("agent_config.yaml")
        .replace(METRICS_CONFIG, &known);
    server.folder().write("agent_config.yaml", &named);
    assert_well(&health(&server, &["--ready"]), "ready");

    server.ask_to_stop();
    let begun = Instant::now();
    let answer = loop {
        let answer = probes.get("/readyz").await;
        if answer.status != 200 {
            break answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{answer:?}");
    };
    assert_eq!(
        (answer.status, answer.text_at("/status")),
        (503, "stopping".into())
    );
    assert_unwell(&health(&server, &["--ready"]), &["503", "stopping"]);
    assert_well(&health(&server, &[]), "ok");
}

//! A rolling restart: three servers are replaced one after the other, and no request is lost.

use agentup_tests::{Authority, Folder, Load, QUICK_START_ENV, Server, tokens::token};

use crate::{
    balancer::{Balancer, Line},
    config, server,
};

/// Longer than a balancer needs to see that a server is not ready, also on a busy machine.
const SETTINGS: &str = "shutdown_delay: 2s";

const CLIENTS: usize = 8;

/// How many answers each of them has before the next server is replaced.
const STEP: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_when_servers_are_replaced() {
    replace_all(Line::Plain, || server(SETTINGS)).await;
}

/// The same where the balancer speaks TLS with the servers, each of which has a certificate of its
/// own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_when_servers_are_replaced_that_speak_tls() {
    let authority = Authority::new("Test Authority");
    let settings = format!("{SETTINGS}, tls: {{ cert_file: cert.pem, key_file: key.pem }}");
    let start = || {
        let folder = Folder::new(&config(&settings), QUICK_START_ENV);
        let certified = authority.server();
        folder.write("cert.pem", &certified.certificate);
        folder.write("key.pem", &certified.key);
        let server = Server::start_in(folder);
        assert!(server.url().starts_with("https://"), "{}", server.url());
        server
    };
    replace_all(Line::tls(&authority), start).await;
}

async fn replace_all(line: Line, start: impl Fn() -> Server) {
    let balancer = Balancer::start(line).await;
    let mut servers: Vec<_> = (0..3).map(|_| start()).collect();
    for server in &servers {
        balancer.add(server.authority()).await;
    }
    let token_of = |number| token(&format!("user-{number}"), "");
    let tokens: Vec<_> = (0..CLIENTS).map(token_of).collect();
    let load = Load::start(&balancer.authority(), CLIENTS, move |number| {
        tokens[number].clone()
    });
    load.goes_on(STEP).await;
    for _ in 0..3 {
        let old = servers.remove(0);
        let new = start();
        balancer.add(new.authority()).await;
        servers.push(new);
        let authority = old.authority().to_owned();
        let stopped = tokio::task::spawn_blocking(move || old.stop())
            .await
            .unwrap();
        assert_eq!(stopped.code, Some(0), "{stopped:?}");
        assert!(!stopped.log.contains("in time"), "{stopped:?}");
        balancer.remove(&authority);
        load.goes_on(STEP).await;
    }
    let answered = load.end();
    assert!(answered >= 4 * CLIENTS * STEP, "{answered}");
}

//! A rolling restart: three servers are replaced one after the other, and no request is lost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use agentup_tests::{PATIENCE, Wire, message_v03, tokens::token};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{balancer::Balancer, server};

/// Longer than a balancer needs to see that a server is not ready, also on a busy machine.
const SETTINGS: &str = "shutdown_delay: 2s";

const CLIENTS: usize = 8;

/// How many answers there must be before the next server is replaced.
const STEP: usize = 100;

/// Clients that ask all the time, each on a connection that it keeps for as long as it may. What
/// goes wrong is not tried again: it ends the client.
struct Load {
    answered: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    clients: Vec<thread::JoinHandle<()>>,
}

impl Load {
    fn start(authority: &str) -> Self {
        let (answered, stop) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        let client = |number: usize| {
            let (authority, token) = (authority.to_owned(), token(&format!("user-{number}"), ""));
            let (answered, stop) = (Arc::clone(&answered), Arc::clone(&stop));
            thread::spawn(move || {
                let mut wire = Wire::connect(&authority);
                while !stop.load(Ordering::Relaxed) {
                    let is_last = ask(&mut wire, &token);
                    answered.fetch_add(1, Ordering::Relaxed);
                    if is_last {
                        wire = Wire::connect(&authority);
                    }
                }
            })
        };
        let clients = (0..CLIENTS).map(client).collect();
        Self {
            answered,
            stop,
            clients,
        }
    }

    /// Waits until there are some more answers.
    async fn goes_on(&self) {
        let (begun, before) = (Instant::now(), self.answered.load(Ordering::Relaxed));
        while self.answered.load(Ordering::Relaxed) < before.saturating_add(STEP) {
            assert!(begun.elapsed() < PATIENCE, "there are no answers any more");
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many requests were answered, and how many clients had one that was not.
    fn end(self) -> (usize, usize) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.clients.into_iter().map(thread::JoinHandle::join);
        let failed = ended.filter(Result::is_err).count();
        (self.answered.load(Ordering::Relaxed), failed)
    }
}

/// Asks once. Answers whether the connection ends with that.
fn ask(wire: &mut Wire, token: &str) -> bool {
    let params = message_v03("public_echo", "hi");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params});
    let body = body.to_string();
    wire.send(format!(
        "POST / HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    let answer = wire.answer();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.reply().starts_with("Echo: hi"), "{answer:?}");
    answer.header("connection") == Some("close")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_when_servers_are_replaced() {
    let balancer = Balancer::start().await;
    let mut servers: Vec<_> = (0..3).map(|_| server(SETTINGS)).collect();
    for server in &servers {
        balancer.add(server.authority()).await;
    }
    let load = Load::start(&balancer.authority());
    load.goes_on().await;
    for _ in 0..3 {
        let old = servers.remove(0);
        let new = server(SETTINGS);
        balancer.add(new.authority()).await;
        servers.push(new);
        let authority = old.authority().to_owned();
        let stopped = tokio::task::spawn_blocking(move || old.stop())
            .await
            .unwrap();
        assert_eq!(stopped.code, Some(0), "{stopped:?}");
        assert!(!stopped.log.contains("in time"), "{stopped:?}");
        balancer.remove(&authority);
        load.goes_on().await;
    }
    let (answered, failed) = load.end();
    assert_eq!(failed, 0, "of {answered} requests");
    assert!(answered >= 4 * STEP, "{answered}");
}

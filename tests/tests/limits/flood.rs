//! Clients that mean no good, in numbers: whoever does is served meanwhile.

use std::{
    io::Write as _,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use agentup_tests::{Server, Wire, message_v03, tokens::token};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::server;

/// Requests that are made after the flood has come.
const AFTER: usize = 50;

/// As many of so many connections as this process may have, beside some others.
fn connections(wanted: usize) -> usize {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, most).unwrap();
    let most = maximum.map_or(wanted, |most| usize::try_from(most).unwrap_or(wanted));
    wanted.min(most.saturating_sub(200))
}

fn request(token: &str) -> String {
    let params = message_v03("public_echo", "hi");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params});
    let body = body.to_string();
    format!(
        "POST / HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Somebody who asks on one connection, and on a new one each time; every answer must be good.
struct Good {
    stop: Arc<AtomicBool>,
    asking: JoinHandle<usize>,
}

impl Good {
    fn start(server: &Server, token: String) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (told, authority) = (Arc::clone(&stop), server.authority().to_owned());
        let asking = thread::spawn(move || {
            let mut kept = Wire::connect(&authority);
            let (mut count, mut left) = (0_usize, AFTER);
            while left > 0 {
                for wire in [&mut kept, &mut Wire::connect(&authority)] {
                    wire.send(request(&token));
                    let answer = wire.answer();
                    assert_eq!(answer.status, 200, "{answer:?}");
                    count = count.saturating_add(1);
                }
                if told.load(Ordering::Relaxed) {
                    left = left.saturating_sub(1);
                }
            }
            count
        });
        Self { stop, asking }
    }

    /// The flood has come: asks some more times, and answers how many requests were served.
    fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.asking.join().expect("every good request is served")
    }
}

#[test]
fn two_thousand_slow_heads_take_nobodys_place() {
    let count = connections(2_000);
    // Twice as many as there is room for.
    let server = server(&format!("limits: {{ connections: {} }}", count / 2));
    let good = Good::start(&server, token("alice", ""));
    let slow: Vec<_> = (0..count)
        .map(|_| {
            let mut stream = TcpStream::connect(server.authority()).unwrap();
            stream
                .write_all(b"POST / HTTP/1.1\r\nHost: agent\r\nX-Slow: ")
                .unwrap();
            stream
        })
        .collect();
    assert!(good.end() >= 2 * AFTER);
    drop(slow);
    assert_eq!(server.stop().code, Some(0));
}

#[test]
fn five_thousand_idle_connections_disturb_nobody() {
    let count = connections(5_000);
    let server = server("limits: { header_timeout: 10m }");
    let good = Good::start(&server, token("alice", ""));
    let mut idle: Vec<_> = (0..count)
        .map(|_| Wire::connect(server.authority()))
        .collect();
    assert!(good.end() >= 2 * AFTER);
    // They were all kept.
    for wire in idle.iter_mut().step_by(50) {
        wire.send("GET /healthz HTTP/1.1\r\nHost: agent\r\n\r\n");
        assert_eq!(wire.answer().status, 200);
    }
    drop(idle);
    assert_eq!(server.stop().code, Some(0));
}

#[test]
fn bodies_that_trickle_end_and_disturb_nobody() {
    let server = server("limits: { body_timeout: 2s, concurrency: 400 }");
    let good = Good::start(&server, token("alice", ""));
    let mallory = token("mallory", "");
    let head = format!(
        "POST / HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {mallory}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    );
    // As many as there are requests at a time, of which it has a quarter.
    let mut slow: Vec<_> = (0..400)
        .map(|_| {
            let mut wire = Wire::connect(server.authority());
            wire.send(&head);
            wire
        })
        .collect();
    assert!(good.end() >= 2 * AFTER);
    let answers: Vec<_> = slow.iter_mut().map(|wire| wire.answer().status).collect();
    let count = |status| answers.iter().filter(|it| **it == status).count();
    assert_eq!((count(408), count(429)), (100, 300), "{answers:?}");
    assert!(slow.iter_mut().all(Wire::is_closed));
}

#[test]
fn a_flood_of_bad_tokens_is_cheap_and_disturbs_nobody() {
    let server = server("trusted_proxies: []");
    // Whose token is known, from the very address of the flood.
    let good = Good::start(&server, token("alice", ""));
    let flood: Vec<_> = (0..4)
        .map(|_| {
            let authority = server.authority().to_owned();
            thread::spawn(move || {
                let mut wire = Wire::connect(&authority);
                let mut looked_at = 0;
                for number in 0..500 {
                    wire.send(request(&format!("a.b.{number}")));
                    match wire.answer().status {
                        401 => looked_at += 1,
                        status => assert_eq!(status, 429),
                    }
                }
                looked_at
            })
        })
        .collect();
    let looked_at: usize = flood.into_iter().map(|flood| flood.join().unwrap()).sum();
    assert!(good.end() >= 2 * AFTER);
    // 300 at once, and then five a second.
    assert!(
        (300..1_000).contains(&looked_at),
        "{looked_at} of 2000 were looked at"
    );
}

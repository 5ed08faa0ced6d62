//! Whether events are written can be seen from outside, where somebody watches.

use std::time::Instant;

use agentup_tests::{
    Folder, PATIENCE, QUICK_START, QUICK_START_ENV, Server, Wire, message_v03, tokens::token,
};
use serde_json::json;

const OBSERVED: &str = "observability:\n  metrics: { enabled: true, listen: \"127.0.0.1:0\" }\n  \
                        audit: { file: audit.jsonl }\n";

const WRITTEN: &str = "agentup_audit_events_total";
const LOST: &str = "agentup_audit_events_lost_total";
const WRITABLE: &str = "agentup_audit_writable";

/// The events that wait to be written, at the most.
const WAITING: usize = 16 * 1024;

fn folder() -> Folder {
    let config = format!("{QUICK_START}\n{OBSERVED}");
    Folder::new(
        &config,
        &QUICK_START_ENV.replace("RELOAD=true", "RELOAD=false"),
    )
}

/// So many calls that are denied, each of which is an event, however many there are.
fn denials(server: &Server, count: usize) {
    let params = message_v03("premium_analyzer", "x");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params});
    let body = body.to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        token("alice", ""),
        body.len()
    );
    let mut wire = Wire::connect(server.authority());
    for _ in 0..count.div_ceil(100) {
        wire.send(request.repeat(100));
        for _ in 0..100 {
            assert_eq!(wire.answer().status, 200);
        }
    }
}

#[tokio::test]
async fn what_is_written_is_counted() {
    let server = Server::start_in(folder());
    denials(&server, 100);
    let begun = Instant::now();
    loop {
        let scrape = server.scrape().await;
        assert_eq!((scrape.count(WRITABLE), scrape.count(LOST)), (1, 0));
        // With those of the beginning.
        if scrape.count(WRITTEN) == 102 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", scrape.count(WRITTEN));
    }
}

/// Files may have some kilobytes here, so that the audit cannot be written on.
#[tokio::test]
async fn what_cannot_be_written_shows_and_is_counted_when_it_is_lost() {
    let server = Server::start_after("trap '' XFSZ; ulimit -f 16", folder());
    denials(&server, 200);
    let _ = server.log().wait_for("the audit cannot be written");
    let before = server.scrape().await;
    assert_eq!(
        (before.count(WRITABLE), before.count(LOST)),
        (0, 0),
        "they wait"
    );
    // Settings are taken over all the same, and nobody waits for them.
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    denials(&server, WAITING);
    let after = server.scrape().await;
    assert_eq!(after.count(WRITABLE), 0);
    assert!(after.count(LOST) > 0, "more than can wait");
    server.ask_to_reload();
    let _ = server.log().wait_for_times("configuration reloaded", 2);
    assert!(server.scrape().await.count(LOST) > 0, "it answers still");
}

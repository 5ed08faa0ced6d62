//! Many are turned away, and few events tell of it.

use agentup_tests::{Answer, QUICK_START, QUICK_START_ENV, Server, Wire, tokens::token};

use super::{of, told};

#[tokio::test]
async fn an_overload_has_two_events() {
    let limits = "server: { limits: { concurrency: 1, body_timeout: 1m } }";
    let server = Server::start(&format!("{QUICK_START}\n{limits}\n"), QUICK_START_ENV);
    let waiting = Wire::waiting(&server, &token("alice", ""));
    for _ in 0..30 {
        let answer = server.get("/.well-known/agent-card.json").await;
        assert_eq!(answer.status, 503);
    }
    drop(waiting);
    let events = of(&server.stop());
    assert_eq!(
        told(&events)[2..],
        ["overload.began", "overload.ended", "server.stopped"]
    );
    for event in &events[2..4] {
        assert_eq!(event["limit"], "concurrency");
    }
    assert_eq!(events[3]["turned_away"], 30);
}

/// Of whom there is a caller that is known, it is named.
#[tokio::test]
async fn whoever_asks_again_and_again_has_so_many_events() {
    let limits = "server: { limits: { requests_per_minute: 1 } }";
    let server = Server::start(&format!("{QUICK_START}\n{limits}\n"), QUICK_START_ENV);
    let alice = token("alice", "");
    assert_eq!(server.ask("public_echo", &alice, "hi").await.status, 200);
    for _ in 0..100 {
        assert_eq!(server.ask("public_echo", &alice, "hi").await.status, 429);
    }
    for _ in 0..400 {
        assert_eq!(Answer::to(server.post("{}")).await.status, 401);
    }
    let events = of(&server.stop());
    let count = |name: &str| {
        let named = events.iter().filter(|event| event["event"] == name);
        u64::try_from(named.count()).unwrap()
    };
    let more = |name: &str| -> u64 {
        let named = events.iter().filter(|event| event["event"] == name);
        named.map(|event| event["requests"].as_u64().unwrap()).sum()
    };
    let (limited, refused) = (count("rate.limited"), count("authentication.refused"));
    // One more for each second that this takes, and five.
    assert!((60..100).contains(&limited), "{limited}");
    assert!((300..400).contains(&refused), "{refused}");
    assert_eq!(limited + more("rate.limited_more"), 100);
    assert_eq!(refused + more("authentication.refused_more"), 400);
    let limited = events.iter().find(|event| event["event"] == "rate.limited");
    assert_eq!(limited.unwrap()["subject"], "alice");
}

#[tokio::test]
async fn a_full_server_has_two_events() {
    let limits = "server: { limits: { connections: 8 } }";
    let server = Server::start(&format!("{QUICK_START}\n{limits}\n"), QUICK_START_ENV);
    let mut silent: Vec<_> = (0..20).map(|_| Wire::connect(server.authority())).collect();
    assert!(silent[..12].iter_mut().all(Wire::is_closed));
    let events = of(&server.stop());
    assert_eq!(
        told(&events)[2..],
        ["overload.began", "overload.ended", "server.stopped"]
    );
    assert_eq!(events[3]["limit"], "connections");
    assert_eq!(events[3]["turned_away"], 12);
}

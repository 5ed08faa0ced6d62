//! The end of a server: in good order when asked to, with a clear message when it cannot begin.

use std::net::TcpListener;

use agentup_tests::{Folder, Server, Wire, run, tokens::token};

const BODY: &str = r#"{"jsonrpc":"2.0","id":1,"method":"message/send","params":{"skillId":"public_echo","message":{"role":"user","messageId":"m","parts":[{"kind":"text","text":"hi"}]}}}"#;

#[tokio::test]
async fn a_server_that_is_asked_to_stop_does_so_with_success() {
    let server = Server::quick_start();
    assert_eq!(server.get("/healthz").await.status, 200);
    let authority = server.authority().to_owned();
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(
        std::net::TcpStream::connect(authority).is_err(),
        "nobody listens any more"
    );
}

#[test]
fn a_request_at_hand_is_answered_before_the_end() {
    let server = Server::quick_start();
    let mut wire = Wire::connect(server.authority());
    let credential = format!("Authorization: Bearer {}", token("alice", ""));
    let length = format!("Content-Length: {}", BODY.len());
    wire.send_head(&[
        &credential,
        "Content-Type: application/json",
        &length,
        "Expect: 100-continue",
    ]);
    assert_eq!(wire.answer().status, 100, "the server reads the body now");
    server.ask_to_stop();
    let _ = server.log().wait_for("stopping");
    wire.send(BODY);
    let answer = wire.answer();
    assert_eq!(answer.reply(), "Echo: hi (from user alice)");
    assert!(wire.is_closed());
    assert_eq!(server.wait().code, Some(0));
}

/// A connection that is kept open and idle holds nothing up.
#[test]
fn idle_connections_end_with_the_server() {
    let server = Server::quick_start();
    let mut idle = Wire::connect(server.authority());
    let mut used = Wire::connect(server.authority());
    used.send("GET /healthz HTTP/1.1\r\nHost: agent\r\n\r\n");
    assert_eq!(used.answer().status, 200);
    let stopped = server.stop();
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    assert!(idle.is_closed() && used.is_closed());
    assert!(
        !stopped.log.contains("did not end in time"),
        "{}",
        stopped.log
    );
}

#[test]
fn a_port_that_is_taken_is_told_and_ends_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Folder::quick_start();
    let outcome = run("agentup-server", folder.path(), ["serve", "--port", &port]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{outcome:?}"
    );
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2() {
    let folder = Folder::quick_start();
    for args in [
        &["--prot", "1"][..],
        &["serve", "--port", "65536"],
        &["explode"],
    ] {
        let outcome = run("agentup-server", folder.path(), args);
        assert_eq!(outcome.code, Some(2), "{args:?}: {outcome:?}");
    }
}

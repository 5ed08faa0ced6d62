//! The body of a request without valid credentials is not read, so it cannot do anything.

use agentup_tests::{
    Answer, Server, Wire,
    tokens::{expired, token},
};

#[test]
fn the_refusal_comes_before_the_body() {
    let server = Server::quick_start();
    let mut wire = Wire::connect(server.authority());
    wire.send_head(&["Content-Type: application/json", "Content-Length: 1000000"]);
    assert_eq!(wire.answer().status, 401);
    // A chunked body has no length to wait for either.
    let mut wire = Wire::connect(server.authority());
    let late = format!("Authorization: Bearer {}", expired("u", ""));
    wire.send_head(&[
        &late,
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
    ]);
    let answer = wire.answer();
    assert_eq!(answer.at("/error/message"), "Token has expired");
}

#[test]
fn a_client_that_asks_first_is_not_told_to_go_on() {
    let server = Server::quick_start();
    let headers = [
        "Content-Type: application/json",
        "Content-Length: 2",
        "Expect: 100-continue",
    ];
    let mut wire = Wire::connect(server.authority());
    wire.send_head(&headers);
    assert_eq!(wire.answer().status, 401);
    // The good case: with a token it is, and then answered.
    let mut wire = Wire::connect(server.authority());
    let credential = format!("Authorization: Bearer {}", token("u", ""));
    wire.send_head(&[&headers[..], &[&credential]].concat());
    assert_eq!(wire.answer().status, 100);
    wire.send("{}");
    let answer = wire.answer();
    assert_eq!((answer.status, answer.error_code()), (200, (-32600).into()));
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_not_looked_at() {
    let server = Server::quick_start();
    for body in [
        "",
        "{",
        "garbage",
        "[]",
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"no/such\"}",
    ] {
        let answer = Answer::to(server.post(body)).await;
        assert_eq!(
            (answer.status, answer.at("/id")),
            (401, serde_json::Value::Null),
            "{body:?}"
        );
        let answer = Answer::to(server.post(body).bearer_auth("x.y.z")).await;
        assert_eq!(answer.status, 401, "{body:?}");
    }
}

/// What is taken of a head is the gate's to refuse.
#[test]
fn the_length_of_a_head_has_a_limit() {
    let server = Server::quick_start();
    let long = |length: usize| format!("Authorization: Bearer {}", "x".repeat(length));
    for (length, status) in [
        (8_000, 401),
        (60_000, 401),
        (100_000, 431),
        (1_000_000, 431),
    ] {
        let mut wire = Wire::connect(server.authority());
        wire.send_head(&[&long(length), "Content-Length: 0"]);
        assert_eq!(wire.answer().status, status, "{length}");
    }
    let mut wire = Wire::connect(server.authority());
    wire.send_head(&vec!["X: y"; 200]);
    assert_eq!(wire.answer().status, 431);
}

#[test]
fn what_is_not_http_harms_nobody() {
    let server = Server::quick_start();
    for nonsense in [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        "POST / HTTP/9.9\r\n\r\n",
    ] {
        let mut wire = Wire::connect(server.authority());
        wire.send(nonsense);
    }
    let mut wire = Wire::connect(server.authority());
    wire.send_head(&["Content-Length: 0"]);
    assert_eq!(wire.answer().status, 401);
}

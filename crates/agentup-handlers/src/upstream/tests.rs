//! Services that answer byte by byte what a test says, and what becomes of it.

use std::{io::Write as _, net::TcpListener, thread};

use super::*;
use crate::SkillError;

const QUICK: Limits = Limits {
    connect: Duration::from_secs(5),
    read: Duration::from_millis(300),
    whole: Duration::from_secs(10),
    reply: 1000,
    event: 200,
};

/// A service that sends these bytes to whoever connects, and then hangs or hangs up.
fn service(bytes: impl Into<Vec<u8>>, hangs: bool) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let bytes = bytes.into();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            let mut head = [0; 4096];
            std::io::Read::read(&mut connection, &mut head).expect("a request");
            // The caller may hang up before the end.
            let _ = connection.write_all(&bytes);
            if hangs {
                let _ = std::io::Read::read(&mut connection, &mut head);
            }
        }
    });
    format!("http://{address}/secret-path?key=secret")
        .parse()
        .expect("a URL")
}

fn whole(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn stream(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{body}")
}

async fn post(url: &Url) -> Result<Answer, Fault> {
    let upstream = Upstream::new(QUICK, Arc::new(()));
    upstream
        .post(url, HeaderMap::new(), b"{}".to_vec(), None)
        .await
}

async fn bytes(url: &Url) -> Result<Vec<u8>, Fault> {
    post(url).await?.ok()?.bytes().await
}

/// Whether a fault is the expected one.
type Expected = fn(&Fault) -> bool;

#[tokio::test]
async fn a_whole_answer_is_read() {
    let answer = post(&service(whole("[1]"), false)).await.unwrap();
    assert!(answer.is_of_type("application/json"));
    assert_eq!(answer.json::<Vec<u8>>("a list").await.unwrap(), [1]);
}

#[tokio::test]
async fn what_goes_wrong_has_a_name_and_nothing_of_the_service() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/secret", listener.local_addr().unwrap())
    };
    let length = |count: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {count}\r\n\r\nsecret");
    let answers: Vec<(Url, Expected, bool)> = vec![
        (
            closed.parse().unwrap(),
            |it| matches!(it, Fault::Connect(_)),
            true,
        ),
        (service("", true), |it| *it == Fault::Timeout, true),
        (service(length(9), true), |it| *it == Fault::Timeout, true),
        (
            service(length(9), false),
            |it| matches!(it, Fault::Broken(_)),
            true,
        ),
        (
            service(length(1001), false),
            |it| *it == Fault::TooLarge(1000),
            false,
        ),
        (
            service(stream(&"x".repeat(1001)), false),
            |it| *it == Fault::TooLarge(1000),
            false,
        ),
        (
            service("secret\r\n\r\n", false),
            |it| matches!(it, Fault::Broken(_)),
            true,
        ),
        (
            service(
                "HTTP/1.1 307 Go\r\nLocation: http://secret/\r\nContent-Length: 0\r\n\r\n",
                false,
            ),
            |it| *it == Fault::Redirect(307),
            false,
        ),
        (
            service(
                "HTTP/1.1 404 secret\r\nContent-Length: 6\r\n\r\nsecret",
                false,
            ),
            |it| *it == Fault::Status(404, None),
            false,
        ),
        (
            service(
                "HTTP/1.1 503 secret\r\nRetry-After: 7\r\nContent-Length: 6\r\n\r\nsecret",
                false,
            ),
            |it| *it == Fault::Status(503, Some(Duration::from_secs(7))),
            true,
        ),
    ];
    for (url, is_expected, is_transient) in answers {
        let fault = bytes(&url).await.unwrap_err();
        assert!(is_expected(&fault), "{fault:?}");
        let error = SkillError::from(fault.clone());
        assert_eq!(error.is_transient(), is_transient, "{fault:?}");
        for text in [format!("{fault:?} {fault}"), format!("{error:?} {error}")] {
            assert!(!text.contains("secret"), "{text}");
            assert!(!text.contains("127.0.0.1"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_body_of_another_kind_is_said_to_be_none() {
    let answer = post(&service(whole("secret"), false)).await.unwrap();
    let fault = answer.json::<Vec<u8>>("a list").await.unwrap_err();
    assert_eq!(fault, Fault::Senseless("a list"));
}

#[tokio::test]
async fn lines_end_in_three_ways() {
    let url = service(stream("one\ntwo\r\n\nthree\rfour"), false);
    let mut lines = post(&url).await.unwrap().lines();
    let mut seen = Vec::new();
    while let Some(line) = lines.next().await.unwrap() {
        seen.push(line);
    }
    assert_eq!(seen, ["one", "two", "", "three", "four"]);
}

#[tokio::test]
async fn events_are_read_as_they_come() {
    let body =
        "\u{feff}: hello\n\ndata: one\nid: 3\n\nevent: two\ndata:a\ndata\ndata:  b\n\ndata: half";
    let mut events = post(&service(stream(body), false)).await.unwrap().events();
    let event = |name: &str, data: &str| Event {
        name: name.to_owned(),
        data: data.to_owned(),
    };
    assert_eq!(events.next().await.unwrap(), Some(event("", "one")));
    assert_eq!(events.next().await.unwrap(), Some(event("two", "a\n\n b")));
    assert_eq!(events.next().await.unwrap(), None);
}

#[tokio::test]
async fn an_event_is_there_before_the_stream_ends() {
    let url = service(stream("data: one\n\n"), true);
    let mut events = post(&url).await.unwrap().events();
    assert_eq!(events.next().await.unwrap().unwrap().data, "one");
    assert_eq!(events.next().await, Err(Fault::Timeout));
}

#[tokio::test]
async fn streams_have_bounds() {
    for body in [
        format!("data: {}", "x".repeat(201)),
        format!("data: {0}\ndata: {0}\n\n", "x".repeat(150)),
    ] {
        let mut events = post(&service(stream(&body), true)).await.unwrap().events();
        assert_eq!(events.next().await, Err(Fault::TooLarge(200)), "{body}");
    }
    let mut bytes = stream("data: ").into_bytes();
    bytes.extend([0xff, b'\n', b'\n']);
    let mut events = post(&service(bytes, false)).await.unwrap().events();
    assert_eq!(events.next().await, Err(Fault::Senseless("text in UTF-8")));
}

//! For how long a card is believed, and what is asked when it is not believed any more.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::mpsc,
    thread,
};

use super::*;
use crate::upstream::Limits;

/// An agent that answers with these, one after the other, and then does not answer; and the requests
/// that it gets.
fn agent(answers: Vec<String>) -> (Url, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut connection, _) = listener.accept().expect("a connection");
            let mut head = [0; 4096];
            let length = connection.read(&mut head).expect("a request");
            let request = String::from_utf8_lossy(&head[..length]).to_lowercase();
            let _ = sender.send(request);
            connection.write_all(answer.as_bytes()).expect("a caller");
        }
    });
    (url.parse().expect("a URL"), requests)
}

fn answer(status: &str, headers: &str, port: u16) -> String {
    let body = format!(r#"{{"name":"n","url":"http://127.0.0.1:{port}/"}}"#);
    let body = if status.starts_with("304") { "" } else { &body };
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn read_card(url: &Url, before: Option<&Read>) -> Result<Read, Fault> {
    let upstream = Upstream::new(Limits::default(), Arc::new(()));
    read(&upstream, url, &[], HeaderMap::new(), before, None).await
}

fn age(read: &Read) -> Duration {
    read.fresh_until.saturating_duration_since(read.fetched)
}

#[tokio::test]
async fn a_card_that_is_still_the_same_is_not_sent_again() {
    let (url, requests) = agent(vec![
        answer(
            "200 OK",
            "ETag: W/\"1\"\r\nCache-Control: public, max-age=60\r\n",
            1,
        ),
        answer("304 Not Modified", "Cache-Control: max-age=20\r\n", 0),
        answer("200 OK", "ETag: \"2\"\r\n", 2),
    ]);
    let first = read_card(&url, None).await.unwrap();
    assert_eq!(
        (first.endpoint.url.port(), age(&first)),
        (Some(1), Duration::from_mins(1))
    );
    assert!(!requests.recv().unwrap().contains("if-none-match"));

    let second = read_card(&url, Some(&first)).await.unwrap();
    assert!(Arc::ptr_eq(&first.endpoint, &second.endpoint));
    assert_eq!(age(&second), Duration::from_secs(20));
    assert!(requests.recv().unwrap().contains("if-none-match: w/\"1\""));

    let third = read_card(&url, Some(&second)).await.unwrap();
    assert_eq!((third.endpoint.url.port(), age(&third)), (Some(2), USUAL));
    assert!(requests.recv().unwrap().contains("if-none-match: w/\"1\""));
}

#[tokio::test]
async fn a_card_says_for_how_long_within_bounds() {
    for (says, expected) in [
        ("max-age=0", LEAST),
        ("no-store", LEAST),
        ("no-cache", LEAST),
        ("max-age=300000", MOST),
        ("private", USUAL),
        ("max-age=soon", USUAL),
    ] {
        let headers = format!("Cache-Control: {says}\r\n");
        let (url, _requests) = agent(vec![answer("200 OK", &headers, 1)]);
        assert_eq!(
            age(&read_card(&url, None).await.unwrap()),
            expected,
            "{says}"
        );
    }
}

#[tokio::test]
async fn the_card_from_before_serves_for_a_while_when_there_is_no_new_one() {
    for broken in [
        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n{}",
        "",
    ] {
        let (url, _requests) = agent(vec![answer("200 OK", "", 1), broken.to_owned()]);
        let mut before = read_card(&url, None).await.unwrap();
        let after = read_card(&url, Some(&before)).await.unwrap();
        assert!(Arc::ptr_eq(&before.endpoint, &after.endpoint));
        let now = Instant::now();
        let left = after.fresh_until.saturating_duration_since(now);
        assert!(!left.is_zero() && left <= PATIENCE, "{left:?}");

        // Until it is too old.
        let Some(long_ago) = now.checked_sub(STALE) else {
            continue;
        };
        before.fetched = long_ago;
        assert!(read_card(&url, Some(&before)).await.is_err(), "{broken}");
    }
}

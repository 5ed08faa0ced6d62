//! The pace of bodies.

use axum::body::Body;
use http::HeaderValue;
use http_body_util::{Full, StreamBody};

use super::*;

fn limits(body_timeout: u64, body_rate: usize) -> LimitsConfig {
    crate::testing::limits(|limits| {
        limits.body = 100;
        limits.body_timeout = Duration::from_secs(body_timeout);
        limits.body_rate = body_rate;
        limits.request_timeout = Duration::from_secs(20);
    })
}

/// A body whose pieces come so many seconds after each other, and which does not end.
fn trickle(pause: u64, piece: &'static [u8]) -> Body {
    let pieces = futures_util::stream::unfold((), move |()| async move {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        let frame = hyper::body::Frame::data(Bytes::from_static(piece));
        Some((Ok::<_, std::convert::Infallible>(frame), ()))
    });
    Body::new(StreamBody::new(Box::pin(pieces)))
}

async fn read(mut body: Body, limits: &LimitsConfig) -> (Result<Bytes, &'static str>, u64) {
    let begun = Instant::now();
    let read = whole(&mut body, limits).await;
    let seconds = begun.elapsed().as_secs();
    (read.map_err(|rejection| rejection.code()), seconds)
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up() {
    let late = Err("body_late");
    // One byte a second, of which four give a second more: 10 + 3 after 13 bytes.
    let (answer, seconds) = read(trickle(1, b"x"), &limits(10, 4)).await;
    assert_eq!((answer, seconds), (late.clone(), 13));
    // Nothing at all.
    let (answer, seconds) = read(trickle(1_000, b"x"), &limits(10, 4)).await;
    assert_eq!((answer, seconds), (late.clone(), 10));
    // At its pace, but for longer than a request may take.
    let (answer, seconds) = read(trickle(1, b"xxxx"), &limits(1, 4)).await;
    assert_eq!((answer, seconds), (late, 20));
}

#[tokio::test(start_paused = true)]
async fn a_body_is_read_to_its_limit() {
    let (answer, _) = read(Body::new(Full::from("x".repeat(100))), &limits(10, 4)).await;
    assert_eq!(answer.unwrap().len(), 100);
    let (answer, _) = read(Body::new(Full::from("x".repeat(101))), &limits(10, 4)).await;
    assert_eq!(answer, Err("body_too_large"));
    let (answer, seconds) = read(trickle(0, b"0123456789"), &limits(10, 4)).await;
    assert_eq!((answer, seconds), (Err("body_too_large"), 0));
}

#[test]
fn pieces_are_joined_in_their_order() {
    let mut pieces = Pieces::default();
    for piece in ["", "a", "", "bc", "d"] {
        pieces.add(Bytes::from_static(piece.as_bytes()));
    }
    assert_eq!(pieces.length(), 4);
    assert_eq!(pieces.joined(), "abcd");
}

#[test]
fn json_is_told_by_its_type() {
    let is_so = |text: &'static str| {
        let value = HeaderValue::from_static(text);
        is_json(&HeaderMap::from_iter([(CONTENT_TYPE, value)]))
    };
    assert!(is_so("application/json; charset=utf-8") && is_so("application/a2a+json"));
    assert!(!is_so("text/plain") && !is_so("text/x+json"));
}

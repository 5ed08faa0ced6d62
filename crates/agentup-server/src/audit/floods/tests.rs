//! Floods last for minutes here, and take no time.

use std::sync::Arc;

use super::*;

/// Floods, and the hands of their clock.
fn floods() -> (Floods, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(100));
    let hands = Arc::clone(&seconds);
    let timer = Timer::new(move || Duration::from_secs(hands.load(Relaxed)));
    (Floods::new(timer), seconds)
}

fn told(what: impl IntoIterator<Item = What>) -> Vec<String> {
    let json = |what| serde_json::to_string(&what).unwrap();
    what.into_iter().map(json).collect()
}

#[test]
fn an_overload_is_told_at_its_beginning_and_its_end() {
    let (floods, seconds) = floods();
    let began = floods.overload(Overload::Concurrency, 1);
    assert_eq!(
        told(began),
        [r#"{"event":"overload.began","limit":"concurrency"}"#]
    );
    for _ in 0..30 {
        seconds.fetch_add(1, Relaxed);
        assert!(floods.overload(Overload::Concurrency, 10).is_none());
        assert_eq!(floods.ended(false).count(), 0, "it goes on");
    }
    seconds.fetch_add(9, Relaxed);
    assert_eq!(floods.ended(false).count(), 0, "it may go on");
    seconds.fetch_add(1, Relaxed);
    let ended =
        r#"{"event":"overload.ended","limit":"concurrency","turned_away":301,"seconds":30}"#;
    assert_eq!(told(floods.ended(false)), [ended]);
    assert_eq!(floods.ended(true).count(), 0, "it has ended");
    assert!(
        floods.overload(Overload::Concurrency, 1).is_some(),
        "another one"
    );
    assert!(
        floods.overload(Overload::Connections, 1).is_some(),
        "one of another kind"
    );
    assert_eq!(floods.ended(true).count(), 2, "the server ends");
}

#[test]
fn refused_handshakes_of_one_address_are_told_ten_times_a_minute() {
    let (floods, seconds) = floods();
    let is_told = |last: u8| floods.tells_handshake([192, 0, 2, last].into());
    let flood = (0..1000).filter(|_| is_told(1)).count();
    assert_eq!(flood, 10);
    assert!(is_told(2), "others are told");
    let more = r#"{"event":"tls.refused_more","handshakes":990}"#;
    assert_eq!(told(floods.ended(false)), [more]);
    assert!(!is_told(1));
    assert_eq!(floods.ended(false).count(), 0, "once a minute");
    seconds.fetch_add(60, Relaxed);
    let more = r#"{"event":"tls.refused_more","handshakes":1}"#;
    assert_eq!(told(floods.ended(false)), [more]);
    assert!(is_told(1));
    assert_eq!(floods.ended(true).count(), 0);
}

#[test]
fn refused_credentials_and_callers_are_told_so_often_in_a_minute() {
    let (floods, _seconds) = floods();
    let client = Some(IpAddr::from([192, 0, 2, 1]));
    let of_client = (0..1000).filter(|_| floods.tells_refusal(client)).count();
    assert_eq!(of_client, 300);
    let caller = crate::testing::principal_id("alice");
    let of_caller = (0..1000)
        .filter(|_| floods.tells_rate(Some(&caller)))
        .count();
    assert_eq!(of_caller, 60);
    assert!(floods.tells_rate(Some(&crate::testing::principal_id("bob"))));
    assert!(floods.tells_refusal(None), "nobody knows who it was");
    let more = [
        r#"{"event":"authentication.refused_more","requests":700}"#,
        r#"{"event":"rate.limited_more","requests":940}"#,
    ];
    assert_eq!(told(floods.ended(true)), more);
}

#[test]
fn many_addresses_do_not_fill_the_audit() {
    let (floods, seconds) = floods();
    let mut events = 0;
    for minute in 0..10 {
        for number in 0..10_000_u32 {
            let peer = IpAddr::from((minute * 10_000 + number).to_be_bytes());
            events += usize::from(floods.tells_handshake(peer));
        }
        events += floods.ended(false).count();
        seconds.fetch_add(60, Relaxed);
    }
    assert!(events <= 10 * 121, "{events}");
}

//! Streams are counted while they are open.

use super::*;
use crate::testing::principal;

#[test]
fn a_caller_has_so_many_streams_at_a_time() {
    let streams = Arc::new(Streams::default());
    let (alice, bob) = (principal("alice", ""), principal("bob", ""));
    let first = streams.open(&alice, 2).unwrap();
    let _second = streams.open(&alice, 2).unwrap();
    assert_eq!(streams.open(&alice, 2).unwrap_err(), TooManyStreams);
    let _other = streams.open(&bob, 2).unwrap();
    drop(first);
    let _third = streams.open(&alice, 2).unwrap();
    assert_eq!(streams.open(&alice, 2).unwrap_err(), TooManyStreams);
}

#[test]
fn callers_without_streams_are_forgotten() {
    let streams = Arc::new(Streams::default());
    let alice = principal("alice", "");
    drop(streams.open(&alice, 1).unwrap());
    let kept: usize = streams.shards.iter().map(|shard| shard.lock().len()).sum();
    assert_eq!(kept, 0);
}

#[test]
fn nobody_in_particular_has_as_many_as_it_likes() {
    let streams = Arc::new(Streams::default());
    let anonymous = Principal::anonymous();
    let _open = [
        streams.open(&anonymous, 1).unwrap(),
        streams.open(&anonymous, 1).unwrap(),
    ];
}

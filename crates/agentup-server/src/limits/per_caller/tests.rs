//! What a caller has is counted as long as it has it.

use super::*;
use crate::testing::principal;

#[test]
fn a_caller_has_so_many_at_a_time() {
    let all = Arc::new(PerCaller::default());
    let (alice, bob) = (principal("alice", ""), principal("bob", ""));
    let first = all.enter(&alice, 2).unwrap();
    let _second = all.enter(&alice, 2).unwrap();
    assert_eq!(all.enter(&alice, 2).unwrap_err(), TooMany);
    // By another token.
    let again = principal("alice", "admin");
    assert_eq!(all.enter(&again, 2).unwrap_err(), TooMany);
    let _other = all.enter(&bob, 2).unwrap();
    drop(first);
    let _third = all.enter(&again, 2).unwrap();
    assert_eq!(all.enter(&alice, 2).unwrap_err(), TooMany);
}

#[test]
fn callers_without_any_are_forgotten() {
    let all = Arc::new(PerCaller::default());
    let names: Vec<_> = (0..100).map(|number| format!("caller-{number}")).collect();
    let places: Vec<_> = names
        .iter()
        .map(|name| all.enter(&principal(name, ""), 1).unwrap())
        .collect();
    let kept = || -> Vec<_> { all.shards.iter().map(|shard| shard.lock().len()).collect() };
    assert_eq!(kept().iter().sum::<usize>(), 100);
    assert!(kept().iter().all(|shard| *shard < 30), "{:?}", kept());
    drop(places);
    assert_eq!(kept().iter().sum::<usize>(), 0);
}

#[test]
fn nobody_in_particular_has_as_many_as_it_likes() {
    let all = Arc::new(PerCaller::default());
    let anonymous = Arc::new(Principal::anonymous());
    let _open = [
        all.enter(&anonymous, 1).unwrap(),
        all.enter(&anonymous, 1).unwrap(),
    ];
}

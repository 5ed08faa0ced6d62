//! What the store remembers of tasks that have gone.

use std::time::Duration;

use super::{super::tests::ended, Bounds, EVICTION_SCAN, Extent, Store};
use crate::testing::principal_id;

fn store(max_tasks: usize, max_tasks_per_owner: usize) -> Store {
    Store::new(Bounds {
        ttl: Duration::from_mins(1),
        max_tasks,
        max_tasks_per_owner,
        conversation: Extent {
            messages: 10,
            bytes: 1000,
        },
    })
}

/// How many ages all shards have together.
fn ages(store: &Store) -> usize {
    let ages = store.shards.iter().map(|shard| shard.lock().by_age.len());
    ages.sum()
}

#[test]
fn what_has_gone_is_forgotten() {
    let (store, alice) = (store(100, 3), principal_id("alice"));
    let mut gone = Vec::new();
    for _ in 0..1000 {
        let cell = store.insert(&alice, ended(), |_| false).unwrap();
        gone.push(cell.id().to_owned());
        assert!(ages(&store) <= 2 * 3 + EVICTION_SCAN + 1);
    }
    let kept = gone.split_off(997);
    assert!(gone.iter().all(|id| store.find(&alice, id).is_none()));
    assert!(kept.iter().all(|id| store.find(&alice, id).is_some()));
}

#[test]
fn the_oldest_of_all_makes_room_whoever_has_lost_some_before() {
    let (store, alice, bob) = (store(4, 2), principal_id("alice"), principal_id("bob"));
    for owner in [&alice, &alice, &alice, &bob, &bob] {
        store.insert(owner, ended(), |_| false).unwrap();
    }
    assert_eq!(
        (store.of_owner(&alice).len(), store.of_owner(&bob).len()),
        (2, 2)
    );
    for _ in 0..200 {
        store.insert(&bob, ended(), |_| false).unwrap();
        store.insert(&alice, ended(), |_| false).unwrap();
        assert!(store.len() <= 4);
    }
    store.sweep(u64::MAX);
    assert_eq!((store.len(), store.of_owner(&bob).len()), (0, 0));
}

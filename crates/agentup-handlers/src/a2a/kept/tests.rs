//! One fetches for all.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn one_fetches_for_all_who_wait() {
    let kept = Kept::new();
    let fetches = AtomicUsize::new(0);
    let get = || {
        kept.get(
            |_| true,
            async |_| {
                tokio::task::yield_now().await;
                Ok(fetches.fetch_add(1, Ordering::Relaxed))
            },
        )
    };
    let got = join_all((0..8).map(|_| get())).await;
    assert!(got.iter().all(|got| **got.as_ref().unwrap() == 0));

    let first = get().await.unwrap();
    kept.forget(&first);
    let second = get().await.unwrap();
    assert_eq!(*second, 1);
    // Somebody who comes late with the old one does not take away the new one.
    kept.forget(&first);
    assert_eq!(*get().await.unwrap(), 1);
}

#[tokio::test]
async fn what_cannot_be_had_is_asked_for_again() {
    let kept: Kept<usize> = Kept::new();
    let failed = kept.get(|_| true, async |_| Err(Fault::Timeout)).await;
    assert_eq!(failed.unwrap_err(), Fault::Timeout);
    let had = kept.get(
        |_| true,
        async |before| {
            assert!(before.is_none());
            Ok(1)
        },
    );
    assert_eq!(*had.await.unwrap(), 1);
    // What is not good any more is shown to whoever gets the next.
    let next = kept.get(
        |latest| *latest > 1,
        async |before| Ok(*before.unwrap() + 1),
    );
    assert_eq!(*next.await.unwrap(), 2);
}

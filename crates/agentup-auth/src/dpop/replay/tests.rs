//! Memory: once, for as long as it takes, within its bounds.

use super::{ReplayCache, SHARDS, SPAN};
use crate::{dpop::DpopError, keys::Thumbprint, time::UnixSeconds};

const NOW: u64 = 1_800_000_000;

fn key(text: &str) -> Thumbprint {
    Thumbprint::parse(text).expect("a thumbprint")
}

fn mine() -> Thumbprint {
    key("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
}

fn admit(cache: &ReplayCache, id: &str, last: u64, now: u64) -> Result<(), DpopError> {
    cache.admit(&mine(), id, UnixSeconds::new(last), UnixSeconds::new(now))
}

#[test]
fn a_proof_passes_once() {
    let cache = ReplayCache::new(1000);
    assert_eq!(admit(&cache, "a", NOW + 90, NOW), Ok(()));
    assert_eq!(admit(&cache, "a", NOW + 90, NOW), Err(DpopError::Replayed));
    assert_eq!(admit(&cache, "b", NOW + 90, NOW), Ok(()));
    let other = key("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    let (last, now) = (UnixSeconds::new(NOW + 90), UnixSeconds::new(NOW));
    assert_eq!(
        cache.admit(&other, "a", last, now),
        Ok(()),
        "another key's own name"
    );
}

#[test]
fn a_proof_is_known_for_as_long_as_it_is_good() {
    let cache = ReplayCache::new(1000);
    for last in NOW..NOW + 2 * SPAN {
        let id = last.to_string();
        assert_eq!(admit(&cache, &id, last, NOW), Ok(()));
        assert_eq!(
            admit(&cache, &id, last, last),
            Err(DpopError::Replayed),
            "{last}"
        );
        // A name that comes again with a later time is the same name.
        assert_eq!(
            admit(&cache, &id, last + 60, last),
            Err(DpopError::Replayed),
            "{last}"
        );
    }
}

#[test]
fn a_full_memory_refuses_and_forgets_nothing_too_early() {
    let cache = ReplayCache::new(SHARDS * 2);
    let ids: Vec<String> = (0..1000).map(|number| format!("proof-{number}")).collect();
    let admitted: Vec<_> = ids
        .iter()
        .filter(|id| admit(&cache, id, NOW + 90, NOW).is_ok())
        .collect();
    assert_eq!(admitted.len(), SHARDS * 2);
    for id in &admitted {
        assert_eq!(
            admit(&cache, id, NOW + 90, NOW + 90),
            Err(DpopError::Replayed)
        );
    }
    let refused = ids
        .iter()
        .find(|id| !admitted.contains(id))
        .expect("one that was refused");
    assert_eq!(
        admit(&cache, refused, NOW + 90, NOW),
        Err(DpopError::MemoryFull)
    );
    let later = NOW + 90 + SPAN + 1;
    assert_eq!(
        admit(&cache, refused, later + 90, later),
        Ok(()),
        "the oldest are forgotten"
    );
}

#[test]
fn slots_come_in_any_order() {
    let cache = ReplayCache::new(1_000_000);
    for (step, last) in [90, 10, 50, 200, 30, 90, 10].into_iter().enumerate() {
        assert_eq!(admit(&cache, &step.to_string(), NOW + last, NOW), Ok(()));
    }
    for (step, last) in [90, 10, 50, 200, 30, 90, 10].into_iter().enumerate() {
        let again = admit(&cache, &step.to_string(), NOW + last, NOW + 10);
        assert_eq!(again, Err(DpopError::Replayed), "{step}");
    }
}

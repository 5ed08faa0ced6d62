//! A share of the requests for each owner, so that nobody's slow webhooks make others wait.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use agentup_auth::PrincipalId;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

/// How many requests to the webhooks of one owner are under way at a time.
const MAX_OF_OWNER: usize = 8;

/// How many owners are remembered before those without a webhook are looked for.
const FIRST_SWEEP: usize = 64;

/// The shares of those owners that have a webhook.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    lanes: HashMap<PrincipalId, Weak<Semaphore>>,
    /// How many there may be before the next sweep: twice as many as the last one left.
    sweep_at: usize,
}

impl Lanes {
    /// The share of this owner. It is forgotten with the last webhook that holds it.
    pub(super) fn of(&self, owner: &PrincipalId) -> Arc<Semaphore> {
        let mut known = self.0.lock();
        if let Some(lane) = known.lanes.get(owner).and_then(Weak::upgrade) {
            return lane;
        }
        if known.lanes.len() >= known.sweep_at {
            known.lanes.retain(|_, lane| lane.strong_count() > 0);
            known.sweep_at = known.lanes.len().saturating_mul(2).max(FIRST_SWEEP);
        }
        let lane = Arc::new(Semaphore::new(MAX_OF_OWNER));
        known.lanes.insert(owner.clone(), Arc::downgrade(&lane));
        lane
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().lanes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::principal_id;

    #[test]
    fn an_owner_has_one_share_and_others_have_their_own() {
        let lanes = Lanes::default();
        let (alice, bob) = (principal_id("alice"), principal_id("bob"));
        let lane = lanes.of(&alice);
        assert!(Arc::ptr_eq(&lane, &lanes.of(&alice)));
        assert!(!Arc::ptr_eq(&lane, &lanes.of(&bob)));
    }

    #[test]
    fn owners_without_a_webhook_are_forgotten() {
        let lanes = Lanes::default();
        let alice = principal_id("alice");
        let kept = lanes.of(&alice);
        for number in 0..200 {
            drop(lanes.of(&principal_id(&number.to_string())));
        }
        assert!(lanes.len() <= FIRST_SWEEP, "{}", lanes.len());
        assert!(Arc::ptr_eq(&kept, &lanes.of(&alice)));
    }
}

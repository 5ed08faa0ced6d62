//! So much of each caller at a time: its streams, its requests.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, BuildHasherDefault, Hash, Hasher},
    sync::Arc,
};

use agentup_auth::Principal;
use foldhash::quality::RandomState;
use parking_lot::Mutex;

/// Two callers seldom meet at one lock.
const SHARDS: usize = 16;

/// What each caller has at the moment.
#[derive(Debug, Default)]
pub(crate) struct PerCaller {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
}

type Shard = HashMap<Caller, usize, BuildHasherDefault<Hashed>>;

/// One of the things that a caller has, until this is dropped.
#[derive(Debug)]
pub(crate) struct CallerPlace {
    all: Arc<PerCaller>,
    caller: Caller,
}

/// A caller has as many as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

impl PerCaller {
    /// Counts one more of a caller, if it has not got `most`. Where security is off everybody is one
    /// caller, of whom nothing is limited.
    pub(crate) fn enter(
        self: &Arc<Self>,
        principal: &Arc<Principal>,
        most: usize,
    ) -> Result<CallerPlace, TooMany> {
        let caller = Caller {
            hash: self.hasher.hash_one(principal.id()),
            principal: Arc::clone(principal),
        };
        let mut shard = self.shard(&caller).lock();
        let count = shard.entry(caller.clone()).or_insert(0);
        if *count >= most && principal.is_authenticated() {
            return Err(TooMany);
        }
        *count = count.saturating_add(1);
        drop(shard);
        Ok(CallerPlace {
            all: Arc::clone(self),
            caller,
        })
    }

    fn leave(&self, caller: &Caller) {
        let mut shard = self.shard(caller).lock();
        if let Some(count) = shard.get_mut(caller) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                shard.remove(caller);
            }
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the remainder is smaller than the array"
    )]
    fn shard(&self, caller: &Caller) -> &Mutex<Shard> {
        // By other bits than those that the shards go by themselves.
        &self.shards[usize::from(caller.hash.to_be_bytes()[1]) % SHARDS]
    }
}

impl Drop for CallerPlace {
    fn drop(&mut self) {
        self.all.leave(&self.caller);
    }
}

/// A caller by its name, whichever of its tokens it came with. The hash is kept: every request comes
/// by here twice.
#[derive(Clone, Debug)]
struct Caller {
    hash: u64,
    principal: Arc<Principal>,
}

impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.principal.id() == other.principal.id()
    }
}

impl Eq for Caller {}

impl Hash for Caller {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Takes the hash as it is: it was made with a key that nobody knows.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        // Nothing but the number is hashed here.
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests;

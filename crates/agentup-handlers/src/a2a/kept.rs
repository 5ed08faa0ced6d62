//! Something that is fetched, kept for a while and fetched again: by one for all who need it.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use crate::upstream::Fault;

/// The latest of it, if there is one.
#[derive(Debug)]
pub(super) struct Kept<T> {
    latest: RwLock<Option<Arc<T>>>,
    /// Held by whoever fetches.
    fetching: Mutex<()>,
}

impl<T> Kept<T> {
    pub(super) fn new() -> Self {
        Self {
            latest: RwLock::new(None),
            fetching: Mutex::new(()),
        }
    }

    /// The latest, if it is good enough; else a new one. Whoever comes while somebody fetches it
    /// waits for that.
    pub(super) async fn get(
        &self,
        is_good: impl Fn(&T) -> bool,
        fetch: impl AsyncFnOnce(Option<Arc<T>>) -> Result<T, Fault>,
    ) -> Result<Arc<T>, Fault> {
        let good = || self.latest().filter(|latest| is_good(latest));
        if let Some(latest) = good() {
            return Ok(latest);
        }
        let _turn = self.fetching.lock().await;
        if let Some(latest) = good() {
            return Ok(latest);
        }
        let new = Arc::new(fetch(self.latest()).await?);
        self.set(Some(Arc::clone(&new)));
        Ok(new)
    }

    /// Forgets this one, unless there is a newer one already.
    pub(super) fn forget(&self, old: &Arc<T>) {
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        if latest.as_ref().is_some_and(|it| Arc::ptr_eq(it, old)) {
            *latest = None;
        }
    }

    fn latest(&self) -> Option<Arc<T>> {
        let latest = self.latest.read();
        latest.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, new: Option<Arc<T>>) {
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = new;
    }
}

#[cfg(test)]
mod tests;

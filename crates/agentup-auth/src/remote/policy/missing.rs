//! The names that an issuer was asked for and does not have, for a while and not too many.

use std::time::Duration;

use super::{Kid, timing::Moment};

/// The most names that are remembered. One that is forgotten costs a fetch at most, and no more
/// than one in a cool-down.
const MAX_NAMES: usize = 128;

#[derive(Clone, Debug)]
pub(super) struct Missing {
    names: Vec<Name>,
    first: Duration,
    last: Duration,
}

#[derive(Clone, Debug)]
struct Name {
    kid: Kid,
    until: Moment,
    span: Duration,
}

impl Missing {
    /// A name is remembered for the span `first`, and twice as long whenever it is still not
    /// there, up to `last`. Short at first, because a new key may be used before it is published
    /// everywhere.
    pub(super) const fn new(first: Duration, last: Duration) -> Self {
        Self {
            names: Vec::new(),
            first,
            last,
        }
    }

    /// Whether the issuer need not be asked for this name.
    pub(super) fn covers(&self, kid: Kid, now: Moment) -> bool {
        self.names
            .iter()
            .any(|name| name.kid == kid && now < name.until)
    }

    /// The issuer does not have it.
    pub(super) fn note(&mut self, kid: Kid, now: Moment) {
        if let Some(name) = self.names.iter_mut().find(|name| name.kid == kid) {
            name.span = name.span.saturating_mul(2).min(self.last);
            name.until = now.after(name.span);
            return;
        }
        if self.names.len() >= MAX_NAMES {
            let soonest = self
                .names
                .iter()
                .enumerate()
                .min_by_key(|(_, name)| name.until);
            if let Some((index, _)) = soonest {
                self.names.swap_remove(index);
            }
        }
        let span = self.first;
        self.names.push(Name {
            kid,
            until: now.after(span),
            span,
        });
    }

    /// The issuer has it now.
    pub(super) fn forget(&mut self, kid: Kid) {
        self.names.retain(|name| name.kid != kid);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

//! The ids of a task. They stand in the task itself: of a hundred thousand tasks that are kept, two
//! pieces of memory less each.

use std::sync::Arc;

use arrayvec::ArrayString;
use uuid::{Uuid, fmt::Hyphenated};

/// An id that nobody can guess.
pub(super) type NewId = ArrayString<{ Hyphenated::LENGTH }>;

/// The id of a context.
pub(super) enum ContextId {
    /// Made for the task that it stands in.
    New(NewId),
    /// Named by the caller, in any length.
    Named(Arc<str>),
}

/// What a task and its messages have in common, and need not have twice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ids<'a> {
    pub(super) task: &'a str,
    pub(super) context: &'a str,
}

impl ContextId {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::New(id) => id,
            Self::Named(id) => id,
        }
    }

    pub(super) const fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }
}

pub(super) fn new_id() -> NewId {
    let mut text = [0; Hyphenated::LENGTH];
    Uuid::new_v4().hyphenated().encode_lower(&mut text);
    // Hexadecimal digits and hyphens are text.
    NewId::from_byte_string(&text).unwrap_or_default()
}

//! The way of an answer to the caller: not each token by itself, which would make as many events,
//! but what has come in a twentieth of a second, and the first word at once.

use std::time::Duration;

use tokio::time::Instant;

use super::failure::Trouble;
use crate::SkillContext;

/// The id of the artifact. A model answers once in a task.
const ARTIFACT: &str = "reply";

/// The least time between two pieces.
const PAUSE: Duration = Duration::from_millis(50);

/// How much is told in any case, in bytes.
const ENOUGH: usize = 8 << 10;

/// An answer that is being told.
pub(super) struct Telling<'a> {
    context: &'a SkillContext,
    /// What has not been told yet.
    pending: String,
    /// When to tell it.
    due: Option<Instant>,
    /// When something was told for the last time.
    told: Option<Instant>,
    begun: Instant,
    first: Option<Duration>,
    /// How much may still come, in bytes, and how much it was.
    left: usize,
    most: usize,
}

impl<'a> Telling<'a> {
    pub(super) fn new(context: &'a SkillContext, most: usize) -> Self {
        Self {
            context,
            pending: String::new(),
            due: None,
            told: None,
            begun: Instant::now(),
            first: None,
            left: most,
            most,
        }
    }

    /// Takes a piece of text.
    pub(super) fn hear(&mut self, text: &str) -> Result<(), Trouble> {
        if text.is_empty() {
            return Ok(());
        }
        let left = self.left.checked_sub(text.len());
        self.left = left.ok_or(Trouble::TooLong(self.most))?;
        self.pending.push_str(text);
        let now = Instant::now();
        self.first
            .get_or_insert_with(|| now.saturating_duration_since(self.begun));
        match self.told.and_then(|told| told.checked_add(PAUSE)) {
            Some(due) if due > now && self.pending.len() < ENOUGH => self.due = Some(due),
            _ => self.tell(false),
        }
        Ok(())
    }

    /// Waits until something has to be told.
    pub(super) async fn is_due(&self) {
        match self.due {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    /// Tells what has come since the last time.
    pub(super) fn tell(&mut self, last: bool) {
        let piece = std::mem::take(&mut self.pending);
        self.context.text(ARTIFACT, piece, last);
        self.told = Some(Instant::now());
        self.due = None;
    }

    /// Whether the caller was told anything.
    pub(super) const fn has_spoken(&self) -> bool {
        self.told.is_some()
    }

    /// The time until the first word came, and the time until now.
    pub(super) fn times(&self) -> (Option<Duration>, Duration) {
        (self.first, self.begun.elapsed())
    }
}

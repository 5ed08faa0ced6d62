//! What is told of keys that are fetched: to the log, and to the audit.

use std::sync::Arc;

use agentup_auth::remote::{Event, Observer, RemoteIssuer};
use agentup_env::cli::terminal::safe_text;

use crate::audit::{Audit, What};

/// Tells what happens to the keys of these issuers.
pub(super) fn observer(issuers: Arc<[String]>, audit: Audit) -> Arc<Observer> {
    Arc::new(move |issuer, event| {
        let issuer = names(&issuers, issuer);
        log(&issuer, event);
        if let Some(what) = what(issuer, event) {
            audit.record(what);
        }
    })
}

/// What there is to record.
fn what(issuer: String, event: &Event<'_>) -> Option<What> {
    Some(match event {
        Event::Loaded {
            keys,
            skipped,
            exposed,
        } => What::KeysChanged {
            issuer,
            keys: *keys,
            skipped: skipped.len(),
            exposed: exposed.len(),
        },
        Event::Failed { error, age, .. } => What::KeysFetchFailed {
            issuer,
            code: error.code(),
            age_seconds: age.map(|age| age.as_secs()),
        },
        Event::Discarded => What::KeysDiscarded { issuer },
        _ => return None,
    })
}

fn names(issuers: &[String], issuer: &RemoteIssuer) -> String {
    let names = issuer
        .positions
        .iter()
        .filter_map(|position| issuers.get(*position));
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn log(issuer: &str, event: &Event<'_>) {
    match event {
        Event::Loaded {
            keys,
            skipped,
            exposed,
        } => {
            tracing::info!(issuer, keys, "new keys are in use");
            for key in *skipped {
                let kid = key.kid.as_deref().map(safe_text).unwrap_or_default();
                let reason = key.reason;
                tracing::warn!(issuer, index = key.index, %kid, "a key is left out: {reason}");
            }
            for index in *exposed {
                tracing::warn!(issuer, index, "a key is published with its private half");
            }
            if *keys == 0 {
                tracing::error!(
                    issuer,
                    "there is no key that can be used: no token verifies"
                );
            }
        }
        Event::Failed {
            error,
            age,
            retry_in,
        } => {
            let (code, age) = (error.code(), age.map(|age| age.as_secs()));
            tracing::warn!(
                issuer,
                code,
                age,
                ?retry_in,
                "the keys cannot be fetched: {error}"
            );
        }
        Event::Discarded => {
            tracing::error!(
                issuer,
                "the keys are too old to be trusted: no token verifies"
            );
        }
        _ => tracing::debug!(issuer, "the keys hold"),
    }
}

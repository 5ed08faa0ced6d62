//! Whether the agent is in working order: one answer for balancers and for `admin_status`.

use std::sync::{Arc, OnceLock, Weak};

use serde::Serialize;

use crate::{
    app::App,
    keys::{Keys, Shortage},
};

/// Asks a server that may not be there yet, or not any more, about its health. A copy asks the same
/// one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health(Arc<OnceLock<Weak<App>>>);

/// How the agent is.
#[derive(Debug, Serialize)]
pub(crate) struct Condition {
    /// Ready, or the first reason why it is not.
    pub(crate) status: Status,
    /// Says so if there is no room for another task.
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks: Option<Shortfall>,
    /// The issuers whose keys are not as they should be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    issuers: Vec<Shortage>,
    /// Says so if the configuration could not be taken over as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration: Option<&'static str>,
}

/// Whether requests should be sent here, in the words of the probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Status {
    /// They should.
    #[serde(rename = "ready")]
    Ready,
    /// The server is told to stop.
    #[serde(rename = "stopping")]
    Stopping,
    /// Tokens of an issuer cannot be verified yet.
    #[serde(rename = "waiting for keys")]
    WaitingForKeys,
    /// There are as many tasks at work as can be kept.
    #[serde(rename = "full of tasks")]
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Shortfall {
    #[serde(rename = "full")]
    Full,
}

impl Health {
    /// Says whom to ask.
    pub(crate) fn is_of(&self, app: &Arc<App>) {
        // Only a server that is asked for its health twice could come a second time.
        let _ = self.0.set(Arc::downgrade(app));
    }

    /// The question whether the agent is in working order. Before there is a server, it is.
    pub(crate) fn question(&self) -> Box<dyn Fn() -> bool + Send + Sync> {
        let app = Arc::clone(&self.0);
        Box::new(move || {
            let app = app.get().and_then(Weak::upgrade);
            app.is_none_or(|app| Condition::of(&app).status == Status::Ready)
        })
    }
}

impl Condition {
    /// How the agent is now.
    pub(crate) fn of(app: &App) -> Self {
        let live = app.live();
        let issuers = live.gate.keys().map(Keys::shortages).unwrap_or_default();
        let is_full = app.tasks.is_full();
        let status = if app.is_stopping() {
            Status::Stopping
        } else if !issuers.iter().all(Shortage::is_bearable) {
            Status::WaitingForKeys
        } else if is_full {
            Status::Full
        } else {
            Status::Ready
        };
        Self {
            status,
            tasks: is_full.then_some(Shortfall::Full),
            issuers,
            configuration: app
                .is_outdated()
                .then_some("not taken over: the log says why; the old one holds"),
        }
    }
}

//! Notes on a request, taken where something is learned of it.

use std::{net::IpAddr, sync::Arc};

use agentup_auth::Principal;
use agentup_handlers::{ClientCertificate, TraceContext};
use http::request::Parts;
use parking_lot::Mutex;

use super::{Asked, Notes, Outcome};
use crate::{client_address::ClientAddress, tasks::TaskCell};

/// The name of a request and the notes on it. It travels with the request; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Noted(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: Arc<str>,
    trace: Option<TraceContext>,
    client: Option<ClientAddress>,
    certificate: Option<ClientCertificate>,
    /// Of one request, so that nobody ever waits for it.
    notes: Mutex<Notes>,
}

impl Noted {
    pub(crate) fn new(
        id: Arc<str>,
        trace: Option<TraceContext>,
        client: Option<ClientAddress>,
        certificate: Option<ClientCertificate>,
    ) -> Self {
        Self(Arc::new(Inner {
            id,
            trace,
            client,
            certificate,
            notes: Mutex::default(),
        }))
    }

    /// That of a request on its way through the router, which the front door has put there.
    pub(crate) fn of(head: &Parts) -> Self {
        let noted = head.extensions.get::<Self>().cloned();
        noted.unwrap_or_else(|| Self::new(Arc::from(""), None, None, None))
    }

    /// The id of the request, for the log and for handlers.
    pub(crate) fn id(&self) -> &Arc<str> {
        &self.0.id
    }

    /// The trace that the request belongs to, if it named one.
    pub(crate) fn trace(&self) -> Option<&TraceContext> {
        self.0.trace.as_ref()
    }

    /// The address that the request came from.
    pub(crate) fn client(&self) -> Option<IpAddr> {
        self.0.client.map(ClientAddress::ip)
    }

    /// Where the request comes from. Not known of one that a program hands to the router by itself.
    pub(crate) fn client_address(&self) -> Option<ClientAddress> {
        self.0.client
    }

    /// The certificate that the client has shown and proved to have the key of. None without TLS,
    /// and where clients are not asked.
    pub(crate) fn certificate(&self) -> Option<&ClientCertificate> {
        self.0.certificate.as_ref()
    }

    /// Who asks.
    pub(crate) fn principal(&self, principal: &Arc<Principal>) {
        self.0.notes.lock().principal = Some(Arc::clone(principal));
    }

    /// What is asked for.
    pub(crate) fn asked(&self, asked: Asked) {
        self.0.notes.lock().asked = Some(asked);
    }

    /// The skill that it is for.
    pub(crate) fn skill(&self, skill: &Arc<str>) {
        self.0.notes.lock().skill = Some(Arc::clone(skill));
    }

    /// The task that it is about.
    pub(crate) fn task(&self, task: &Arc<TaskCell>) {
        self.0.notes.lock().task = Some(Arc::clone(task));
    }

    /// How it ended, where the answer does not say it, as of a denial that is told as a task.
    pub(crate) fn ended(&self, outcome: Outcome) {
        self.0.notes.lock().outcome = Some(outcome);
    }

    /// All that was noted, at the end.
    pub(super) fn take(&self) -> Notes {
        std::mem::take(&mut self.0.notes.lock())
    }
}

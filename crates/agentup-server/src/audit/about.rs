//! What an event of a request tells of that request.

use std::sync::Arc;

use agentup_auth::Principal;
use agentup_handlers::TraceContext;
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::record::Record;

/// The request behind an event: who, from where, and what was asked for.
#[derive(Debug)]
pub(crate) struct About {
    request_id: Arc<str>,
    trace_id: Option<u128>,
    client: Option<std::net::IpAddr>,
    principal: Option<Arc<Principal>>,
    method: http::Method,
    route: &'static str,
    operation: Option<&'static str>,
    skill: Option<Arc<str>>,
    task: Option<Box<str>>,
    status: u16,
}

impl About {
    pub(crate) fn new(record: &Record) -> Self {
        let notes = &record.notes;
        Self {
            request_id: Arc::clone(&record.id),
            trace_id: record.trace.as_ref().map(TraceContext::trace_id),
            client: record.client,
            principal: notes.principal.clone(),
            method: record.method.clone(),
            route: record.route,
            operation: notes.asked.map(|asked| asked.operation.label()),
            skill: notes.skill.clone(),
            task: notes.task.as_ref().map(|task| task.id().into()),
            status: record.status.as_u16(),
        }
    }
}

/// Only what is known: no member is null.
impl Serialize for About {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("request_id", &*self.request_id)?;
        if let Some(id) = self.trace_id {
            map.serialize_entry("trace_id", &format!("{id:032x}"))?;
        }
        if let Some(client) = self.client {
            map.serialize_entry("client", &client)?;
        }
        if let Some(principal) = &self.principal {
            let id = principal.id();
            if !id.issuer().is_empty() {
                map.serialize_entry("issuer", id.issuer())?;
            }
            map.serialize_entry("subject", id.subject())?;
        }
        map.serialize_entry("method", self.method.as_str())?;
        map.serialize_entry("route", self.route)?;
        for (name, value) in [
            ("operation", self.operation),
            ("skill", self.skill.as_deref()),
            ("task", self.task.as_deref()),
        ] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        map.serialize_entry("status", &self.status)?;
        map.end()
    }
}

//! `handler: {type: http}`: a skill whose work is done by an HTTP service.
//!
//! The service gets one POST for each message. It answers with JSON, or with a stream of events
//! that are passed on as they come. `docs/http-skills.md` is the contract.

use std::sync::Arc;

use agentup_protocol::Message;
use reqwest::{
    Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue},
};

use crate::{
    Reply, SkillContext, SkillError, SkillHandler,
    middleware::Observer,
    relay::Relay,
    upstream::{Answer, Cause, Fault, Limits, Purpose, Upstream},
};

mod answer;
mod call;

pub use crate::identity::Identity;

use answer::{EventIn, ReplyIn};

/// What the service is told of itself and the caller, and what it may take.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is.
    pub url: Url,
    /// What else is sent with each call. Values that are secrets are marked as sensitive.
    pub headers: HeaderMap,
    /// What it hears of the caller.
    pub identity: Identity,
    /// What a call may take.
    pub limits: Limits,
}

/// A skill that asks an HTTP service.
#[derive(Debug)]
pub struct HttpSkill {
    settings: Settings,
    upstream: Upstream,
}

impl HttpSkill {
    /// A skill behind which this service stands. It is not asked before the skill runs. The
    /// observer hears of each request.
    #[must_use]
    pub const fn new(settings: Settings, observer: Arc<dyn Observer>) -> Self {
        let upstream = Upstream::new(settings.limits, observer);
        Self { settings, upstream }
    }

    async fn ask(&self, message: &Message, context: &SkillContext) -> Result<Reply, SkillError> {
        let identity = self.settings.identity;
        let mut headers = self.settings.headers.clone();
        headers.extend(identity.headers(context)?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let accepted = HeaderValue::from_static("application/json, text/event-stream");
        headers.insert(ACCEPT, accepted);
        let body = call::body(message, context, identity)?;
        let mut relay = Relay::new(context);
        let cause = Cause {
            run: context,
            purpose: Purpose::Service,
        };
        let url = &self.settings.url;
        let answer = self.upstream.post(url, headers, body, Some(cause)).await;
        let answer = answer.and_then(Answer::ok)?;
        if answer.is_of_type("text/event-stream") {
            return follow(answer, &mut relay).await;
        }
        if !answer.is_of_type("application/json") {
            return Err(Fault::Senseless("JSON or a stream of events").into());
        }
        let reply: ReplyIn = answer.json("a message or a status").await?;
        match reply {
            ReplyIn::Message(said) => Ok(Reply::Completed(said.parts)),
            ReplyIn::Task(task) => task.told(&mut relay)?.ok_or_else(|| {
                // There is nothing to wait for: the answer is whole.
                Fault::Senseless("a state in which a task rests").into()
            }),
        }
    }
}

/// Passes on events until one of them ends the run.
async fn follow(answer: Answer, relay: &mut Relay<'_>) -> Result<Reply, SkillError> {
    let mut events = answer.events();
    loop {
        let event = events.next().await.map_err(|fault| relay.fault(fault))?;
        let event = event.ok_or_else(|| relay.fault(Fault::HalfStream))?;
        let event = serde_json::from_str(&event.data)
            .map_err(|_| relay.fault(Fault::Senseless("an event of A2A 1.0")))?;
        match event {
            EventIn::Message(said) => return Ok(Reply::Completed(said.parts)),
            EventIn::ArtifactUpdate(update) => {
                relay.artifact(update.artifact, update.append, update.last_chunk);
            }
            EventIn::StatusUpdate(update) => {
                if let Some(reply) = update.status.told(relay)? {
                    return Ok(reply);
                }
            }
            EventIn::Task(task) => {
                if let Some(reply) = task.told(relay)? {
                    return Ok(reply);
                }
            }
        }
    }
}

impl SkillHandler for HttpSkill {
    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        tokio::select! {
            biased;
            // Dropping the call closes it, which is how the service hears of it.
            () = context.cancellation().cancelled() => Ok(Reply::done()),
            reply = self.ask(&message, &context) => reply,
        }
    }
}

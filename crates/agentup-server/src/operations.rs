//! Operations: what a caller asked for, done within what the caller may.

use std::sync::Arc;

use agentup_auth::{Denied, Principal};
use agentup_handlers::{Admitted, CallerToken, ClientCertificate, Skill, middleware::Limited};
use agentup_protocol::{A2aError, CancelTaskRequest, Message, SendMessageRequest};

use crate::{
    limits::CallerPlace,
    live::Live,
    push::Webhook,
    record::{Noted, Outcome},
    tasks::{Canceled, Opened, Origin, TaskCell, Tasks, Turn, TurnRefused},
};

pub(crate) mod list;

/// Who asks, and with what.
#[derive(Debug)]
pub(crate) struct Asker {
    /// The verified caller.
    pub(crate) principal: Arc<Principal>,
    /// The settings that hold for this request.
    pub(crate) live: Arc<Live>,
    /// The name of the request, and what is learned of it.
    pub(crate) noted: Noted,
    /// The token that the caller was admitted by, if a skill may pass it on.
    pub(crate) token: Option<CallerToken>,
    /// The certificate that the caller has shown.
    pub(crate) certificate: Option<ClientCertificate>,
    /// The place of this request among those of its caller, if they are counted.
    pub(crate) _place: Option<CallerPlace>,
}

/// How a caller hears that a skill is not for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DenialForm {
    /// A task that is rejected, with the words as an artifact.
    Artifact,
    /// `403` with a challenge (`A2A §3.3.2`, `RFC 6750 §3.1`).
    Http,
}

/// Why an operation was not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The protocol has an error for it.
    Protocol(A2aError),
    /// The caller may not use the skill; the words say so.
    Denied(Denied, String),
    /// The caller may use the skill, and has used up its calls of it.
    Limited(Limited),
    /// The caller has as many streams of events as it may have.
    TooManyStreams,
}

impl From<A2aError> for Refusal {
    fn from(error: A2aError) -> Self {
        Self::Protocol(error)
    }
}

/// A message that may be acted on: its task, and the turn to run unless the skill was denied.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) cell: Arc<TaskCell>,
    pub(crate) turn: Option<Turn>,
}

/// The task that a message went to.
#[derive(Debug)]
pub(crate) enum Sent {
    /// The caller gets it as it stands.
    Answerable(Arc<TaskCell>),
    /// The caller waits for it to end, or to wait for the caller.
    AtWork(Arc<TaskCell>),
}

impl Asker {
    /// Takes a message in: finds the skill, decides, and opens or continues the task.
    pub(crate) fn accept(
        &self,
        tasks: &Tasks,
        request: Box<SendMessageRequest>,
        form: DenialForm,
        webhook: Option<Webhook>,
    ) -> Result<Accepted, Refusal> {
        let known = self.task_of(tasks, &request)?;
        let skill = self.skill_of(known.as_deref(), &request)?;
        self.noted.skill(skill.id());
        let allowed = match skill.permit(&self.principal) {
            Ok(allowed) => allowed,
            Err(denied) => return self.deny(tasks, skill, denied, request, form),
        };
        // Before there is a task: what is refused here must not take room from other tasks.
        let admitted = allowed.admit().map_err(Refusal::Limited)?;
        let opened = match known {
            Some(cell) => Opened::New(cell),
            None => tasks.open(self.principal.id(), skill.id(), &request.message)?,
        };
        let (Opened::New(cell) | Opened::Repeat(cell)) = &opened;
        self.noted.task(cell);
        // Before the first event, so that the webhook hears of that too.
        if let Some(webhook) = webhook {
            self.add_webhook(cell, webhook)?;
        }
        let cell = match opened {
            Opened::New(cell) => cell,
            Opened::Repeat(cell) => return Ok(Accepted { cell, turn: None }),
        };
        let turn = turn(&cell, admitted, request, self.origin(skill))?;
        Ok(Accepted {
            cell,
            turn: Some(turn),
        })
    }

    /// Sends a message. With `returnImmediately` its answer is the task as it stands (`A2A §3.2.2`).
    pub(crate) fn send(
        &self,
        tasks: &Tasks,
        request: Box<SendMessageRequest>,
        form: DenialForm,
        webhook: Option<Webhook>,
    ) -> Result<Sent, Refusal> {
        let waits = !request.configuration.return_immediately;
        let Accepted { cell, turn } = self.accept(tasks, request, form, webhook)?;
        match turn {
            Some(turn) if waits => tasks.run_attended(&cell, turn),
            Some(turn) => tasks.run_detached(&cell, turn),
            None => {}
        }
        Ok(if waits && !cell.is_settled() {
            Sent::AtWork(cell)
        } else {
            Sent::Answerable(cell)
        })
    }

    /// The caller's task with this id. One that belongs to somebody else is not there.
    pub(crate) fn task(&self, tasks: &Tasks, id: &str) -> Result<Arc<TaskCell>, A2aError> {
        let found = tasks.find(self.principal.id(), id);
        let cell = found.ok_or_else(|| A2aError::task_not_found(id))?;
        self.noted.task(&cell);
        Ok(cell)
    }

    /// Cancels a task of the caller. A skill that the caller may still use hears of it, also when
    /// nothing of it is running.
    pub(crate) fn cancel(
        &self,
        tasks: &Tasks,
        request: &CancelTaskRequest,
    ) -> Result<Arc<TaskCell>, A2aError> {
        let cell = self.task(tasks, &request.id)?;
        let found = cell
            .cancel()
            .map_err(|_| A2aError::task_not_cancelable(&request.id))?;
        if found == Canceled::Waiting
            && let Some(skill) = self.live.registry.skill(&cell.skill)
            && let Ok(allowed) = skill.permit(&self.principal)
        {
            tasks.tell_canceled(&cell, allowed, self.origin(skill));
        }
        Ok(cell)
    }

    /// The task that a message continues, if it names one (`A2A §3.4.2`, `§3.4.3`).
    fn task_of(
        &self,
        tasks: &Tasks,
        request: &SendMessageRequest,
    ) -> Result<Option<Arc<TaskCell>>, A2aError> {
        let Some(id) = request
            .message
            .task_id
            .as_deref()
            .filter(|id| !id.is_empty())
        else {
            return Ok(None);
        };
        let cell = self.task(tasks, id)?;
        match request.message.context_id.as_deref() {
            Some(context) if !context.is_empty() && context != cell.context_id() => Err(
                A2aError::invalid_param("message.contextId", "is not the context of the task"),
            ),
            _ => Ok(Some(cell)),
        }
    }

    /// The skill a message is for: that of its task, the one it names, or the default.
    fn skill_of(
        &self,
        known: Option<&TaskCell>,
        request: &SendMessageRequest,
    ) -> Result<&Skill, A2aError> {
        let named = request.skill_id.as_deref();
        let id = match (known, named) {
            (Some(cell), Some(named)) if named != &*cell.skill => {
                return Err(A2aError::invalid_param(
                    "skillId",
                    "is not the skill of the task",
                ));
            }
            (Some(cell), _) => Some(&*cell.skill),
            (None, named) => named,
        };
        match id {
            // The answer to an unknown skill names no other: which there are, the card says.
            Some(id) => {
                self.live.registry.skill(id).ok_or_else(|| {
                    A2aError::invalid_param("skillId", "is not a skill of this agent")
                })
            }
            None => self.live.default_skill().ok_or_else(|| {
                A2aError::invalid_param("skillId", "is required: this agent has no default skill")
            }),
        }
    }

    /// What the skill learns of this request.
    fn origin(&self, skill: &Skill) -> Origin {
        Origin {
            request_id: Arc::clone(self.noted.id()),
            trace: self.noted.trace().cloned(),
            tracer: self.live.tracer.clone(),
            meter: self.live.meters.of(skill.id()).cloned(),
            token: self.token.clone().filter(|_| skill.takes_token()),
            certificate: self.certificate.clone(),
        }
    }

    /// Says no, in the form asked for. Nothing of the skill has run.
    fn deny(
        &self,
        tasks: &Tasks,
        skill: &Skill,
        denied: Denied,
        request: Box<SendMessageRequest>,
        form: DenialForm,
    ) -> Result<Accepted, Refusal> {
        if let Some(meter) = self.live.meters.of(skill.id()) {
            meter.denied();
        }
        let words = skill.denial(&denied, &self.principal);
        if form == DenialForm::Http {
            return Err(Refusal::Denied(denied, words));
        }
        let cell = tasks.refuse(self.principal.id(), skill.id(), request.message, &words)?;
        self.noted.task(&cell);
        self.noted.ended(Outcome::Denied(denied));
        Ok(Accepted { cell, turn: None })
    }
}

/// Begins a turn of the task with the message.
fn turn(
    cell: &Arc<TaskCell>,
    admitted: Admitted,
    request: Box<SendMessageRequest>,
    origin: Origin,
) -> Result<Turn, A2aError> {
    let is_repeatable = is_self_contained(&request.message);
    let message = cell.begin(request.message).map_err(|refused| {
        A2aError::unsupported_operation(match refused {
            TurnRefused::Ended => "the task has ended; send the message without its id",
            TurnRefused::Busy => "the task is at work on an earlier message",
        })
    })?;
    Ok(Turn {
        admitted,
        message,
        is_repeatable,
        origin,
    })
}

/// Whether a message names no conversation, no task and no other tasks: what it is answered with
/// depends on nothing that was said before.
fn is_self_contained(message: &Message) -> bool {
    let is_empty = |id: &Option<String>| id.as_deref().is_none_or(str::is_empty);
    is_empty(&message.context_id)
        && is_empty(&message.task_id)
        && message.reference_task_ids.is_empty()
}

//! What a running skill knows of its caller and its task, and what it can do to the task.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use agentup_auth::{Permit, Requirement, Scope, ScopeSet};
use agentup_protocol::{Artifact, Message, Part};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;

use crate::{CallerToken, ClientCertificate, SkillError, TraceContext, handler::standard_denial};

mod conversation;
mod correlation;
mod stream;

pub use conversation::Conversations;
pub use stream::ArtifactStream;

/// What a skill reports while it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Update {
    /// A new artifact, or more parts for one that was begun before.
    Artifact {
        /// The artifact, or the parts to add to the one with the same id.
        artifact: Artifact,
        /// Whether the parts are added to an artifact that is there already.
        append: bool,
        /// Whether the artifact is complete with this.
        last: bool,
    },
    /// More of an artifact that is one text, however many pieces it comes in.
    Text {
        /// The id of the artifact, which the first piece begins.
        artifact_id: String,
        /// The piece.
        text: String,
        /// Whether the artifact is complete with this.
        last: bool,
    },
    /// A word on how far the work has come.
    Progress(Vec<Part>),
}

/// The way from a running skill to its task. The server's task engine implements it.
pub trait TaskChannel: Send + Sync {
    /// The task's id.
    fn id(&self) -> &str;

    /// The id of the conversation that the task belongs to.
    fn context_id(&self) -> &str;

    /// Fires when the task is canceled or the server stops.
    fn cancellation(&self) -> CancellationToken;

    /// Applies an update to the task and tells all who watch it.
    fn publish(&self, update: Update);

    /// The messages of the task so far, the oldest first, the one being answered last.
    fn history(&self) -> Vec<Message>;

    /// What the skill noted about the task.
    fn note(&self) -> Option<Value>;

    /// Notes something about the task, for the skill alone.
    fn set_note(&self, note: Value);
}

/// The context of one run of a skill: the caller, the task, and the means to report.
///
/// The names of the first group are those of the `SkillContext` that skills of this kind have
/// always had: `is_authenticated`, `user_id`, `user_scopes`, `has_scope` and its two variants.
#[derive(Clone)]
pub struct SkillContext {
    permit: Permit,
    request_id: Arc<str>,
    trace: Option<TraceContext>,
    token: Option<CallerToken>,
    certificate: Option<ClientCertificate>,
    /// Of the task, once somebody wants to hear it: most runs have ended before.
    cancellation: OnceLock<CancellationToken>,
    task: Arc<dyn TaskChannel>,
    conversations: Arc<dyn Conversations>,
}

/// What the task engine knows of a run, for [`SkillContext::new`].
pub struct RunOf {
    /// The id of the HTTP request that began the run.
    pub request_id: Arc<str>,
    /// The trace that this request belongs to, if its caller named one.
    pub trace: Option<TraceContext>,
    /// The caller's token, for a [`Skill::with_caller_token`](crate::Skill::with_caller_token).
    pub token: Option<CallerToken>,
    /// The certificate that the caller has shown.
    pub certificate: Option<ClientCertificate>,
    /// The task.
    pub task: Arc<dyn TaskChannel>,
    /// What was said before.
    pub conversations: Arc<dyn Conversations>,
    /// Whether the answer is the same whenever the caller asks the same: the message begins a
    /// conversation, it refers to no other task, and nobody watches its answer come.
    pub is_repeatable: bool,
}

impl fmt::Debug for RunOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOf")
            .field("task_id", &self.task.id())
            .finish_non_exhaustive()
    }
}

impl SkillContext {
    /// The context of a permitted run.
    #[must_use]
    pub fn new(permit: Permit, run: RunOf) -> Self {
        let RunOf {
            request_id,
            trace,
            token,
            certificate,
            task,
            conversations,
            is_repeatable: _,
        } = run;
        Self {
            permit,
            request_id,
            trace,
            token,
            certificate,
            cancellation: OnceLock::new(),
            task,
            conversations,
        }
    }

    /// Whether the caller is known. Where security is switched off nobody is, and every scope is
    /// granted.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.permit.principal().is_authenticated()
    }

    /// The subject of the caller's token (`RFC 7519 §4.1.2`); none for an anonymous caller.
    ///
    /// Unique within its [`issuer`](Self::issuer) only: key what you keep by both.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.is_authenticated()
            .then(|| self.permit.principal().id().subject())
    }

    /// The caller's name for a greeting: the user id, or `anonymous`.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.user_id().unwrap_or("anonymous")
    }

    /// The scopes that the caller's token names, in its order.
    #[must_use]
    pub fn user_scopes(&self) -> &ScopeSet {
        self.permit.principal().granted()
    }

    /// Whether the caller may use the scope: granted, or included in one that is.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.permit.principal().has_scope(scope)
    }

    /// Whether the caller may use at least one of the scopes.
    #[must_use]
    pub fn has_any_scope(&self, scopes: &[&str]) -> bool {
        scopes.iter().any(|scope| self.has_scope(scope))
    }

    /// Whether the caller may use every one of the scopes.
    #[must_use]
    pub fn has_all_scopes(&self, scopes: &[&str]) -> bool {
        scopes.iter().all(|scope| self.has_scope(scope))
    }

    /// Goes on only if the caller may use every one of the scopes: for what needs more than the
    /// skill itself asks for.
    ///
    /// # Errors
    /// A denial that names the missing scopes, for the handler to return: the task is rejected.
    pub fn require(&self, scopes: &[&str]) -> Result<(), SkillError> {
        let scopes: Result<_, _> = scopes.iter().map(|scope| Scope::parse(scope)).collect();
        let requirement = Requirement::all_of(scopes.map_err(SkillError::internal)?);
        Permit::request(self.permit.principal(), self.permit.skill(), &requirement)
            .map(drop)
            .map_err(|denied| SkillError::denied(standard_denial(&denied)))
    }

    /// Who vouches for the caller; none for an anonymous one.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.is_authenticated()
            .then(|| self.permit.principal().id().issuer())
    }

    /// The verified claims of the caller's token; none for an anonymous caller.
    #[must_use]
    pub fn claims(&self) -> Option<&Map<String, Value>> {
        self.permit.principal().claims()
    }

    /// The certificate that the caller has shown and proved to have the key of; none where callers
    /// are not asked for one (`server.tls.client_ca_file`).
    #[must_use]
    pub const fn client_certificate(&self) -> Option<&ClientCertificate> {
        self.certificate.as_ref()
    }

    /// The skill that runs.
    #[must_use]
    pub fn skill_id(&self) -> &str {
        self.permit.skill()
    }

    /// The task's id.
    #[must_use]
    pub fn task_id(&self) -> &str {
        self.task.id()
    }

    /// The id of the conversation that the task belongs to.
    #[must_use]
    pub fn context_id(&self) -> &str {
        self.task.context_id()
    }

    /// The id of the HTTP request that began this run, as it stands in the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The caller's token, if the skill is one that may pass it on and the caller has one.
    pub(crate) const fn caller_token(&self) -> Option<&CallerToken> {
        self.token.as_ref()
    }

    /// What the skill noted about the task in an earlier run.
    #[must_use]
    pub fn note(&self) -> Option<Value> {
        self.task.note()
    }

    /// Notes something about the task, in place of what was noted before: for the next message of
    /// the same task. Nobody else sees it, and it goes when the task goes.
    pub fn set_note(&self, note: Value) {
        self.task.set_note(note);
    }

    /// The messages of the task so far, the oldest first, the one being answered last.
    #[must_use]
    pub fn history(&self) -> Vec<Message> {
        self.task.history()
    }

    /// What the caller and the agent have said in this context, the oldest first, and at the end
    /// the message at hand, which is the one that the handler was given.
    ///
    /// The context is the caller's own: nobody else's messages are in it, whatever its id. Answers
    /// stand in it as messages of the agent ([`Role::Agent`](agentup_protocol::Role)), with the
    /// parts of their artifacts. How much is told, the settings `state.conversation` say; what is
    /// kept at all, those of `state`. It is read when it is asked for, and costs nothing before.
    #[must_use]
    pub fn conversation(&self, message: &Message) -> Vec<Message> {
        let owner = self.permit.principal().id();
        let mut said = self
            .conversations
            .before(owner, self.context_id(), self.task_id(), message);
        said.push(message.clone());
        said
    }

    /// What this skill noted about the latest task of the same conversation, if it is the caller's
    /// own and had a note. The message at hand is the one that the handler was given.
    #[must_use]
    pub fn earlier_note(&self, message: &Message) -> Option<Value> {
        let owner = self.permit.principal().id();
        self.conversations
            .note_before(owner, self.context_id(), self.task_id(), message)
    }

    /// Fires when the task is canceled or the server stops. Long work should watch it; what a
    /// skill replies after it has fired is dropped.
    #[must_use]
    pub fn cancellation(&self) -> &CancellationToken {
        self.cancellation.get_or_init(|| self.task.cancellation())
    }

    /// Adds a whole artifact to the task.
    pub fn artifact(&self, artifact: Artifact) {
        self.task.publish(Update::Artifact {
            artifact,
            append: false,
            last: true,
        });
    }

    /// Begins an artifact whose chunks the caller sees as they come.
    #[must_use]
    pub fn stream(&self, artifact_id: impl Into<String>) -> ArtifactStream<'_> {
        ArtifactStream::new(self, artifact_id.into())
    }

    /// Adds a chunk to an artifact, which the first chunk begins. [`stream`](Self::stream) keeps
    /// count of them.
    pub fn chunk(&self, artifact: Artifact, append: bool, last: bool) {
        self.task.publish(Update::Artifact {
            artifact,
            append,
            last,
        });
    }

    /// Adds a piece to an artifact that is one text, which the first piece begins. Whoever watches
    /// the task gets the pieces as they come; the task itself has one part with all of them.
    pub fn text(&self, artifact_id: &str, piece: impl Into<String>, last: bool) {
        self.task.publish(Update::Text {
            artifact_id: artifact_id.to_owned(),
            text: piece.into(),
            last,
        });
    }

    /// Reports how far the work has come.
    pub fn progress(&self, text: impl Into<String>) {
        self.publish(Update::Progress(vec![Part::text(text)]));
    }

    pub(crate) fn publish(&self, update: Update) {
        self.task.publish(update);
    }
}

impl fmt::Debug for SkillContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SkillContext")
            .field("skill", &self.skill_id())
            .field("task_id", &self.task_id())
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

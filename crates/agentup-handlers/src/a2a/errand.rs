//! One turn with the other agent: a message to it, and all that comes of it, until its task ends or
//! waits.

use std::{collections::HashMap, fmt::Write as _, sync::Arc, time::Duration};

use agentup_protocol::{
    Artifact, ErrorKind, Generation, Message, Role, SendMessageRequest, StreamResponse, Task,
    TaskState, TaskStatus,
};
use aws_lc_rs::digest::{SHA256, digest};
use tokio_util::sync::CancellationToken;

use super::{
    endpoint::Endpoint,
    note::{self, Note},
    peer::Peer,
    remote::Remote,
    wire::{Ask, Listening, Trouble},
};
use crate::{
    Reply, SkillContext, SkillError,
    relay::Relay,
    upstream::{Answer, Fault},
};

/// How long to wait before a task is looked at again, at first and in the end.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// How often in a row a task may not be there to be looked at.
const MISSES: usize = 3;

/// The member of metadata that names a skill of ours, which the other agent does not know.
const SKILL_ID: &str = "skillId";

/// One turn.
pub(super) struct Errand<'a> {
    peer: Arc<Peer>,
    endpoint: Arc<Endpoint>,
    context: &'a SkillContext,
    /// Fires when the other agent has named its task.
    named: &'a CancellationToken,
    relay: Relay<'a>,
    note: Note,
    remote: Option<Remote>,
    /// Whether the message goes to a task that was there before.
    continues: bool,
    /// The artifacts of the task when it was looked at for the last time.
    seen: HashMap<String, Artifact>,
    /// The id of what it said about its state then.
    said: Option<String>,
}

impl<'a> Errand<'a> {
    pub(super) fn new(
        peer: Arc<Peer>,
        endpoint: Arc<Endpoint>,
        context: &'a SkillContext,
        named: &'a CancellationToken,
    ) -> Self {
        Self {
            note: Note::new(peer.url()),
            peer,
            endpoint,
            context,
            named,
            relay: Relay::new(context),
            remote: None,
            continues: false,
            seen: HashMap::new(),
            said: None,
        }
    }

    pub(super) async fn run(mut self, message: &Message) -> Result<Reply, SkillError> {
        self.note = note::to_begin_with(self.context, message, self.peer.url());
        self.continues = self.note.task.is_some();
        if self.note.awaits_authorization
            && let Some(id) = self.note.task.clone()
        {
            // It goes on by itself once it is authorized, and takes no message any more if it has
            // ended since.
            let task = self.look(&id).await.map_err(|it| self.failure(it))?;
            if !task.status.state.is_interrupted() {
                return match self.hear(StreamResponse::Task(task))? {
                    Some(reply) => Ok(reply),
                    None => self.follow(None).await,
                };
            }
        }
        self.send(message).await
    }

    async fn send(mut self, message: &Message) -> Result<Reply, SkillError> {
        let request = self.request(message);
        let ask = if self.endpoint.streams {
            Ask::Stream(&request)
        } else {
            Ask::Send(&request)
        };
        let endpoint = Arc::clone(&self.endpoint);
        let answer = self.peer.ask(&endpoint, &ask, self.context).await;
        let answer = answer.map_err(|trouble| self.failure(trouble))?;
        let reply = if is_stream(&answer) {
            self.listen(Listening::to(answer, &endpoint)).await?
        } else {
            let event = ask.read(answer, &endpoint).await;
            let event = event.map_err(|trouble| self.failure(trouble))?;
            self.hear(event)?.map_or(Heard::Unsettled(None), Heard::All)
        };
        match reply {
            Heard::All(reply) => Ok(reply),
            Heard::Unsettled(fault) => self.follow(fault).await,
        }
    }

    /// Looks at a task that goes on by itself until it is settled: by its events, if it can be
    /// watched, else every so often.
    async fn follow(mut self, mut fault: Option<Fault>) -> Result<Reply, SkillError> {
        let Some(id) = self.remote.as_ref().map(|remote| remote.id().to_owned()) else {
            let fault = fault.unwrap_or(Fault::HalfStream);
            return Err(self.failure(fault.into()));
        };
        let endpoint = Arc::clone(&self.endpoint);
        let (mut pause, longest) = PAUSES;
        let (mut misses, mut is_watchable) = (0_usize, endpoint.streams);
        loop {
            match self.look(&id).await {
                Ok(task) => {
                    misses = 0;
                    fault = None;
                    if let Some(reply) = self.hear(StreamResponse::Task(task))? {
                        return Ok(reply);
                    }
                }
                Err(trouble) => {
                    misses = misses.saturating_add(1);
                    if misses >= MISSES || !is_passing(&trouble) {
                        // What went wrong first says more than what came of it.
                        return Err(self.failure(fault.map_or(trouble, Trouble::Fault)));
                    }
                }
            }
            if is_watchable && misses == 0 {
                let ask = Ask::Subscribe(&id);
                match self.peer.ask(&endpoint, &ask, self.context).await {
                    Ok(answer) if is_stream(&answer) => {
                        match self.listen(Listening::to(answer, &endpoint)).await? {
                            Heard::All(reply) => return Ok(reply),
                            Heard::Unsettled(broken) => fault = broken,
                        }
                    }
                    _ => is_watchable = false,
                }
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(longest);
        }
    }

    /// Passes on events until the task is settled, or there are no more.
    async fn listen(&mut self, mut events: Listening<'_>) -> Result<Heard, SkillError> {
        loop {
            match events.next().await {
                Ok(Some(event)) => {
                    if let Some(reply) = self.hear(event)? {
                        return Ok(Heard::All(reply));
                    }
                }
                Ok(None) => return Ok(Heard::Unsettled(Some(Fault::HalfStream))),
                Err(Trouble::Fault(fault)) if is_broken(&fault) => {
                    return Ok(Heard::Unsettled(Some(fault)));
                }
                Err(trouble) => return Err(self.failure(trouble)),
            }
        }
    }

    /// The task as it stands.
    async fn look(&self, id: &str) -> Result<Task, Trouble> {
        let ask = Ask::Get(id);
        let answer = self.peer.ask(&self.endpoint, &ask, self.context).await?;
        match ask.read(answer, &self.endpoint).await? {
            StreamResponse::Task(task) => Ok(task),
            _ => Err(Fault::Senseless("a task").into()),
        }
    }

    /// Passes on what the agent tells. Answers how the turn ends, if it does.
    fn hear(&mut self, event: StreamResponse) -> Result<Option<Reply>, SkillError> {
        match event {
            StreamResponse::Message(message) => {
                self.settle();
                self.remote = None;
                self.note.task = None;
                self.note.awaits_authorization = false;
                if let Some(context_id) = message.context_id.filter(|id| Note::is_fit(id)) {
                    self.note.context = Some(context_id);
                }
                self.note.keep(self.context);
                Ok(Some(Reply::Completed(message.parts)))
            }
            StreamResponse::Task(task) => {
                self.meet(&task.id, &task.context_id)?;
                for artifact in task.artifacts {
                    let known = self.seen.get(&artifact.artifact_id);
                    if known != Some(&artifact) {
                        let id = artifact.artifact_id.clone();
                        self.seen.insert(id, artifact.clone());
                        self.relay.artifact(artifact, false, true);
                    }
                }
                self.turn(task.status)
            }
            StreamResponse::ArtifactUpdate(update) => {
                self.meet(&update.task_id, &update.context_id)?;
                self.relay
                    .artifact(update.artifact, update.append, update.last_chunk);
                Ok(None)
            }
            StreamResponse::StatusUpdate(update) => {
                self.meet(&update.task_id, &update.context_id)?;
                self.turn(update.status)
            }
        }
    }

    /// The task has turned to this state, or is still in it.
    fn turn(&mut self, status: TaskStatus) -> Result<Option<Reply>, SkillError> {
        let state = status.state;
        if state.is_terminal() || state.is_interrupted() {
            self.settle();
        }
        let awaits = state == TaskState::AuthRequired;
        if self.note.awaits_authorization != awaits {
            self.note.awaits_authorization = awaits;
            self.note.keep(self.context);
        }
        if state == TaskState::Failed {
            // Why it failed is between the agents: its words may tell of anything.
            return Err(SkillError::new(
                "The agent behind this skill could not do it.",
            ));
        }
        let message = status.message.filter(|message| {
            let is_new = self.said.as_ref() != Some(&message.message_id);
            is_new || state.is_terminal() || state.is_interrupted()
        });
        let parts = message.map(|message| {
            self.said = Some(message.message_id);
            message.parts
        });
        self.relay.status(state, parts.unwrap_or_default())
    }

    /// The agent has named its task.
    fn meet(&mut self, id: &str, context_id: &str) -> Result<(), SkillError> {
        if id.is_empty() || self.remote.as_ref().is_some_and(|it| it.id() == id) {
            return Ok(());
        }
        if !Note::is_fit(id) {
            let fault = Fault::Senseless("a task with an id of a usual length");
            return Err(self.failure(fault.into()));
        }
        self.remote = Some(Remote::new(
            Arc::clone(&self.peer),
            Arc::clone(&self.endpoint),
            self.context.clone(),
            id.to_owned(),
        ));
        self.note.task = Some(id.to_owned());
        if Note::is_fit(context_id) {
            self.note.context = Some(context_id.to_owned());
        }
        self.note.keep(self.context);
        self.named.cancel();
        Ok(())
    }

    fn settle(&mut self) {
        if let Some(remote) = &mut self.remote {
            remote.settle();
        }
    }

    /// The caller's words as ours: with ids that the other agent knows.
    fn request(&self, message: &Message) -> SendMessageRequest {
        let parts = message.parts.clone();
        let mut said = Message::new(self.message_id(message), Role::User, parts);
        said.task_id.clone_from(&self.note.task);
        said.context_id.clone_from(&self.note.context);
        said.metadata.clone_from(&message.metadata);
        if let Some(metadata) = &mut said.metadata {
            metadata.remove(SKILL_ID);
        }
        said.metadata = said.metadata.filter(|metadata| !metadata.is_empty());
        let mut request = SendMessageRequest::new(said);
        request.skill_id = self.peer.skill_id();
        if self.endpoint.generation == Generation::V10 {
            request.configuration.history_length = Some(0);
            request.tenant.clone_from(&self.endpoint.tenant);
        }
        request
    }

    /// An id that is the same whenever the message is sent for the same task, and no other caller's:
    /// what callers name their messages is up to them, and an agent may take two of one name for
    /// one (`A2A §3.3.1`).
    fn message_id(&self, message: &Message) -> String {
        let text = format!("{} {}", self.context.task_id(), message.message_id);
        let digest = digest(&SHA256, text.as_bytes());
        let half = digest.as_ref().iter().take(16);
        half.fold(String::with_capacity(32), |mut id, byte| {
            // Writing to a string cannot fail.
            let _ = write!(id, "{byte:02x}");
            id
        })
    }

    /// What our caller hears of it. Only where the message was certainly not taken in is another
    /// attempt of use.
    fn failure(&self, trouble: Trouble) -> SkillError {
        let fault = match trouble {
            Trouble::Caller(error) => return error,
            Trouble::Before(fault) => return fault.into(),
            Trouble::Refused(
                Some(ErrorKind::TaskNotFound | ErrorKind::UnsupportedOperation),
                code,
            ) if self.continues => {
                return SkillError::new(
                    "The agent behind this skill has ended this task; ask again in a new one.",
                )
                .caused_by(Fault::Reported(code));
            }
            Trouble::Refused(_, code) => Fault::Reported(code),
            Trouble::Fault(fault) => fault,
        };
        let was_not_taken = matches!(
            fault,
            Fault::Connect(_) | Fault::NoClient(_) | Fault::Status(429 | 503, _)
        );
        let error = SkillError::new(fault.public()).caused_by(fault);
        if was_not_taken && self.remote.is_none() {
            error.transient()
        } else {
            error
        }
    }
}

/// What came of a stream.
enum Heard {
    /// All: the turn ends so.
    All(Reply),
    /// Less, because of the fault if there was one. The task goes on.
    Unsettled(Option<Fault>),
}

fn is_stream(answer: &Answer) -> bool {
    answer.is_of_type("text/event-stream")
}

/// Whether a stream broke off, and its task may go on.
const fn is_broken(fault: &Fault) -> bool {
    matches!(fault, Fault::HalfStream | Fault::Broken(_) | Fault::Timeout)
}

/// Whether a look may succeed some time later. To look is always safe.
const fn is_passing(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Before(fault) | Trouble::Fault(fault) => fault.is_transient(),
        Trouble::Refused(..) | Trouble::Caller(_) => false,
    }
}

//! What the service may answer: the shapes of A2A 1.0, without what it cannot know.

use agentup_protocol::{Artifact, ArtifactUpdate, Part, TaskState};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{Reply, SkillError, relay::Relay};

/// A whole answer.
#[derive(Deserialize)]
#[serde(from = "OneOf")]
pub(super) enum ReplyIn {
    Message(Said),
    Task(TaskIn),
}

/// An event of a stream.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum EventIn {
    ArtifactUpdate(Box<ArtifactUpdate>),
    Message(Said),
    StatusUpdate(StatusUpdateIn),
    Task(TaskIn),
}

/// A message. Of its members only the parts are of interest: whose answer it is, is known.
#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(deserialize_with = "some")]
    pub(super) parts: Vec<Part>,
}

#[derive(Deserialize)]
pub(super) struct TaskIn {
    status: StatusIn,
    #[serde(default)]
    artifacts: Vec<Artifact>,
}

#[derive(Deserialize)]
pub(super) struct StatusUpdateIn {
    pub(super) status: StatusIn,
}

#[derive(Deserialize)]
pub(super) struct StatusIn {
    state: TaskState,
    #[serde(default)]
    message: Option<Said>,
}

impl TaskIn {
    /// Tells all of it, and gives the end of the run if it has come.
    pub(super) fn told(self, relay: &mut Relay<'_>) -> Result<Option<Reply>, SkillError> {
        for artifact in self.artifacts {
            relay.artifact(artifact, false, true);
        }
        self.status.told(relay)
    }
}

impl StatusIn {
    pub(super) fn told(self, relay: &mut Relay<'_>) -> Result<Option<Reply>, SkillError> {
        let said = self.message.map(|said| said.parts).unwrap_or_default();
        relay.status(self.state, said)
    }
}

/// The two forms of a whole answer, which are told apart by their first member.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOf {
    Message { message: Said },
    Task(TaskIn),
}

impl From<OneOf> for ReplyIn {
    fn from(one: OneOf) -> Self {
        match one {
            OneOf::Message { message } => Self::Message(message),
            OneOf::Task(task) => Self::Task(task),
        }
    }
}

fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Part>, D::Error> {
    let parts = Vec::deserialize(deserializer)?;
    if parts.is_empty() {
        return Err(D::Error::custom("no part"));
    }
    Ok(parts)
}

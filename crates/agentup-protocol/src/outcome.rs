//! What came of an operation, on its way into the shape of the caller's generation.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::v03::{EventView, MessageView, PushConfigView, TaskView};
use crate::{
    Generation, JsonObject, ListPushConfigsResponse, ListTasksResponse, Message, StreamResponse,
    Task, TaskPushNotificationConfig,
};

/// What came of an operation, borrowed from where it is kept.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// The extended card, in its hybrid form.
    Card(&'a JsonObject),
    /// A push configuration is gone; written as `null`, for clients insist on a result.
    Deleted,
    /// An event of a stream.
    Event(&'a StreamResponse),
    /// The answer to a message, without a task.
    Message(&'a Message),
    /// A push configuration.
    PushConfig(&'a TaskPushNotificationConfig),
    /// The push configurations of a task.
    PushConfigs(&'a ListPushConfigsResponse),
    /// The task that a message started or went to; also the first event of a stream.
    SentTask(&'a Task),
    /// A task that was asked for by its id.
    Task(&'a Task),
    /// The caller's tasks; 0.3 has no such operation and gets the bare list.
    Tasks(&'a ListTasksResponse),
}

impl<'a> Outcome<'a> {
    /// The outcome as this generation writes it.
    #[must_use]
    pub const fn in_generation(self, generation: Generation) -> OutcomeView<'a> {
        OutcomeView {
            outcome: self,
            generation,
        }
    }
}

/// An [`Outcome`] as one generation writes it: the `result` of JSON-RPC, the body of HTTP+JSON.
#[derive(Clone, Copy, Debug)]
pub struct OutcomeView<'a> {
    outcome: Outcome<'a>,
    generation: Generation,
}

impl Serialize for OutcomeView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.generation {
            Generation::V03 => self.outcome.serialize_v03(serializer),
            Generation::V10 => self.outcome.serialize_v10(serializer),
        }
    }
}

impl Outcome<'_> {
    fn serialize_v03<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Card(card) => card.serialize(serializer),
            Self::Deleted => serializer.serialize_unit(),
            Self::Event(event) => EventView(event).serialize(serializer),
            Self::Message(message) => MessageView(message).serialize(serializer),
            Self::PushConfig(config) => PushConfigView(config).serialize(serializer),
            Self::PushConfigs(list) => {
                serializer.collect_seq(list.configs.iter().map(PushConfigView))
            }
            Self::SentTask(task) | Self::Task(task) => TaskView(task).serialize(serializer),
            Self::Tasks(list) => serializer.collect_seq(list.tasks.iter().map(TaskView)),
        }
    }

    fn serialize_v10<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Card(card) => card.serialize(serializer),
            Self::Deleted => serializer.serialize_unit(),
            Self::Event(event) => event.serialize(serializer),
            Self::Message(message) => one_member("message", message, serializer),
            Self::PushConfig(config) => config.serialize(serializer),
            Self::PushConfigs(list) => list.serialize(serializer),
            Self::SentTask(task) => one_member("task", task, serializer),
            Self::Task(task) => task.serialize(serializer),
            Self::Tasks(list) => list.serialize(serializer),
        }
    }
}

fn one_member<S: Serializer>(
    name: &str,
    value: &impl Serialize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, value)?;
    map.end()
}

#[cfg(test)]
mod tests;

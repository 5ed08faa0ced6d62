//! Messages as most of them are, read the short way.
//!
//! A member that few have is not known here, nor are the other ways to write one. `None` then says that
//! the whole is to be read in the long way, by the types of the model.

use serde::de::IgnoredAny;

use crate::json::{Reader, once};
use crate::request::skill_of;
use crate::v03::{ConfigurationIn, PartOf, role_of};
use crate::wire::Object;
use crate::{Generation, Message, Part, Role, SendMessageConfiguration, SendMessageRequest};

/// Reads the parameters of a request that sends a message.
pub(crate) fn send(
    reader: &mut Reader<'_>,
    generation: Generation,
) -> Option<Box<SendMessageRequest>> {
    let (mut tenant, mut message, mut configuration) = (None, None, None);
    let (mut metadata, mut skill_id) = (None, None);
    reader.object(|reader| {
        if reader.name("message") {
            once(&mut message, self::message(reader, generation))
        } else if reader.name("skillId") {
            once(&mut skill_id, reader.non_empty())
        } else if reader.name("configuration") {
            once(&mut configuration, self::configuration(reader, generation))
        } else if reader.name("metadata") {
            once(&mut metadata, reader.map())
        } else if generation == Generation::V10 && reader.name("tenant") {
            once(&mut tenant, reader.non_empty())
        } else {
            None
        }
    })?;
    let message = message?;
    let skill_id = skill_of(skill_id, metadata.as_deref(), &message).ok()?;
    Some(Box::new(SendMessageRequest {
        tenant,
        message,
        configuration: configuration.unwrap_or_default(),
        metadata,
        skill_id,
    }))
}

fn configuration(
    reader: &mut Reader<'_>,
    generation: Generation,
) -> Option<SendMessageConfiguration> {
    let begin = *reader;
    short_configuration(reader, generation).or_else(|| {
        *reader = begin;
        match generation {
            Generation::V03 => reader.value().map(|Object(it)| ConfigurationIn::into(it)),
            Generation::V10 => reader.value().map(|Object(it)| it),
        }
    })
}

/// Reads a configuration that has nothing but what every client may set.
fn short_configuration(
    reader: &mut Reader<'_>,
    generation: Generation,
) -> Option<SendMessageConfiguration> {
    let (mut modes, mut is_waiting) = (None, None);
    reader.object(|reader| {
        if reader.name("acceptedOutputModes") {
            once(&mut modes, reader.texts())
        } else if generation == Generation::V03 && reader.name("blocking") {
            once(&mut is_waiting, reader.value())
        } else if generation == Generation::V10 && reader.name("returnImmediately") {
            once(
                &mut is_waiting,
                reader.value().map(|at_once: bool| !at_once),
            )
        } else {
            None
        }
    })?;
    Some(SendMessageConfiguration {
        accepted_output_modes: modes.unwrap_or_default(),
        return_immediately: is_waiting == Some(false),
        ..SendMessageConfiguration::default()
    })
}

fn message(reader: &mut Reader<'_>, generation: Generation) -> Option<Message> {
    let (mut message_id, mut role, mut parts) = (None, None, None);
    let (mut context_id, mut task_id, mut metadata) = (None, None, None);
    reader.object(|reader| {
        if reader.name("messageId") {
            once(&mut message_id, reader.non_empty())
        } else if reader.name("role") {
            once(&mut role, self::role(reader.plain()?, generation))
        } else if reader.name("parts") {
            once(&mut parts, self::parts(reader, generation))
        } else if reader.name("contextId") {
            once(&mut context_id, reader.non_empty())
        } else if reader.name("taskId") {
            once(&mut task_id, reader.non_empty())
        } else if reader.name("metadata") {
            once(&mut metadata, reader.map())
        } else if generation == Generation::V03 && reader.name("kind") {
            // It says what stands here anyway.
            reader.value().map(|IgnoredAny| ())
        } else {
            None
        }
    })?;
    Some(Message {
        context_id,
        task_id,
        metadata,
        ..Message::new(message_id?, role?, parts?)
    })
}

fn role(name: &str, generation: Generation) -> Option<Role> {
    match generation {
        Generation::V03 => role_of(name),
        Generation::V10 => Role::from_name(name),
    }
}

fn parts(reader: &mut Reader<'_>, generation: Generation) -> Option<Vec<Part>> {
    // Most messages have one part, and tasks keep them for long.
    let mut parts = Vec::with_capacity(1);
    reader.list(|reader| {
        parts.push(part(reader, generation)?);
        Some(())
    })?;
    (!parts.is_empty()).then_some(parts)
}

fn part(reader: &mut Reader<'_>, generation: Generation) -> Option<Part> {
    let begin = *reader;
    text_part(reader, generation).or_else(|| {
        *reader = begin;
        match generation {
            Generation::V03 => reader.value().map(|PartOf(part)| part),
            Generation::V10 => reader.value(),
        }
    })
}

/// Reads a part that has nothing but its text.
fn text_part(reader: &mut Reader<'_>, generation: Generation) -> Option<Part> {
    let (mut text, mut kind) = (None, None);
    reader.object(|reader| {
        if reader.name("text") {
            once(&mut text, reader.text())
        } else if generation == Generation::V03 && reader.name("kind") {
            once(&mut kind, reader.plain())
        } else {
            None
        }
    })?;
    kind.is_none_or(|kind| kind == "text").then_some(())?;
    text.map(Part::text)
}

//! A task in one piece of memory.
//!
//! An agent keeps a hundred thousand tasks that have ended. As they are worked on, each is some
//! twenty pieces of memory of two kilobytes in all; packed, it is one of a fifth of that, which is
//! what a request costs in fresh memory.
//!
//! The form is nobody's but this module's: it never leaves the process.

use std::cell::RefCell;

use agentup_protocol::{Artifact, Message, Part, PartContent, Role, Task, TaskStatus};

mod json;

use super::ids::Ids;

thread_local! {
    /// Where a task is put together before its size is known.
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// More than a usual task, and not worth to be kept by a thread: in bytes.
const MUCH: usize = 64 * 1024;

/// A task without its ids, the state and the time, which whoever keeps it has beside it.
pub(super) struct Packed(Box<[u8]>);

impl Packed {
    pub(super) fn new(task: &Task, ids: Ids<'_>) -> Self {
        ROOM.with_borrow_mut(|room| {
            room.clear();
            let mut to = Writer { room, ids };
            task.status.message.put(&mut to);
            task.artifacts.put(&mut to);
            task.history.put(&mut to);
            task.metadata.put(&mut to);
            let packed = Self(Box::from(&**to.room));
            if room.capacity() > MUCH {
                *room = Vec::new();
            }
            packed
        })
    }

    /// The task as it was. `status` is what was not packed of it.
    pub(super) fn task(&self, status: TaskStatus, ids: Ids<'_>) -> Task {
        let mut task = Task {
            id: ids.task.to_owned(),
            context_id: ids.context.to_owned(),
            status,
            artifacts: Vec::new(),
            history: Vec::new(),
            metadata: None,
        };
        let mut from = Reader { rest: &self.0, ids };
        // These bytes are this module's own, so they are all there.
        let _ = from.fill(&mut task);
        task
    }
}

struct Writer<'a> {
    room: &'a mut Vec<u8>,
    ids: Ids<'a>,
}

struct Reader<'a> {
    rest: &'a [u8],
    ids: Ids<'a>,
}

/// An id of a message, which it may not have.
struct Id(Option<String>);

/// Something that is written one after the other, and read in the same order.
trait Piece: Sized {
    fn put(&self, to: &mut Writer<'_>);
    fn take(from: &mut Reader<'_>) -> Option<Self>;
}

impl Writer<'_> {
    fn byte(&mut self, byte: u8) {
        self.room.push(byte);
    }

    /// Seven bits in each byte, the lowest first.
    fn length(&mut self, mut length: usize) {
        while let (low, rest @ 1..) = (length & 0x7f, length >> 7) {
            self.byte(low.to_le_bytes()[0] | 0x80);
            length = rest;
        }
        self.byte(length.to_le_bytes()[0]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.room.extend_from_slice(bytes);
    }

    /// An id that most often is one that is known.
    fn id(&mut self, id: Option<&str>, own: &str) {
        match id {
            None => self.byte(0),
            Some(id) if id == own => self.byte(1),
            Some(id) => {
                self.byte(2);
                self.bytes(id.as_bytes());
            }
        }
    }
}

impl<'a> Reader<'a> {
    fn fill(&mut self, task: &mut Task) -> Option<()> {
        task.status.message = Piece::take(self)?;
        task.artifacts = Piece::take(self)?;
        task.history = Piece::take(self)?;
        task.metadata = Piece::take(self)?;
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn length(&mut self) -> Option<usize> {
        let mut length = 0;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    fn id(&mut self, own: &str) -> Option<Id> {
        Some(Id(match self.byte()? {
            0 => None,
            1 => Some(own.to_owned()),
            _ => Some(Piece::take(self)?),
        }))
    }
}

impl Piece for String {
    fn put(&self, to: &mut Writer<'_>) {
        to.bytes(self.as_bytes());
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(std::str::from_utf8(from.bytes()?).ok()?.to_owned())
    }
}

impl<T: Piece> Piece for Option<T> {
    fn put(&self, to: &mut Writer<'_>) {
        to.byte(u8::from(self.is_some()));
        if let Some(piece) = self {
            piece.put(to);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => None,
            _ => Some(T::take(from)?),
        })
    }
}

impl<T: Piece> Piece for Box<T> {
    fn put(&self, to: &mut Writer<'_>) {
        T::put(self, to);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

impl<T: Piece> Piece for Vec<T> {
    fn put(&self, to: &mut Writer<'_>) {
        to.length(self.len());
        for piece in self {
            piece.put(to);
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let length = from.length()?;
        (0..length).map(|_| T::take(from)).collect()
    }
}

impl Piece for Message {
    fn put(&self, to: &mut Writer<'_>) {
        let ids = to.ids;
        self.message_id.put(to);
        to.id(self.context_id.as_deref(), ids.context);
        to.id(self.task_id.as_deref(), ids.task);
        to.byte(u8::from(self.role == Role::User));
        self.parts.put(to);
        self.metadata.put(to);
        self.extensions.put(to);
        self.reference_task_ids.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        let ids = from.ids;
        Some(Self {
            message_id: Piece::take(from)?,
            context_id: from.id(ids.context)?.0,
            task_id: from.id(ids.task)?.0,
            role: match from.byte()? {
                0 => Role::Agent,
                _ => Role::User,
            },
            parts: Piece::take(from)?,
            metadata: Piece::take(from)?,
            extensions: Piece::take(from)?,
            reference_task_ids: Piece::take(from)?,
        })
    }
}

impl Piece for Artifact {
    fn put(&self, to: &mut Writer<'_>) {
        self.artifact_id.put(to);
        self.name.put(to);
        self.description.put(to);
        self.parts.put(to);
        self.metadata.put(to);
        self.extensions.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            artifact_id: Piece::take(from)?,
            name: Piece::take(from)?,
            description: Piece::take(from)?,
            parts: Piece::take(from)?,
            metadata: Piece::take(from)?,
            extensions: Piece::take(from)?,
        })
    }
}

impl Piece for Part {
    fn put(&self, to: &mut Writer<'_>) {
        self.content.put(to);
        self.filename.put(to);
        self.media_type.put(to);
        self.metadata.put(to);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            content: Piece::take(from)?,
            filename: Piece::take(from)?,
            media_type: Piece::take(from)?,
            metadata: Piece::take(from)?,
        })
    }
}

impl Piece for PartContent {
    fn put(&self, to: &mut Writer<'_>) {
        match self {
            Self::Text(text) => {
                to.byte(0);
                text.put(to);
            }
            Self::Data(value) => {
                to.byte(1);
                value.put(to);
            }
            Self::Raw(bytes) => {
                to.byte(2);
                to.bytes(bytes);
            }
            Self::Url(url) => {
                to.byte(3);
                url.put(to);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::Text(Piece::take(from)?),
            1 => Self::Data(Piece::take(from)?),
            2 => Self::Raw(from.bytes()?.to_vec()),
            _ => Self::Url(Piece::take(from)?),
        })
    }
}

#[cfg(test)]
mod tests;

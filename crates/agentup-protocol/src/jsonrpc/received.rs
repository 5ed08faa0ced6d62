//! From the bytes of a body to what it asks for.

use super::{Id, Request};
use crate::json::{Reader, once};
use crate::{A2aError, Generation, MethodKind, Operation, route};

/// A call as it came in, understood as far as it can be.
#[derive(Debug)]
pub struct Received<'a> {
    /// What the answer must repeat.
    pub id: Id<'a>,
    /// The generation of the answer.
    pub generation: Generation,
    /// The operation that is meant, if that much is clear.
    pub kind: Option<MethodKind>,
    /// The operation, or why there is none.
    pub operation: Result<Operation, A2aError>,
}

impl<'a> Received<'a> {
    /// Reads a body. `version` is what the request says in `A2A-Version`.
    #[must_use]
    pub fn read(body: &'a [u8], version: Option<&str>) -> Self {
        Self::usual(body, version).unwrap_or_else(|| Self::whatever(body, version))
    }

    /// Reads a body in one pass, if it is as most of them are: nothing wrong or unknown in it, and
    /// the method before its parameters.
    fn usual(body: &'a [u8], version: Option<&str>) -> Option<Self> {
        let mut reader = Reader::new(body)?;
        let (mut jsonrpc, mut id, mut method, mut operation) = (None, None, None, None);
        reader.object(|reader| {
            if reader.name("jsonrpc") {
                once(&mut jsonrpc, reader.plain())
            } else if reader.name("id") {
                once(&mut id, Id::from_json(reader.json()?))
            } else if reader.name("method") {
                once(&mut method, route(reader.plain()?, version).ok())
            } else if reader.name("params") {
                let (generation, kind) = method?;
                once(&mut operation, Operation::usual(generation, kind, reader))
            } else {
                None
            }
        })?;
        reader.end()?;
        let (generation, kind) = method.filter(|_| jsonrpc == Some("2.0"))?;
        Some(Self {
            id: id?,
            generation,
            kind: Some(kind),
            operation: Ok(operation?),
        })
    }

    /// Reads a body step by step, to tell what is wrong with it.
    fn whatever(body: &'a [u8], version: Option<&str>) -> Self {
        let envelope = match Request::parse(body) {
            Ok(envelope) => envelope,
            Err(rejected) => {
                return Self {
                    id: rejected.id,
                    generation: Generation::from_version(version).unwrap_or(Generation::V03),
                    kind: None,
                    operation: Err(rejected.error),
                };
            }
        };
        match route(&envelope.method, version) {
            Ok((generation, kind)) => Self {
                id: envelope.id,
                generation,
                kind: Some(kind),
                operation: Operation::decode(generation, kind, envelope.params),
            },
            // What is not understood is answered in the older form, which both generations read.
            Err(error) => Self {
                id: envelope.id,
                generation: Generation::V03,
                kind: None,
                operation: Err(error),
            },
        }
    }
}

#[cfg(test)]
mod tests;

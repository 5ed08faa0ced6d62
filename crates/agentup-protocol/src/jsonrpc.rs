//! The JSON-RPC 2.0 envelope: what comes before an operation and goes around its answer (A2A §9).

mod id;
mod received;
mod request;
mod response;

pub use id::Id;
pub use received::Received;
pub use request::{Call, Rejected, Request};
pub use response::{Failure, Reply, ReplyError, Success};

#[cfg(test)]
mod tests;

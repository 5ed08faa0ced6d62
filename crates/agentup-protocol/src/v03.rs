//! The adapter for 0.3: reads its requests into 1.0 types and writes 1.0 values in its form.
//!
//! Rows of the conversion are in A2A's `whats-new-v1`; the differences are the `kind` members,
//! lower-case names of states and roles, nested files and push configurations, `blocking` in
//! place of `returnImmediately`, and `final` on events.

mod answer;
mod message;
mod names;
mod part;
mod push;
mod request;
mod result;

pub use answer::{parse_event, parse_push_config, parse_task};
pub use message::MessageView;
pub use part::PartView;
pub use push::PushConfigView;
pub use request::SendParamsView;
pub use result::{ArtifactView, EventView, TaskView};

pub(crate) use names::role_of;
pub(crate) use part::PartOf;
pub(crate) use request::{ConfigurationIn, decode};

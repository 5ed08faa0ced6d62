//! What a client of either generation sends, and how it reads what comes back.

use serde::de::DeserializeOwned;
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::v03::{self, SendParamsView};
use crate::{A2aError, ErrorKind, Generation, SendMessageRequest, StreamResponse, Task};

/// A [`SendMessageRequest`] as one generation writes it.
#[derive(Clone, Copy, Debug)]
pub struct SendView<'a> {
    request: &'a SendMessageRequest,
    generation: Generation,
}

impl SendMessageRequest {
    /// The request as this generation writes it: the `params` of JSON-RPC, the body of HTTP+JSON.
    #[must_use]
    pub const fn in_generation(&self, generation: Generation) -> SendView<'_> {
        SendView {
            request: self,
            generation,
        }
    }
}

impl Serialize for SendView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.generation {
            Generation::V03 => SendParamsView(self.request).serialize(serializer),
            Generation::V10 => self.request.serialize(serializer),
        }
    }
}

impl StreamResponse {
    /// Reads an event of a stream, or the answer to a message, which is one of two of them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidAgentResponse`] for what is none of the four.
    pub fn parse(json: &str, generation: Generation) -> Result<Self, A2aError> {
        match generation {
            Generation::V03 => v03::parse_event(json),
            Generation::V10 => parse(json),
        }
    }
}

impl Task {
    /// Reads a task that was asked for by its id.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidAgentResponse`] for what is not a task.
    pub fn parse(json: &str, generation: Generation) -> Result<Self, A2aError> {
        match generation {
            Generation::V03 => v03::parse_task(json),
            Generation::V10 => parse(json),
        }
    }
}

impl ErrorKind {
    /// The error that the body of an answer in HTTP+JSON tells of, if it is one of the protocol's
    /// own (A2A §11.6).
    #[must_use]
    pub fn of_rest(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let details = body.get("error")?.get("details")?.as_array()?;
        let mut reasons = details.iter().filter_map(|it| it.get("reason")?.as_str());
        reasons.find_map(|reason| Self::ALL.into_iter().find(|it| it.reason() == Some(reason)))
    }
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, A2aError> {
    serde_json::from_str(json).map_err(|_| ErrorKind::InvalidAgentResponse.into())
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::{Message, Part, Role, TaskState};

    #[test]
    fn a_message_is_sent_in_the_shape_of_its_generation() {
        let message = Message::new("m", Role::User, vec![Part::text("hi")]);
        let mut request = SendMessageRequest::new(message);
        request.skill_id = Some("s".to_owned());
        assert_eq!(
            to_value(request.in_generation(Generation::V10)).unwrap(),
            json!({
                "message": {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "hi"}]},
                "metadata": {"skillId": "s"},
            })
        );
        assert_eq!(
            to_value(request.in_generation(Generation::V03)).unwrap(),
            json!({
                "message": {
                    "kind": "message", "messageId": "m", "role": "user",
                    "parts": [{"kind": "text", "text": "hi"}],
                },
                "configuration": {"blocking": true},
                "metadata": {"skillId": "s"},
            })
        );
    }

    #[test]
    fn an_answer_is_read_in_the_shape_of_its_generation() {
        let v03 = json!({"kind": "task", "id": "t", "status": {"state": "working"}});
        let v10 = json!({"id": "t", "status": {"state": "TASK_STATE_WORKING"}});
        for (generation, task, event) in [
            (Generation::V03, &v03, v03.clone()),
            (Generation::V10, &v10, json!({"task": v10})),
        ] {
            let task = Task::parse(&task.to_string(), generation).unwrap();
            assert_eq!(task.status.state, TaskState::Working);
            let event = StreamResponse::parse(&event.to_string(), generation).unwrap();
            assert_eq!(event, StreamResponse::Task(task));
            let error = StreamResponse::parse("{}", generation).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidAgentResponse);
            let error = Task::parse("[]", generation).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidAgentResponse);
        }
    }
    #[test]
    fn an_error_of_either_binding_is_known_again() {
        for kind in ErrorKind::ALL
            .into_iter()
            .filter(|it| it.reason().is_some())
        {
            let error = A2aError::from(kind);
            let body = serde_json::to_vec(&error.to_rest()).unwrap();
            assert_eq!(ErrorKind::of_rest(&body), Some(kind));
        }
        for body in ["", "{}", r#"{"error":{"details":[{"reason":"OTHER"}]}}"#] {
            assert_eq!(ErrorKind::of_rest(body.as_bytes()), None);
        }
    }
}

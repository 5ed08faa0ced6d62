//! What is packed comes out as it went in, whatever it is.

use agentup_protocol::{JsonObject, TaskState};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const IDS: Ids<'static> = Ids {
    task: "task",
    context: "context",
};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,12}", "[a-z]{120,300}", Just("task".to_owned())]
}

fn object() -> impl Strategy<Value = JsonObject> {
    let value = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(|number| json!(number)),
        any::<u64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        text().prop_map(|text| json!({ "b": [text, 0.1, true], "a": {} })),
    ];
    prop::collection::vec((text(), value), 0..3).prop_map(|members| members.into_iter().collect())
}

fn metadata() -> impl Strategy<Value = Option<Box<JsonObject>>> {
    prop::option::of(object().prop_map(Box::new))
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let content = prop_oneof![
        text().prop_map(PartContent::Text),
        text().prop_map(PartContent::Url),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(PartContent::Raw),
        object().prop_map(|object| PartContent::Data(Box::new(Value::Object(object)))),
    ];
    let part = (
        content,
        prop::option::of(text()),
        prop::option::of(text()),
        metadata(),
    );
    let part = part.prop_map(|(content, filename, media_type, metadata)| Part {
        content,
        filename,
        media_type,
        metadata,
    });
    prop::collection::vec(part, 0..3)
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let id = || prop_oneof![Just("task".to_owned()), Just("context".to_owned()), text()];
    let message = (
        text(),
        prop::option::of(id()),
        prop::option::of(id()),
        any::<bool>(),
        parts(),
        metadata(),
        prop::collection::vec(text(), 0..3),
        prop::collection::vec(text(), 0..3),
    );
    let message = message.prop_map(
        |(message_id, context_id, task_id, is_user, parts, metadata, extensions, others)| Message {
            message_id,
            context_id,
            task_id,
            role: if is_user { Role::User } else { Role::Agent },
            parts,
            metadata,
            extensions,
            reference_task_ids: others,
        },
    );
    prop::collection::vec(message, 0..3)
}

fn artifacts() -> impl Strategy<Value = Vec<Artifact>> {
    let artifact = (
        text(),
        prop::option::of(text()),
        prop::option::of(text()),
        parts(),
        metadata(),
        prop::collection::vec(text(), 0..3),
    );
    let artifact = artifact.prop_map(
        |(artifact_id, name, description, parts, metadata, extensions)| Artifact {
            artifact_id,
            name,
            description,
            parts,
            metadata,
            extensions,
        },
    );
    prop::collection::vec(artifact, 0..3)
}

proptest! {
    #[test]
    fn a_task_comes_out_as_it_went_in(
        artifacts in artifacts(),
        history in messages(),
        said in messages(),
        metadata in metadata(),
    ) {
        let status = TaskStatus { state: TaskState::Failed, message: None, timestamp: None };
        let task = Task {
            id: IDS.task.to_owned(),
            context_id: IDS.context.to_owned(),
            status: TaskStatus { message: said.into_iter().next().map(Box::new), ..status.clone() },
            artifacts,
            history,
            metadata,
        };
        prop_assert_eq!(Packed::new(&task, IDS).task(status, IDS), task);
    }
}

#[test]
fn a_usual_task_is_small() {
    let mut message = Message::new("m", Role::User, vec![Part::text("hello")]);
    message.task_id = Some(IDS.task.to_owned());
    message.context_id = Some(IDS.context.to_owned());
    let task = Task {
        id: IDS.task.to_owned(),
        context_id: IDS.context.to_owned(),
        status: TaskStatus {
            state: TaskState::Completed,
            message: None,
            timestamp: None,
        },
        artifacts: vec![Artifact::new("a", vec![Part::text("Echo: hello")])],
        history: vec![message],
        metadata: None,
    };
    let Packed(bytes) = Packed::new(&task, IDS);
    assert!(bytes.len() < 60, "{} bytes", bytes.len());
}

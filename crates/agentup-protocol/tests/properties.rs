//! What holds for every value: round trips through both generations, and no panic on any bytes.

#![expect(clippy::unwrap_used, reason = "a test stops at its first fault")]

use agentup_protocol::json;
use agentup_protocol::jsonrpc::{Id, Received, Reply, Request, Success};
use agentup_protocol::v03::{
    EventView, PushConfigView, SendParamsView, TaskView, parse_event, parse_push_config, parse_task,
};
use agentup_protocol::{
    AgentCard, Artifact, ArtifactUpdate, AuthenticationInfo, Generation, JsonObject, Message,
    MethodKind, Operation, Outcome, Part, PartContent, Role, Secret, SendMessageConfiguration,
    SendMessageRequest, StatusUpdate, StreamResponse, Task, TaskPushNotificationConfig, TaskState,
    TaskStatus, Timestamp, route,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9\\-_é\"\\\\ ]{1,12}"
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".{0,8}", inner), 0..4).prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

fn metadata() -> impl Strategy<Value = Option<Box<JsonObject>>> {
    let object = vec(("[a-z]{1,6}", value()), 0..3).prop_map(JsonObject::from_iter);
    option::of(object.prop_map(Box::new))
}

/// A part that 0.3 has a place for: names and media types on files only, data as objects.
fn part() -> impl Strategy<Value = Part> {
    let plain = prop_oneof![
        ".{0,20}".prop_map(PartContent::Text),
        vec(("[a-z]{1,6}", value()), 0..3)
            .prop_map(|it| PartContent::Data(Box::new(Value::Object(it.into_iter().collect())))),
    ]
    .prop_map(Part::new);
    let content = prop_oneof![
        vec(any::<u8>(), 0..20).prop_map(PartContent::Raw),
        name().prop_map(PartContent::Url),
    ];
    let file = (content, option::of(name()), option::of(name())).prop_map(
        |(content, filename, media_type)| Part {
            filename,
            media_type,
            ..Part::new(content)
        },
    );
    (prop_oneof![plain, file], metadata()).prop_map(|(part, metadata)| Part { metadata, ..part })
}

fn message() -> impl Strategy<Value = Message> {
    let role = prop_oneof![Just(Role::Agent), Just(Role::User)];
    let ids = (name(), option::of(name()), option::of(name()));
    let lists = (vec(part(), 1..4), vec(name(), 0..3), vec(name(), 0..3));
    (ids, role, lists, metadata()).prop_map(
        |((message_id, context_id, task_id), role, (parts, extensions, references), metadata)| {
            Message {
                context_id,
                task_id,
                metadata,
                extensions,
                reference_task_ids: references,
                ..Message::new(message_id, role, parts)
            }
        },
    )
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    // From 1970 to 9999, to the millisecond.
    (0..253_402_300_799_999_i64).prop_map(|millis| {
        Timestamp::from(chrono::DateTime::from_timestamp_millis(millis).unwrap())
    })
}

fn status() -> impl Strategy<Value = TaskStatus> {
    let state = proptest::sample::select(TaskState::ALL.to_vec());
    (
        state,
        option::of(message().prop_map(Box::new)),
        option::of(timestamp()),
    )
        .prop_map(|(state, message, timestamp)| TaskStatus {
            state,
            message,
            timestamp,
        })
}

fn artifact() -> impl Strategy<Value = Artifact> {
    (
        name(),
        option::of(name()),
        option::of(name()),
        vec(part(), 1..3),
        metadata(),
        vec(name(), 0..2),
    )
        .prop_map(
            |(artifact_id, name, description, parts, metadata, extensions)| Artifact {
                name,
                description,
                metadata,
                extensions,
                ..Artifact::new(artifact_id, parts)
            },
        )
}

fn task() -> impl Strategy<Value = Task> {
    (
        name(),
        name(),
        status(),
        vec(artifact(), 0..3),
        vec(message(), 0..3),
        metadata(),
    )
        .prop_map(
            |(id, context_id, status, artifacts, history, metadata)| Task {
                id,
                context_id,
                status,
                artifacts,
                history,
                metadata,
            },
        )
}

fn event() -> impl Strategy<Value = StreamResponse> {
    let status_update = (name(), name(), status(), metadata()).prop_map(
        |(task_id, context_id, status, metadata)| {
            StreamResponse::StatusUpdate(StatusUpdate {
                task_id,
                context_id,
                status,
                metadata,
            })
        },
    );
    let flags = (any::<bool>(), any::<bool>());
    let artifact_update = (name(), name(), artifact(), flags, metadata()).prop_map(
        |(task_id, context_id, artifact, (append, last_chunk), metadata)| {
            StreamResponse::ArtifactUpdate(ArtifactUpdate {
                task_id,
                context_id,
                artifact,
                append,
                last_chunk,
                metadata,
            })
        },
    );
    prop_oneof![
        task().prop_map(StreamResponse::Task),
        message().prop_map(StreamResponse::Message),
        status_update,
        artifact_update,
    ]
}

fn push_config() -> impl Strategy<Value = TaskPushNotificationConfig> {
    let secret = || option::of(name().prop_map(Secret::new));
    let authentication = (name(), secret()).prop_map(|(scheme, credentials)| AuthenticationInfo {
        scheme,
        credentials,
    });
    (
        option::of(name()),
        name(),
        name(),
        secret(),
        option::of(authentication),
    )
        .prop_map(
            |(id, task_id, url, token, authentication)| TaskPushNotificationConfig {
                tenant: None,
                id,
                task_id,
                url,
                token,
                authentication,
            },
        )
}

fn send_request() -> impl Strategy<Value = SendMessageRequest> {
    let push_config = push_config().prop_map(|config| TaskPushNotificationConfig {
        task_id: String::new(),
        ..config
    });
    let configuration = (
        vec(name(), 0..3),
        option::of(push_config.prop_map(Box::new)),
        option::of(1..1000_u32),
        any::<bool>(),
    )
        .prop_map(|(modes, push_config, history_length, return_immediately)| {
            SendMessageConfiguration {
                accepted_output_modes: modes,
                task_push_notification_config: push_config,
                history_length,
                return_immediately,
            }
        });
    (message(), configuration, option::of(name())).prop_map(|(message, configuration, skill_id)| {
        // What is read has the skill in its metadata, for that is where it is written.
        let metadata = skill_id
            .clone()
            .map(|id| Box::new(JsonObject::from_iter([("skillId".to_owned(), json!(id))])));
        SendMessageRequest {
            configuration,
            metadata,
            skill_id,
            ..SendMessageRequest::new(message)
        }
    })
}

fn decode(generation: Generation, params: &impl serde::Serialize) -> Operation {
    let params = to_raw_value(params).unwrap();
    Operation::decode(generation, MethodKind::SendMessage, Some(&params)).unwrap()
}

proptest! {
    #[test]
    fn tasks_survive_both_generations(task in task()) {
        let v10 = serde_json::to_string(&task).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Task>(&v10).unwrap(), &task);
        let v03 = serde_json::to_string(&TaskView(&task)).unwrap();
        prop_assert_eq!(&parse_task(&v03).unwrap(), &task);
    }

    #[test]
    fn events_survive_both_generations(event in event()) {
        let v10 = serde_json::to_string(&event).unwrap();
        prop_assert_eq!(&serde_json::from_str::<StreamResponse>(&v10).unwrap(), &event);
        let v03 = serde_json::to_string(&EventView(&event)).unwrap();
        prop_assert_eq!(&parse_event(&v03).unwrap(), &event);
    }

    #[test]
    fn answers_are_written_as_by_serde_json(event in event(), value in value()) {
        for generation in [Generation::V03, Generation::V10] {
            let outcome = Outcome::Event(&event).in_generation(generation);
            let id = Id::number(1);
            let answer = Success::new(&id, &outcome);
            let expected = serde_json::to_string(&answer).unwrap();
            prop_assert_eq!(json::to_string(&answer).unwrap(), expected);
        }
        prop_assert_eq!(json::to_vec(&value).unwrap(), serde_json::to_vec(&value).unwrap());
    }

    #[test]
    fn push_configurations_survive_both_generations(config in push_config()) {
        let v10 = serde_json::to_string(&config).unwrap();
        prop_assert_eq!(&serde_json::from_str::<TaskPushNotificationConfig>(&v10).unwrap(), &config);
        let v03 = serde_json::to_string(&PushConfigView(&config)).unwrap();
        prop_assert_eq!(&parse_push_config(&v03).unwrap(), &config);
    }

    #[test]
    fn send_requests_survive_both_generations(request in send_request()) {
        let expected = Operation::SendMessage(Box::new(request.clone()));
        prop_assert_eq!(&decode(Generation::V10, &request), &expected);
        prop_assert_eq!(&decode(Generation::V03, &SendParamsView(&request)), &expected);
    }

    #[test]
    fn no_bytes_make_parsing_panic(bytes in vec(any::<u8>(), 0..200)) {
        read_all(&bytes);
    }

    #[test]
    fn no_text_like_json_makes_parsing_panic(text in "[\\[\\]{}\",:0-9a-z\\\\.\\-+ ]{0,60}") {
        read_all(text.as_bytes());
    }

    #[test]
    fn no_parameters_make_decoding_panic(params in value()) {
        let params = to_raw_value(&params).unwrap();
        for generation in [Generation::V03, Generation::V10] {
            for kind in MethodKind::ALL {
                let _ = Operation::decode(generation, kind, Some(&params));
            }
        }
    }

    #[test]
    fn ids_are_repeated_letter_for_letter(id in "\"[a-zA-Z0-9é ]{0,20}\"|-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,5})?|null") {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m"}}"#);
        let request = Request::parse(body.as_bytes()).unwrap();
        prop_assert_eq!(request.id.as_json(), &id);
        prop_assert_eq!(serde_json::to_string(&request.id.into_owned()).unwrap(), id);
    }

    #[test]
    fn routing_never_panics(method in ".{0,30}", version in option::of(".{0,10}")) {
        let _ = route(&method, version.as_deref());
    }
}

fn read_all(bytes: &[u8]) {
    let _ = Received::read(bytes, None);
    let _ = Operation::from_body(MethodKind::SendMessage, bytes);
    let _ = Request::parse(bytes);
    let _ = Reply::parse(bytes);
    let _ = AgentCard::parse(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = parse_event(text);
        let _ = parse_task(text);
        let _ = parse_push_config(text);
    }
}

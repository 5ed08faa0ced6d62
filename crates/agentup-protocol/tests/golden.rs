//! Wire forms of both generations, kept as data in `tests/golden`.

#![expect(clippy::unwrap_used, reason = "a test stops at its first fault")]

use agentup_protocol::jsonrpc::Request;
use agentup_protocol::v03::{
    EventView, MessageView, PushConfigView, TaskView, parse_event, parse_push_config, parse_task,
};
use agentup_protocol::{
    A2aError, ErrorKind, Generation, Message, MethodKind, Operation, StreamResponse, Task,
    TaskPushNotificationConfig,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json, to_value};

fn load<T: DeserializeOwned>(text: &str) -> Vec<T> {
    serde_json::from_str(text).unwrap()
}

fn decode(generation: &str, method: &str, params: Option<&Value>) -> Result<Operation, A2aError> {
    let generation = Generation::from_version(Some(generation)).unwrap();
    let kind = MethodKind::from_name(generation, method).unwrap();
    let params = params.map(|params| to_raw_value(params).unwrap());
    let operation = Operation::decode(generation, kind, params.as_deref())?;
    assert_eq!(operation.kind(), kind);
    Ok(operation)
}

fn v10_params(operation: &Operation) -> Value {
    match operation {
        Operation::SendMessage(request) | Operation::SendStreamingMessage(request) => {
            to_value(request)
        }
        Operation::GetTask(request) => to_value(request),
        Operation::ListTasks(request) => to_value(request),
        Operation::CancelTask(request) => to_value(request),
        Operation::SubscribeToTask(request) => to_value(request),
        Operation::CreatePushConfig(config) => to_value(config),
        Operation::GetPushConfig(request) => to_value(request),
        Operation::ListPushConfigs(request) => to_value(request),
        Operation::DeletePushConfig(request) => to_value(request),
        Operation::GetExtendedCard(request) => to_value(request),
    }
    .unwrap()
}

#[derive(Deserialize)]
struct RequestCase {
    name: String,
    generation: String,
    method: String,
    params: Option<Value>,
    means: Value,
}

#[test]
fn requests_of_both_generations_mean_one_thing() {
    let cases: Vec<RequestCase> = load(include_str!("golden/requests.json"));
    for case in &cases {
        let operation = decode(&case.generation, &case.method, case.params.as_ref());
        let operation = operation.unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        assert_eq!(v10_params(&operation), case.means, "{}", case.name);
        if operation.kind() == MethodKind::GetPushConfig && case.means.get("id").is_none() {
            // Only 0.3 can leave the configuration open.
            continue;
        }
        let method = operation.kind().name(Generation::V10).unwrap();
        let again = decode("1.0", method, Some(&case.means)).unwrap();
        assert_eq!(
            v10_params(&again),
            case.means,
            "{}: written and read again",
            case.name
        );
    }
    for generation in [Generation::V03, Generation::V10] {
        for name in MethodKind::ALL
            .into_iter()
            .filter_map(|kind| kind.name(generation))
        {
            assert!(
                cases.iter().any(|case| case.method == name),
                "no case for {name}"
            );
        }
    }
}

#[derive(Deserialize)]
struct RefusalCase {
    name: String,
    generation: String,
    method: String,
    params: Option<Value>,
    violations: Vec<(String, String)>,
}

#[test]
fn refused_parameters_are_named() {
    for case in load::<RefusalCase>(include_str!("golden/refusals.json")) {
        let error = decode(&case.generation, &case.method, case.params.as_ref()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidParams, "{}", case.name);
        assert_eq!(violations(&error), case.violations, "{}", case.name);
    }
}

fn violations(error: &A2aError) -> Vec<(String, String)> {
    let violations = error.violations().iter();
    violations
        .map(|it| (it.field.clone(), it.description.to_string()))
        .collect()
}

#[derive(Deserialize)]
struct RequiredCase {
    generation: String,
    method: String,
    params: Value,
    required: Vec<String>,
    typed: Vec<String>,
}

#[test]
fn every_member_is_checked_for_presence_and_type() {
    let cases: Vec<RequiredCase> = load(include_str!("golden/required.json"));
    for case in &cases {
        let check = |params: &Value, field: &String| {
            let label = format!("{}: {field} in {params}", case.method);
            let error = decode(&case.generation, &case.method, Some(params)).expect_err(&label);
            assert_eq!(error.kind().code(), -32602, "{label}");
            let fields: Vec<String> = violations(&error).into_iter().map(|it| it.0).collect();
            assert_eq!(fields, [field.as_str()], "{label}");
        };
        let operation = decode(&case.generation, &case.method, Some(&case.params)).unwrap();
        assert_eq!(
            operation.tenant(),
            case.params.get("tenant").and_then(Value::as_str)
        );
        for field in &case.required {
            check(&without(&case.params, field), field);
        }
        for field in case.required.iter().chain(&case.typed) {
            check(&ill_typed(&case.params, field), field);
        }
    }
    // The extended card of 0.3 has no parameters.
    assert_eq!(cases.len(), 18);
}

/// `message.parts[0].text` as a JSON pointer.
fn pointer(field: &str) -> String {
    format!(
        "/{}",
        field.replace('[', "/").replace(']', "").replace('.', "/")
    )
}

fn without(params: &Value, field: &str) -> Value {
    let mut params = params.clone();
    let pointer = pointer(field);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = params.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    assert!(
        parent.remove(name).is_some(),
        "{field} is not there to be removed"
    );
    params
}

fn ill_typed(params: &Value, field: &str) -> Value {
    let mut params = params.clone();
    let member = params.pointer_mut(&pointer(field)).unwrap();
    *member = if member.is_object() {
        json!(7)
    } else {
        json!({"x": 1})
    };
    params
}

#[derive(Deserialize)]
struct ResultCase {
    name: String,
    r#type: String,
    #[serde(rename = "1.0")]
    v10: Value,
    #[serde(rename = "0.3")]
    v03: Value,
    #[serde(default)]
    one_way: bool,
}

#[test]
fn results_of_both_generations_mean_one_thing() {
    for case in load::<ResultCase>(include_str!("golden/results.json")) {
        let read = |v10: &Value| -> (Value, Value) {
            match case.r#type.as_str() {
                "task" => both::<Task>(v10, |task| to_value(TaskView(task))),
                "message" => both::<Message>(v10, |message| to_value(MessageView(message))),
                "event" => both::<StreamResponse>(v10, |event| to_value(EventView(event))),
                "push_config" => {
                    both::<TaskPushNotificationConfig>(v10, |it| to_value(PushConfigView(it)))
                }
                other => panic!("unknown type {other}"),
            }
        };
        let (v10, v03) = read(&case.v10);
        assert_eq!(v10, case.v10, "{}: 1.0", case.name);
        assert_eq!(v03, case.v03, "{}: 0.3", case.name);
        if !case.one_way {
            assert_eq!(
                from_v03(&case.r#type, &case.v03),
                case.v10,
                "{}: back",
                case.name
            );
        }
    }
}

fn both<T: DeserializeOwned + serde::Serialize>(
    v10: &Value,
    view: impl Fn(&T) -> serde_json::Result<Value>,
) -> (Value, Value) {
    let value: T = serde_json::from_value(v10.clone()).unwrap();
    (to_value(&value).unwrap(), view(&value).unwrap())
}

fn from_v03(r#type: &str, v03: &Value) -> Value {
    let json = v03.to_string();
    match r#type {
        "task" => to_value(parse_task(&json).unwrap()),
        "event" => to_value(parse_event(&json).unwrap()),
        "push_config" => to_value(parse_push_config(&json).unwrap()),
        "message" => match parse_event(&json).unwrap() {
            StreamResponse::Message(message) => to_value(message),
            other => panic!("not a message: {other:?}"),
        },
        other => panic!("unknown type {other}"),
    }
    .unwrap()
}

#[derive(Deserialize)]
struct EnvelopeCase {
    body: String,
    id: Option<String>,
    method: Option<String>,
    params: Option<String>,
    code: Option<i32>,
    answer: Option<String>,
    says: Option<String>,
}

#[test]
fn envelopes_are_read_or_refused_with_their_id() {
    for case in load::<EnvelopeCase>(include_str!("golden/envelopes.json")) {
        match Request::parse(case.body.as_bytes()) {
            Ok(request) => {
                assert_eq!(case.code, None, "{} is no request", case.body);
                assert_eq!(
                    Some(request.id.as_json()),
                    case.id.as_deref(),
                    "{}",
                    case.body
                );
                assert_eq!(Some(request.method.as_ref()), case.method.as_deref());
                assert_eq!(request.params.map(RawValue::get), case.params.as_deref());
            }
            Err(rejected) => {
                let error = &rejected.error;
                assert_eq!(
                    Some(error.kind().code()),
                    case.code,
                    "{}: {error}",
                    case.body
                );
                assert_eq!(
                    Some(rejected.id.as_json()),
                    case.answer.as_deref(),
                    "{}",
                    case.body
                );
                if let Some(says) = &case.says {
                    assert_eq!(error.message(), says, "{}", case.body);
                }
            }
        }
    }
}

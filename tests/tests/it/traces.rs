//! Traces as a collector gets them: read with the official messages of OTLP.

use std::fmt::Write as _;

use agentup_tests::{
    Answer, Collector, Counterpart, Folder, Posted, QUICK_START, QUICK_START_ENV, Server, hide,
    message_v10, run,
    tokens::{expired, token},
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as Any},
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;
use serde_json::{Value, json};

mod outgoing;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const ABOVE: &str = "00f067aa0ba902b7";

fn config(otlp: &str) -> String {
    format!("{QUICK_START}\nobservability: {{ otlp: {{ {otlp} }} }}\n")
}

/// The spans of all messages of a collector, once there are so many.
fn spans(collector: &Collector, least: usize) -> Vec<Span> {
    let of = |posted: &[Posted]| -> Vec<Span> {
        let all = posted
            .iter()
            .map(|it| ExportTraceServiceRequest::decode(&*it.body).unwrap());
        let resources = all.flat_map(|it| it.resource_spans);
        let scopes = resources.flat_map(|it| it.scope_spans);
        scopes.flat_map(|it| it.spans).collect()
    };
    of(&collector.wait_for(|posted| of(posted).len() >= least))
}

fn attributes(list: &[KeyValue]) -> Value {
    let pairs = list.iter().map(|pair| {
        let value = match pair.value.as_ref().and_then(|it| it.value.as_ref()) {
            Some(Any::StringValue(text)) => json!(text),
            Some(Any::IntValue(number)) => json!(number),
            Some(Any::DoubleValue(number)) => json!(number),
            other => panic!("{other:?}"),
        };
        (pair.key.clone(), value)
    });
    Value::Object(pairs.collect())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no span {name} in {spans:?}"))
}

/// A call that belongs to a trace which is recorded or not.
async fn traced(server: &Server, skill: &str, flags: &str) -> Answer {
    let request = server
        .request("POST", "/message:send")
        .json(&message_v10(skill, "hello"));
    let request = request
        .bearer_auth(token("alice", "basic"))
        .header("A2A-Version", "1.0")
        .header("traceparent", format!("00-{TRACE}-{ABOVE}-{flags}"));
    Answer::to(request).await
}

/// The effect of `observability.otlp.endpoint`.
#[tokio::test]
async fn a_request_and_the_run_of_its_skill_are_spans_of_the_callers_trace() {
    let collector = Collector::start(200);
    let server = Server::start(
        &config(&format!("endpoint: \"{}\"", collector.url())),
        QUICK_START_ENV,
    );
    assert_eq!(traced(&server, "public_echo", "01").await.status, 200);
    let spans = spans(&collector, 2);
    let request = named(&spans, "POST /message:send");
    assert_eq!(
        (
            hex(&request.trace_id).as_str(),
            hex(&request.parent_span_id).as_str()
        ),
        (TRACE, ABOVE)
    );
    assert_eq!(request.kind, i32::from(SpanKind::Server));
    assert!(request.status.is_none() && request.end_time_unix_nano >= request.start_time_unix_nano);
    let told = attributes(&request.attributes);
    for (name, value) in [
        ("http.request.method", json!("POST")),
        ("http.route", json!("/message:send")),
        ("http.response.status_code", json!(200)),
        ("client.address", json!("127.0.0.1")),
        ("a2a.operation", json!("SendMessage")),
        ("a2a.version", json!("1.0")),
        ("a2a.binding", json!("rest")),
        ("a2a.skill.id", json!("public_echo")),
        ("user.id", json!("alice")),
        ("agentup.outcome", json!("ok")),
    ] {
        assert_eq!(told[name], value, "{told}");
    }
    let skill = named(&spans, "skill public_echo");
    assert_eq!(
        (&skill.trace_id, &skill.parent_span_id),
        (&request.trace_id, &request.span_id)
    );
    assert_eq!(skill.kind, i32::from(SpanKind::Internal));
    let run = attributes(&skill.attributes);
    assert_eq!(run["agentup.outcome"], "completed");
    assert_eq!(
        (&run["a2a.task.id"], &run["a2a.context.id"]),
        (&told["a2a.task.id"], &told["a2a.context.id"])
    );
    assert!(told["a2a.task.id"].is_string());
    let posted = collector.posted();
    assert_eq!(posted[0].path, "/v1/traces");
    assert!(
        posted[0]
            .head
            .contains("content-type: application/x-protobuf"),
        "{}",
        posted[0].head
    );
    let log = server.stop().log;
    assert!(log.contains(&format!("trace_id={TRACE}")), "{log}");
}

#[tokio::test]
async fn refusals_and_denials_are_spans_without_a_word_of_the_token() {
    let collector = Collector::start(200);
    let server = Server::start(
        &config(&format!("endpoint: \"{}\"", collector.url())),
        QUICK_START_ENV,
    );
    let late = expired("mallory", "");
    server.ask("public_echo", &late, "x").await;
    server
        .ask("premium_analyzer", &token("alice", ""), "x")
        .await;
    assert_eq!(server.stop().code, Some(0));
    // Whatever was taken is sent before the process ends.
    let spans = spans(&collector, 2);
    let outcomes: Vec<_> = spans
        .iter()
        .map(|span| attributes(&span.attributes)["agentup.outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["expired", "insufficient_scope"]);
    let all = format!("{spans:?}");
    assert!(
        !all.contains("mallory") && late.split('.').all(|part| !all.contains(part)),
        "{all}"
    );
}

/// The effect of `observability.otlp.sample_ratio`.
#[tokio::test]
async fn the_caller_decides_for_its_traces_and_the_share_for_the_others() {
    let collector = Collector::start(200);
    let otlp = format!("endpoint: \"{}\", sample_ratio: 0", collector.url());
    let server = Server::start(&config(&otlp), QUICK_START_ENV);
    server.ask("public_echo", &token("bob", ""), "x").await;
    traced(&server, "public_echo", "00").await;
    traced(&server, "public_echo", "01").await;
    assert_eq!(server.stop().code, Some(0));
    let spans = spans(&collector, 2);
    assert_eq!(spans.len(), 2, "{spans:?}");
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE));
    let otlp = format!("endpoint: \"{}\", sample_ratio: 1", collector.url());
    let server = Server::start(&config(&otlp), QUICK_START_ENV);
    server.ask("public_echo", &token("bob", ""), "x").await;
    assert_eq!(server.stop().code, Some(0));
    assert_eq!(self::spans(&collector, 4).len(), 4);
}

/// The effect of `observability.otlp.service_name`, `observability.otlp.headers` and
/// `observability.otlp.header_files`.
#[tokio::test]
async fn the_collector_hears_who_sends() {
    let collector = Collector::start(200);
    hide("the-key-of-the-collector");
    let otlp = format!(
        "endpoint: \"{}\", service_name: forecaster, headers: {{ x-key: the-key-of-the-collector }}, \
         header_files: {{ x-other: other }}",
        collector.url()
    );
    let folder = Folder::new(&config(&otlp), QUICK_START_ENV);
    folder.write("other", "of-a-file\n");
    let server = Server::start_in(folder);
    server.ask("public_echo", &token("bob", ""), "x").await;
    assert_eq!(server.stop().code, Some(0));
    let posted = collector.wait_for(|posted| !posted.is_empty());
    for line in ["x-key: the-key-of-the-collector", "x-other: of-a-file"] {
        assert!(posted[0].head.contains(line), "{}", posted[0].head);
    }
    let message = ExportTraceServiceRequest::decode(&*posted[0].body).unwrap();
    let resource = message.resource_spans[0].resource.as_ref().unwrap();
    let told = attributes(&resource.attributes);
    assert_eq!(told["service.name"], "forecaster");
}

#[tokio::test]
async fn the_variables_of_opentelemetry_do_without_a_section() {
    let collector = Collector::start(200);
    let env = format!(
        "{QUICK_START_ENV}\nOTEL_EXPORTER_OTLP_ENDPOINT={}\nOTEL_SERVICE_NAME=by-variable\n\
         OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=test%20bed,service.name=other\n\
         OTEL_EXPORTER_OTLP_HEADERS=x-key=a%20b\nOTEL_TRACES_SAMPLER=always_on\n",
        collector.url()
    );
    let server = Server::start(QUICK_START, &env);
    // A sampler that is not parent-based asks nobody.
    traced(&server, "public_echo", "00").await;
    assert_eq!(server.stop().code, Some(0));
    let posted = collector.wait_for(|posted| !posted.is_empty());
    assert!(posted[0].head.contains("x-key: a b"), "{}", posted[0].head);
    let message = ExportTraceServiceRequest::decode(&*posted[0].body).unwrap();
    let resource = message.resource_spans[0].resource.as_ref().unwrap();
    let told = attributes(&resource.attributes);
    assert_eq!(told["service.name"], "by-variable");
    assert_eq!(told["deployment.environment.name"], "test bed");
}

#[test]
fn what_cannot_take_effect_is_refused() {
    for (otlp, env, words) in [
        ("service_name: x", "", "has no effect without `endpoint`"),
        (
            "endpoint: \"http://c:4318\", sample_ratio: 2",
            "",
            "is not a share from 0 to 1",
        ),
        (
            "endpoint: \"http://c:4318\"",
            "OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
            "http/protobuf",
        ),
        (
            "endpoint: \"http://c:4318\"",
            "OTEL_TRACES_SAMPLER=odd",
            "is not a sampler",
        ),
    ] {
        let env = format!("{QUICK_START_ENV}\n{env}\n");
        let folder = Folder::new(&config(otlp), &env);
        let outcome = run("agentup-server", folder.path(), ["check"]);
        assert_eq!(outcome.code, Some(78), "{otlp}: {outcome:?}");
        assert!(outcome.stderr.contains(words), "{words}: {outcome:?}");
    }
}

/// A collector that is not there, or refuses, makes no request wait and ends nothing.
#[tokio::test]
async fn a_dead_collector_disturbs_nobody() {
    let refusing = Collector::start(400);
    let closed = Counterpart::nobody();
    for url in [refusing.url(), &closed] {
        let server = Server::start(&config(&format!("endpoint: \"{url}\"")), QUICK_START_ENV);
        for _ in 0..20 {
            let answer = server.ask("public_echo", &token("bob", ""), "x").await;
            assert_eq!(answer.status, 200);
        }
        let _ = server.log().wait_for("traces cannot be sent");
        let stopped = server.stop();
        assert_eq!(stopped.code, Some(0));
        assert_eq!(
            stopped.log.matches("traces cannot be sent").count(),
            1,
            "{}",
            stopped.log
        );
    }
}

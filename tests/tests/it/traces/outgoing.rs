//! Spans of what the agent asks of others: models, services, other agents.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
    mpsc,
};

use agentup_tests::{
    Caller, Collector, Counterpart, Model, PATIENCE, QUICK_START, QUICK_START_ENV, Server,
    message_v10, tokens::token,
};
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind, status::StatusCode};
use serde_json::{Value, json};

use super::{TRACE, attributes, hex, named, spans, traced};

/// An agent that sends its traces, with this skill as well.
fn agent_with(collector: &Collector, skill: &str) -> Server {
    let otlp = format!("endpoint: \"{}\"", collector.url());
    let config =
        format!("{QUICK_START}  - {{ {skill} }}\nobservability: {{ otlp: {{ {otlp} }} }}\n");
    Server::start(&config, QUICK_START_ENV)
}

/// Asks the skill `remote` in a trace, and gives all spans that there are in the end.
async fn spans_of(collector: &Collector, server: Server) -> Vec<Span> {
    traced(&server, "remote", "01").await;
    // Whatever was taken is sent before the process ends.
    assert_eq!(server.stop().code, Some(0));
    spans(collector, 1)
}

/// The requests below the run of the skill, in the order in which they ended.
fn requests(spans: &[Span]) -> Vec<&Span> {
    let run = named(spans, "skill remote");
    let requests = spans.iter().filter(|span| {
        let is_request = span.kind == i32::from(SpanKind::Client);
        assert!(!is_request || hex(&span.trace_id) == TRACE, "{span:?}");
        assert!(
            !is_request || span.parent_span_id == run.span_id,
            "{span:?}"
        );
        is_request
    });
    requests.collect()
}

/// What `traceparent` told a service that its request was made from.
fn parents(service: &Counterpart) -> Vec<String> {
    let seen = service.seen();
    let told = seen.iter().filter_map(|seen| seen.header("traceparent"));
    told.map(|parent| {
        let rest = parent.strip_prefix(&format!("00-{TRACE}-")).unwrap();
        rest.strip_suffix("-01").unwrap().to_owned()
    })
    .collect()
}

fn is_error(span: &Span) -> bool {
    let status = span.status.as_ref();
    status.is_some_and(|it| it.code == i32::from(StatusCode::Error))
}

/// The attributes, without those that each request to this host has.
fn told_of(span: &Span, authority: &str) -> Value {
    let mut told = attributes(&span.attributes);
    let all = told.as_object_mut().unwrap();
    let (host, port) = authority.split_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    for (name, value) in [
        ("server.address", json!(host)),
        ("server.port", json!(port)),
        ("a2a.skill.id", json!("remote")),
    ] {
        assert_eq!(all.remove(name), Some(value), "{span:?}");
    }
    assert_eq!(all["http.request.method"], span.name);
    all.remove("http.request.method");
    told
}

fn says(caller: &mut Caller, text: &str) {
    caller.json(200, &json!({"message": {"parts": [{"text": text}]}}));
}

#[tokio::test]
async fn a_request_to_a_service_is_the_span_that_the_service_was_told() {
    let collector = Collector::start(200);
    let service = Counterpart::start(|_, caller| says(caller, "hi"));
    let handler = format!(
        "type: http, url: \"{}private-path?key=private-key\", headers: {{ x-key: private-header }}",
        service.url()
    );
    let skill = format!("skill_id: remote, handler: {{ {handler} }}");
    let spans = spans_of(&collector, agent_with(&collector, &skill)).await;
    let [request] = requests(&spans)[..] else {
        panic!("{spans:?}");
    };
    assert_eq!(parents(&service), [hex(&request.span_id)]);
    assert_eq!(request.name, "POST");
    assert!(request.end_time_unix_nano >= request.start_time_unix_nano);
    assert!(!is_error(request));
    assert_eq!(
        told_of(request, service.authority()),
        json!({"http.response.status_code": 200, "agentup.outcome": "answered"})
    );
    assert!(!format!("{spans:?}").contains("private"), "{spans:?}");
}

#[tokio::test]
async fn each_attempt_is_a_span_with_its_own_end() {
    let collector = Collector::start(200);
    let calls = AtomicUsize::new(0);
    let service =
        Counterpart::start(
            move |_, caller| match calls.fetch_add(1, Ordering::Relaxed) {
                0 => caller.json(503, &json!({})),
                1 => {
                    caller.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
                     Content-Length: 9\r\n\r\nhalf",
                    );
                    caller.close();
                }
                2 => caller.close(),
                _ => says(caller, "hi"),
            },
        );
    let retry = "{ name: retryable, max_attempts: 4, initial_delay: 1ms }";
    let skill = format!(
        "skill_id: remote, handler: {{ type: http, url: \"{}\" }}, middleware: [{retry}]",
        service.url()
    );
    let spans = spans_of(&collector, agent_with(&collector, &skill)).await;
    let requests = requests(&spans);
    let ids: Vec<_> = requests.iter().map(|span| hex(&span.span_id)).collect();
    assert_eq!(parents(&service), ids);
    let ends: Vec<_> = requests
        .iter()
        .map(|span| (told_of(span, service.authority()), is_error(span)))
        .collect();
    let status = "http.response.status_code";
    assert_eq!(
        ends,
        [
            (
                json!({status: 503, "error.type": "503", "agentup.outcome": "failed"}),
                true
            ),
            (
                json!({status: 200, "error.type": "broken", "agentup.outcome": "failed"}),
                true
            ),
            (
                json!({"error.type": "broken", "agentup.outcome": "failed"}),
                true
            ),
            (json!({status: 200, "agentup.outcome": "answered"}), false),
        ]
    );
}

/// No connection is made, so nothing is sent: that is tried again by itself.
#[tokio::test]
async fn a_service_that_is_not_there_is_tried_in_spans_of_their_own() {
    let collector = Collector::start(200);
    let nobody = Counterpart::nobody();
    let authority = nobody.trim_start_matches("http://").trim_end_matches('/');
    let skill = format!("skill_id: remote, handler: {{ type: http, url: \"{nobody}\" }}");
    let spans = spans_of(&collector, agent_with(&collector, &skill)).await;
    let requests = requests(&spans);
    assert!(requests.iter().all(|span| is_error(span)));
    let ends: Vec<_> = requests
        .iter()
        .map(|span| told_of(span, authority))
        .collect();
    let failed = json!({"error.type": "connect", "agentup.outcome": "failed"});
    let again = |times: u64| {
        let mut failed = failed.clone();
        failed["http.request.resend_count"] = times.into();
        failed
    };
    assert_eq!(ends, [failed.clone(), again(1), again(2)]);
}

/// Who canceled a task is no reason to look for a fault.
#[tokio::test]
async fn a_request_that_is_given_up_is_no_error() {
    let collector = Collector::start(200);
    let (tell, told) = mpsc::channel();
    let tell = Mutex::new(tell);
    let service = Counterpart::start(move |_, caller| {
        caller.stream();
        let _ = tell.lock().unwrap().send("begun");
        caller.wait_for_end();
    });
    let skill = format!(
        "skill_id: remote, handler: {{ type: http, url: \"{}\" }}",
        service.url()
    );
    let server = agent_with(&collector, &skill);
    let (user, mut params) = (token("alice", ""), message_v10("remote", "hi"));
    params["configuration"] = json!({"returnImmediately": true});
    let begun = server.call_v10(&user, "SendMessage", params).await;
    assert_eq!(told.recv_timeout(PATIENCE), Ok("begun"));
    let id = json!({"id": begun.at("/result/task/id")});
    server.call_v10(&user, "CancelTask", id).await;
    assert_eq!(server.stop().code, Some(0));
    let spans = spans(&collector, 1);
    let request = named(&spans, "POST");
    assert!(!is_error(request));
    let outcome = told_of(request, service.authority())["agentup.outcome"].clone();
    assert_eq!(outcome, "canceled");
}

/// The card and the token of another agent are not asked for in the name of a caller, but it is the
/// run that waits for them.
#[tokio::test]
async fn what_is_asked_of_another_agent_are_spans() {
    let collector = Collector::start(200);
    let calls = AtomicUsize::new(0);
    let other = Counterpart::start(move |seen, caller| match seen.line.as_str() {
        "POST /token" => caller.json(
            200,
            &json!({"access_token": "private", "token_type": "Bearer"}),
        ),
        // The first token is taken back at once.
        "POST /a2a" if calls.fetch_add(1, Ordering::Relaxed) == 0 => caller.json(401, &json!({})),
        "POST /a2a" => {
            let said = json!({"messageId": "m", "role": "ROLE_AGENT", "parts": [{"text": "hi"}]});
            let result = json!({"message": said});
            caller.json(200, &json!({"jsonrpc": "2.0", "id": 1, "result": result}));
        }
        _ => {
            let url = format!("http://{}/a2a", seen.header("host").unwrap());
            let interface =
                json!({"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0"});
            caller.json(
                200,
                &json!({"name": "n", "supportedInterfaces": [interface]}),
            );
        }
    });
    let auth = format!(
        "type: oauth2, token_url: \"{}token\", client_id: c, client_secret: private-secret",
        other.url()
    );
    let skill = format!(
        "skill_id: remote, handler: {{ type: a2a, url: \"{}\", auth: {{ {auth} }} }}",
        other.url()
    );
    let spans = spans_of(&collector, agent_with(&collector, &skill)).await;
    let requests = requests(&spans);
    let told: Vec<_> = requests
        .iter()
        .map(|span| (span.name.as_str(), told_of(span, other.authority())))
        .collect();
    let status = "http.response.status_code";
    let of = |purpose: &str| json!({status: 200, "agentup.outcome": "answered", "agentup.purpose": purpose});
    let message = |code: u16, outcome: &str| {
        json!({
            status: code, "agentup.outcome": outcome, "a2a.operation": "SendMessage",
            "a2a.version": "1.0", "a2a.binding": "jsonrpc",
        })
    };
    let mut refused = message(401, "failed");
    refused["error.type"] = "401".into();
    assert_eq!(
        told,
        [
            ("POST", of("token")),
            ("GET", of("card")),
            ("POST", refused),
            ("POST", of("token")),
            ("POST", message(200, "answered")),
        ]
    );
    let messages = [requests[2], requests[4]].map(|span| hex(&span.span_id));
    assert_eq!(
        parents(&other),
        messages,
        "and nothing else names the trace"
    );
    assert!(!format!("{spans:?}").contains("private"), "{spans:?}");
}

#[tokio::test]
async fn a_question_to_a_model_is_a_span() {
    let (collector, model) = (Collector::start(200), Model::start());
    let handler = format!(
        "type: llm, provider: ollama, base_url: \"{}\", model: echo",
        model.url()
    );
    let skill = format!("skill_id: remote, handler: {{ {handler} }}");
    let spans = spans_of(&collector, agent_with(&collector, &skill)).await;
    let [chat] = requests(&spans)[..] else {
        panic!("{spans:?}");
    };
    assert_eq!(chat.name, "chat echo");
    let told = attributes(&chat.attributes);
    for (name, value) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "ollama"),
        ("gen_ai.request.model", "echo"),
    ] {
        assert_eq!(told[name], value, "{told}");
    }
    assert!(told["gen_ai.usage.output_tokens"].is_u64(), "{told}");
}

//! Metrics, scraped from the real binary: what is counted, what is not, and where it is told.

use std::collections::BTreeMap;

use agentup_tests::{
    Answer, Folder, METRICS_CONFIG, QUICK_START, QUICK_START_ENV, Scrape, Server, message_v10,
    program,
    tokens::{expired, token},
};
use serde_json::json;

const PLACE: &str = "/metrics";

/// The Quick Start's agent, with this under `observability.metrics`.
fn with_metrics(metrics: &str) -> Server {
    let config = format!("{QUICK_START}\nobservability:\n  metrics: {metrics}\n");
    Server::start(&config, QUICK_START_ENV)
}

fn changes(list: &[(&str, f64)]) -> BTreeMap<String, f64> {
    list.iter()
        .map(|(name, change)| ((*name).to_owned(), *change))
        .collect()
}

/// The effect of `observability.metrics.enabled`.
#[tokio::test]
async fn metrics_are_off_unless_they_are_switched_on() {
    let server = Server::quick_start();
    assert_eq!(server.metrics_url(), None);
    assert_eq!(server.get(PLACE).await.status, 404);
}

/// The effect of `observability.metrics.enabled` and `observability.metrics.listen`.
#[tokio::test]
async fn metrics_have_an_address_of_their_own_where_nothing_else_is() {
    let server = with_metrics("{ enabled: true, listen: \"127.0.0.1:0\" }");
    let url = server.metrics_url().unwrap();
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with(PLACE),
        "{url}"
    );
    assert_eq!(
        server.get(PLACE).await.status,
        404,
        "not at the agent's own"
    );
    let at_metrics = agentup_tests::Client::new(url.strip_suffix(PLACE).unwrap().to_owned());
    assert_eq!(at_metrics.get("/.well-known/agent.json").await.status, 404);
    assert_eq!(
        Answer::to(at_metrics.request("POST", PLACE)).await.status,
        405
    );
    let head = Answer::to(at_metrics.request("HEAD", PLACE)).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[tokio::test]
async fn metrics_can_share_the_address_of_the_agent() {
    let server = with_metrics("{ enabled: true, listen: same }");
    assert_eq!(server.metrics_url(), None);
    let answer = server.get(PLACE).await;
    assert_eq!(answer.status, 200);
    assert!(Scrape::parse(answer.body).series.len() > 50);
    assert_eq!(Answer::to(server.request("POST", PLACE)).await.status, 405);
}

#[tokio::test]
async fn each_client_gets_the_form_that_it_asks_for() {
    let server = with_metrics("{ enabled: true, listen: same }");
    let newer = server.request("GET", PLACE).header(
        "accept",
        "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
    );
    let newer = Answer::to(newer).await;
    let media_type = newer.header("content-type").unwrap();
    assert!(media_type.starts_with("application/openmetrics-text; version=1.0.0"));
    assert!(newer.body.ends_with("# EOF\n"));
    let older = server.get(PLACE).await;
    let media_type = older.header("content-type").unwrap();
    assert!(
        media_type.starts_with("text/plain; version=0.0.4"),
        "{media_type}"
    );
    assert!(!older.body.contains("# EOF"));
    assert_eq!(older.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_the_remedy() {
    let first = Server::quick_start_with_metrics();
    let url = first.metrics_url().unwrap();
    let address = url
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix(PLACE)
        .unwrap();
    let metrics =
        format!("observability: {{ metrics: {{ enabled: true, listen: \"{address}\" }} }}");
    let folder = Folder::new(&format!("{QUICK_START}\n{metrics}\n"), QUICK_START_ENV);
    let output = program("agentup-server")
        .args(["serve", "--port", "0"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in [
        address,
        "observability.metrics.listen",
        "Address already in use",
    ] {
        assert!(said.contains(word), "{said}");
    }
}

#[tokio::test]
async fn the_build_and_the_process_are_told() {
    let server = Server::quick_start_with_metrics();
    let scrape = server.scrape().await;
    let build = scrape.sum("agentup_build_info", &["version=\"0.1.0\"", "rustc=\"1."]);
    assert!(build > 0.0, "{}", scrape.text);
    for (name, least, most) in [
        ("process_cpu_seconds_total", 0.0, 60.0),
        ("process_resident_memory_bytes", 1e6, 1e9),
        ("process_open_fds", 5.0, 1000.0),
        ("process_max_fds", 64.0, 1e10),
        ("process_threads", 2.0, 200.0),
        ("process_start_time_seconds", 1.7e9, 1e10),
    ] {
        let value = scrape.value(name);
        assert!(value > least && value < most, "{name} is {value}");
    }
    assert!((scrape.value("agentup_ready") - 1.0).abs() < 1e-9);
}

const SEND: &str = "route=\"/\",operation=\"SendMessage\",binding=\"jsonrpc\",version=\"0.3\"";
const SEND_REST: &str =
    "route=\"/message:send\",operation=\"SendMessage\",binding=\"rest\",version=\"1.0\"";
const UNREAD: &str = "route=\"/\",operation=\"none\",binding=\"none\",version=\"none\"";
const HITS: &str = "agentup_token_cache_hits_total";
const MISSES: &str = "agentup_token_cache_misses_total";
const KEPT: &str = "agentup_token_cache_entries";

fn requests(labels: &str, class: &str) -> String {
    format!("agentup_requests_total{{{labels},status=\"{class}\"}}")
}

fn timed(operation: &str) -> String {
    format!("agentup_request_duration_seconds_count{{operation=\"{operation}\"}}")
}

fn errors(code: &str) -> String {
    format!("agentup_request_errors_total{{code=\"{code}\"}}")
}

fn refusals(code: &str) -> String {
    format!("agentup_auth_refusals_total{{code=\"{code}\"}}")
}

fn tasks(state: &str) -> String {
    format!("agentup_tasks{{state=\"{state}\"}}")
}

fn moves(state: &str) -> String {
    format!("agentup_task_transitions_total{{state=\"{state}\"}}")
}

// In each of the following, whatever moves besides what is expected is a fault.

#[tokio::test]
async fn a_request_is_counted_once_with_its_run_and_its_task() {
    let server = Server::quick_start_with_metrics();
    let good = token("alice", "basic");
    let ran = "agentup_skill_runs_total{skill=\"public_echo\",outcome=\"completed\"}";
    let before = server.scrape().await;
    let answer = server.ask("public_echo", &good, "hello").await;
    assert_eq!(answer.status, 200);
    let after = server.scrape().await;
    let mut expected = changes(&[
        (&requests(SEND, "2xx"), 1.0),
        (&timed("SendMessage"), 1.0),
        (ran, 1.0),
        (&moves("working"), 1.0),
        (&moves("completed"), 1.0),
        (&tasks("completed"), 1.0),
        (MISSES, 1.0),
        (KEPT, 1.0),
    ]);
    assert_eq!(after.changes_since(&before), expected);
    // The token is known now.
    let answer = server.ask("public_echo", &good, "hello").await;
    assert_eq!(answer.status, 200);
    expected.retain(|name, _| name != MISSES && name != KEPT);
    expected.insert(HITS.to_owned(), 1.0);
    assert_eq!(server.scrape().await.changes_since(&after), expected);
}

#[tokio::test]
async fn a_denial_is_counted_once_in_either_form() {
    let server = Server::quick_start_with_metrics();
    let poor = token("bob", "");
    let denials = "agentup_authorization_denials_total{skill=\"basic_assistant\"}";
    let before = server.scrape().await;
    let told = server.ask("basic_assistant", &poor, "hello").await;
    assert_eq!(told.status, 200);
    let after = server.scrape().await;
    let expected = changes(&[
        (&requests(SEND, "2xx"), 1.0),
        (&timed("SendMessage"), 1.0),
        (&errors("insufficient_scope"), 1.0),
        (denials, 1.0),
        (&moves("rejected"), 1.0),
        (&tasks("rejected"), 1.0),
        (MISSES, 1.0),
        (KEPT, 1.0),
    ]);
    assert_eq!(after.changes_since(&before), expected);
    let message = server.request("POST", "/message:send").bearer_auth(&poor);
    let message = message.header("A2A-Version", "1.0");
    let message = message.json(&message_v10("basic_assistant", "hello"));
    assert_eq!(Answer::to(message).await.status, 403);
    let expected = changes(&[
        (&requests(SEND_REST, "4xx"), 1.0),
        (&timed("SendMessage"), 1.0),
        (&errors("insufficient_scope"), 1.0),
        (denials, 1.0),
        (HITS, 1.0),
    ]);
    assert_eq!(server.scrape().await.changes_since(&after), expected);
}

#[tokio::test]
async fn credentials_that_are_refused_are_counted_by_the_reason() {
    let server = Server::quick_start_with_metrics();
    let good = token("alice", "basic");
    let mut before = server.scrape().await;
    let forged = agentup_auth::issue::with_broken_signature(&good);
    for (token, code) in [
        (Some(expired("alice", "basic")), "expired"),
        (Some(forged), "bad_signature"),
        (Some("not.a".to_owned()), "malformed"),
        (None, "no_credential"),
    ] {
        let request = server.post("{}");
        let request = match &token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        assert_eq!(Answer::to(request).await.status, 401);
        let after = server.scrape().await;
        let mut expected = changes(&[
            (&requests(UNREAD, "4xx"), 1.0),
            (&timed("none"), 1.0),
            (&refusals(code), 1.0),
        ]);
        if token.is_some() {
            expected.insert(MISSES.to_owned(), 1.0);
        }
        assert_eq!(after.changes_since(&before), expected, "{code}");
        before = after;
    }
}

#[tokio::test]
async fn errors_limits_and_documents_are_counted_once() {
    let server = Server::quick_start_with_metrics();
    let good = token("alice", "basic");
    server.ask("public_echo", &good, "hi").await;
    let before = server.scrape().await;
    let unknown = json!({"id": "nosuch"});
    server.call(&good, "tasks/get", unknown).await;
    let body = "x".repeat(2_000_000);
    let large = Answer::to(server.post(body).bearer_auth(&good)).await;
    assert_eq!(large.status, 413);
    assert_eq!(server.get("/healthz").await.status, 200);
    let got = "route=\"/\",operation=\"GetTask\",binding=\"jsonrpc\",version=\"0.3\"";
    let health = "route=\"/healthz\",operation=\"none\",binding=\"none\",version=\"none\"";
    let expected = changes(&[
        (&requests(got, "2xx"), 1.0),
        (&requests(UNREAD, "4xx"), 1.0),
        (&requests(health, "2xx"), 1.0),
        (&timed("GetTask"), 1.0),
        (&timed("none"), 2.0),
        (&errors("task_not_found"), 1.0),
        (&errors("body_too_large"), 1.0),
        ("agentup_limit_hits_total{limit=\"body\"}", 1.0),
        (HITS, 2.0),
    ]);
    assert_eq!(server.scrape().await.changes_since(&before), expected);
}

#[tokio::test]
async fn reloads_are_counted_and_a_bad_one_shows() {
    let env = QUICK_START_ENV.replace("RELOAD=true", "RELOAD=false");
    let server = Server::start(&format!("{QUICK_START}\n{METRICS_CONFIG}"), &env);
    let [done, failed] = ["success", "failure"]
        .map(|outcome| format!("agentup_config_reloads_total{{outcome=\"{outcome}\"}}"));
    let is_good = "agentup_config_last_reload_successful";
    let first = server.scrape().await;
    assert!(first.value("agentup_config_last_reload_success_timestamp_seconds") > 1.7e9);
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration reloaded");
    let good = server.scrape().await;
    let reloads = |scrape: &Scrape| {
        [
            scrape.count(&done),
            scrape.count(&failed),
            scrape.count(is_good),
        ]
    };
    assert_eq!(reloads(&good), [1, 0, 1]);
    server.folder().replace_config("agent: [");
    server.ask_to_reload();
    let _ = server.log().wait_for("configuration not reloaded");
    assert_eq!(reloads(&server.scrape().await), [1, 1, 0]);
}

#[tokio::test]
async fn middleware_is_counted_by_skill() {
    let middleware = "middleware: [timed, cached, { name: rate_limited, requests_per_minute: 2 }]";
    let config = format!("{QUICK_START}\n{middleware}\n{METRICS_CONFIG}");
    let server = Server::start(&config, QUICK_START_ENV);
    let good = token("alice", "");
    let before = server.scrape().await;
    for status in [200, 200, 429] {
        assert_eq!(
            server.ask_v10("public_echo", &good, "hi").await.status,
            status
        );
    }
    let after = server.scrape().await;
    let change = |name: &str| {
        let labels = ["skill=\"public_echo\""];
        after.sum(name, &labels) - before.sum(name, &labels)
    };
    for (name, expected) in [
        ("agentup_skill_rate_limited_total", 1.0),
        ("agentup_skill_cache_hits_total", 1.0),
        ("agentup_skill_retries_total", 0.0),
        ("agentup_skill_run_duration_seconds_count", 2.0),
        ("agentup_skill_runs_total", 2.0),
    ] {
        assert!(
            (change(name) - expected).abs() < 1e-9,
            "{name}: {}",
            change(name)
        );
    }
    assert_eq!(
        after.count("agentup_request_errors_total{code=\"rate_limited\"}"),
        1
    );
}

#[tokio::test]
async fn open_streams_are_counted_while_they_are_open() {
    let server = Server::quick_start_with_metrics();
    let open = async || server.scrape().await.count("agentup_streams_open");
    let good = token("alice", "basic");
    let params = message_v10("public_echo", "hi");
    let answer = server.call_v10(&good, "SendStreamingMessage", params).await;
    assert_eq!(answer.status, 200);
    // The client has seen the end; the server lets go of the stream a moment later.
    let begun = std::time::Instant::now();
    while open().await != 0 {
        assert!(
            begun.elapsed() < agentup_tests::PATIENCE,
            "the stream stays open"
        );
    }
}

/// Whatever a caller sends, the series stay the same, and show nothing of it.
#[tokio::test]
async fn nobody_can_make_more_series_or_leave_a_trace_in_them() {
    let server = Server::quick_start_with_metrics();
    let good = token("marker-subject", "admin");
    hostile(&server, &good, 0).await;
    let before = server.scrape().await;
    for round in 1..20 {
        hostile(&server, &good, round).await;
    }
    let after = server.scrape().await;
    let new: Vec<_> = after.names().difference(&before.names()).copied().collect();
    assert!(new.is_empty(), "{new:?}");
    assert!(after.series.len() < 1000, "{} series", after.series.len());
    assert!(!after.text.contains("marker"), "{}", after.text);
    for part in good.split('.') {
        assert!(!after.text.contains(part));
    }
    assert_eq!(
        after.count("agentup_auth_refusals_total{code=\"other\"}"),
        0
    );
    assert_eq!(
        after.count("agentup_request_errors_total{code=\"other\"}"),
        0
    );
}

async fn hostile(server: &Server, good: &str, round: usize) {
    let marker = format!("marker-{round}");
    for method in ["GET", "POST", "MARKER", "DELETE"] {
        for path in [
            format!("/{marker}"),
            format!("/tasks/{marker}"),
            format!("/?{marker}"),
        ] {
            let request = server.request(method, &path).bearer_auth(good);
            Answer::to(request.header("A2A-Version", &marker)).await;
        }
    }
    let header = format!(r#"{{"alg":"HS256","kid":"{marker}","typ":"{marker}"}}"#);
    let forged = agentup_tests::tokens::sign_texts(&header, &format!(r#"{{"sub":"{marker}"}}"#));
    assert_eq!(server.ask(&marker, &forged, &marker).await.status, 401);
    server.ask(&marker, good, &marker).await;
    server.ask_v10(&marker, good, &marker).await;
    server.call(good, &marker, json!({"id": marker})).await;
    let mine = token(&marker, "");
    server.ask("public_echo", &mine, &marker).await;
    server.ask("admin_status", &mine, &marker).await;
    server.ask_v10("admin_status", &mine, &marker).await;
}

//! A line of ours, held to the event of the same request.

use std::{sync::Arc, time::Duration};

use agentup_auth::{CredentialError, Denied, Scope, ScopeSet};
use agentup_handlers::TraceContext;
use agentup_protocol::{Generation, MethodKind};
use arc_swap::ArcSwap;
use http::{Method, StatusCode};
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::{
    config::{LogFormat, LoggingConfig},
    record::{Asked, BindingKind, Notes},
    telemetry::{Settings, line::Writer, lines},
    testing::principal,
};

/// Text that would like to be something else.
const HOSTILE: &str = "eve\" outcome=ok \\ \u{202e}é'";

fn record(outcome: Outcome, notes: Notes) -> Record {
    Record {
        id: "request-1".into(),
        trace: TraceContext::new(0x4bf9, 7),
        client: Some([127, 0, 20, 255].into()),
        method: Method::POST,
        route: "/tasks/{*rest}",
        notes,
        outcome,
        status: StatusCode::OK,
        took: Duration::from_micros(1_234_567),
    }
}

fn notes(subject: &str, skill: &str) -> Notes {
    let mut notes = Notes::default();
    notes.principal = Some(principal(subject, "basic premium"));
    notes.skill = Some(skill.into());
    notes.asked = Some(Asked {
        operation: MethodKind::SendMessage,
        generation: Generation::V10,
        binding: BindingKind::JsonRpc,
    });
    notes
}

/// One of each kind, and of all that lines differ in.
fn records() -> Vec<Record> {
    let refused = |rejection| Outcome::Refused(rejection);
    let denied = |missing: &[&str]| {
        Outcome::Denied(Denied {
            skill: "analyzer".into(),
            missing: missing.iter().map(|it| Scope::parse(it).unwrap()).collect(),
            granted: ScopeSet::default(),
            unmet: vec!["tier".to_owned(), "a \"b\"".to_owned()],
        })
    };
    let pause = Duration::from_secs(1);
    let mut records = vec![
        record(Outcome::Done, notes("alice", "echo")),
        record(Outcome::Done, notes(HOSTILE, HOSTILE)),
        record(Outcome::Done, notes("it's\\", "")),
        record(Outcome::Done, notes("bob", "echo\n\u{1b}[31m")),
        record(Outcome::Done, Notes::default()),
        record(denied(&["admin", "premium"]), notes("alice", "analyzer")),
        record(denied(&[]), notes("alice", "analyzer")),
        record(
            refused(Rejection::Credential(CredentialError::NotBearer)),
            Notes::default(),
        ),
        record(refused(Rejection::TooOften(pause)), notes("alice", HOSTILE)),
        record(refused(Rejection::CallerTooOften(pause)), Notes::default()),
        record(refused(Rejection::SourceLimited(pause)), Notes::default()),
        record(refused(Rejection::Overloaded), Notes::default()),
        record(refused(Rejection::NotFound), Notes::default()),
        record(Outcome::Failed(ErrorKind::Internal), Notes::default()),
        record(Outcome::Failed(ErrorKind::TaskNotFound), Notes::default()),
        record(Outcome::Panicked, Notes::default()),
        record(Outcome::Abandoned, Notes::default()),
    ];
    for (id, client, method) in [
        ("a=b", Some("2001:db8::1".parse().unwrap()), Method::GET),
        (
            "0b5a5d5e-4f1e-4b57-9d7c-0f6d3b1a2c3d",
            None,
            Method::from_bytes(b"IT'S").unwrap(),
        ),
    ] {
        records.push(Record {
            id: id.into(),
            client,
            method,
            trace: None,
            route: "/healthz",
            ..record(Outcome::Done, Notes::default())
        });
    }
    records
}

fn log(format: LogFormat, colours: bool) -> Arc<Shared> {
    let config = LoggingConfig {
        level: Level::TRACE,
        format,
        modules: Vec::new(),
        requests: true,
    };
    let settings = ArcSwap::from_pointee(Settings::new(&config, None));
    Arc::new(Shared {
        settings,
        forced: None,
        colours,
    })
}

/// What was written, but for when.
fn line() -> String {
    let line = lines::take();
    let at = line.find("20").unwrap();
    let (before, from) = line.split_at(at);
    let (_, after) = from.split_at("2026-11-28T22:43:25.123456Z".len());
    format!("{before}{after}")
}

#[test]
fn a_line_is_what_the_event_of_its_request_makes() {
    lines::hold();
    for log in [
        log(LogFormat::Text, false),
        log(LogFormat::Text, true),
        log(LogFormat::Json, false),
    ] {
        let subscriber = tracing_subscriber::registry().with(Writer::new(Arc::clone(&log)));
        tracing::subscriber::with_default(subscriber, || {
            for record in records() {
                let (kind, words) = kind_and_words(&record);
                fields::event(kind, &words, &record);
                let of_event = line();
                log.tell(
                    kind,
                    &RequestLine {
                        record: &record,
                        words,
                    },
                );
                assert_eq!(line(), of_event);
            }
        });
    }
}

#[test]
fn a_line_tells_all_that_is_known() {
    lines::hold();
    let record = record(Outcome::Done, notes("alice", "echo"));
    let tell = |format| {
        let (kind, words) = kind_and_words(&record);
        log(format, false).tell(
            kind,
            &RequestLine {
                record: &record,
                words,
            },
        );
        line()
    };
    assert_eq!(
        tell(LogFormat::Text),
        "  INFO agentup_server::authorization: User alice accessing echo with scopes: ['basic', \
         'premium'] request_id=request-1 trace_id=00000000000000000000000000004bf9 method=POST \
         route=/tasks/{*rest} operation=SendMessage version=1.0 binding=jsonrpc skill=echo \
         user=alice issuer=issuer client=127.0.20.255 outcome=ok status=200 duration_us=1234567\n"
    );
    let line: serde_json::Value = serde_json::from_str(&tell(LogFormat::Json)).unwrap();
    assert_eq!(line["client"], "127.0.20.255");
    assert_eq!(line["duration_us"], 1_234_567);
}

/// What is let through is what a subscriber would let through.
#[test]
fn a_line_that_nobody_wants_is_not_written() {
    lines::hold();
    let log = log(LogFormat::Text, false);
    let config = LoggingConfig {
        level: Level::INFO,
        format: LogFormat::Text,
        modules: Vec::new(),
        requests: false,
    };
    log.settings.store(Arc::new(Settings::new(&config, None)));
    let record = record(Outcome::Done, notes("alice", "echo"));
    let (kind, words) = kind_and_words(&record);
    log.tell(
        kind,
        &RequestLine {
            record: &record,
            words,
        },
    );
    assert_eq!(lines::take(), "");
}

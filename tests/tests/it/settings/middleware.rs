//! `middleware`: each parameter of what goes around skills.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use agentup_handlers::{Reply, SkillContext, SkillError, first_text};
use agentup_protocol::Message;
use agentup_server::Agent;
use agentup_tests::{PATIENCE, tokens::token};

use super::{begin, check, folder, state};
use crate::local::Local;

/// A skill that counts its runs, between these middlewares.
struct Counted {
    agent: Local,
    runs: Arc<AtomicUsize>,
    alice: String,
}

impl Counted {
    async fn new(middleware: &str) -> Self {
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        let skill = move |message: Message, _: SkillContext| {
            count.fetch_add(1, Ordering::Relaxed);
            async move {
                match first_text(&message) {
                    "not now" => Err(SkillError::new("not now").transient()),
                    text => Ok::<_, SkillError>(Reply::text(text)),
                }
            }
        };
        let folder = folder(&format!("middleware: [{middleware}]"));
        let agent = Agent::from_config(folder.config()).unwrap_or_else(|error| panic!("{error}"));
        Self {
            agent: Local::serve(&agent.skill("counted", skill)).await,
            runs,
            alice: token("alice", ""),
        }
    }

    /// The status of an answer.
    async fn ask(&self, text: &str) -> u16 {
        self.agent
            .ask_v10("counted", &self.alice, text)
            .await
            .status
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    /// Asks the same until the skill has run so often.
    async fn ask_until(&self, runs: usize) {
        let begun = Instant::now();
        while self.runs() < runs {
            assert!(
                begun.elapsed() < PATIENCE,
                "there were {} runs",
                self.runs()
            );
            self.ask("hi").await;
        }
    }
}

/// The effect of `middleware[].enabled`, `middleware[].params` and `middleware[].config`.
#[tokio::test]
async fn a_middleware_is_applied_wherever_its_parameters_stand_unless_it_is_off() {
    for (written, second) in [
        ("requests_per_minute: 1", 429),
        ("params: { requests_per_minute: 1 }", 429),
        ("config: { requests_per_minute: 1 }", 429),
        ("enabled: true, requests_per_minute: 1", 429),
        ("enabled: false, requests_per_minute: 1", 200),
    ] {
        let skill = Counted::new(&format!("{{ name: rate_limited, {written} }}")).await;
        assert_eq!(skill.ask("hi").await, 200, "{written}");
        assert_eq!(skill.ask("hi").await, second, "{written}");
    }
}

/// The effect of `middleware[rate_limited].burst_size`.
#[tokio::test]
async fn so_many_calls_may_come_at_once() {
    let limit = "{ name: rate_limited, requests_per_minute: 1, burst_size: 3 }";
    let skill = Counted::new(limit).await;
    for status in [200, 200, 200, 429] {
        assert_eq!(skill.ask("hi").await, status);
    }
}

/// The effect of `middleware[cached].ttl` and `middleware[cached].default_ttl`.
#[tokio::test]
async fn an_answer_serves_as_long_as_configured() {
    for written in ["ttl: 1s", "default_ttl: 1s"] {
        let skill = Counted::new(&format!("{{ name: cached, {written} }}")).await;
        // Five minutes are usual.
        skill.ask_until(2).await;
    }
}

/// The effect of `middleware[cached].max_size`.
#[tokio::test]
async fn so_many_answers_are_kept() {
    for (most, runs) in [(1, 3), (10, 2)] {
        let skill = Counted::new(&format!("{{ name: cached, max_size: {most} }}")).await;
        for text in ["one", "two", "one", "two"] {
            assert_eq!(skill.ask(text).await, 200);
        }
        assert!(
            skill.runs() == runs || most == 1 && skill.runs() > runs,
            "{}",
            skill.runs()
        );
    }
}

/// The effect of `middleware[cached].max_bytes`.
#[tokio::test]
async fn answers_of_so_many_bytes_are_kept() {
    let long = "x".repeat(16 << 10);
    for (most, runs) in [("64KiB", 2), ("1MiB", 1)] {
        let skill = Counted::new(&format!("{{ name: cached, max_bytes: {most} }}")).await;
        for _ in 0..2 {
            assert_eq!(skill.ask(&long).await, 200);
        }
        assert_eq!(skill.runs(), runs, "{most}");
    }
}

/// The effect of `middleware[cached].backend_type`.
#[test]
fn a_backend_that_is_not_there_is_not_taken_for_another() {
    let with = |backend: &str| {
        check(&format!(
            "middleware: [{{ name: cached, backend_type: {backend} }}]"
        ))
    };
    assert_eq!(with("memory").0, Some(0));
    let (code, said) = with("valkey");
    assert_eq!(code, Some(78));
    assert!(said.contains("backend_type"), "{said}");
}

/// The effect of `middleware[retryable].initial_delay`.
#[tokio::test]
async fn the_first_pause_is_as_long_as_configured() {
    let retryable = |delay: &str| {
        format!(
            "{{ name: retryable, max_attempts: 2, initial_delay: {delay}, max_delay: {delay} }}"
        )
    };
    let (slow, quick) = (
        Counted::new(&retryable("1h")).await,
        Counted::new(&retryable("1ms")).await,
    );
    let begun = begin(&slow.agent, &slow.alice, "counted", "not now").await;
    quick.ask("not now").await;
    assert_eq!(quick.runs(), 2);
    assert_eq!(slow.runs(), 1);
    assert_eq!(
        state(&slow.agent, &slow.alice, &begun).await,
        "TASK_STATE_WORKING"
    );
}

/// The effect of `middleware[retryable].max_delay`.
#[tokio::test]
async fn no_pause_is_longer_than_configured() {
    let settings = "{ name: retryable, max_attempts: 10, initial_delay: 200ms, max_delay: 200ms }";
    let skill = Counted::new(settings).await;
    // Nine pauses, each twice as long as the one before, would be 50 seconds at the least.
    let asked = tokio::time::timeout(PATIENCE.min(Duration::from_secs(45)), skill.ask("not now"));
    assert_eq!(asked.await.expect("an answer in time"), 200);
    assert_eq!(skill.runs(), 10);
}

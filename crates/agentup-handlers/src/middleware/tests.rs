//! What goes around a skill, with skills that count how often they run.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use agentup_protocol::{Artifact, Part};
use serde_json::json;

use super::*;
use crate::{
    Skill, Update,
    testing::{Hand, message, principal, run},
};

/// What is told to an observer, in words.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Observer for Told {
    fn observe(&self, event: &SkillEvent<'_>) {
        self.0.lock().unwrap().push(match event {
            SkillEvent::Limited { skill } => format!("limited {skill}"),
            SkillEvent::Cached { skill } => format!("cached {skill}"),
            SkillEvent::Retried { skill } => format!("retried {skill}"),
            SkillEvent::ModelAsked(_) => panic!("there is no model"),
            SkillEvent::ServiceAsked { .. } | SkillEvent::Requested(_) => {
                panic!("there is no service")
            }
            SkillEvent::Ran {
                skill,
                outcome,
                took,
                ..
            } => {
                format!("{skill} {outcome} in {took:?}")
            }
        });
    }
}

struct Around {
    skill: Skill,
    told: Arc<Told>,
    time: Hand,
    runs: Arc<AtomicUsize>,
}

/// A skill that does what it is told in its messages, or by `act` for each run.
fn around(
    settings: &MiddlewareSettings,
    act: impl Fn(usize, &SkillContext) -> Result<Reply, SkillError> + Send + Sync + Clone + 'static,
) -> Around {
    let (told, time, runs) = (Arc::new(Told::default()), Hand::default(), Arc::default());
    let count = Arc::clone(&runs);
    let skill = move |message: Message, context: SkillContext| {
        let (count, act): (Arc<AtomicUsize>, _) = (Arc::clone(&count), act.clone());
        async move {
            let number = count.fetch_add(1, Ordering::Relaxed);
            match crate::first_text(&message) {
                "wait" => std::future::pending().await,
                _ => act(number, &context),
            }
        }
    };
    let observer = Arc::clone(&told) as Arc<dyn Observer>;
    let skill = Skill::new("s", skill).with_middleware(settings, &time.timer(), &observer);
    Around {
        skill,
        told,
        time,
        runs,
    }
}

impl Around {
    async fn call(&self, text: &str) -> Result<Reply, SkillError> {
        self.call_with(text, run().0).await
    }

    async fn call_with(&self, text: &str, run: RunOf) -> Result<Reply, SkillError> {
        let caller = principal(json!({"scope": "basic"}));
        let allowed = self.skill.permit(&caller).unwrap();
        allowed.admit().unwrap().run(message(text), run).await
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.told.0.lock().unwrap())
    }
}

fn cached() -> MiddlewareSettings {
    MiddlewareSettings {
        cached: Some(CacheSettings {
            ttl: Duration::from_mins(1),
            max_size: 10,
            max_bytes: 1 << 20,
        }),
        ..MiddlewareSettings::default()
    }
}

fn retrying(max_attempts: usize) -> MiddlewareSettings {
    let delay = Duration::from_millis(1);
    MiddlewareSettings {
        retryable: Some(RetrySettings {
            max_attempts,
            initial_delay: delay,
            max_delay: delay,
        }),
        ..MiddlewareSettings::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a skill may fail")]
fn numbered(number: usize, _: &SkillContext) -> Result<Reply, SkillError> {
    Ok(Reply::text(format!("run {number}")))
}

#[tokio::test]
async fn nothing_goes_around_a_skill_by_default() {
    let plain = around(&MiddlewareSettings::default(), numbered);
    assert_eq!(plain.call("a").await.unwrap(), Reply::text("run 0"));
    assert_eq!(plain.call("a").await.unwrap(), Reply::text("run 1"));
    assert!(plain.told().is_empty());
}

#[tokio::test]
async fn a_kept_answer_serves_the_same_question() {
    let skill = around(&cached(), numbered);
    for (text, answer) in [("a", 0), ("a", 0), ("b", 1), ("a", 0), ("b", 1)] {
        let reply = skill.call(text).await.unwrap();
        assert_eq!(reply, Reply::text(format!("run {answer}")), "{text}");
    }
    assert_eq!(skill.told(), ["cached s"; 3]);
    skill.time.advance(Duration::from_mins(1));
    assert_eq!(skill.call("a").await.unwrap(), Reply::text("run 2"));
    // What depends on more than the message is neither kept nor answered from what is.
    let not_repeatable = || RunOf {
        is_repeatable: false,
        ..run().0
    };
    let reply = skill.call_with("a", not_repeatable()).await.unwrap();
    assert_eq!(reply, Reply::text("run 3"));
    assert_eq!(skill.call("a").await.unwrap(), Reply::text("run 2"));
}

#[tokio::test]
async fn what_was_told_on_the_way_is_told_again() {
    let artifact = || Artifact::new("a", vec![Part::text("streamed")]);
    let skill = around(&cached(), move |_, context| {
        context.progress("working");
        context.artifact(artifact());
        context.text("t", "piece", true);
        Ok(Reply::done())
    });
    let (first, heard_first) = run();
    assert_eq!(skill.call_with("a", first).await.unwrap(), Reply::done());
    assert_eq!(heard_first.updates().len(), 3);
    let (second, heard_second) = run();
    assert_eq!(skill.call_with("a", second).await.unwrap(), Reply::done());
    assert_eq!(skill.runs(), 1);
    // All but how far it had come.
    assert_eq!(heard_second.updates(), heard_first.updates()[1..]);
    assert!(matches!(heard_second.updates()[0], Update::Artifact { .. }));
}

#[tokio::test]
async fn only_answers_are_kept() {
    for end in 0..6_usize {
        let skill = around(&cached(), move |_, context: &SkillContext| match end {
            0 => Ok(Reply::input_required("which?")),
            1 => Ok(Reply::rejected("no")),
            2 => Err(SkillError::new("failed")),
            3 => Err(SkillError::denied("❌ no")),
            4 => {
                context.cancellation().cancel();
                Ok(Reply::text("cut off"))
            }
            _ => {
                context.text("t", "x".repeat(1 << 20), true);
                Ok(Reply::done())
            }
        });
        for _ in 0..2 {
            drop(skill.call("a").await);
        }
        assert_eq!(skill.runs(), 2, "end {end}");
        assert!(skill.told().is_empty());
    }
}

#[tokio::test]
async fn what_fails_for_now_is_tried_again() {
    let fails_twice = |number, context: &SkillContext| match number {
        0 | 1 => Err(SkillError::new("not now").transient()),
        _ => numbered(number, context),
    };
    let skill = around(&retrying(3), fails_twice);
    assert_eq!(skill.call("a").await.unwrap(), Reply::text("run 2"));
    assert_eq!(skill.told(), ["retried s"; 2]);
    let skill = around(&retrying(2), fails_twice);
    assert_eq!(skill.call("a").await.unwrap_err().public(), "not now");
    assert_eq!(skill.runs(), 2);
}

#[tokio::test]
async fn what_fails_for_good_is_not() {
    for failure in 0..5 {
        let skill = around(&retrying(5), move |_, context: &SkillContext| {
            let transient = SkillError::new("not now").transient();
            Err(match failure {
                0 => SkillError::new("never"),
                1 => SkillError::denied("❌ no").transient(),
                2 => {
                    context.text("t", "half an answer", false);
                    transient
                }
                3 => {
                    context.cancellation().cancel();
                    transient
                }
                _ => return Ok(Reply::rejected("no")),
            })
        });
        drop(skill.call("a").await);
        assert_eq!(skill.runs(), 1, "failure {failure}");
        assert!(skill.told().is_empty());
    }
    // How far it has come is no part of an answer.
    let skill = around(&retrying(2), |_, context| {
        context.progress("trying");
        Err(SkillError::new("not now").transient())
    });
    drop(skill.call("a").await);
    assert_eq!(skill.runs(), 2);
}

#[tokio::test]
async fn the_timeout_is_for_all_attempts() {
    let mut settings = retrying(10);
    settings.timeout = Some(Duration::from_millis(30));
    let skill = around(&settings, numbered);
    let late = skill.call("wait").await.unwrap_err();
    assert_eq!(late.public(), "The skill took too long.");
    assert_eq!(skill.runs(), 1);
    assert_eq!(skill.call("a").await.unwrap(), Reply::text("run 1"));
    let hour = Duration::from_hours(1);
    if let Some(retry) = &mut settings.retryable {
        (retry.initial_delay, retry.max_delay) = (hour, hour);
    }
    let skill = around(
        &settings,
        |_, _| Err(SkillError::new("not now").transient()),
    );
    let late = skill.call("a").await.unwrap_err();
    assert_eq!(
        late.public(),
        "The skill took too long.",
        "a pause counts as well"
    );
}

#[tokio::test]
async fn a_caller_has_so_many_calls_and_hears_when_there_are_more() {
    let settings = MiddlewareSettings {
        rate_limited: Some(RateLimit {
            requests_per_minute: 6,
            burst_size: 2,
        }),
        ..cached()
    };
    let skill = around(&settings, numbered);
    let (alice, bob) = (principal(json!({})), principal(json!({"sub": "bob"})));
    let admit = |caller| skill.skill.permit(caller).unwrap().admit().map(drop);
    assert_eq!((admit(&alice), admit(&alice)), (Ok(()), Ok(())));
    let limited = Limited {
        retry_after: Duration::from_secs(10),
    };
    assert_eq!(admit(&alice), Err(limited));
    assert_eq!(skill.told(), ["limited s"]);
    assert_eq!(admit(&bob), Ok(()));
    skill.time.advance(Duration::from_secs(10));
    assert_eq!(admit(&alice), Ok(()));
    // To be permitted alone, as for the card of a caller, counts for nothing.
    for _ in 0..10 {
        assert!(skill.skill.permit(&bob).is_ok());
    }
    assert_eq!(admit(&bob), Ok(()));
}

#[tokio::test]
async fn every_run_is_timed_however_it_ends() {
    let settings = MiddlewareSettings {
        timed: true,
        ..cached()
    };
    let skill = around(&settings, |number, _| match number {
        0 => Ok(Reply::text("done")),
        1 => Err(SkillError::new("failed")),
        2 => Err(SkillError::denied("❌ no")),
        3 => Ok(Reply::input_required("which?")),
        _ => Ok(Reply::rejected("no")),
    });
    for text in ["a", "b", "c", "d", "e", "a"] {
        drop(skill.call(text).await);
    }
    // One that is given up from outside.
    let (given_up, _) = run();
    assert!(
        tokio::time::timeout(Duration::ZERO, skill.call_with("wait", given_up))
            .await
            .is_err()
    );
    let outcomes = [
        "completed",
        "failed",
        "denied",
        "input_required",
        "rejected",
        "cached",
        "completed",
        "dropped",
    ];
    let told = outcomes.map(|outcome| match outcome {
        "cached" => "cached s".to_owned(),
        outcome => format!("s {outcome} in 0ns"),
    });
    assert_eq!(skill.told(), told);
}

//! The task engine under random sequences of moves by several callers.

use std::{collections::HashMap, sync::Arc, time::Duration};

use agentup_handlers::{Reply, SkillError, TaskChannel as _, Update};
use agentup_protocol::{Artifact, Message, Part, Role, StreamResponse, Task, TaskState};
use chrono::DateTime;
use proptest::prelude::*;
use tokio::sync::mpsc::{Receiver, error::TryRecvError};

use super::{
    Engine, Event, TaskCell,
    conversation::Extent,
    store::{Bounds, Store},
};
use crate::clock::Clock;

/// One move of a caller or of a handler on one of the tasks.
#[derive(Clone, Debug)]
enum Move {
    Begin,
    Progress,
    Chunk { append: bool },
    Text,
    Complete,
    Ask,
    Authorize,
    Reject,
    Fail,
    Cancel,
    Abandon,
    Watch,
    Rest,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => Just(Move::Begin),
        2 => Just(Move::Progress),
        3 => any::<bool>().prop_map(|append| Move::Chunk { append }),
        3 => Just(Move::Text),
        1 => Just(Move::Complete),
        2 => Just(Move::Ask),
        1 => Just(Move::Authorize),
        1 => Just(Move::Reject),
        1 => Just(Move::Fail),
        1 => Just(Move::Cancel),
        1 => Just(Move::Abandon),
        2 => Just(Move::Watch),
        2 => Just(Move::Rest),
    ]
}

fn clock() -> Clock {
    Clock::fixed(DateTime::from_timestamp_secs(1_900_000_000).unwrap())
}

fn cell() -> Arc<TaskCell> {
    let engine = Arc::new(Engine {
        clock: clock(),
        history_limit: 4,
        meter: Arc::default(),
        hasher: foldhash::quality::RandomState::default(),
    });
    let begun_by = Some(engine.key_of(&message("m")));
    Arc::new(TaskCell::new(
        Some("context".into()),
        "skill".into(),
        begun_by,
        engine,
    ))
}

/// A task that has ended.
pub(super) fn ended() -> Arc<TaskCell> {
    let cell = cell();
    let _ = cell.begin(message("m"));
    cell.finish(Ok(Reply::text("done")));
    cell
}

fn message(id: &str) -> Message {
    Message::new(id, Role::User, vec![Part::text("hello")])
}

fn apply(cell: &TaskCell, step: &Move, streams: &mut Vec<Stream>) {
    let parts = || vec![Part::text("x")];
    match step {
        Move::Begin => drop(cell.begin(message("m"))),
        Move::Progress => cell.publish(Update::Progress(parts())),
        Move::Chunk { append } => cell.publish(Update::Artifact {
            artifact: Artifact::new("a", parts()),
            append: *append,
            last: false,
        }),
        Move::Text => cell.publish(Update::Text {
            artifact_id: "t".to_owned(),
            text: "x".to_owned(),
            last: false,
        }),
        Move::Complete => cell.finish(Ok(Reply::Completed(parts()))),
        Move::Ask => cell.finish(Ok(Reply::InputRequired(parts()))),
        Move::Authorize => cell.finish(Ok(Reply::AuthRequired(parts()))),
        Move::Reject => cell.finish(Ok(Reply::Rejected(parts()))),
        Move::Fail => cell.finish(Err(SkillError::new("no"))),
        Move::Cancel => drop(cell.cancel()),
        Move::Abandon => cell.abandon("gone"),
        Move::Rest => cell.rest(),
        Move::Watch => {
            let (task, events) = cell.watch();
            streams.push(Stream { task, events });
        }
    }
}

/// What a watcher has: the task as it was, and what it is told since.
struct Stream {
    task: Task,
    events: Option<Receiver<Event>>,
}

impl Stream {
    /// The task as the watcher must believe it to be.
    fn believed(mut self) -> Result<Task, TestCaseError> {
        let Some(mut events) = self.events.take() else {
            prop_assert!(
                self.task.status.state.is_terminal(),
                "only an ended task has no events"
            );
            return Ok(self.task);
        };
        let closed = loop {
            match events.try_recv() {
                Ok(event) => {
                    let ended = self.task.status.state.is_terminal();
                    prop_assert!(!ended, "nothing comes after the end");
                    tell(&mut self.task, &event);
                }
                Err(TryRecvError::Empty) => break false,
                Err(TryRecvError::Disconnected) => break true,
            }
        };
        prop_assert_eq!(closed, self.task.status.state.is_terminal());
        Ok(self.task)
    }
}

/// What a client does with an event (`A2A §3.1.2`).
fn tell(task: &mut Task, event: &StreamResponse) {
    match event {
        StreamResponse::StatusUpdate(update) => task.status = update.status.clone(),
        StreamResponse::ArtifactUpdate(update) => {
            let artifact = update.artifact.clone();
            let known = task
                .artifacts
                .iter_mut()
                .find(|it| it.artifact_id == artifact.artifact_id);
            match known {
                Some(known) if update.append => known.parts.extend(artifact.parts),
                Some(known) => *known = artifact,
                None => task.artifacts.push(artifact),
            }
        }
        StreamResponse::Task(_) | StreamResponse::Message(_) => {
            unreachable!("not sent to watchers")
        }
    }
}

/// An artifact that is one text, read from its pieces; any other as it is.
fn joined(artifact: &Artifact) -> Artifact {
    let mut artifact = artifact.clone();
    if artifact.artifact_id == "t" {
        let text: String = artifact.parts.iter().filter_map(Part::as_text).collect();
        artifact.parts = vec![Part::text(text)];
    }
    artifact
}

proptest! {
    #[test]
    fn an_ended_task_never_changes_and_every_watcher_sees_the_truth(
        steps in prop::collection::vec(moves(), 1..60),
    ) {
        let cell = cell();
        let mut streams = Vec::new();
        let mut end: Option<Task> = None;
        for step in &steps {
            apply(&cell, step, &mut streams);
            let now = cell.read(Task::clone);
            prop_assert!(now.status.state != TaskState::Unspecified);
            prop_assert!(now.history.len() <= 4, "the history is bounded");
            if let Some(end) = &end {
                prop_assert_eq!(end, &now, "an ended task has changed");
            }
            if now.status.state.is_terminal() {
                prop_assert!(cell.cancel().is_err());
                prop_assert!(cell.begin(message("late")).is_err());
                end = Some(now);
            }
        }
        let truth = cell.read(Task::clone);
        for stream in streams {
            let believed = stream.believed()?;
            prop_assert_eq!(&believed.status, &truth.status);
            prop_assert_eq!(believed.artifacts.len(), truth.artifacts.len());
            for (believed, truth) in believed.artifacts.iter().zip(&truth.artifacts) {
                prop_assert_eq!(&joined(believed), truth);
            }
        }
    }

    /// The effect of `state.ttl`.
    #[test]
    fn the_store_stays_within_its_bounds_and_keeps_owners_apart(
        steps in prop::collection::vec((0_usize..4, any::<bool>()), 1..80),
    ) {
        let conversation = Extent { messages: 10, bytes: 1000 };
        let bounds =
            Bounds { ttl: Duration::from_mins(1), max_tasks: 12, max_tasks_per_owner: 5, conversation };
        let store = Store::new(bounds);
        let owners: Vec<_> = ["a", "b", "c", "d"].map(crate::testing::principal_id).into();
        let mut made: HashMap<String, usize> = HashMap::new();
        for (owner, ends) in steps {
            let cell = cell();
            if let Ok(kept) = store.insert(&owners[owner], Arc::clone(&cell), |_| false) {
                made.insert(kept.id().to_owned(), owner);
            }
            if ends {
                let _ = cell.begin(message("m"));
                cell.finish(Ok(Reply::text("done")));
            }
            prop_assert!(store.len() <= 12);
            let counted: usize = owners.iter().map(|owner| store.of_owner(owner).len()).sum();
            prop_assert_eq!(store.len(), counted);
            for (index, id) in owners.iter().enumerate() {
                let theirs = store.of_owner(id);
                prop_assert!(theirs.len() <= 5);
                for task in theirs {
                    prop_assert_eq!(made.get(task.id()), Some(&index));
                    for (other, stranger) in owners.iter().enumerate() {
                        prop_assert_eq!(store.find(stranger, task.id()).is_some(), other == index);
                    }
                }
            }
        }
        store.sweep(1_900_000_000 + 61);
        prop_assert_eq!(store.len(), 0, "everything is older than its time to live");
    }
}

#[test]
fn a_watcher_that_does_not_read_is_let_go_and_the_others_are_not() {
    let cell = cell();
    let _ = cell.begin(message("m"));
    let (_, slow) = cell.watch();
    let mut slow = slow.expect("the task goes on");
    for round in 0..300 {
        let (_, fresh) = cell.watch();
        let mut fresh = fresh.expect("the task goes on");
        cell.publish(Update::Progress(vec![Part::text(round.to_string())]));
        assert!(
            fresh.try_recv().is_ok(),
            "a watcher in time hears of round {round}"
        );
    }
    let heard = std::iter::from_fn(|| slow.try_recv().ok()).count();
    assert_eq!(heard, 256, "what is behind is bounded");
    assert_eq!(slow.try_recv().unwrap_err(), TryRecvError::Disconnected);
}

#[test]
fn a_message_that_comes_again_is_the_same_in_every_part() {
    let cell = cell();
    let _ = cell.begin(message("m"));
    assert!(cell.is_repeat(&message("m"), "skill", 60));
    assert!(!cell.is_repeat(&message("n"), "skill", 60), "another id");
    assert!(!cell.is_repeat(&message("m"), "other", 60), "another skill");
    assert!(!cell.is_repeat(&message("m"), "skill", 0), "too late");
    let mut changed = message("m");
    changed.parts = vec![Part::text("other words")];
    assert!(!cell.is_repeat(&changed, "skill", 60));
    let mut elsewhere = message("m");
    elsewhere.context_id = Some("another conversation".into());
    assert!(!cell.is_repeat(&elsewhere, "skill", 60));
}

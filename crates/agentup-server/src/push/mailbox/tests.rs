//! Order, bounds, and who is told to deliver.

use agentup_protocol::{StatusUpdate, StreamResponse, TaskState, TaskStatus};

use super::*;

fn event(number: usize) -> Notification {
    let update = StatusUpdate {
        task_id: number.to_string(),
        context_id: String::new(),
        status: TaskStatus {
            state: TaskState::Working,
            message: None,
            timestamp: None,
        },
        metadata: None,
    };
    let content = Content::Event(Arc::new(StreamResponse::StatusUpdate(update)));
    Notification {
        content,
        since: Instant::now(),
    }
}

fn task(number: usize) -> Notification {
    let task = Task {
        id: number.to_string(),
        context_id: String::new(),
        status: TaskStatus {
            state: TaskState::Working,
            message: None,
            timestamp: None,
        },
        artifacts: Vec::new(),
        history: Vec::new(),
        metadata: None,
    };
    Notification {
        content: Content::Task(Arc::new(task)),
        since: Instant::now(),
    }
}

/// The numbers of all that waits.
fn waiting(mailbox: &Mailbox) -> Vec<usize> {
    std::iter::from_fn(|| mailbox.take())
        .map(|notification| {
            let id = match &notification.content {
                Content::Task(task) => task.id.clone(),
                Content::Event(event) => match &**event {
                    StreamResponse::StatusUpdate(update) => update.task_id.clone(),
                    other => panic!("{other:?}"),
                },
            };
            id.parse().unwrap()
        })
        .collect()
}

#[test]
fn one_delivers_what_all_put_in() {
    let mailbox = Mailbox::default();
    let first = mailbox.put(event(0), || true);
    assert_eq!(
        first,
        Put {
            is_added: true,
            is_idle: true,
            loss: None,
        }
    );
    let second = mailbox.put(event(1), || true);
    assert_eq!(
        second,
        Put {
            is_added: true,
            is_idle: false,
            loss: None,
        }
    );
    assert_eq!(waiting(&mailbox), [0, 1]);
    assert!(mailbox.put(event(2), || true).is_idle);
}

#[test]
fn the_oldest_events_go_when_there_are_too_many() {
    let mailbox = Mailbox::default();
    let losses: Vec<Put> = (0..MAX_EVENTS + 3)
        .map(|number| mailbox.put(event(number), || true))
        .collect();
    assert_eq!(losses.iter().filter(|put| put.loss.is_some()).count(), 3);
    assert_eq!(
        losses
            .iter()
            .filter(|put| put.loss == Some(Loss::First))
            .count(),
        1
    );
    assert_eq!(waiting(&mailbox), (3..MAX_EVENTS + 3).collect::<Vec<_>>());
}

#[test]
fn the_newest_task_is_outdated_by_the_next() {
    let mailbox = Mailbox::default();
    for number in 0..MAX_TASKS + 3 {
        assert!(mailbox.put(task(number), || true).loss.is_none());
    }
    let expected: Vec<_> = (0..MAX_TASKS - 1).chain([MAX_TASKS + 2]).collect();
    assert_eq!(waiting(&mailbox), expected);
}

#[test]
fn without_room_a_notification_takes_the_place_of_another_one_or_none() {
    let mailbox = Mailbox::default();
    let lost = Put {
        is_added: false,
        is_idle: false,
        loss: Some(Loss::First),
    };
    assert_eq!(mailbox.put(event(0), || false), lost);
    mailbox.put(event(1), || true);
    assert_eq!(
        mailbox.put(event(2), || false),
        Put {
            loss: Some(Loss::Further),
            ..lost
        }
    );
    assert_eq!(waiting(&mailbox), [2]);
}

#[test]
fn a_closed_mailbox_is_empty_and_stays_so() {
    let mailbox = Mailbox::default();
    mailbox.put(event(0), || true);
    mailbox.put(event(1), || true);
    assert_eq!(mailbox.close(), 2);
    assert_eq!(
        mailbox.put(event(2), || panic!("no room is taken")),
        Put::default()
    );
    assert_eq!(waiting(&mailbox), [0; 0]);
}

#[test]
fn each_generation_has_its_body() {
    let json =
        |notification: Notification| String::from_utf8(notification.body().to_vec()).unwrap();
    assert_eq!(
        json(event(7)),
        r#"{"statusUpdate":{"taskId":"7","contextId":"","status":{"state":"TASK_STATE_WORKING"}}}"#
    );
    assert_eq!(
        json(task(7)),
        r#"{"kind":"task","id":"7","contextId":"","status":{"state":"working"}}"#
    );
}

//! Ids, order, pages and bounds of a task's webhooks.

use std::time::Duration;

use agentup_auth::remote::guard::Guard;
use serde_json::json;

use super::*;
use crate::{
    config::{PushConfig, RetryConfig},
    push::{Push, Rules},
};

fn push() -> Arc<Push> {
    let config = PushConfig {
        enabled: true,
        allow_private_targets: false,
        allow_hosts: Vec::new(),
        retry: RetryConfig {
            attempts: 1,
            max_age: Duration::from_secs(1),
        },
    };
    let rules = Arc::new(Rules::new(&config, None));
    Arc::new(Push::new(rules, Arc::default()))
}

/// Adds a webhook and answers its id.
fn add(registered: &mut Registered, id: Option<&str>, path: &str) -> Result<String, Full> {
    let mut config =
        json!({"url": format!("https://hooks.example/{path}"), "taskId": "not this one"});
    if let Some(id) = id {
        config["id"] = id.into();
    }
    let config = serde_json::from_value(config).unwrap();
    let webhook = Webhook::new(config, Generation::V10, "", &Guard::new(), &push()).unwrap();
    let config = registered.add(webhook, &Arc::from("task"), Arc::new(Semaphore::new(1)))?;
    assert_eq!(config.task_id, "task");
    Ok(config.id.unwrap())
}

fn ids(registered: &Registered) -> Vec<String> {
    registered
        .webhooks
        .iter()
        .map(|known| known.id.clone())
        .collect()
}

#[test]
fn an_id_is_made_where_none_is_given() {
    let mut registered = Registered::default();
    let first = add(&mut registered, None, "a").unwrap();
    let second = add(&mut registered, Some(""), "b").unwrap();
    assert!(!first.is_empty() && !second.is_empty() && first != second);
    assert_eq!(add(&mut registered, Some("mine"), "b").unwrap(), "mine");
    assert_eq!(ids(&registered), [first, second, "mine".to_owned()]);
}

#[test]
fn the_same_again_takes_the_place_of_the_first() {
    let mut registered = Registered::default();
    let first = add(&mut registered, None, "a").unwrap();
    assert_eq!(add(&mut registered, None, "a").unwrap(), first);
    add(&mut registered, Some("mine"), "b").unwrap();
    add(&mut registered, Some("mine"), "c").unwrap();
    assert_eq!(ids(&registered), [first, "mine".to_owned()]);
    assert_eq!(
        registered.find(Some("mine")).unwrap().url,
        "https://hooks.example/c"
    );
}

#[test]
fn one_is_found_by_its_id_and_the_first_one_without() {
    let mut registered = Registered::default();
    assert_eq!(registered.find(None), None);
    add(&mut registered, Some("x"), "a").unwrap();
    add(&mut registered, Some("y"), "b").unwrap();
    assert_eq!(registered.find(Some("y")).unwrap().id.as_deref(), Some("y"));
    assert_eq!(registered.find(None).unwrap().id.as_deref(), Some("x"));
    assert_eq!(registered.find(Some("z")), None);
    registered.remove("x");
    registered.remove("x");
    assert_eq!(registered.find(None).unwrap().id.as_deref(), Some("y"));
}

#[test]
fn there_are_so_many_and_no_more() {
    let mut registered = Registered::default();
    for number in 0..MAX_OF_TASK {
        add(&mut registered, Some(&number.to_string()), "a").unwrap();
    }
    assert_eq!(add(&mut registered, Some("more"), "a"), Err(Full));
    add(&mut registered, Some("3"), "other").unwrap();
    registered.remove("5");
    add(&mut registered, Some("more"), "a").unwrap();
}

#[test]
fn pages_follow_each_other_without_gaps_whatever_is_removed() {
    let mut registered = Registered::default();
    for id in ["a", "b", "c", "d", "e"] {
        add(&mut registered, Some(id), id).unwrap();
    }
    let page = |registered: &Registered, behind, size| {
        let (configs, next) = registered.page(behind, size);
        (
            configs
                .into_iter()
                .filter_map(|it| it.id)
                .collect::<Vec<_>>()
                .concat(),
            next,
        )
    };
    assert_eq!(page(&registered, 0, 16), ("abcde".to_owned(), None));
    assert_eq!(page(&registered, 0, 5), ("abcde".to_owned(), None));
    assert_eq!(page(&registered, 0, 2), ("ab".to_owned(), Some(2)));
    registered.remove("b");
    assert_eq!(page(&registered, 2, 2), ("cd".to_owned(), Some(4)));
    assert_eq!(page(&registered, 4, 2), ("e".to_owned(), None));
    assert_eq!(page(&registered, 99, 2), (String::new(), None));
}

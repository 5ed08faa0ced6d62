//! Which configurations are taken, and what their notifications carry.

use serde_json::{Value, json};

use super::*;
use crate::{
    config::{PushConfig, RetryConfig},
    push::Rules,
};

fn push() -> Arc<Push> {
    let config = PushConfig {
        enabled: true,
        allow_private_targets: false,
        allow_hosts: Vec::new(),
        retry: RetryConfig {
            attempts: 1,
            max_age: std::time::Duration::from_secs(1),
        },
    };
    let rules = Arc::new(Rules::new(&config, None));
    Arc::new(Push::new(rules, Arc::default()))
}

fn webhook(config: Value, guard: &Guard) -> Result<Webhook, Vec<(String, String)>> {
    let config = serde_json::from_value(config).unwrap();
    Webhook::new(config, Generation::V10, "parent.", guard, &push()).map_err(|error| {
        let violations = error.violations().iter();
        violations
            .map(|it| (it.field.clone(), it.description.to_string()))
            .collect()
    })
}

#[test]
fn headers_hold_what_the_configuration_says() {
    let config = json!({
        "url": "https://hooks.example/a?b=c",
        "token": "opaque",
        "authentication": {"scheme": "Bearer", "credentials": "hush"},
    });
    let webhook = webhook(config, &Guard::new()).unwrap();
    let header = |name: &str| {
        webhook
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    assert_eq!(header("content-type"), Some("application/a2a+json"));
    assert_eq!(header("x-a2a-notification-token"), Some("opaque"));
    assert_eq!(header("authorization"), Some("Bearer hush"));
    let debug = format!("{webhook:?} {:?}", webhook.headers);
    assert!(
        !debug.contains("hush") && !debug.contains("opaque"),
        "{debug}"
    );
}

#[test]
fn headers_of_a_bare_configuration_say_the_type_of_the_generation() {
    for (generation, expected) in [
        (Generation::V03, "application/json"),
        (Generation::V10, "application/a2a+json"),
    ] {
        let config = TaskPushNotificationConfig {
            tenant: None,
            id: None,
            task_id: String::new(),
            url: "https://hooks.example/".to_owned(),
            token: None,
            authentication: Some(AuthenticationInfo {
                scheme: "Bearer".to_owned(),
                credentials: None,
            }),
        };
        let webhook = Webhook::new(config, generation, "", &Guard::new(), &push()).unwrap();
        assert_eq!(webhook.headers.len(), 1);
        assert_eq!(webhook.headers["content-type"], expected);
    }
}

#[test]
fn what_can_never_be_sent_is_refused() {
    let url = "https://hooks.example/";
    let long = "x".repeat(5000);
    for (config, field, said) in [
        (json!({"url": "hooks"}), "url", "is not an absolute URL"),
        (
            json!({"url": format!("{url}{long}")}),
            "url",
            "has more than 2048 bytes",
        ),
        (
            json!({"url": url, "id": long}),
            "id",
            "has more than 256 bytes",
        ),
        (
            json!({"url": url, "token": "a\nb"}),
            "token",
            "cannot be put into a header",
        ),
        (
            json!({"url": url, "token": long}),
            "token",
            "has more than 4096 bytes",
        ),
        (
            json!({"url": url, "authentication": {"scheme": "Bearer", "credentials": "a\r\nX: b"}}),
            "authentication",
            "cannot be put into a header",
        ),
        (
            json!({"url": url, "authentication": {"scheme": "Bear er", "credentials": "a"}}),
            "authentication",
            "has a scheme that is none of HTTP",
        ),
    ] {
        let refused = webhook(config.clone(), &Guard::new())
            .map(|_| ())
            .unwrap_err();
        assert_eq!(
            refused,
            [(format!("parent.{field}"), said.to_owned())],
            "{config}"
        );
    }
}

#[test]
fn an_address_that_is_forbidden_as_it_stands_is_refused() {
    for (url, said) in [
        ("http://hooks.example/", "the URL must begin with https://"),
        ("ftp://hooks.example/", "the URL must begin with https://"),
        (
            "https://user:pass@hooks.example/",
            "must not hold a user name",
        ),
        ("http://localhost/", "the URL must begin with https://"),
        ("https://127.0.0.1/", "loopback addresses are not allowed"),
        ("https://2130706433/", "loopback addresses are not allowed"),
        ("https://0x7f.1/", "loopback addresses are not allowed"),
        ("https://[::1]/", "loopback addresses are not allowed"),
        (
            "https://[::ffff:127.0.0.1]/",
            "loopback addresses are not allowed",
        ),
        ("https://10.1.2.3/", "private addresses are not allowed"),
        ("https://192.168.1.1/", "private addresses are not allowed"),
        ("https://172.31.0.1/", "private addresses are not allowed"),
        ("https://100.64.0.1/", "private addresses are not allowed"),
        ("https://[fd12::1]/", "private addresses are not allowed"),
        (
            "https://[::ffff:10.0.0.1]/",
            "private addresses are not allowed",
        ),
        (
            "https://169.254.169.254/",
            "link-local addresses are not allowed",
        ),
        ("https://[fe80::1]/", "link-local addresses are not allowed"),
        (
            "https://100.100.100.200/",
            "cloud metadata addresses are not allowed",
        ),
        ("https://0.0.0.0/", "unspecified addresses are not allowed"),
        ("https://224.0.0.1/", "multicast addresses are not allowed"),
    ] {
        let refused = webhook(json!({"url": url}), &Guard::new())
            .map(|_| ())
            .unwrap_err();
        assert!(
            refused[0].0 == "parent.url" && refused[0].1.contains(said),
            "{url}: {refused:?}"
        );
    }
}

#[test]
fn private_targets_are_taken_where_they_are_allowed() {
    let guard = Guard::new().allow_loopback().allow_private();
    for url in [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "https://10.1.2.3/",
        "https://[::1]/",
    ] {
        webhook(json!({"url": url}), &guard).unwrap();
    }
    for url in [
        "http://10.1.2.3/",
        "https://169.254.169.254/",
        "http://hooks.example/",
    ] {
        webhook(json!({"url": url}), &guard)
            .map(|_| ())
            .unwrap_err();
    }
}

//! What each key of the section does, and what is said of values that cannot be used.

use std::{fs, time::Duration};

use agentup_env::Environment;

use super::*;
use crate::config::{Config, load};

/// A configuration of nothing but this section and a switch that makes it complete.
fn config(section: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.yaml");
    fs::write(
        &path,
        format!("push_notifications:\n{section}security: {{ enabled: false }}\nskills: []\n"),
    )
    .unwrap();
    let environment = Environment::from_pairs([("", ""); 0]);
    match load(&path, &environment) {
        Ok(loaded) => Ok(loaded.config),
        Err(faults) => Err(faults
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "")),
    }
}

fn push(section: &str) -> PushConfig {
    config(section)
        .unwrap_or_else(|faults| panic!("{faults}"))
        .push_notifications
}

#[test]
fn the_defaults_are_strict() {
    let push = push("");
    assert!(push.enabled && !push.allow_private_targets && push.allow_hosts.is_empty());
    assert_eq!(
        (push.retry.attempts, push.retry.max_age),
        (5, Duration::from_mins(15))
    );
}

#[test]
fn every_key_takes_effect() {
    assert!(!push("  enabled: false\n").enabled);
    assert!(push("  allow_private_targets: true\n").allow_private_targets);
    assert_eq!(
        push("  allow_hosts: hooks.internal\n").allow_hosts,
        ["hooks.internal"]
    );
    let hosts = push("  allow_hosts: [hooks.internal, 10.0.0.7, \"fd00::7\"]\n").allow_hosts;
    assert_eq!(hosts, ["hooks.internal", "10.0.0.7", "fd00::7"]);
    let retry = push("  retry: { attempts: 1, max_age: 2h }\n").retry;
    assert_eq!(
        (retry.attempts, retry.max_age),
        (1, Duration::from_hours(2))
    );
}

#[test]
fn what_cannot_be_used_is_said() {
    for (section, said) in [
        (
            "  enabled: perhaps\n",
            "2:12: push_notifications.enabled: `perhaps` is not true or false",
        ),
        (
            "  allow_private: true\n",
            "2:3: push_notifications.allow_private: unknown key; did you mean `allow_private_targets`?",
        ),
        (
            "  allow_hosts: [ok, \"https://x/\"]\n",
            "2:21: push_notifications.allow_hosts[1]: is not a host name or IP address",
        ),
        (
            "  retry: { attempts: 0 }\n",
            "2:22: push_notifications.retry.attempts: `0` is not a number from 1 to 20",
        ),
        (
            "  retry: { max_age: 25h }\n",
            "2:21: push_notifications.retry.max_age: `25h` is not a time from 1s to 1",
        ),
    ] {
        let faults = config(section).map(|_| ()).unwrap_err();
        assert!(
            faults.contains(&format!("agent.yaml:{said}")),
            "{said}\n{faults}"
        );
    }
}

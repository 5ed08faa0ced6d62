//! What goes around skills: what every parameter changes, and what stands in place of what.

use agentup_handlers::middleware::{CacheSettings, MiddlewareSettings, RateLimit, RetrySettings};

use super::*;

/// What goes around the one skill.
fn around(yaml: &str) -> MiddlewareSettings {
    config(yaml).skills[0].middleware.clone()
}

/// What goes around a skill whose own list this is.
fn own(list: &str) -> MiddlewareSettings {
    around(&format!(
        "skills: [{{ skill_id: s, middleware: {list} }}]\n"
    ))
}

fn rate(requests_per_minute: u32, burst_size: u32) -> RateLimit {
    RateLimit {
        requests_per_minute,
        burst_size,
    }
}

#[test]
fn nothing_goes_around_a_skill_by_default() {
    assert_eq!(around(""), MiddlewareSettings::default());
    assert_eq!(own("[]"), MiddlewareSettings::default());
    assert_eq!(config("").middleware, MiddlewareSettings::default());
}

#[test]
fn parameters() {
    let seconds = Duration::from_secs;
    assert_eq!(own("[rate_limited]").rate_limited, Some(rate(60, 60)));
    assert_eq!(
        own("[{ name: rate_limited, requests_per_minute: 6 }]").rate_limited,
        Some(rate(6, 6))
    );
    assert_eq!(
        own("[{ name: rate_limited, requests_per_minute: 6, burst_size: 2 }]").rate_limited,
        Some(rate(6, 2))
    );
    assert!(own("[timed]").timed);
    let cache = CacheSettings {
        ttl: seconds(300),
        max_size: 1000,
        max_bytes: 16 << 20,
    };
    assert_eq!(own("[cached]").cached, Some(cache));
    let list = "[{ name: cached, ttl: 30, max_size: 5, max_bytes: 1MiB, backend_type: memory }]";
    let small = CacheSettings {
        ttl: seconds(30),
        max_size: 5,
        max_bytes: 1 << 20,
    };
    assert_eq!(own(list).cached, Some(small));
    assert_eq!(
        own("[{ name: cached, default_ttl: 30 }]").cached,
        Some(CacheSettings {
            ttl: seconds(30),
            ..cache
        })
    );
    for (written, millis) in [
        ("0.5", 500),
        ("250ms", 250),
        ("30", 30_000),
        ("1m 30s", 90_000),
    ] {
        let list = format!("[{{ name: timeout, duration: {written} }}]");
        assert_eq!(
            own(&list).timeout,
            Some(Duration::from_millis(millis)),
            "{written}"
        );
    }
    let retry = RetrySettings {
        max_attempts: 3,
        initial_delay: seconds(1),
        max_delay: seconds(60),
    };
    assert_eq!(own("[retryable]").retryable, Some(retry));
    let list = "[{ name: retryable, max_attempts: 5, initial_delay: 10ms, max_delay: 0.1 }]";
    let quick = RetrySettings {
        max_attempts: 5,
        initial_delay: Duration::from_millis(10),
        max_delay: Duration::from_millis(100),
    };
    assert_eq!(own(list).retryable, Some(quick));
}

/// As other servers of this kind have them.
#[test]
fn parameters_may_have_a_mapping_of_their_own() {
    for mapping in ["params", "config"] {
        let list = format!("[{{ name: rate_limited, {mapping}: {{ requests_per_minute: 7 }} }}]");
        assert_eq!(own(&list).rate_limited, Some(rate(7, 7)));
        assert!(own(&format!("[{{ name: timed, {mapping}: {{}} }}]")).timed);
    }
}

#[test]
fn an_entry_of_a_skill_replaces_the_one_for_all() {
    let defaults = "middleware: [timed, { name: rate_limited, requests_per_minute: 9 }, cached]\n";
    let with = |own: &str| {
        let yaml = format!("{defaults}skills: [{{ skill_id: s, middleware: {own} }}]\n");
        around(&yaml)
    };
    let all = config(defaults);
    assert_eq!(all.middleware.rate_limited, Some(rate(9, 9)));
    assert_eq!(all.skills[0].middleware, all.middleware);
    let own = with("[{ name: rate_limited, burst_size: 3 }, { name: timeout, duration: 5 }]");
    assert_eq!(
        own.rate_limited,
        Some(rate(60, 3)),
        "it replaces the entry as a whole"
    );
    assert_eq!(own.timeout, Some(Duration::from_secs(5)));
    assert!(own.timed && own.cached.is_some());
    let without = with("[{ name: cached, enabled: false }, { name: timed, enabled: no }]");
    assert!(!without.timed && without.cached.is_none());
    assert_eq!(without.rate_limited, Some(rate(9, 9)));
}

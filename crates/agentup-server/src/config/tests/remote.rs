//! Keys that are fetched, and issuers that have keys of their own.

use agentup_auth::remote::{fetch::Location, policy::Timing};

use super::*;

const KEY: &str = r#"{"kty":"EC","crv":"P-256","kid":"ec",
    "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;

/// A configuration of one issuer with these keys besides.
fn one(keys: &str) -> String {
    format!(
        "security:\n  bearer:\n    algorithm: ES256\n    issuer: https://idp.example/realm\n    audience: a\n{keys}"
    )
}

fn security(yaml: &str) -> SecurityConfig {
    config(yaml).security
}

pub(super) fn url(source: &RemoteIssuer) -> Option<&str> {
    match &source.location {
        Location::KeySet(url) => Some(url.as_str()),
        _ => None,
    }
}

#[test]
fn a_url() {
    let security = security(&one("    jwks_url: https://a.example/keys\n"));
    let [source] = security.remote_keys.as_slice() else {
        panic!("{:?}", security.remote_keys);
    };
    assert_eq!(url(source), Some("https://a.example/keys"));
    assert_eq!(source.positions, [0]);
    assert_eq!(source.algorithms, [Algorithm::ES256]);
    assert_eq!(source.timing, Timing::default());
    assert!(source.known.is_empty() && source.fetched.is_none());
    assert!(!security.issuers[0].keys.is_available());
    assert_eq!(security.key_guard, Guard::new().allow_loopback());
}

#[test]
fn how_often() {
    let keys = "    jwks_url: https://a.example/keys\n    jwks_cache_ttl: 1h\n    \
                jwks_max_stale: 2d\n    jwks_cool_down: 5\n";
    let timing = security(&one(keys)).remote_keys[0].timing.clone();
    let expected = Timing {
        ttl: Duration::from_hours(1),
        hard_age: Duration::from_hours(48),
        cool_down: Duration::from_secs(5),
        ..Timing::default()
    };
    assert_eq!(timing, expected);
}

#[test]
fn names_of_one_issuer_share_what_is_fetched() {
    let yaml = "security:\n  bearer:\n    algorithm: ES256\n    issuer: [one, two]\n    audience: a\n    \
                jwks_url: https://a.example/keys\n";
    let security = security(yaml);
    assert_eq!(security.remote_keys.len(), 1);
    assert_eq!(security.remote_keys[0].positions, [0, 1]);
}

#[test]
fn the_issuer_says_where() {
    let security = security(&one("    oidc_discovery: true\n"));
    let location = &security.remote_keys[0].location;
    assert!(matches!(location, Location::Discovery(_)), "{location:?}");
    let yaml = one("    oidc_discovery: true\n").replace(
        "https://idp.example/realm",
        "[https://a.example, https://b.example]",
    );
    let positions: Vec<_> = config(&yaml).security.remote_keys;
    let positions: Vec<_> = positions
        .iter()
        .map(|source| source.positions.clone())
        .collect();
    assert_eq!(positions, [[0], [1]], "each for itself");
}

#[test]
fn a_file_is_read_at_once_and_followed() {
    let folder = Folder::new(&one("    jwks_file: keys.json\n"));
    let path = folder.write("keys.json", format!("{{\"keys\":[{KEY}]}}"));
    let security = folder.load(&[]).unwrap().config.security;
    let source = &security.remote_keys[0];
    assert_eq!(source.location, Location::File(path));
    assert_eq!(source.fetched.as_ref().unwrap().len(), 1);
    assert!(source.known.is_empty());
    assert_eq!(security.issuers[0].keys.len(), 1);
}

#[test]
fn a_key_by_hand_stays_beside_what_is_fetched() {
    let keys = format!(
        "    jwks_url: https://a.example/keys\n    public_key: '{}'\n",
        KEY.replace('\n', "")
    );
    let security = security(&one(&keys));
    assert_eq!(security.remote_keys[0].known.len(), 1);
    assert_eq!(security.issuers[0].keys.len(), 1);
}

#[test]
fn several_issuers_have_keys_of_their_own() {
    let yaml = format!(
        "security:\n  bearer:\n    jwks_allow_hosts: [keys.internal, \"[fd00::1]\", 10.0.0.1]\n    issuers:\n      \
         - {{ issuer: one, audience: [a, b], algorithm: ES256, jwks_url: https://a.example/keys }}\n      \
         - {{ issuer: [two, three], audience: c, algorithms: [RS256, ES256], jwks_url: https://b.example/keys, \
         jwks_cache_ttl: 60 }}\n      \
         - {{ issuer: https://idp.example, audience: a, algorithm: EdDSA, oidc_discovery: true }}\n      \
         - {{ issuer: four, audience: a, algorithm: ES256, public_key: '{}' }}\n",
        KEY.replace('\n', "")
    );
    let security = security(&yaml);
    let names: Vec<_> = security
        .issuers
        .iter()
        .map(|issuer| issuer.issuer.as_deref().unwrap())
        .collect();
    assert_eq!(
        names,
        ["one", "two", "three", "https://idp.example", "four"]
    );
    assert_eq!(security.issuers[0].audiences, ["a", "b"]);
    assert_eq!(security.issuers[1].audiences, ["c"]);
    let available: Vec<_> = security
        .issuers
        .iter()
        .map(|issuer| issuer.keys.is_available())
        .collect();
    assert_eq!(available, [false, false, false, false, true]);
    let sources = &security.remote_keys;
    let positions: Vec<_> = sources
        .iter()
        .map(|source| source.positions.as_slice())
        .collect();
    assert_eq!(positions, [&[0][..], &[1, 2], &[3]]);
    assert_eq!(sources[0].algorithms, [Algorithm::ES256]);
    assert_eq!(sources[1].algorithms, [Algorithm::RS256, Algorithm::ES256]);
    assert_eq!(sources[1].timing.ttl, Duration::from_mins(1));
    assert_eq!(sources[0].timing.ttl, Duration::from_mins(5));
    assert_eq!(
        security.algorithms,
        [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA]
    );
    let guard = Guard::new().allow_loopback().allow_host("keys.internal");
    assert_eq!(
        security.key_guard,
        guard.allow_host("[fd00::1]").allow_host("10.0.0.1")
    );
}

#[test]
fn keys_come_from_this_machine_in_development_or_by_name() {
    let from =
        |url: &str, more: &str| format!("{}{more}", one(&format!("    jwks_url: \"{url}\"\n")));
    let production = "environment: production\n";
    for url in [
        "http://localhost:9/k",
        "http://127.0.0.1/k",
        "http://[::1]:9/k",
        "https://127.0.0.1/k",
    ] {
        assert_eq!(security(&from(url, "")).remote_keys.len(), 1);
        let faults = Folder::new(&from(url, production)).faults(&[]);
        assert!(
            faults.contains("security.bearer.jwks_allow_hosts"),
            "{faults}"
        );
        let host = url.split('/').nth(2).unwrap();
        let host = host.trim_end_matches(":9");
        let named = from(
            url,
            &format!("    jwks_allow_hosts: \"{host}\"\n{production}"),
        );
        assert_eq!(security(&named).remote_keys.len(), 1, "{url}");
    }
    let private = Folder::new(&from("https://10.1.2.3/k", "")).faults(&[]);
    assert!(
        private.contains("6:15: security.bearer.jwks_url: private addresses are not allowed"),
        "{private}"
    );
    let metadata = from(
        "https://169.254.169.254/k",
        "    jwks_allow_hosts: 169.254.169.254\n",
    );
    let metadata = Folder::new(&metadata).faults(&[]);
    assert!(
        metadata.contains("link-local addresses are not allowed"),
        "{metadata}"
    );
}

#[test]
fn what_cannot_take_effect_is_a_fault() {
    let file = "    jwks_file: keys.json\n";
    let url = "    jwks_url: https://a.example/k\n";
    let discovery = "    oidc_discovery: true\n";
    let entry =
        "      - { issuer: i, audience: a, algorithm: ES256, jwks_url: https://a.example/k }\n";
    let list = format!("security:\n  bearer:\n    issuers:\n{entry}");
    let cases = [
        (
            one(&format!("{url}{discovery}")),
            "oidc_discovery: stands beside `jwks_url`",
        ),
        (
            one(&format!("{url}{file}")),
            "jwks_file: stands beside `jwks_url`",
        ),
        (
            one(&format!("{discovery}{file}")),
            "jwks_file: stands beside `oidc_discovery`",
        ),
        (
            one("    oidc_discovery: false\n"),
            "must have `jwks_url`, `oidc_discovery`,",
        ),
        (
            one(&format!("{file}    jwks_max_stale: 1h\n")),
            "jwks_max_stale: has no effect without `jwks_url` or `oidc_discovery`",
        ),
        (
            one(&format!("{file}    jwks_cool_down: 5\n")),
            "jwks_cool_down: has no effect without",
        ),
        (
            one(&format!("{file}    jwks_allow_hosts: a.example\n")),
            "jwks_allow_hosts: has no effect",
        ),
        (
            one(&format!("{url}    jwks_max_stale: 1m\n")),
            "jwks_max_stale: is shorter than `jwks_cache_ttl`",
        ),
        (
            one(&format!("{url}    jwks_cool_down: 0\n")),
            "jwks_cool_down: `0` is not a time from 1s",
        ),
        (
            one(&format!("{url}    jwks_allow_hosts: https://a\n")),
            "jwks_allow_hosts: `https://a` is not the name or the address of a host",
        ),
        (
            one(discovery).replace("https://idp.example/realm", "my-issuer"),
            "issuer: cannot be discovered: the issuer is not a URL",
        ),
        (
            one(discovery).replace("https:", "http:"),
            "issuer: cannot be discovered: the URL of the issuer cannot be used",
        ),
        (
            format!("{list}    audience: a\n"),
            "audience: has no effect beside `issuers`",
        ),
        (
            format!("{list}    jwks_cache_ttl: 5\n"),
            "jwks_cache_ttl: has no effect",
        ),
        (
            format!("{list}{entry}"),
            "issuers[1].issuer: stands in another entry too",
        ),
        (
            format!(
                "{list}      - {{ issuer: j, audience: a, algorithm: HS256, jwt_secret: \"${{JWT_SECRET}}\" }}\n"
            ),
            "issuers[1]: HS256 and ES256 cannot be mixed",
        ),
        (
            format!(
                "{list}      - {{ issuer: j, algorithm: ES256, jwks_url: https://a.example/k }}\n"
            ),
            "issuers[1].audience: is missing",
        ),
        (
            format!("{list}      - {{ issuer: j, audience: a, algorithm: ES256 }}\n"),
            "issuers[1]: must have `jwks_url`",
        ),
        (
            format!("{list}      - {{ issuer: j, audience: a, algorithm: ES256, leeway: 5 }}\n"),
            "issuers[1].leeway",
        ),
        (
            "security: { bearer: { issuers: [] } }\n".to_owned(),
            "issuers: must not be empty",
        ),
    ];
    for (yaml, said) in cases {
        let folder = Folder::new(&yaml);
        folder.write("keys.json", format!("{{\"keys\":[{KEY}]}}"));
        let faults = folder.faults(&[]);
        assert!(faults.contains(said), "{yaml}{faults}");
    }
}

#[test]
fn discovery_beside_a_secret_is_warned_of() {
    let yaml = "security:\n  bearer:\n    jwt_secret: \"${JWT_SECRET}\"\n    issuer: https://i.example\n    audience: a\n    oidc_discovery: true\n";
    let loaded = loaded(yaml);
    assert_eq!(
        warnings(&loaded),
        ["6:21: security.bearer.oidc_discovery: not used: HS256 tokens are verified with a secret"]
    );
}

//! The list of metrics, the alerts and the dashboard, held to what running agents tell.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use agentup_tests::{
    Authority, Counterpart, Folder, METRICS_CONFIG, Model, PATIENCE, QUICK_START, QUICK_START_ENV,
    Scrape, Server,
    tokens::{self, token},
};
use serde_json::{Value, json};

const LIST: &str = include_str!("../../../docs/metrics.md");
const ALERTS: &str = include_str!("../../../docs/alerts.md");
const RULES: &str = include_str!("../../../deploy/monitoring/prometheus/agentup.rules.yml");
const RULE_TESTS: &str = include_str!("../../../deploy/monitoring/prometheus/agentup.test.yml");
const DASHBOARD: &str = include_str!("../../../deploy/monitoring/grafana/agentup.json");

/// What Prometheus itself makes.
const OF_PROMETHEUS: &[&str] = &["up", "ALERTS"];

/// What there is to know of a metric besides its values.
#[derive(Debug, PartialEq)]
struct Shape {
    kind: String,
    labels: BTreeSet<String>,
}

/// The metrics of the document's table.
fn listed() -> BTreeMap<String, Shape> {
    let rows = LIST.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let labels = cells[2].split(',').map(str::trim);
        let labels = labels.filter(|label| !label.is_empty());
        let shape = Shape {
            kind: cells[1].to_owned(),
            labels: labels.map(str::to_owned).collect(),
        };
        (cells[0].trim_end_matches('`').to_owned(), shape)
    })
    .collect()
}

/// The metrics of a page.
fn told(scrape: &Scrape) -> BTreeMap<String, Shape> {
    let shape = |(family, kind): (&String, &String)| {
        let mut labels = BTreeSet::new();
        for series in scrape.series.keys() {
            let (name, rest) = series.split_once('{').unwrap_or((series, ""));
            let is_own = name == family || part_of_histogram(name) == Some(family);
            if is_own && !rest.is_empty() {
                let pairs = rest.split("\",").filter_map(|pair| pair.split_once('='));
                labels.extend(pairs.map(|(label, _)| label.to_owned()));
            }
        }
        labels.remove("le");
        let kind = kind.clone();
        (family.clone(), Shape { kind, labels })
    };
    scrape.families.iter().map(shape).collect()
}

fn part_of_histogram(name: &str) -> Option<&str> {
    let parts = ["_bucket", "_sum", "_count"];
    parts.iter().find_map(|part| name.strip_suffix(part))
}

/// An agent with skills that are timed, one with a model and one with a service behind it, after
/// each was called.
async fn of_skills() -> Scrape {
    let (model, nobody) = (Model::start(), Counterpart::nobody());
    let config = format!(
        "{QUICK_START}  - skill_id: chat\n    required_scopes: [basic]\n    handler: {{ type: llm, \
         provider: ollama, base_url: \"{}\", model: echo }}\n  - skill_id: remote\n    \
         required_scopes: [basic]\n    handler: {{ type: http, url: \"{nobody}\" }}\nmiddleware: \
         [timed]\n{METRICS_CONFIG}",
        model.url()
    );
    let server = Server::start(&config, QUICK_START_ENV);
    let alice = token("alice", "basic");
    for skill in ["chat", "remote"] {
        let answer = server.ask_v10(skill, &alice, "hello").await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    server.scrape().await
}

/// An agent that has fetched the keys of its issuer.
async fn of_keys() -> Scrape {
    // The key of RFC 7517, appendix A.1.
    let key = json!({
        "kty": "EC", "crv": "P-256", "kid": "1",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    });
    let keys = json!({ "keys": [key] });
    let issuer = Counterpart::start(move |_, caller| caller.json(200, &keys));
    let server = Server::start(
        &format!(
            "security:\n  bearer:\n    algorithm: ES256\n    issuer: {}\n    audience: {}\n    \
             jwks_url: \"{}\"\nskills:\n  - skill_id: public_echo\n{METRICS_CONFIG}",
            tokens::ISSUER,
            tokens::AUDIENCE,
            issuer.url()
        ),
        "",
    );
    let begun = Instant::now();
    loop {
        let scrape = server.scrape().await;
        if scrape.families.contains_key("agentup_key_set_age_seconds") {
            return scrape;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", scrape.text);
    }
}

/// An agent that asks an authorization server about tokens.
async fn of_introspection() -> Scrape {
    let config = format!(
        "security:\n  type: oauth2\n  oauth2: {{ introspection_endpoint: \"{}\", client_id: a, \
         client_secret: s, audience: agent }}\nskills:\n  - skill_id: public_echo\n{METRICS_CONFIG}",
        Counterpart::nobody()
    );
    Server::start(&config, "").scrape().await
}

/// An agent that speaks TLS and keeps an audit.
async fn of_tls() -> Scrape {
    let config = format!(
        "{QUICK_START}server: {{ tls: {{ cert_file: cert.pem, key_file: key.pem }} }}\n\
         observability:\n  metrics: {{ enabled: true, listen: \"127.0.0.1:0\" }}\n  \
         audit: {{ file: audit.jsonl }}\n"
    );
    let folder = Folder::new(&config, QUICK_START_ENV);
    let certified = Authority::new("Test Authority").server();
    folder.write("cert.pem", &certified.certificate);
    folder.write("key.pem", &certified.key);
    Server::start_in(folder).scrape().await
}

#[tokio::test]
async fn the_list_of_metrics_is_what_agents_tell() {
    let mut all = BTreeMap::new();
    for scrape in [
        of_skills().await,
        of_keys().await,
        of_introspection().await,
        of_tls().await,
    ] {
        all.extend(told(&scrape));
    }
    let listed = listed();
    for (name, shape) in &listed {
        assert_eq!(all.get(name), Some(shape), "told and listed of {name}");
    }
    let unlisted: Vec<_> = all
        .keys()
        .filter(|name| !listed.contains_key(*name))
        .collect();
    assert!(unlisted.is_empty(), "docs/metrics.md lacks {unlisted:?}");
}

/// What stands in a text as metrics do: with one of our prefixes, or before a selector or a range.
fn metrics_in(text: &str) -> BTreeSet<&str> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(start) = rest.find(belongs) {
        let word = &rest[start..];
        let end = word.find(|c: char| !belongs(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        let is_ours = ["agentup_", "agentup:", "process_"]
            .iter()
            .any(|prefix| word.starts_with(prefix));
        if is_ours || after.starts_with(['{', '[']) {
            found.insert(word);
        }
        rest = after;
    }
    found
}

/// The expressions and queries of a dashboard.
fn queries(of: &Value, found: &mut Vec<String>) {
    match of {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(query) if ["expr", "query"].contains(&name.as_str()) => {
                        found.push(query.clone());
                    }
                    value => queries(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| queries(value, found)),
        _ => {}
    }
}

#[test]
fn alerts_and_the_dashboard_ask_for_metrics_that_exist() {
    let listed = listed();
    let recorded: BTreeSet<_> = RULES
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- record: "))
        .collect();
    let exists = |name: &str| {
        let histogram = part_of_histogram(name).and_then(|family| listed.get(family));
        OF_PROMETHEUS.contains(&name)
            || recorded.contains(name)
            || listed.get(name).is_some_and(|it| it.kind != "histogram")
            || histogram.is_some_and(|it| it.kind == "histogram")
    };
    let mut dashboard = Vec::new();
    queries(&serde_json::from_str(DASHBOARD).unwrap(), &mut dashboard);
    assert!(dashboard.len() > 60, "{} queries", dashboard.len());
    let dashboard = dashboard.join("\n");
    for (file, text) in [
        ("agentup.rules.yml", RULES),
        ("agentup.test.yml", RULE_TESTS),
        ("agentup.json", &dashboard),
    ] {
        let asked = metrics_in(text);
        assert!(asked.len() > 20, "{file}: {asked:?}");
        let unknown: Vec<_> = asked.iter().filter(|name| !exists(name)).collect();
        assert!(unknown.is_empty(), "{file} asks for {unknown:?}");
    }
}

#[test]
fn the_dashboard_shows_every_metric() {
    let shown = metrics_in(DASHBOARD);
    let families: BTreeSet<_> = shown
        .iter()
        .map(|name| part_of_histogram(name).unwrap_or(name))
        .collect();
    let listed = listed();
    let missing: Vec<_> = listed
        .keys()
        .filter(|name| !families.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn each_alert_is_explained_tested_and_leads_to_its_section() {
    let after = |text: &'static str, prefix: &'static str| -> Vec<&'static str> {
        let lines = text.lines().map(str::trim);
        lines.filter_map(|line| line.strip_prefix(prefix)).collect()
    };
    let alerts = after(RULES, "- alert: ");
    assert!(alerts.len() > 20, "{alerts:?}");
    assert_eq!(after(ALERTS, "## "), alerts);
    let links = after(RULES, "runbook_url: ");
    let expected: Vec<_> = alerts
        .iter()
        .map(|alert| format!("docs/alerts.md#{}", alert.to_lowercase()))
        .collect();
    assert_eq!(links, expected);
    for alert in alerts {
        let fires = format!("alertname: {alert}\n        exp_alerts:");
        assert!(RULE_TESTS.contains(&fires), "{alert} is never seen to fire");
    }
}

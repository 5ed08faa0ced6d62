//! The JSON Schema: it takes whatever can be loaded (every test that loads something sees to that),
//! and refuses what it can see to be wrong.

use std::sync::LazyLock;

use jsonschema::Validator;

use super::{
    faults::{CASES, Case},
    *,
};

static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::draft202012::new(&schema()).expect("a schema"));

/// What the schema finds in a YAML text, if it finds anything.
pub(super) fn refused(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_yaml::from_str(text).expect("YAML");
    let errors = VALIDATOR.iter_errors(&value);
    let errors: Vec<_> = errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    (!errors.is_empty()).then(|| errors.join("\n"))
}

#[test]
fn it_is_a_schema_of_the_draft_2020_12() {
    assert_eq!(
        schema()["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(jsonschema::meta::is_valid(&schema()));
}

/// What these faults say is about the text itself.
const VISIBLE: [&str; 6] = [
    ": unknown key",
    ": expected ",
    "` is not a number",
    "` is not `",
    "` is not true",
    "` is not a supported signature",
];

#[test]
fn it_refuses_what_it_can_see() {
    let mut seen = 0;
    for case in CASES.split("=== ").skip(1).map(Case::parse) {
        let is_visible = case
            .says
            .lines()
            .filter(|line| line.starts_with("  agent.yaml:"))
            .any(|line| VISIBLE.iter().any(|part| line.contains(part)));
        if is_visible {
            seen += 1;
            let text = fs::read_to_string(Folder::new(case.yaml).0.path().join("agent.yaml"));
            assert!(refused(&text.unwrap()).is_some(), "{}", case.name);
        }
    }
    assert!(seen > 10, "{seen} cases can be seen");
}

#[test]
fn it_refuses_a_secret_that_is_given_twice() {
    let both = |secret: &str, file: &str| {
        let bearer =
            format!("jwt_secret: {secret}, jwt_secret_file: {file}, issuer: i, audience: a");
        refused(&format!("security: {{ bearer: {{ {bearer} }} }}\n"))
    };
    assert!(both("x", "y").is_some());
    // A variable may be empty.
    assert_eq!(both("\"${JWT_SECRET}\"", "y"), None);
}

#[test]
fn it_takes_the_files_of_the_document_and_of_this_project() {
    for text in [
        include_str!("../../../../../tests/document/quick-start.yaml"),
        include_str!("document/hs256.yaml"),
        include_str!("document/rs256.yaml"),
        include_str!("document/production.agent_config.yaml"),
        include_str!("document/troubleshooting.yaml"),
        include_str!("document/scopes.yaml"),
        include_str!("document/scopes-good.yaml"),
        include_str!("document/scopes-bad.yaml"),
        include_str!("document/skills.yaml"),
        include_str!("../../../../../config/agent_config.yaml"),
        include_str!("../../../../../config/production.agent_config.yaml"),
    ] {
        assert_eq!(refused(text), None, "{text}");
    }
}

/// Each key is described, and none takes just anything.
#[test]
fn every_key_is_in_it() {
    for path in keys::paths() {
        let row = keys::rows().find(|row| row.path == path).expect(path);
        assert!(!row.meaning.is_empty(), "{path}");
        if matches!(row.takes, keys::Takes::Form) {
            let form = crate::config::schema::form(path);
            assert_ne!(form, serde_json::json!({}), "{path}");
        }
    }
}

/// The committed files are those that the code makes. `cargo xtask generate` writes them.
#[test]
fn the_committed_files_are_up_to_date() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, text) in [
        (
            "config/agent_config.schema.json",
            format!("{:#}\n", schema()),
        ),
        ("docs/configuration.md", reference()),
    ] {
        let committed = fs::read_to_string(project.join(name)).unwrap_or_default();
        assert!(
            committed == text,
            "{name} is stale: run `cargo xtask generate`"
        );
    }
    for name in ["agent_config.yaml", "production.agent_config.yaml"] {
        let text = fs::read_to_string(project.join("config").join(name)).unwrap();
        let line = "# yaml-language-server: $schema=agent_config.schema.json\n";
        assert!(text.starts_with(line), "{name}");
    }
}

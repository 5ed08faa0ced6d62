//! `skills` and `scopes`: what the skills are, and who may call them.

use agentup_tests::tokens::token;
use serde_json::json;

use super::server;

/// The effect of `skills[].skill_id`, `skills[].name`, `skills[].description`, `skills[].tags`,
/// `skills[].examples`, `skills[].input_mode`, `skills[].input_modes`, `skills[].output_mode` and
/// `skills[].output_modes`.
#[tokio::test]
async fn the_card_says_what_the_skills_are() {
    let server = server(
        "skills:\n  - skill_id: public_echo\n    name: Echo\n    description: Says it again\n    \
         tags: [words, again]\n    examples: [say hello]\n    input_mode: text\n    \
         output_modes: [text/plain, text/markdown]\n  - skill_id: premium_analyzer\n    \
         input_modes: [application/json]\n    output_mode: text/csv\n",
    );
    let skills = server.get("/.well-known/agent-card.json").await;
    let skills = skills.at("/skills");
    for (skill, name, value) in [
        (0, "id", json!("public_echo")),
        (0, "name", json!("Echo")),
        (0, "description", json!("Says it again")),
        (0, "tags", json!(["words", "again"])),
        (0, "examples", json!(["say hello"])),
        (0, "inputModes", json!(["text/plain"])),
        (0, "outputModes", json!(["text/plain", "text/markdown"])),
        (1, "id", json!("premium_analyzer")),
        (1, "inputModes", json!(["application/json"])),
        (1, "outputModes", json!(["text/csv"])),
    ] {
        assert_eq!(skills[skill][name], value, "{name} of {skill}");
    }
    assert_eq!(skills.as_array().map(Vec::len), Some(2));
}

/// The effect of `skills[].required_scopes`, `skills[].required_scopes.all_of` and
/// `skills[].required_scopes.any_of`.
#[tokio::test]
async fn a_skill_asks_for_its_scopes() {
    for (required, enough, too_little) in [
        (
            "[reports]",
            &["reports", "reports mail"][..],
            &["", "mail"][..],
        ),
        (
            "{ all_of: [reports, mail] }",
            &["reports mail"],
            &["reports", "mail"],
        ),
        (
            "{ any_of: [reports, mail] }",
            &["reports", "mail"],
            &["", "other"],
        ),
    ] {
        let skill = format!("skills: [{{ skill_id: public_echo, required_scopes: {required} }}]");
        let server = server(&skill);
        for (scopes, status) in
            (enough.iter().map(|it| (it, 200))).chain(too_little.iter().map(|it| (it, 403)))
        {
            let answer = server
                .ask_v10("public_echo", &token("alice", scopes), "hi")
                .await;
            assert_eq!(answer.status, status, "{scopes} for {required}");
        }
    }
}

/// The effect of `scopes`.
#[tokio::test]
async fn a_scope_includes_those_that_the_configuration_says() {
    for (scopes, status) in [("{ staff: [basic] }", 200), ("{ staff: [other] }", 403)] {
        let server = server(&format!("scopes: {scopes}"));
        let answer = server
            .ask_v10("basic_assistant", &token("alice", "staff"), "hi")
            .await;
        assert_eq!(answer.status, status, "{scopes}");
    }
}

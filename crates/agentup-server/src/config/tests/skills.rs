//! Scopes and skills, and what their keys change.

use agentup_auth::{ClaimCondition, Requirement};

use super::*;

#[test]
fn scopes_as_a_graph() {
    let graph =
        config("scopes: { admin: [premium, \"users:*\"], premium: basic, basic: }\n").scopes;
    let admin = graph.effective(&scopes(&["admin"]));
    assert!(
        ["premium", "basic", "users:read"]
            .iter()
            .all(|scope| admin.contains(scope))
    );
    assert!(
        !graph
            .effective(&scopes(&["premium"]))
            .contains("users:read")
    );
    assert!(config("scopes: []\n").scopes.entries().is_empty());
}

#[test]
fn skills() {
    let config = config(
        "skills:\n  - skill_id: one\n    name: N\n    description: D\n    tags: [a, b]\n    \
         examples: [do it]\n    input_modes: [text, application/json]\n    output_mode: image/png\n  \
         - skill_id: two\n",
    );
    let [one, two] = config.skills.as_slice() else {
        panic!()
    };
    assert_eq!(
        (
            one.skill_id.as_str(),
            one.name.as_str(),
            one.description.as_str()
        ),
        ("one", "N", "D")
    );
    assert_eq!(
        (one.tags.len(), one.examples.as_slice()),
        (2, ["do it".to_owned()].as_slice())
    );
    assert_eq!(one.input_modes, ["text/plain", "application/json"]);
    assert_eq!(one.output_modes, ["image/png"]);
    assert_eq!(
        (two.name.as_str(), two.tags.len(), two.input_modes.len()),
        ("", 0, 0)
    );
}

#[test]
fn required_scopes() {
    let all = |names: &[&str]| Requirement::all_of(scopes(names).iter().cloned().collect());
    for (written, requirement) in [
        ("[basic, premium]", all(&["basic", "premium"])),
        ("basic", all(&["basic"])),
        ("[]", Requirement::none()),
        ("{ all_of: [basic] }", all(&["basic"])),
        (
            "{ any_of: [basic, admin] }",
            Requirement::any_of(all(&["basic", "admin"]).scopes().to_vec()),
        ),
    ] {
        let yaml = format!("skills: [{{ skill_id: s, required_scopes: {written} }}]\n");
        assert_eq!(
            config(&yaml).skills[0].required_scopes,
            Some(requirement),
            "{written}"
        );
    }
}

#[test]
fn a_scope_that_is_almost_known_is_doubted() {
    let loaded = loaded("skills:\n  - skill_id: s\n    required_scopes: [premum, reports]\n");
    assert_eq!(
        warnings(&loaded),
        [
            "3:23: skills[0].required_scopes[0]: `premum` is not in `scopes`; did you mean `premium`?"
        ]
    );
}

#[test]
fn claims() {
    let condition = |path: &[&str], values: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        ClaimCondition::new(owned(path), owned(values))
    };
    for (written, conditions) in [
        ("", vec![]),
        (
            "claims: { department: engineering }",
            vec![condition(&["department"], &["engineering"])],
        ),
        (
            "claims: { department: [engineering, research], level: 3 }",
            vec![
                condition(&["department"], &["engineering", "research"]),
                condition(&["level"], &["3"]),
            ],
        ),
        (
            "claims: { realm_access: { roles: auditor }, verified: true }",
            vec![
                condition(&["realm_access", "roles"], &["auditor"]),
                condition(&["verified"], &["true"]),
            ],
        ),
    ] {
        let yaml = format!("skills:\n  - skill_id: s\n    {written}\n");
        let config = config(&yaml);
        assert_eq!(config.skills[0].claims, conditions, "{written}");
        assert_eq!(config.skills[0].required_scopes, None);
    }
}

#[test]
fn claims_are_shown_as_they_are_in_force() {
    let config =
        config("skills:\n  - skill_id: s\n    claims: { a: \"${A:1}\", b: { c: [2, 3] } }\n");
    let shown: serde_yaml::Value = serde_yaml::from_str(&show(&config)).unwrap();
    let claims = serde_yaml::to_string(&shown["skills"][0]["claims"]).unwrap();
    let claims: Vec<_> = claims.split_whitespace().collect();
    assert_eq!(claims.join(" "), "a: - '1' b: c: - '2' - '3'");
}

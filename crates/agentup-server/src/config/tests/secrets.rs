//! Secrets stay where they are.

use super::*;

const LEAK: &str = "hunter2";

#[test]
fn no_fault_repeats_a_secret_or_a_variable() {
    for yaml in [
        "security: { bearer: { jwt_secret: hunter2, issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: [hunter2], issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: \"hunter2${\", issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: \"${hunter-2}hunter2\", issuer: i, audience: a } }\n",
        "security: { bearer: { algorithm: RS256, public_key: hunter2, issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secret: \"${LEAK}\", issuer: i, audience: a } }\n",
        "security: { bearer: { algorithm: \"${LEAK}\", issuer: i, audience: a } }\n",
        "security: { bearer: { jwt_secrt: hunter2, issuer: i, audience: a } }\n",
        "server: { port: \"${LEAK}\", host: \"${LEAK}:x\" }\n",
        "environment: \"${LEAK}\"\n",
        "agent: { url: \"http://user:${LEAK}@example.com\" }\n",
        "security:\n  bearer:\n    jwt_secret: hunter2\n  jwt_secret: hunter2 'x: y: z\n",
        "security: { bearer: { jwt_secret: !secret hunter2 } }\n",
        "jwt_secret: hunter2\njwt_secret: hunter2\n",
    ] {
        let faults = Folder::new(yaml)
            .load(&[("LEAK", LEAK), ("LOG_LEVEL", LEAK)])
            .unwrap_err();
        let (shown, debug) = (faults.to_string(), format!("{faults:?}"));
        assert!(
            !shown.contains(LEAK) && !debug.contains(LEAK),
            "{yaml}\n{shown}"
        );
    }
}

#[test]
fn no_file_of_a_secret_is_repeated() {
    let folder =
        Folder::new("security: { bearer: { jwt_secret_file: secret, issuer: i, audience: a } }\n");
    folder.write("secret", LEAK);
    assert!(!folder.faults(&[]).contains(LEAK));
}

#[test]
fn what_is_loaded_shows_no_secret() {
    let loaded = loaded("");
    for shown in [
        format!("{loaded:?}"),
        format!("{loaded:#?}"),
        show(&loaded.config),
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn settings_in_force_are_shown() {
    let yaml = "\
agent: { name: Shown }
scopes: { admin: [basic] }
skills:
  - { skill_id: one, required_scopes: { any_of: [basic, admin] } }
  - { skill_id: two, tags: [x] }
";
    let shown = show(&config(yaml));
    for section in include_str!("data/shown.yaml").split_inclusive("\n\n") {
        assert!(
            shown.contains(section.trim_end()),
            "{section}\nis not in\n{shown}"
        );
    }
}

#[test]
fn what_is_shown_can_be_loaded() {
    let shown = show(&config("")).replace("<set>", "\"${JWT_SECRET}\"");
    assert_eq!(
        show(&config(&shown)),
        shown.replace("\"${JWT_SECRET}\"", "<set>")
    );
}

//! `agentup-server check` and a start that fails: every fault at once, and exit code 78.

use agentup_tests::{
    Folder, Outcome, QUICK_START, QUICK_START_ENV, run, run_with_input,
    tokens::{expired, token},
};

fn check(folder: &Folder) -> Outcome {
    run("agentup-server", folder.path(), ["check"])
}

#[test]
fn a_good_configuration_is_good() {
    let outcome = check(&Folder::quick_start());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.stdout, "agent_config.yaml: good (4 skills)\n");
}

/// All faults are reported in one go, each with its place.
#[test]
fn a_bad_configuration_is_reported_whole() {
    let config = QUICK_START
        .replace("algorithm: HS256", "algorithm: none")
        .replace("  version: 0.1.0", "  vresion: 0.1.0")
        .replace("  enabled: true", "  enabled: maybe")
        .replace("${JWT_ISSUER:test-issuer}", "${JWT_NO_SUCH_VARIABLE}");
    let folder = Folder::new(&config, QUICK_START_ENV);
    for command in ["check", "serve"] {
        let outcome = run("agentup-server", folder.path(), [command]);
        assert_eq!(outcome.code, Some(78), "{command}: {outcome:?}");
        for part in [
            "agent_config.yaml:5:",
            "vresion",
            "version",
            "agent_config.yaml:9:",
            "security.enabled",
            "agent_config.yaml:16:",
            "security.bearer.algorithm",
            "agent_config.yaml:19:",
            "JWT_NO_SUCH_VARIABLE",
        ] {
            assert!(
                outcome.stderr.contains(part),
                "{command}: {part} is not in {}",
                outcome.stderr
            );
        }
        assert!(outcome.stdout.is_empty(), "{outcome:?}");
    }
}

#[test]
fn faults_of_all_kinds_end_with_78() {
    for (name, config, env) in [
        ("no YAML", "agent: [".to_owned(), QUICK_START_ENV.to_owned()),
        ("nothing", String::new(), QUICK_START_ENV.to_owned()),
        ("a list", "- agent".to_owned(), QUICK_START_ENV.to_owned()),
        (
            "a short secret",
            QUICK_START.to_owned(),
            "JWT_SECRET=short\n".to_owned(),
        ),
        (
            "a skill without a handler",
            QUICK_START.replace("public_echo", "forecast"),
            String::new(),
        ),
        (
            "a skill twice",
            QUICK_START.replace("skill_id: basic_assistant", "skill_id: public_echo"),
            String::new(),
        ),
        (
            "a broken .env",
            QUICK_START.to_owned(),
            "JWT_SECRET\n".to_owned(),
        ),
    ] {
        let outcome = check(&Folder::new(&config, &env));
        assert_eq!(outcome.code, Some(78), "{name}: {outcome:?}");
        assert!(
            !outcome.stderr.is_empty() && outcome.stdout.is_empty(),
            "{name}: {outcome:?}"
        );
    }
}

#[test]
fn a_configuration_that_is_not_there_is_told() {
    let folder = Folder::quick_start();
    let outcome = run(
        "agentup-server",
        folder.path(),
        ["check", "--config", "nosuch.yaml"],
    );
    assert_eq!(outcome.code, Some(78), "{outcome:?}");
    assert!(outcome.stderr.contains("nosuch.yaml"), "{outcome:?}");
    let empty = tempfile::TempDir::new().unwrap();
    let outcome = run("agentup-server", empty.path(), ["check"]);
    assert_eq!(outcome.code, Some(78), "{outcome:?}");
    assert!(outcome.stderr.contains("--config"), "{outcome:?}");
}

/// Neither a report nor a print-out is a place for a secret.
#[test]
fn no_report_shows_a_secret() {
    let secret = "sésame-secret-of-the-test-0123456789-0123456789";
    let env = format!("JWT_SECRET={secret}\n");
    let broken = QUICK_START.replace("algorithm: HS256", "algorithm: ${JWT_SECRET}");
    for (config, args) in [
        (QUICK_START, &["check", "--show"][..]),
        (QUICK_START, &["skills"]),
        (QUICK_START, &["card"]),
        (&broken, &["check"]),
        (
            &QUICK_START.replace("enabled: true", "enabled: ${JWT_SECRET}"),
            &["check"],
        ),
        (
            &QUICK_START.replace(
                "jwt_secret: \"${JWT_SECRET:test-secret-key-change-in-production}\"",
                "jwt_secret: [\"${JWT_SECRET}\"]",
            ),
            &["check"],
        ),
    ] {
        let folder = Folder::new(config, &env);
        let outcome = run("agentup-server", folder.path(), args);
        let all = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(
            !all.contains(secret) && !all.contains("sésame"),
            "{args:?}: {all}"
        );
    }
}

#[test]
fn the_skills_are_shown_with_who_may_call_them() {
    let folder = Folder::quick_start();
    let outcome = run("agentup-server", folder.path(), ["skills"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for (skill, who) in [
        ("public_echo", "every authenticated caller"),
        ("basic_assistant", "callers with basic or premium or admin"),
        ("premium_analyzer", "callers with premium or admin"),
        ("admin_status", "callers with admin"),
    ] {
        let line = outcome
            .stdout
            .lines()
            .find(|line| line.contains(skill))
            .expect(skill);
        assert!(line.contains(who), "{line}");
    }
}

#[test]
fn the_program_says_how_it_is_used() {
    let folder = Folder::quick_start();
    for args in [
        &["--help"][..],
        &["--version"],
        &["man"],
        &["completions", "bash"],
    ] {
        let outcome = run("agentup-server", folder.path(), args);
        assert_eq!(outcome.code, Some(0), "{args:?}: {outcome:?}");
        assert!(outcome.stdout.contains("agentup-server"), "{args:?}");
    }
}

/// What the owner of a token may call, and why not; the token comes from wherever `ps` shows nothing.
#[test]
fn the_skills_are_shown_as_a_caller_finds_them() {
    let folder = Folder::quick_start();
    let token = token("alice", "basic");
    folder.write("token", &format!("{token}\n"));
    folder.write(".env", &format!("{QUICK_START_ENV}\nCALLER={token}\n"));
    for (args, input) in [
        (&["skills", "--token", &token][..], ""),
        (&["skills", "--token", "-"], token.as_str()),
        (&["skills", "--token-file", "token"], ""),
        (&["skills", "--token-env", "CALLER"], ""),
    ] {
        let outcome = run_with_input("agentup-server", folder.path(), args, input);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let said = &outcome.stdout;
        assert!(
            said.starts_with("alice of test-issuer, scopes: basic\n"),
            "{said}"
        );
        for (skill, verdict) in [
            ("public_echo", "may call it"),
            ("basic_assistant", "may call it"),
            ("premium_analyzer", "may not: lacks premium"),
            ("admin_status", "may not: lacks admin"),
        ] {
            let line = said.lines().find(|line| line.contains(skill)).expect(skill);
            assert!(line.contains(verdict), "{line}");
        }
        assert!(!said.contains(&token) && !outcome.stderr.contains(&token));
    }
}

#[test]
fn a_token_that_the_gate_refuses_may_call_nothing() {
    let folder = Folder::quick_start();
    for (token, says) in [
        (
            expired("alice", "admin").as_str(),
            "error: the token is refused: Token has expired\n",
        ),
        (
            "nonsense",
            "error: the token is refused: Invalid JWT token format\n",
        ),
        ("two words", "error: the token is refused: "),
    ] {
        let outcome = run(
            "agentup-server",
            folder.path(),
            ["skills", "--token", token],
        );
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(
            outcome.stderr.contains(says) && outcome.stdout.is_empty(),
            "{outcome:?}"
        );
        assert!(!outcome.stderr.contains(token), "{outcome:?}");
    }
    let outcome = run(
        "agentup-server",
        folder.path(),
        ["skills", "--token-env", "NO_SUCH"],
    );
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("variable NO_SUCH is not set"),
        "{outcome:?}"
    );
}

/// Where there is no configuration at all: they are about every agent.
#[test]
fn the_schema_and_the_settings_are_printed() {
    let empty = tempfile::TempDir::new().unwrap();
    for (format, file) in [
        ("json", "config/agent_config.schema.json"),
        ("markdown", "docs/configuration.md"),
    ] {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../").to_owned() + file;
        let file = std::fs::read_to_string(file).unwrap();
        let args = ["schema", "--format", format];
        let outcome = run("agentup-server", empty.path(), args);
        assert_eq!((outcome.code, outcome.stdout), (Some(0), file));
    }
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let folder = tempfile::TempDir::new().unwrap();
    let outcome = run("agentup-server", folder.path(), ["man", "--out", "man1"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let read =
        |name: &str| std::fs::read_to_string(folder.path().join("man1").join(name)).expect(name);
    assert!(read("agentup-server.1").contains("agentup\\-server"));
    for command in [
        "serve",
        "check",
        "card",
        "skills",
        "schema",
        "health",
        "audit",
        "completions",
        "man",
    ] {
        let page = read(&format!("agentup-server-{command}.1"));
        assert!(
            page.contains(".SH SYNOPSIS") && page.contains(command),
            "{page}"
        );
        let printed = run("agentup-server", folder.path(), ["man", command]);
        assert_eq!(printed.stdout, page);
    }
    let outcome = run("agentup-server", folder.path(), ["man", "nosuch"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("there is no command `nosuch`"),
        "{outcome:?}"
    );
}

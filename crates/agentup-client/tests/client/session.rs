//! The interactive mode, with a script on standard input.

use std::fs;

use crate::{agent, run::Run};

const BANNER: &str = "\
🚀 JWT Interactive Test Client
========================================
Commands:
  token <jwt_token>     - Set JWT token
  discovery             - Test discovery endpoint
  skill <id> [message]  - Test specific skill
  test                  - Run authorization test
  quit                  - Exit

";

/// What a session prints behind its banner.
fn session(url: &str, script: &str) -> String {
    let run = Run::new(&["--url", url]).stdin(script).go();
    run.expect(0, &[]);
    assert_eq!(run.err, "");
    run.out.strip_prefix(BANNER).unwrap().to_owned()
}

#[test]
fn a_session_from_beginning_to_end() {
    let agent = agent::start();
    let token = agent::token("basic,premium");
    let script = format!(
        "skill public_echo\ntest\n\n  \ndiscovery\ntoken\nTOKEN {token}\nskill\nskill public_echo\n\
         skill public_echo  Hello   World \nskill admin_status show config\nskill nonsense\nhelp\nfrobnicate\nquit\ndiscovery\n"
    );
    let expected = format!(
        "\
jwt-test> ❌ No token set. Use set_token() first.
jwt-test> ❌ No token set. Use set_token() first.
jwt-test> jwt-test> jwt-test> 🔍 Testing agent discovery...
✅ Agent: JWT Test Agent
   Skills: 4
   Security: [{{\"bearer\":[]}}]
jwt-test> Usage: token <jwt_token>
jwt-test> ✅ Token set: {}...
jwt-test> Usage: skill <skill_id> [message]
jwt-test> 🎯 Testing skill: public_echo
✅ Success: Echo: test (from user alice)
jwt-test> 🎯 Testing skill: public_echo
✅ Success: Echo: Hello World (from user alice)
jwt-test> 🎯 Testing skill: admin_status
❌ Access denied: ❌ Access denied. This feature requires 'admin' scope. You have: basic,premium
jwt-test> 🎯 Testing skill: nonsense
❌ Error in response: -32602 unknown skill
jwt-test> {}jwt-test> Unknown command: frobnicate
jwt-test> 👋 Goodbye!
",
        &token[..50],
        BANNER.split_once("========\n").unwrap().1,
    );
    assert_eq!(session(&agent.url, &script), expected);
}

#[test]
fn the_authorization_test_asks_every_skill() {
    let agent = agent::start();
    let script = format!("token {}\ntest\n", agent::token(""));
    let printed = session(&agent.url, &script);
    let (_, printed) = printed.split_once("jwt-test> 🔐").unwrap();
    assert_eq!(
        printed,
        " Running authorization test...
========================================
🎯 Testing skill: public_echo
✅ Success: Echo: hello world (from user alice)

🎯 Testing skill: basic_assistant
❌ Access denied: ❌ Access denied. This feature requires 'basic' scope. You have: \n
🎯 Testing skill: premium_analyzer
❌ Access denied: ❌ Access denied. This feature requires 'premium' scope. You have: \n
🎯 Testing skill: admin_status
❌ Access denied: ❌ Access denied. This feature requires 'admin' scope. You have: \n
jwt-test> \n👋 Goodbye!\n"
    );
}

#[test]
fn the_end_of_input_leaves() {
    assert_eq!(
        session("http://127.0.0.1:1", ""),
        "jwt-test> \n👋 Goodbye!\n"
    );
    assert_eq!(
        session("http://127.0.0.1:1", "exit"),
        "jwt-test> 👋 Goodbye!\n"
    );
}

#[test]
fn a_session_survives_a_dead_agent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let printed = session(
        &url,
        &format!("discovery\ntoken {}\nskill x\nquit\n", agent::token("")),
    );
    assert!(
        printed.contains(&format!("❌ Discovery error: cannot connect to {url}: ")),
        "{printed}"
    );
    assert!(
        printed.contains(&format!("❌ Request error: cannot connect to {url}: ")),
        "{printed}"
    );
    assert!(printed.ends_with("jwt-test> 👋 Goodbye!\n"), "{printed}");
}

#[test]
fn a_refused_token_is_explained() {
    let printed = session(
        &agent::start().url,
        "token not.good.enough\nskill public_echo\nquit\n",
    );
    assert!(
        printed.contains("❌ HTTP error: 401\n   Token has expired\n"),
        "{printed}"
    );
}

#[test]
fn a_pasted_token_is_neither_shown_nor_kept() {
    let agent = agent::start();
    let token = agent::token("basic");
    let home = tempfile::tempdir().unwrap();
    let script = format!("{token}\ntokne {token}\ntoken {token}\ntoken a\u{e9}b\nquit\n");
    let run = Run::new(&["--url", &agent.url])
        .env("HOME", home.path())
        .stdin(&script)
        .go();
    run.expect(0, &[]);
    let shown = token[..20].to_lowercase();
    assert!(
        run.out.contains(&format!("Unknown command: {shown}...\n")),
        "{}",
        run.out
    );
    assert!(
        run.out
            .contains("Error: the token has spaces or characters that cannot be sent"),
        "{}",
        run.out
    );
    assert_eq!(
        run.out.matches(&token[30..50]).count(),
        1,
        "only where it was set: {}",
        run.out
    );
    assert_eq!(
        fs::read_dir(home.path()).unwrap().count(),
        0,
        "a script leaves no history"
    );
}

#[test]
fn a_token_from_outside_is_named_at_the_start() {
    let agent = agent::start();
    let token = agent::token("basic");
    let run = Run::new(&["--url", &agent.url])
        .env("AGENTUP_TOKEN", &token)
        .stdin("skill public_echo\n")
        .go();
    run.expect(0, &[]);
    assert!(
        run.out.contains(&format!(
            "\n\n✅ Token set: {}...\njwt-test> 🎯",
            &token[..50]
        )),
        "{}",
        run.out
    );
}

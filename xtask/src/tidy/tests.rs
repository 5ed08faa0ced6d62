//! Each rule has a case that trips it, one change away from a tree in which all rules hold; and the
//! rules hold in this repository.

use super::*;

const MANIFEST: &str = "\
[package]
name = \"agentup-server\"

[dependencies]
agentup-auth = { workspace = true }
anyhow = { workspace = true }

[lints]
workspace = true
";

/// The names of the rules that do not hold once a tidy tree has got this file too.
fn check_with(path: &str, text: &str) -> Vec<&'static str> {
    let tree = Tree::from([
        ("ARCHITECTURE.md", "# The house\n"),
        ("CHANGELOG.md", "# News\n"),
        ("CONTRIBUTING.md", "# Helping\n"),
        ("Cargo.toml", "[workspace.dependencies]\n"),
        ("LICENSE", "You may.\n"),
        (
            "README.md",
            "# It\n\n`cargo xtask ci`, [how](crates/one/src/lib.rs)\n",
        ),
        ("SECURITY.md", "# Write to us\n"),
        ("crates/one/Cargo.toml", MANIFEST),
        ("crates/one/src/lib.rs", "//! The library.\n"),
    ]);
    let tree = tree.with(path, text);
    let mut rules: Vec<_> = check(&tree).iter().map(|finding| finding.rule).collect();
    rules.dedup();
    rules
}

fn check_source(line: &str) -> Vec<&'static str> {
    check_with(
        "crates/one/src/lib.rs",
        &format!("//! The library.\n{line}\n"),
    )
}

fn check_manifest(from: &str, to: &str) -> Vec<&'static str> {
    assert!(MANIFEST.contains(from));
    check_with("crates/one/Cargo.toml", &MANIFEST.replace(from, to))
}

fn check_readme(line: &str) -> Vec<&'static str> {
    check_with("README.md", &format!("# It\n{line}\n"))
}

const TIDY: [&str; 0] = [];

#[test]
fn this_repository_is_tidy() {
    let findings = check(&Tree::read(&root()).unwrap());
    let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn a_manifest_that_cannot_be_read_is_no_reason_to_skip_it() {
    assert_eq!(check_manifest("[package]", "[package"), ["manifests"]);
}

#[test]
fn crates_depend_only_where_the_table_says() {
    assert_eq!(check_manifest("anyhow", "agentup-env"), TIDY);
    assert_eq!(check_manifest("anyhow", "agentup-client"), ["edges"]);
    assert_eq!(check_manifest("anyhow", "agentup-tests"), ["edges"]);
    let renamed = "x = { workspace = true, package = \"jwt-generator\" }\n[lints]";
    assert_eq!(check_manifest("\n[lints]", renamed), ["edges"]);
    let platform = "[target.'cfg(unix)'.dependencies]\nxtask = { workspace = true }\n[lints]";
    assert_eq!(check_manifest("[lints]", platform), ["edges"]);
    let dev = "[dev-dependencies]\njwt-generator = { workspace = true }\n[lints]";
    assert_eq!(check_manifest("[lints]", dev), ["edges"]);
    assert_eq!(check_manifest("agentup-server", "agentup-new"), ["edges"]);
}

#[test]
fn the_inner_crates_know_nothing_of_the_transport() {
    let protocol = MANIFEST
        .replace("agentup-server", "agentup-protocol")
        .replace("agentup-auth", "serde");
    assert_eq!(check_with("crates/one/Cargo.toml", &protocol), TIDY);
    let knows = protocol.replace("anyhow", "axum");
    assert_eq!(
        check_with("crates/one/Cargo.toml", &knows),
        ["foreign-crates"]
    );
    let in_tests = protocol.replace(
        "[lints]",
        "[dev-dependencies]\naxum.workspace = true\n[lints]",
    );
    assert_eq!(check_with("crates/one/Cargo.toml", &in_tests), TIDY);
}

#[test]
fn the_server_cannot_sign() {
    let signing = "agentup-auth = { workspace = true, features = [\"issue\"] }";
    let plain = "agentup-auth = { workspace = true }";
    assert_eq!(check_manifest(plain, signing), ["no-signing"]);
    let tests_sign = format!("[dev-dependencies]\n{signing}\n[lints]");
    assert_eq!(check_manifest("[lints]", &tests_sign), TIDY);
    let everywhere =
        "[workspace.dependencies]\nagentup-auth = { path = \"\", features = [\"issue\"] }\n";
    assert_eq!(check_with("Cargo.toml", everywhere), ["no-signing"]);
}

#[test]
fn versions_and_lints_are_the_workspaces() {
    assert_eq!(
        check_manifest("anyhow = { workspace = true }", "anyhow.workspace = true"),
        TIDY
    );
    assert_eq!(
        check_manifest("anyhow = { workspace = true }", "anyhow = \"1\""),
        ["workspace-dependencies"]
    );
    assert_eq!(
        check_manifest("[lints]\nworkspace = true", "[lints]\nworkspace = false"),
        ["workspace-lints"]
    );
}

#[test]
fn a_source_begins_with_its_place_in_the_flow() {
    assert_eq!(check_with("crates/one/src/two.rs", "//! Two.\n"), TIDY);
    assert_eq!(
        check_with("crates/one/src/two.rs", "struct Two;\n"),
        ["place-in-the-flow"]
    );
    assert_eq!(
        check_with("crates/one/src/two.rs", ""),
        ["place-in-the-flow"]
    );
}

#[test]
fn a_source_is_not_long_unless_it_is_a_test() {
    let long = "//! Long.\n".repeat(501);
    assert_eq!(check_with("crates/one/src/two.rs", &long[10..]), TIDY);
    assert_eq!(check_with("crates/one/src/two.rs", &long), ["length"]);
    assert_eq!(check_with("crates/one/src/two/tests.rs", &long), TIDY);
    assert_eq!(check_with("tests/src/two.rs", &long), TIDY);
}

#[test]
fn modules_are_named_for_themselves() {
    assert_eq!(
        check_with("crates/one/src/two/mod.rs", "//! Two.\n"),
        ["no-mod-rs"]
    );
}

#[test]
fn nothing_is_left_unfinished() {
    for marker in ["todo", "unimplemented", "dbg"] {
        assert_eq!(
            check_source(&format!("fn f() {{ {marker}!() }}")),
            ["finished"]
        );
        assert_eq!(check_source(&format!("fn {marker}() {{}}")), TIDY);
        assert_eq!(check_source(&format!("fn f() {{ not_{marker}!() }}")), TIDY);
    }
    assert_eq!(check_source(&format!("#[{}]", "ignore")), ["finished"]);
    assert_eq!(
        check_source(&format!("#[{} = \"slow\"]", "ignore")),
        ["finished"]
    );
    for word in ["FIX-ME", "TO-DO", "XX-X"] {
        let word = word.replace('-', "");
        assert_eq!(check_source(&format!("// {word}: later")), ["finished"]);
        assert_eq!(check_source(&format!("const A{word}: u8 = 0;")), TIDY);
        assert_eq!(check_source(&format!("const {word}S: u8 = 0;")), TIDY);
    }
}

#[test]
fn text_has_no_odd_white_space() {
    assert_eq!(check_with("notes.txt", "one\n\ntwo\n"), TIDY);
    assert_eq!(check_with("notes.txt", ""), TIDY);
    for odd in [
        "one",
        "one\n\n",
        "one \n",
        "one\r\n",
        "\tone\n",
        "one\u{a0}\n",
    ] {
        assert_eq!(check_with("notes.txt", odd), ["white-space"], "{odd:?}");
        assert_eq!(check_with("tests/document/notes.py", odd), TIDY, "{odd:?}");
    }
}

#[test]
fn no_path_of_somebodys_machine_is_named() {
    for folder in ["home", "root", "work", "Users"] {
        let line = |before: &str| format!("see {before}/{folder}/max\n");
        assert_eq!(check_with("notes.txt", &line("")), ["no-machine-paths"]);
        assert_eq!(check_with("notes.txt", &line("\"")), ["no-machine-paths"]);
        assert_eq!(check_with("notes.txt", &line("https://a.example")), TIDY);
        assert_eq!(check_with("notes.txt", &line("..")), TIDY);
    }
    let home = |name: &str| format!("HOME=/{}/{name}/x\n", "home");
    assert_eq!(check_with("notes.txt", &home("user")), TIDY);
    assert_eq!(check_with("notes.txt", &home("use")), ["no-machine-paths"]);
}

#[test]
fn all_documents_are_there() {
    let mut report = Report::default();
    documents::required(&Tree::from([("README.md", "# It\n")]), &mut report);
    assert_eq!(report.findings.len(), 5);
}

#[test]
fn links_lead_somewhere() {
    for good in [
        "[how](crates/one)",
        "[how](./crates/one/src/lib.rs#L1), [too](SECURITY.md)",
        "[how](/SECURITY.md \"us\")",
        "[how](#it), [far](https://example.com/x), [mail](mailto:a@example.com)",
        "[how]: LICENSE",
        "```text\n[how](nowhere.md)\n```",
    ] {
        assert_eq!(check_readme(good), TIDY, "{good}");
    }
    for bad in [
        "[how](crates/two)",
        "[how](SECURITY.md), [too](nowhere.md#it)",
        "[how](../SECURITY.md)",
        "[how]: nowhere.md",
        "```text\n```\n[how](nowhere.md)",
    ] {
        assert_eq!(check_readme(bad), ["links"], "{bad}");
    }
    assert_eq!(
        check_with("crates/one/README.md", "[up](../../SECURITY.md)\n"),
        TIDY
    );
    assert_eq!(
        check_with("crates/one/README.md", "[up](SECURITY.md)\n"),
        ["links"]
    );
}

#[test]
fn named_commands_exist() {
    for name in crate::command_names() {
        assert_eq!(check_readme(&format!("`cargo xtask {name}`")), TIDY);
    }
    for general in ["COMMAND", "--help", "<command>", "help", "…"] {
        assert_eq!(check_readme(&format!("`cargo xtask {general}`")), TIDY);
    }
    assert_eq!(
        check_readme("`cargo xtask ci` or `cargo xtask fly`"),
        ["commands"]
    );
}

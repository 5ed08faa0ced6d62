//! Spellings of one address, and addresses that are not one.

use proptest::prelude::*;

use super::Target;

fn target(text: &str) -> Target {
    Target::parse(text).expect(text)
}

#[test]
fn spellings_of_one_address_are_equal() {
    let home = target("https://agent.example/");
    for text in [
        "https://agent.example",
        "HTTPS://Agent.EXAMPLE:443",
        "https://agent.example:/",
        "https://agent.example/?a=b",
        "https://agent.example#top",
        "https://agent.example/./x/..",
    ] {
        assert!(home.is_named_by(text), "{text}");
    }
    let path = target("http://agent.example:8000/a%2fb/~c");
    for text in [
        "http://agent.example:8000/a%2Fb/%7Ec?query",
        "http://agent.example:8000/x/../a%2Fb/./~c",
        "http://agent.example:8000/%2e/a%2fb/~c",
    ] {
        assert!(path.is_named_by(text), "{text}");
    }
    assert!(target("http://[::1]:80/").is_named_by("http://[::1]"));
}

#[test]
fn other_addresses_differ() {
    let home = target("https://agent.example/a/b");
    for text in [
        "http://agent.example/a/b",
        "https://agent.example:8443/a/b",
        "https://agent.example.evil/a/b",
        "https://agent.example/a/b/",
        "https://agent.example/A/b",
        "https://agent.example/a%2Fb",
        "https://agent.example/a",
        "https://agent.example//a/b",
    ] {
        assert!(!home.is_named_by(text), "{text}");
    }
}

#[test]
fn what_is_no_address_is_refused() {
    for text in [
        "",
        "agent.example",
        "/a/b",
        "ftp://agent.example/",
        "https:///a",
        "https://user@agent.example/",
        "https://user:secret@agent.example/",
        "https://agent.example:port/",
        "https://agent.example:443443/",
        "https://agent%2eexample/",
        "https://[::g]/",
        "https://[::1]x/",
        "https://agent.example/a b",
        "https://agent.example/\n",
        "https://agent.example/%",
        "https://agent.example/%2",
        "https://agent.example/%zz",
        "https://agent.example/ä",
    ] {
        assert!(Target::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_path_goes_below_the_base() {
    let check = |base: &str, path: &str, whole: &str| {
        let below = target(base).below(path).expect(path);
        assert_eq!(below, target(whole), "{base} and {path}");
    };
    check("https://agent.example/", "/", "https://agent.example/");
    check(
        "https://agent.example/agents/one/",
        "/",
        "https://agent.example/agents/one/",
    );
    check(
        "https://agent.example/agents/one",
        "/v1/tasks",
        "https://agent.example/agents/one/v1/tasks",
    );
    assert!(target("https://agent.example/").below("/%").is_err());
}

proptest! {
    #[test]
    fn normalizing_is_final(path in "(/[a-z.%0-9~A-F]{0,4}){0,5}") {
        if let Ok(once) = Target::parse(&format!("https://agent.example{path}")) {
            let text = format!("{}{}", once.origin, once.path);
            prop_assert_eq!(Target::parse(&text), Ok(once));
        }
    }

    #[test]
    fn nothing_panics(text in ".*") {
        let _ = Target::parse(&text);
    }
}

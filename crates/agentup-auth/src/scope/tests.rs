//! The scope grammar and the hierarchy.

use std::collections::BTreeMap;

use super::{GraphError, Scope, ScopeError, ScopeGraph, ScopeSet};

fn scope(name: &str) -> Scope {
    Scope::parse(name).unwrap()
}

fn set(names: &[&str]) -> ScopeSet {
    names.iter().map(|name| scope(name)).collect()
}

fn graph(edges: &[(&str, &[&str])]) -> Result<ScopeGraph, GraphError> {
    let edges: BTreeMap<_, _> = edges
        .iter()
        .map(|(name, included)| {
            (
                scope(name),
                included.iter().map(|name| scope(name)).collect(),
            )
        })
        .collect();
    ScopeGraph::from_edges(&edges)
}

#[test]
fn the_grammar_is_that_of_rfc_6749_less_the_comma() {
    assert_eq!(scope("users:read").as_str(), "users:read");
    assert_eq!(
        scope("https://api.example/all!").as_str(),
        "https://api.example/all!"
    );
    assert_eq!(Scope::parse(""), Err(ScopeError::Empty));
    assert_eq!(scope(&"a".repeat(255)).as_str().len(), 255);
    assert_eq!(Scope::parse(&"a".repeat(256)), Err(ScopeError::TooLong));
    for bad in ["a b", "a,b", "a\tb", "a\"b", "a\\b", "é", "a\u{7f}"] {
        assert_eq!(Scope::parse(bad), Err(ScopeError::BadCharacter), "{bad:?}");
    }
}

#[test]
fn a_set_keeps_the_order_and_drops_repeats() {
    assert_eq!(set(&["b", "a", "b"]).join_or(", ", "none"), "b, a");
    assert_eq!(set(&[]).join_or(", ", "none"), "none");
    for (names, count) in [(&[][..], 0), (&["a"], 1), (&["b", "a", "b"], 2)] {
        let set = set(names);
        assert_eq!((set.len(), set.is_empty()), (count, count == 0));
        assert_eq!((&set).into_iter().count(), count);
    }
}

#[test]
fn each_scope_of_the_standard_list_includes_those_before_it() {
    let standard = ScopeGraph::standard();
    let order = ["public", "basic", "premium", "admin"];
    for (rank, granted) in order.iter().enumerate() {
        let effective = standard.effective(&set(&[granted]));
        for (other, name) in order.iter().enumerate() {
            assert_eq!(
                effective.contains(name),
                other <= rank,
                "{granted} ⊃ {name}"
            );
        }
    }
}

#[test]
fn everyone_has_public_and_nothing_else() {
    let effective = ScopeGraph::standard().effective(&set(&[]));
    assert!(effective.contains("public"));
    assert!(!effective.contains("basic"));
    // A hierarchy that does not know the name gives it to nobody.
    assert!(
        !graph(&[("b", &["a"])])
            .unwrap()
            .effective(&set(&[]))
            .contains("public")
    );
}

#[test]
fn inclusion_goes_all_the_way_and_only_downwards() {
    let graph = graph(&[("admin", &["write", "audit"]), ("write", &["read"])]).unwrap();
    let admin = graph.effective(&set(&["admin"]));
    assert!(admin.contains("read") && admin.contains("audit"));
    let write = graph.effective(&set(&["write"]));
    assert!(write.contains("read") && !write.contains("audit") && !write.contains("admin"));
}

#[test]
fn entries_tell_what_each_scope_includes() {
    let graph = graph(&[("write", &["read"]), ("admin", &["write"]), ("audit", &[])]).unwrap();
    let entries = graph.entries();
    let names: Vec<(&str, Vec<&str>)> = entries
        .iter()
        .map(|(scope, included)| {
            let included = included.iter().map(Scope::as_str);
            (scope.as_str(), included.collect())
        })
        .collect();
    let expected = [
        ("audit", vec![]),
        ("write", vec!["read"]),
        ("admin", vec!["read", "write"]),
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_scope_the_hierarchy_does_not_know_is_itself() {
    let effective = ScopeGraph::standard().effective(&set(&["reports"]));
    assert!(effective.contains("reports") && !effective.contains("basic"));
}

#[test]
fn a_wildcard_covers_what_it_begins_and_only_from_the_hierarchy() {
    let graph = graph(&[("admin", &["users:*"])]).unwrap();
    let admin = graph.effective(&set(&["admin"]));
    assert!(admin.contains("users:read") && admin.contains("users:read:all"));
    for other in ["users", "users:", "usersx:read", "groups:read"] {
        assert!(!admin.contains(other), "{other}");
    }
    assert!(!graph.effective(&set(&["users:*"])).contains("users:read"));
    assert_eq!(
        ScopeGraph::from_list(&[scope("users:*")]),
        Err(GraphError::Wildcard("users:*".into()))
    );
}

#[test]
fn a_star_covers_everything_and_only_from_the_hierarchy() {
    let graph = graph(&[("admin", &["*"]), ("basic", &[])]).unwrap();
    let admin = graph.effective(&set(&["admin"]));
    for name in ["basic", "users:read", "anything"] {
        assert!(admin.contains(name), "{name}");
    }
    assert!(!admin.contains(""), "something must follow");
    assert!(!graph.effective(&set(&["*"])).contains("basic"));
    assert!(!graph.effective(&set(&["basic"])).contains("anything"));
    assert_eq!(
        ScopeGraph::from_list(&[scope("*")]),
        Err(GraphError::Wildcard("*".into()))
    );
}

#[test]
fn a_wildcard_is_the_star_alone_or_behind_a_colon() {
    for (name, is_wildcard) in [
        ("*", true),
        ("users:*", true),
        ("a:b:*", true),
        ("users*", false),
        ("**", false),
        ("users:*:read", false),
        ("*:read", false),
        ("users:", false),
    ] {
        assert_eq!(scope(name).is_wildcard(), is_wildcard, "{name}");
    }
}

#[test]
fn what_a_wildcard_covers_brings_what_it_includes() {
    let graph = graph(&[
        ("admin", &["users:*"]),
        ("users:write", &["audit:*"]),
        ("audit:all", &["reports"]),
        ("groups:write", &["invoices"]),
    ])
    .unwrap();
    let admin = graph.effective(&set(&["admin"]));
    for name in ["users:write", "audit:read", "audit:all", "reports"] {
        assert!(admin.contains(name), "{name}");
    }
    assert!(!admin.contains("groups:write") && !admin.contains("invoices"));
    let write = graph.effective(&set(&["users:write"]));
    assert!(write.contains("reports") && !write.contains("users:read"));
}

#[test]
fn a_wildcard_that_covers_its_own_scope_is_no_circle() {
    let graph = graph(&[
        ("users:admin", &["users:*"]),
        ("users:chief", &["users:*", "x"]),
    ])
    .unwrap();
    let admin = graph.effective(&set(&["users:admin"]));
    for name in ["users:admin", "users:chief", "users:read", "x"] {
        assert!(admin.contains(name), "{name}");
    }
    for (holder, included) in graph.entries() {
        assert!(
            !included.contains(holder),
            "{holder} does not include itself"
        );
    }
}

#[test]
fn what_is_included_by_name_and_by_wildcards_is_included_once() {
    let graph = graph(&[
        ("root", &["users:read", "users:*", "*"]),
        ("users:read", &[]),
    ])
    .unwrap();
    let included = ["users:read", "users:*", "*"].map(scope);
    assert!(graph.entries().contains(&(&scope("root"), &included[..])));
}

#[test]
fn circles_and_repeats_are_refused_with_their_names() {
    assert_eq!(
        graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["a"])]),
        Err(GraphError::Cycle {
            path: ["a", "b", "c", "a"].map(String::from).to_vec()
        })
    );
    assert_eq!(
        graph(&[("a", &["a"])]),
        Err(GraphError::Cycle {
            path: ["a", "a"].map(String::from).to_vec()
        })
    );
    assert_eq!(
        ScopeGraph::from_list(&[scope("a"), scope("b"), scope("a")]),
        Err(GraphError::Duplicate("a".into()))
    );
}

#[test]
fn a_diamond_is_not_a_circle() {
    let graph = graph(&[("d", &["b", "c"]), ("b", &["a"]), ("c", &["a"])]).unwrap();
    assert!(graph.effective(&set(&["d"])).contains("a"));
}

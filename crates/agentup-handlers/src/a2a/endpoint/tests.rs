//! Which interface of a card is taken.

use serde_json::{Value, json};

use super::*;

const HOME: &str = "https://agent.example/";

fn endpoint(interfaces: &Value, home: &str, hosts: &[&str]) -> Result<Endpoint, Fault> {
    let card = json!({"name": "n", "supportedInterfaces": interfaces});
    let card = AgentCard::parse(card.to_string().as_bytes()).unwrap();
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    Endpoint::of(&card, &Url::parse(home).unwrap(), &hosts)
}

fn one(url: &str, home: &str, hosts: &[&str]) -> Result<Endpoint, Fault> {
    let interfaces = json!([{"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}]);
    endpoint(&interfaces, home, hosts)
}

#[test]
fn the_best_interface_is_taken_whatever_their_order() {
    let all = [
        ("JSONRPC", "1.0"),
        ("JSONRPC", "0.3"),
        ("HTTP+JSON", "1.0"),
        ("HTTP+JSON", "0.3"),
        ("GRPC", "1.0"),
    ];
    let written = |(binding, version): &(&str, &str)| {
        let url = format!("https://agent.example/{binding}/{version}");
        json!({"url": url, "protocolBinding": binding, "protocolVersion": version})
    };
    for (least, best) in SPOKEN.iter().enumerate() {
        let interfaces: Value = all[least..].iter().rev().map(written).collect();
        let found = endpoint(&interfaces, HOME, &[]).unwrap();
        assert_eq!((found.binding, found.generation), *best);
    }
    let useless: Value = all[3..].iter().map(written).collect();
    let fault = endpoint(&useless, HOME, &[]).unwrap_err();
    assert!(fault.to_string().contains("JSON-RPC"), "{fault}");
}

#[test]
fn a_card_sends_nobody_elsewhere() {
    for (url, home) in [
        ("https://agent.example/a2a", HOME),
        ("https://agent.example:8443/", HOME),
        ("https://agent.example/", "http://agent.example/"),
        ("http://localhost:1/", "http://127.0.0.1:2/"),
        ("http://[::1]:1/", "http://localhost:2/"),
    ] {
        assert!(one(url, home, &[]).is_ok(), "{url} of {home}");
    }
    for (url, home) in [
        ("https://other.example/", HOME),
        ("http://agent.example/", HOME),
        ("http://127.0.0.1/", "http://agent.example/"),
        ("https://u:p@agent.example/", HOME),
        ("ftp://agent.example/", HOME),
        ("agent.example", HOME),
    ] {
        let fault = one(url, home, &[]).unwrap_err();
        assert!(fault.to_string().contains("allow_hosts"), "{url} of {home}");
    }
    let allowed = one("https://other.example/", HOME, &["Other.example"]);
    assert_eq!(allowed.unwrap().url.as_str(), "https://other.example/");
    let plain = one("http://other.example/", HOME, &["other.example"]);
    assert!(plain.is_err());
}

#[test]
fn a_card_of_the_generation_before_is_as_good() {
    let card = json!({
        "name": "n", "url": "https://agent.example/rpc", "protocolVersion": "0.3.0",
        "capabilities": {"streaming": true},
    });
    let card = AgentCard::parse(card.to_string().as_bytes()).unwrap();
    let found = Endpoint::of(&card, &Url::parse(HOME).unwrap(), &[]).unwrap();
    assert_eq!(found.generation, Generation::V03);
    assert_eq!(found.url.as_str(), "https://agent.example/rpc");
    assert!(found.streams);
}

//! Client certificates: asked for or not, good or not.

use agentup_protocol::Message;
use agentup_server::{Agent, Reply, SkillContext, SkillError};
use agentup_tests::{Authority, Client, tokens::token};
use reqwest::tls;

use super::{Secured, folder, identity, secured, trusting};

const REQUIRED: &str = "    client_ca_file: ca.pem\n";
const OPTIONAL: &str = "    client_ca_file: ca.pem\n    client_auth: optional\n";

/// Whether clients get an answer: one with a good certificate, one without any, and one that a
/// stranger vouches for.
async fn answered(agent: &Secured, version: tls::Version) -> [bool; 3] {
    let stranger = Authority::new("Stranger");
    let builder = || trusting(&agent.authority).tls_version_max(version);
    let get = async |builder: reqwest::ClientBuilder| {
        let request = agent.client_of(builder).request("GET", "/healthz");
        request.send().await.is_ok_and(|it| it.status() == 200)
    };
    let good = identity(&agent.authority.client("alice"));
    let bad = identity(&stranger.client("alice"));
    [
        get(builder().identity(good)).await,
        get(builder()).await,
        get(builder().identity(bad)).await,
    ]
}

#[tokio::test]
async fn a_certificate_is_required_where_it_is_asked_for() {
    let agent = secured(REQUIRED);
    for version in [tls::Version::TLS_1_2, tls::Version::TLS_1_3] {
        assert_eq!(answered(&agent, version).await, [true, false, false]);
    }
}

/// The effect of `server.tls.client_ca_file` and `server.tls.client_auth`.
#[tokio::test]
async fn a_certificate_may_be_left_out_where_it_is_optional_but_not_be_bad() {
    let agent = secured(OPTIONAL);
    for version in [tls::Version::TLS_1_2, tls::Version::TLS_1_3] {
        assert_eq!(answered(&agent, version).await, [true, true, false]);
    }
}

#[tokio::test]
async fn a_certificate_is_no_credential() {
    let agent = secured(REQUIRED);
    let client = agent.client_with(&agent.authority.client("alice"));
    let answer = client.ask("public_echo", "no-token", "hi").await;
    assert_eq!(answer.status, 401);
    let answer = client.ask("public_echo", &token("alice", ""), "hi").await;
    assert_eq!(answer.reply(), "Echo: hi (from user alice)");
}

/// Who the client is, as a skill of a program sees it.
#[tokio::test]
async fn a_skill_sees_the_certificate() {
    let authority = Authority::new("Test Authority");
    let folder = folder(&authority.server(), OPTIONAL);
    folder.write("ca.pem", &authority.pem());
    let config = std::fs::read_to_string(folder.config()).unwrap();
    folder.write("agent_config.yaml", &config.replace("public_echo", "who"));
    let who = async |_: Message, context: SkillContext| {
        let told = context.client_certificate().map(|certificate| {
            let (subject, names) = (certificate.subject(), certificate.names().join(" "));
            format!("{subject} {names} {}", certificate.thumbprint())
        });
        Ok::<_, SkillError>(Reply::text(told.unwrap_or_else(|| "nobody".to_owned())))
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let agent = Agent::from_config(folder.config())
        .unwrap()
        .skill("who", who);
    let serving = tokio::spawn(agent.serve_on(listener, async {
        let _ = stopped.await;
    }));
    let alice = authority.client("alice");
    let builder = || trusting(&authority);
    let ask = async |builder: reqwest::ClientBuilder| {
        let client = Client::by(builder.build().unwrap(), url.clone());
        client.ask("who", &token("alice", ""), "hi").await.reply()
    };
    assert_eq!(
        ask(builder().identity(identity(&alice))).await,
        format!("CN=alice alice.clients.example {}", alice.thumbprint)
    );
    assert_eq!(ask(builder()).await, "nobody");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_card_says_that_a_certificate_is_needed() {
    for (tls, is_needed) in [(REQUIRED, true), (OPTIONAL, false)] {
        let agent = secured(tls);
        let client = agent.client_with(&agent.authority.client("alice"));
        let card = client.get("/.well-known/agent-card.json").await;
        let scheme = card.at("/securitySchemes/mutual_tls/type");
        assert_eq!(scheme == "mutualTLS", is_needed, "{card:?}");
        for requirements in ["/security", "/skills/0/security"] {
            for requirement in card.at(requirements).as_array().unwrap() {
                let requirement = requirement.as_object().unwrap();
                assert!(requirement.contains_key("bearer"), "{card:?}");
                assert_eq!(
                    requirement.contains_key("mutual_tls"),
                    is_needed,
                    "{card:?}"
                );
            }
        }
        let metadata = client.get("/.well-known/oauth-protected-resource").await;
        assert_eq!(
            metadata.at("/tls_client_certificate_bound_access_tokens"),
            true
        );
    }
}

#[tokio::test]
async fn other_authorities_are_taken_over_without_a_restart() {
    let agent = secured(REQUIRED);
    let version = tls::Version::TLS_1_3;
    assert_eq!(answered(&agent, version).await, [true, false, false]);
    let others = Authority::new("Others");
    agent.server.folder().write("ca.pem", &others.pem());
    let _ = agent.server.log().wait_for("file read again");
    let client = |authority: &Authority| agent.client_with(&authority.client("bob"));
    let get = async |authority: &Authority| {
        let request = client(authority).request("GET", "/healthz");
        request.send().await.is_ok()
    };
    assert!(get(&others).await);
    assert!(!get(&agent.authority).await);
}

//! Who gets a connection: by version, by protocol, and by what comes first.

use std::sync::Arc;

use agentup_tests::{Wire, tokens::token};
use reqwest::tls;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore, SupportedProtocolVersion,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
        version::{TLS12, TLS13},
    },
};

use super::{Secured, secured, trusting};

type Tls = &'static SupportedProtocolVersion;

/// A greeting of TLS 1.1, as the last browsers sent it that spoke no later version (RFC 4346
/// §7.4.1.2): a record, in it a `ClientHello` with two cipher suites of that time.
pub(super) fn old_greeting() -> Vec<u8> {
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 4, 0xc0, 0x13, 0, 0x2f, 1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length.checked_add(4).unwrap(), 1, 0, 0, length];
    record.extend(hello);
    record
}

#[tokio::test]
async fn the_agent_is_reached_by_https_alone() {
    let agent = secured("");
    assert!(agent.server.url().starts_with("https://127.0.0.1:"));
    let client = agent.client();
    let answer = client.ask("public_echo", &token("alice", ""), "hi").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.reply(), "Echo: hi (from user alice)");
    assert_eq!(
        answer.header("strict-transport-security"),
        Some("max-age=31536000")
    );
    let card = client.get("/.well-known/agent-card.json").await;
    assert_eq!(card.text_at("/url"), format!("{}/", agent.server.url()));
    let metadata = client.get("/.well-known/oauth-protected-resource").await;
    assert_eq!(
        metadata.text_at("/resource"),
        format!("{}/", agent.server.url())
    );
    let of_certificates = metadata.at("/tls_client_certificate_bound_access_tokens");
    assert!(of_certificates.is_null(), "clients are not asked");
    assert_eq!(agent.server.stop().code, Some(0));
}

/// A connection to the agent that speaks one version of TLS and offers one protocol in it.
async fn connect(agent: &Secured, version: Tls, protocol: &[u8]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(agent.authority.pem().as_bytes()).unwrap();
    roots.add(root).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(agent.server.authority()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.unwrap()
}

/// `GET /healthz` in frames (RFC 9113 §3.4, §6), its header in the static table of RFC 7541: the
/// preface, empty settings, and a request that is whole with its header.
fn request_in_frames() -> Vec<u8> {
    let mut header = vec![0x82, 0x87, 0x04, 8];
    header.extend(b"/healthz");
    header.extend([0x01, 9]);
    header.extend(b"localhost");
    let mut frames = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    let length = u8::try_from(header.len()).unwrap();
    frames.extend([0, 0, length, 1, 0x05, 0, 0, 0, 1]);
    frames.extend(header);
    frames
}

/// The first field of the answer's header, as it stands in its frame.
async fn first_field_in_frames(stream: &mut TlsStream<TcpStream>) -> u8 {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let [high, middle, low, kind, ..] = head;
        let length = u32::from_be_bytes([0, high, middle, low]);
        let mut frame = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut frame).await.unwrap();
        if kind == 1 {
            return frame[0];
        }
    }
}

#[tokio::test]
async fn both_versions_of_tls_and_of_http_are_spoken() {
    let agent = secured("");
    for version in [&TLS12, &TLS13] {
        let mut stream = connect(&agent, version, b"http/1.1").await;
        let (_, session) = stream.get_ref();
        assert_eq!(session.protocol_version(), Some(version.version));
        assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
        let request = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");

        let mut stream = connect(&agent, version, b"h2").await;
        let (_, session) = stream.get_ref();
        assert_eq!(session.protocol_version(), Some(version.version));
        assert_eq!(session.alpn_protocol(), Some(&b"h2"[..]));
        stream.write_all(&request_in_frames()).await.unwrap();
        // Status 200 (RFC 7541 appendix A).
        assert_eq!(first_field_in_frames(&mut stream).await, 0x88);
    }
}

/// The effect of `server.tls.min_version`.
#[tokio::test]
async fn the_oldest_version_may_be_raised() {
    let agent = secured("    min_version: 1.3\n");
    let get = |version| {
        let builder = trusting(&agent.authority).tls_version_max(version);
        agent.client_of(builder).request("GET", "/healthz").send()
    };
    assert!(get(tls::Version::TLS_1_2).await.is_err());
    assert_eq!(get(tls::Version::TLS_1_3).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_older_version_of_tls_is_refused() {
    let agent = secured("");
    let mut wire = Wire::connect(agent.server.authority());
    wire.send(old_greeting());
    // A fatal alert, `handshake_failure` or `protocol_version` (RFC 8446 §6.2).
    let alert = wire.bytes(7);
    assert_eq!((alert[0], alert[5]), (21, 2), "{alert:?}");
    assert!([40, 70].contains(&alert[6]), "{alert:?}");
    assert!(wire.is_closed());
    let answer = agent.client().get("/healthz").await;
    assert_eq!(answer.status, 200, "others are not concerned");
}

#[tokio::test]
async fn plain_http_is_told_and_closed() {
    let agent = secured("");
    let mut wire = Wire::connect(agent.server.authority());
    wire.send_head(&["Content-Length: 0"]);
    let answer = wire.answer();
    assert_eq!(answer.status, 400);
    assert_eq!(answer.at("/error/status"), "INVALID_ARGUMENT");
    assert!(answer.text_at("/error/message").contains("https"));
    assert!(wire.is_closed());
    // What is neither, and what says nothing at all.
    for bytes in [&b"\x00\x01\x02"[..], b"\x16\x03\x01\xff\xffgarbage", b""] {
        let mut wire = Wire::connect(agent.server.authority());
        wire.send(bytes);
        drop(wire);
    }
    let mut wire = Wire::connect(agent.server.authority());
    wire.send(b"\x00\x01\x02");
    assert!(wire.is_closed());
    let answer = agent.client().get("/healthz").await;
    assert_eq!(answer.status, 200, "others are not concerned");
}

/// The effect of `server.tls.handshake_timeout`.
#[tokio::test]
async fn a_client_that_does_not_go_on_is_let_go() {
    let agent = secured("    handshake_timeout: 1\n");
    let mut silent = Wire::connect(agent.server.authority());
    let mut slow = Wire::connect(agent.server.authority());
    slow.send(&old_greeting()[..20]);
    assert!(silent.is_closed());
    assert!(slow.is_closed());
}

#[tokio::test]
async fn a_client_that_does_not_go_on_does_not_hold_up_the_end() {
    let agent = secured("    handshake_timeout: 5m\n");
    let mut silent = Wire::connect(agent.server.authority());
    assert_eq!(agent.client().get("/healthz").await.status, 200);
    assert_eq!(agent.server.stop().code, Some(0));
    assert!(silent.is_closed());
}

/// The effect of `server.tls.hsts`.
#[tokio::test]
async fn strict_transport_security_may_be_changed_or_left_out() {
    for (setting, expected) in [
        ("1d", Some("max-age=86400")),
        ("0", Some("max-age=0")),
        ("none", None),
    ] {
        let agent = secured(&format!("    hsts: {setting}\n"));
        let answer = agent.client().get("/healthz").await;
        assert_eq!(answer.header("strict-transport-security"), expected);
    }
    // It must not be said without TLS (RFC 6797 §7.2).
    let plain = agentup_tests::Server::quick_start();
    let answer = plain.get("/healthz").await;
    assert_eq!(answer.header("strict-transport-security"), None);
}

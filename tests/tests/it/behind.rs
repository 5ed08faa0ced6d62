//! What skills have in common behind which somebody else stands: what becomes of one who is not well,
//! and a stream that is passed on word by word.

use std::sync::{Arc, Mutex, mpsc};

use agentup_tests::{Answer, Caller, Counterpart, PATIENCE, Server, message_v10, tokens::token};
use serde_json::json;

/// What the one behind knows and nobody else may.
pub(crate) const INNER: &str = "inner-5f1c";

/// The head of a stream of events.
pub(crate) const STREAM: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

/// What a stream says, word by word.
pub(crate) const WORDS: [&str; 3] = ["one ", "two ", "three"];

/// An answer as it goes over the wire, with [`INNER`] wherever it may be.
pub(crate) fn reply(status: &str, media_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} {INNER}\r\nContent-Type: {media_type}\r\nX-Inner: {INNER}\r\n\
         Content-Length: {}\r\nLocation: /{INNER}\r\n\r\n{body}",
        body.len()
    )
}

/// What is wrong in any protocol, as a [`Script`], and what the caller hears of it.
pub(crate) fn broken() -> Vec<(String, &'static str)> {
    let big = format!("\"{}\"", "x".repeat(10 << 20));
    let json = "application/json";
    let error = format!("{{\"error\": \"{INNER}\"}}");
    let short = reply("200", json, "{}").replace("Length: 2", "Length: 3");
    let (slow, broke) = ("did not answer in time", "broke off its answer");
    let (failed, garbage) = ("reported a failure", "cannot be understood");
    let much = "answered with too much";
    vec![
        (String::new(), slow),
        (STREAM.to_owned(), slow),
        (reply("200", json, INNER), garbage),
        (reply("200", json, "{}"), garbage),
        (reply("200", "text/html", "<p>"), garbage),
        (format!("{INNER}\r\n\r\n"), broke),
        (reply("200", json, &big), much),
        (format!("{STREAM}data: {big}\n\n"), much),
        (format!("{short}close"), broke),
        (format!("{STREAM}data: {INNER}\n\n"), garbage),
        (reply("302", json, "{}"), failed),
        (reply("500", json, &error), failed),
        (reply("403", json, &error), failed),
        (reply("503", json, "{}"), "is busy"),
    ]
}

/// What is sent next, byte by byte. `close` at its end says that the connection is closed then; after
/// nothing, or a head alone, nothing more comes.
#[derive(Clone, Default)]
pub(crate) struct Script(Arc<Mutex<String>>);

impl Script {
    /// Sends it.
    pub(crate) fn play(&self, caller: &mut Caller) {
        let bytes = self.0.lock().unwrap().clone();
        caller.send(bytes.trim_end_matches("close"));
        if bytes.ends_with("close") {
            caller.close();
        }
        if bytes.is_empty() || bytes == STREAM {
            caller.wait_for_end();
        }
    }

    /// Has the skill `remote` asked, whose counterpart plays this, once with each of these bytes: the
    /// task fails with these words, and nothing of the counterpart is told.
    pub(crate) async fn fails(
        &self,
        server: Server,
        counterpart: &Counterpart,
        cases: impl IntoIterator<Item = (String, &str)>,
    ) {
        let user = token("alice", "basic");
        for (bytes, expected) in cases {
            bytes.clone_into(&mut self.0.lock().unwrap());
            let answer = server.ask_v10("remote", &user, "hi").await;
            let shown = &bytes[..bytes.len().min(300)];
            assert_failed(&answer, expected, shown);
            for secret in [INNER, counterpart.authority(), "/work"] {
                assert!(!answer.body.contains(secret), "{shown}\n{}", answer.body);
            }
            // The server is well.
            let echo = server.ask_v10("public_echo", &user, "hi").await;
            assert_eq!(echo.reply(), "Echo: hi (from user alice)");
        }
        let log = server.stop().log;
        assert!(!log.contains(INNER), "{log}");
    }
}

/// Asks the skill `remote`, behind which nobody is.
pub(crate) async fn cannot_be_reached(server: &Server) {
    let user = token("alice", "basic");
    let answer = server.ask_v10("remote", &user, "hi").await;
    assert_failed(&answer, "cannot be reached", "");
}

fn assert_failed(answer: &Answer, expected: &str, shown: &str) {
    let (state, said) = answer.ended();
    assert_eq!(state, "FAILED", "{shown}");
    assert!(said.contains(expected), "{shown}\n{said}");
    assert!(!answer.body.contains("127.0.0.1"), "{}", answer.body);
}

/// Waits for the test, which says when to go on.
pub(crate) struct Cue(Mutex<mpsc::Receiver<()>>);

impl Cue {
    /// A cue, and what gives it.
    pub(crate) fn new() -> (Self, mpsc::Sender<()>) {
        let (go, wait) = mpsc::channel();
        (Self(Mutex::new(wait)), go)
    }

    pub(crate) fn wait(&self) {
        let next = self.0.lock().unwrap().recv_timeout(PATIENCE);
        next.expect("the test");
    }
}

/// Follows the stream of the skill `remote`, whose counterpart is `thinking` and then waits for a cue
/// before each of the [`WORDS`] and the end: it gets one only after what came before was seen here.
pub(crate) async fn comes_word_by_word(server: &Server, go: &mpsc::Sender<()>) {
    let body = json!({
        "jsonrpc": "2.0", "id": "1", "method": "SendStreamingMessage",
        "params": message_v10("remote", "hi"),
    });
    let request = server.post(body.to_string()).header("A2A-Version", "1.0");
    let request = request.bearer_auth(token("alice", "basic"));
    let mut response = request.send().await.expect("a stream");
    let mut text = String::new();
    let words = WORDS.map(|word| format!("\"{word}\""));
    let words = words.iter().map(String::as_str);
    for expected in ["thinking"].into_iter().chain(words).chain(["COMPLETED"]) {
        while !text.contains(expected) {
            let chunk = response.chunk().await.expect("a chunk");
            let chunk = chunk.expect("no end yet");
            text.push_str(&String::from_utf8_lossy(&chunk));
        }
        let _ = go.send(());
    }
}

//! Load: good requests all the time, of which none may fail.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use serde_json::json;
use tokio::{sync::watch, time::timeout};

use crate::{PATIENCE, Wire, message_v03};

/// Clients that ask the echo all the time, each on a connection that it keeps for as long as it may.
/// What goes wrong is not tried again: it ends the client.
#[derive(Debug)]
pub struct Load {
    state: watch::Receiver<State>,
    is_over: Arc<AtomicBool>,
    clients: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    /// How many answers each client has had.
    answered: Vec<usize>,
    /// Whether a client had none, or another one than it should.
    has_failed: bool,
}

impl Load {
    /// Starts so many clients of the agent at this host and port. Each request has the token that
    /// its client, by its number, gets for it.
    #[must_use]
    pub fn start(
        authority: &str,
        clients: usize,
        token: impl Fn(usize) -> String + Send + Sync + 'static,
    ) -> Self {
        let (sender, state) = watch::channel(State {
            answered: vec![0; clients],
            has_failed: false,
        });
        let (sender, token) = (Arc::new(sender), Arc::new(token));
        let is_over = Arc::new(AtomicBool::new(false));
        let client = |number: usize| {
            let mut wire = Wire::connect(authority);
            let (authority, token) = (authority.to_owned(), Arc::clone(&token));
            let (state, is_over) = (Teller(Arc::clone(&sender)), Arc::clone(&is_over));
            thread::spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    let is_last = ask(&mut wire, &token(number));
                    state.answered(number);
                    if is_last {
                        wire = Wire::connect(&authority);
                    }
                }
            })
        };
        Self {
            clients: (0..clients).map(client).collect(),
            state,
            is_over,
        }
    }

    /// Waits until every client has so many answers more. The first of them may be to a request of
    /// before; what is asked with two or more is that something holds from now on.
    ///
    /// # Panics
    /// When a client fails, or [`PATIENCE`] ends before.
    pub async fn goes_on(&self, more: usize) {
        let mut state = self.state.clone();
        let before = state.borrow().answered.clone();
        let is_enough = |state: &State| {
            let mut pairs = state.answered.iter().zip(&before);
            state.has_failed || pairs.all(|(now, then)| *now >= then.saturating_add(more))
        };
        let waited = timeout(PATIENCE, state.wait_for(is_enough)).await;
        let state = waited.expect("there are no answers any more");
        assert!(
            state.is_ok_and(|state| !state.has_failed),
            "a good request was not answered as it should be"
        );
    }

    /// Ends it, and says how many requests were answered.
    ///
    /// # Panics
    /// When one was not, or not as it should be.
    #[must_use]
    pub fn end(self) -> usize {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = self.clients.into_iter().map(JoinHandle::join);
        let failed = ended.filter(Result::is_err).count();
        let answered = self.state.borrow().answered.iter().sum();
        assert_eq!(failed, 0, "clients failed, of {answered} requests");
        answered
    }
}

/// Tells how a client fares, at last that it has failed.
struct Teller(Arc<watch::Sender<State>>);

impl Teller {
    fn answered(&self, number: usize) {
        self.0.send_modify(|state| {
            if let Some(count) = state.answered.get_mut(number) {
                *count = count.saturating_add(1);
            }
        });
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.send_modify(|state| state.has_failed = true);
        }
    }
}

/// Asks once. Answers whether the connection ends with that.
fn ask(wire: &mut Wire, token: &str) -> bool {
    let params = message_v03("public_echo", "hi");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": params});
    let body = body.to_string();
    wire.send(format!(
        "POST / HTTP/1.1\r\nHost: agent\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    let answer = wire.answer();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.reply().starts_with("Echo: hi"), "{answer:?}");
    answer.header("connection") == Some("close")
}

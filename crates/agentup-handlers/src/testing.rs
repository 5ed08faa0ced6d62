//! What unit tests of several modules need: callers, tasks, and a time that is moved by hand.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use agentup_auth::{
    Algorithm, BearerToken, HmacSecret, KeySet, Policy, Principal, ScopeGraph, TrustedIssuer,
    UnixSeconds, VerificationKey, Verifier,
    issue::{self, SigningKey},
};
use agentup_protocol::{Message, Part, Role};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::{RunOf, TaskChannel, Update, middleware::Timer};

const SECRET: &[u8] = b"a secret of the tests, which is long enough";
const NOW: u64 = 1_900_000_000;

/// A principal with these claims beside the required ones, made the only way there is.
pub(crate) fn principal(changes: Value) -> Arc<Principal> {
    let mut claims = Map::new();
    let Value::Object(changes) = changes else {
        panic!("changes are an object")
    };
    let required = json!({"iss": "i", "sub": "alice", "exp": NOW + 60});
    claims.extend(required.as_object().unwrap().clone());
    claims.extend(changes);
    let signing = SigningKey::hmac(Algorithm::HS256, SECRET).unwrap();
    let token = issue::sign(&Map::<String, Value>::new(), &claims, &signing).unwrap();
    let secret = HmacSecret::new(SECRET).unwrap();
    let trusted = |issuer: &str| TrustedIssuer {
        issuer: Some(issuer.into()),
        audiences: Vec::new(),
        keys: KeySet::new(vec![
            VerificationKey::hmac(Algorithm::HS256, &secret, None).unwrap(),
        ])
        .unwrap(),
    };
    let verifier = Verifier::new(vec![trusted("i"), trusted("j")], Policy::default());
    let claims = verifier
        .verify(BearerToken::new(&token), UnixSeconds::new(NOW))
        .unwrap();
    Arc::new(Principal::from_claims(claims, &ScopeGraph::standard()))
}

/// A task that keeps what it is told.
#[derive(Default)]
pub(crate) struct Heard {
    updates: Mutex<Vec<Update>>,
    cancellation: CancellationToken,
}

impl Heard {
    pub(crate) fn updates(&self) -> Vec<Update> {
        self.updates.lock().unwrap().clone()
    }
}

impl TaskChannel for Heard {
    fn id(&self) -> &'static str {
        "t"
    }

    fn context_id(&self) -> &'static str {
        "c"
    }

    fn cancellation(&self) -> CancellationToken {
        self.cancellation.clone()
    }

    fn publish(&self, update: Update) {
        self.updates.lock().unwrap().push(update);
    }

    fn history(&self) -> Vec<Message> {
        Vec::new()
    }

    fn note(&self) -> Option<Value> {
        None
    }

    fn set_note(&self, _note: Value) {}
}

/// A run that may be answered from the cache, and the task that it belongs to.
pub(crate) fn run() -> (RunOf, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let run = RunOf {
        request_id: "r".into(),
        trace: None,
        token: None,
        certificate: None,
        task: Arc::clone(&heard) as Arc<dyn TaskChannel>,
        conversations: Arc::new(()),
        is_repeatable: true,
    };
    (run, heard)
}

/// A message of this text.
pub(crate) fn message(text: &str) -> Message {
    Message::new("m", Role::User, vec![Part::text(text)])
}

/// A time that stands still until it is moved.
#[derive(Clone, Default)]
pub(crate) struct Hand(Arc<AtomicU64>);

impl Hand {
    pub(crate) fn timer(&self) -> Timer {
        let now = Arc::clone(&self.0);
        Timer::new(move || Duration::from_millis(now.load(Ordering::Relaxed)))
    }

    pub(crate) fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

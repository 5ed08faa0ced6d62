//! The vectors as requests to the running router, at the moment that each names.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use agentup_auth::{
    bearer_token,
    test_support::vectors::{Trust, Vector},
};
use agentup_server::{Agent, Clock};
use agentup_tests::{Answer, Folder, QUICK_START, message_v03};
use chrono::DateTime;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use super::{Verdict, trusts, vectors, write_keys};
use crate::local::Local;

/// What the configuration has no words for: several secrets of one issuer, the whole profile of
/// RFC 9068; and tokens without `jti` where some are revoked.
const NOT_CONFIGURED: [&str; 4] = [
    "hs256-named",
    "hs256-profile",
    "hs256-revoked",
    "hs256-rotated",
];

/// The effect of `security.bearer.algorithms`, `security.bearer.token_types`,
/// `security.bearer.jwt_secret_file` and `security.bearer.issuers`.
#[tokio::test]
async fn the_server_gives_every_vector_its_verdict() {
    let log = Captured::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let (mut sent, mut left_out) = (0, Vec::new());
    for ((trust_name, now), vectors) in by_trust_and_time() {
        if NOT_CONFIGURED.contains(&trust_name.as_str()) {
            continue;
        }
        let trust = &trusts()[&trust_name];
        let folder = Folder::new("", "");
        folder.write("agent_config.yaml", &configuration(trust, &folder));
        let now = DateTime::from_timestamp(i64::try_from(now).unwrap(), 0).unwrap();
        let agent = Agent::from_config(folder.config())
            .unwrap_or_else(|error| panic!("{trust_name}: {error}"));
        let local = Local::serve(&agent.clock(Clock::fixed(now))).await;
        for (family, vector) in vectors {
            let Some((headers, expected)) = request(&vector, trust) else {
                left_out.push(vector.name);
                continue;
            };
            sent += 1;
            let body = json!({
                "jsonrpc": "2.0", "id": 1, "method": "message/send",
                "params": message_v03("public_echo", "hi"),
            });
            let mut request = local.post(body.to_string());
            for header in headers {
                request = request.header("authorization", header);
            }
            log.clear();
            let answer = Answer::to(request).await;
            assert_eq!(
                verdict(&answer, &log),
                expected,
                "{family}: {}",
                vector.name
            );
            if let Some(scopes) = &vector.scopes {
                let quoted: Vec<_> = scopes.iter().map(|scope| format!("'{scope}'")).collect();
                let listed = format!("with scopes: [{}]", quoted.join(", "));
                assert!(
                    log.text().contains(&listed),
                    "{family}: {}: {}",
                    vector.name,
                    log.text()
                );
            }
        }
    }
    assert!(sent > 850, "{sent} vectors were sent");
    assert!(left_out.len() < 12, "{left_out:?}");
}

fn by_trust_and_time() -> BTreeMap<(String, u64), Vec<(String, Vector)>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (family, vector) in vectors() {
        groups
            .entry((vector.trust.clone(), vector.now))
            .or_default()
            .push((family, vector));
    }
    groups
}

/// A configuration that trusts the same, with the keys beside it. A server has an audience in any
/// case.
fn configuration(trust: &Trust, folder: &Folder) -> String {
    let issuers = trust.issuers.iter().enumerate().map(|(number, issuer)| {
        let (file, is_secret) = write_keys(folder, number, issuer);
        let audience = if issuer.audiences.is_empty() { json!("any") } else { json!(issuer.audiences) };
        let keys = if is_secret { "jwt_secret_file" } else { "jwks_file" };
        json!({"algorithms": issuer.algorithms, "issuer": issuer.issuer, "audience": audience, keys: file})
    });
    let mut bearer = match issuers.collect::<Vec<_>>().as_slice() {
        [only] => only.clone(),
        several => json!({"issuers": several}),
    };
    if !trust.token_types.is_empty() {
        bearer["token_types"] = json!(trust.token_types);
    }
    if !trust.required_claims.is_empty() {
        bearer["required_claims"] = json!(trust.required_claims);
    }
    let (head, rest) = QUICK_START.split_once("# JWT Bearer").expect("the section");
    let (_, skills) = rest.split_once("# Skills").expect("the next section");
    // JSON is YAML as well.
    format!("{head}security: {{type: bearer, bearer: {bearer}}}\n# Skills{skills}")
}

/// The headers of the request, and what it must get. None for a token that no header can carry, or
/// that another one takes the place of: white space around a value is not part of it.
fn request(vector: &Vector, trust: &Trust) -> Option<(Vec<HeaderValue>, Verdict)> {
    let expected = Verdict::expected(vector, trust);
    let Some(token) = &vector.token else {
        let values = vector.authorization.as_ref()?;
        let headers = values.iter().map(|value| header(value));
        return Some((headers.collect::<Option<_>>()?, expected));
    };
    let value = format!("Bearer {token}");
    let header = header(&value)?;
    match bearer_token(std::iter::once(value.as_bytes())) {
        Ok(Some(carried)) if carried.expose() == token.as_bytes() => Some((vec![header], expected)),
        Ok(_) => None,
        // What no token may have is found before the token is looked at.
        Err(error) => Some((
            vec![header],
            Verdict::refused(error.code(), error.description()),
        )),
    }
}

/// A value as a header carries it: no control characters, no white space around.
fn header(value: &str) -> Option<HeaderValue> {
    let is_whole = value.trim_matches([' ', '\t']) == value;
    HeaderValue::from_bytes(value.as_bytes())
        .ok()
        .filter(|_| is_whole)
}

/// What the answer says, with the code that only the log has.
fn verdict(answer: &Answer, log: &Captured) -> Verdict {
    if answer.status == 200 {
        assert!(answer.reply().starts_with("Echo: hi"), "{answer:?}");
        return Verdict::accepted();
    }
    let code = log.code();
    let challenge = answer.challenge();
    let Some(error) = challenge.get("error") else {
        assert_eq!((answer.status, code.as_str()), (401, "no_credential"));
        return Verdict {
            expect: "absent".to_owned(),
            code: None,
            description: None,
        };
    };
    let expected = if code == "two_credentials" {
        (400, "invalid_request")
    } else {
        (401, "invalid_token")
    };
    assert_eq!((answer.status, error), expected, "{answer:?}");
    let words = answer.text_at("/error/message");
    assert_eq!(challenge.get("error_description"), Some(words.as_str()));
    Verdict::refused(&code, &words)
}

/// The log of this process.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The code of the one refusal.
    fn code(&self) -> String {
        let text = self.text();
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let codes: Vec<_> = lines
            .filter_map(|line| Some(line.get("outcome")?.as_str()?.to_owned()))
            .collect();
        let [code] = codes.as_slice() else {
            panic!("not one refusal: {text}")
        };
        code.clone()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

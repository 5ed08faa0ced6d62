//! What no log and no audit may show: every token and secret that a test has used. It is remembered
//! where it is made or sent, and looked for when a server ends.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use reqwest::RequestBuilder;

/// What is shorter may stand in a log by chance.
const LEAST: usize = 16;

/// Headers that carry credentials.
const CREDENTIALS: [&str; 3] = ["authorization", "x-api-key", "dpop"];

/// Words in the names of variables and settings whose values are secrets.
const SECRET_NAMES: [&str; 4] = ["secret", "password", "api_key", "token"];

static HIDDEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Remembers a token, an API key or a secret.
pub fn hide(text: &str) {
    let mut hidden = lock();
    for part in text.split(['.', ' ']) {
        if part.len() >= LEAST {
            hidden.insert(part.to_owned());
        }
    }
}

/// Remembers what a request has for a credential.
pub(crate) fn hide_credentials(request: &RequestBuilder) {
    let Some(request) = request.try_clone().and_then(|it| it.build().ok()) else {
        return;
    };
    for name in CREDENTIALS {
        for value in request.headers().get_all(name) {
            // What follows the scheme; a header that has none is all credential.
            hide(&String::from_utf8_lossy(value.as_bytes()));
        }
    }
}

/// Remembers the secrets of a configuration or a `.env`: what stands there itself, not the
/// variables that stand for it.
pub(crate) fn hide_settings(text: &str) {
    for line in text.lines() {
        let Some((name, value)) = line.split_once([':', '=']) else {
            continue;
        };
        let name = name.trim().to_ascii_lowercase();
        let is_secret = SECRET_NAMES.iter().any(|word| name.ends_with(word));
        let value = value.trim().trim_matches(['"', '\'']);
        if is_secret && !value.contains(['$', '{', ' ', '/']) {
            hide(value);
        }
    }
}

/// Fails the test when something hidden is to be seen. `place` says where.
///
/// # Panics
/// With what is seen, and all that is there.
pub(crate) fn assert_hidden(place: &str, text: &str) {
    if let Some(hidden) = first_of(&lock(), text) {
        panic!("{hidden} is in {place}:\n{text}");
    }
    if let Some(token) = token_in(text) {
        panic!("a token, {token}, is in {place}:\n{text}");
    }
}

/// The first of these that stands in the text. It is read once, however many there are: those who
/// stand somewhere are known by their beginning.
fn first_of<'a>(hidden: &'a BTreeSet<String>, text: &str) -> Option<&'a str> {
    let mut known: HashMap<&[u8], Vec<&str>> = HashMap::new();
    for one in hidden {
        // None is shorter: `hide` takes none that is.
        if let Some(beginning) = one.as_bytes().get(..LEAST) {
            known.entry(beginning).or_default().push(one);
        }
    }
    let bytes = text.as_bytes();
    let mut places = bytes.windows(LEAST).enumerate();
    places.find_map(|(at, beginning)| {
        let (known, rest) = (known.get(beginning)?, bytes.get(at..)?);
        let mut known = known.iter().copied();
        known.find(|one| rest.starts_with(one.as_bytes()))
    })
}

/// The beginning of what may be a token: JSON in base64url.
fn token_in(text: &str) -> Option<&str> {
    let is_of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.match_indices("eyJ").find_map(|(start, _)| {
        let rest = text.get(start..)?;
        let length = rest.bytes().take_while(|byte| is_of_base64(*byte)).count();
        (length >= LEAST).then(|| rest.get(..length))?
    })
}

fn lock() -> MutexGuard<'static, BTreeSet<String>> {
    HIDDEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn what_a_test_has_used_is_found() {
        hide("Bearer aaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb.short");
        hide_settings(
            "  jwt_secret: \"a-secret-of-this-test\"\nJWT_SECRET=another-secret-of-this\n",
        );
        for seen in [
            "code=bad token=bbbbbbbbbbbbbbbbbbbb",
            "a-secret-of-this-test",
            "x another-secret-of-this",
            "eyJhbGciOiJIUzI1NiJ9",
        ] {
            assert!(
                catch_unwind(|| assert_hidden("a log", seen)).is_err(),
                "{seen}"
            );
        }
        assert_hidden(
            "a log",
            "User alice accessing public_echo short eyJ secret Bearer",
        );
    }
}

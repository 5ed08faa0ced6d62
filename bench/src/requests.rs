//! Requests, made before they are needed: the load only copies them and numbers their messages.

use std::sync::atomic::{AtomicU64, Ordering};

/// What stands for the number of a message: every message has another id, because one that comes
/// again gets the task of the first time.
const NUMBER: &str = "0000000000000000";

/// The number of the next message, whoever sends it.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The requests of a load, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Requests {
    prepared: Vec<Vec<u8>>,
    next: usize,
    order: Order,
    /// Where the number stands, counted from the end.
    number_at: Option<usize>,
}

/// What comes after the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The first one again.
    Rotating,
    /// Nothing.
    Once,
}

/// What is asked, with whatever token.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// Empty for none.
    pub(crate) body: String,
}

impl Question {
    /// Asks for what stands at a path.
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            headers: &[],
            body: String::new(),
        }
    }

    /// The same question as bytes.
    pub(crate) fn with_token(&self, token: Option<&str>) -> Vec<u8> {
        use std::fmt::Write as _;

        let Self {
            method,
            path,
            headers,
            body,
        } = self;
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        // Writing into a string does not fail.
        if let Some(token) = token {
            let _ = write!(text, "authorization: Bearer {token}\r\n");
        }
        for (name, value) in *headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if !body.is_empty() {
            let length = body.len();
            let _ = write!(
                text,
                "content-type: application/json\r\ncontent-length: {length}\r\n"
            );
        }
        text.push_str("\r\n");
        text.push_str(body);
        text.into_bytes()
    }
}

impl Requests {
    /// The question with each of the tokens.
    pub(crate) fn new(question: &Question, tokens: &[Option<String>], order: Order) -> Self {
        let prepared = tokens
            .iter()
            .map(|token| question.with_token(token.as_deref()))
            .collect();
        let number_at = question
            .body
            .find(NUMBER)
            .map(|at| question.body.len().saturating_sub(at));
        Self {
            prepared,
            next: 0,
            order,
            number_at,
        }
    }

    /// Writes the next request to `out`, if there is one.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> bool {
        if self.next >= self.prepared.len() && self.order == Order::Rotating {
            self.next = 0;
        }
        let Some(request) = self.prepared.get(self.next) else {
            return false;
        };
        self.next = self.next.saturating_add(1);
        out.extend_from_slice(request);
        if let Some(from_end) = self.number_at {
            let at = out.len().saturating_sub(from_end);
            let place = out.iter_mut().skip(at).take(NUMBER.len());
            let mut number = NEXT.fetch_add(1, Ordering::Relaxed);
            for digit in place.rev() {
                *digit = b"0123456789abcdef"
                    .get(usize::try_from(number % 16).unwrap_or_default())
                    .copied()
                    .unwrap_or(b'0');
                number /= 16;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_take_turns_and_their_messages_have_numbers() {
        let question = Question {
            method: "POST",
            path: "/".to_owned(),
            headers: &[],
            body: format!("{{\"messageId\":\"{NUMBER}\"}}"),
        };
        let tokens = ["a", "b"].map(|token| Some(token.to_owned()));
        let text = |requests: &mut Requests| {
            let mut out = Vec::new();
            requests
                .next(&mut out)
                .then(|| String::from_utf8(out).unwrap())
        };
        let mut rotating = Requests::new(&question, &tokens, Order::Rotating);
        let [first, second, third] = [(); 3].map(|()| text(&mut rotating).unwrap());
        assert!(first.contains("Bearer a\r\n"));
        assert!(second.contains("Bearer b\r\n"));
        assert!(third.contains("Bearer a\r\n"));
        let number = |text: &str| text.split_once("messageId").map(|(_, id)| id.to_owned());
        let mut again = Requests::new(&question, &tokens, Order::Rotating);
        let numbers = [first, second, third, text(&mut again).unwrap()].map(|text| number(&text));
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");

        let mut once = Requests::new(&question, &tokens, Order::Once);
        assert!(text(&mut once).is_some() && text(&mut once).is_some());
        assert!(text(&mut once).is_none());
    }
}

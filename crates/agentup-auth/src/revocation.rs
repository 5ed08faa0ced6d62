//! Tokens that were taken back before they expired.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use arc_swap::ArcSwap;
use serde::Deserialize;

/// Tokens that are refused although they verify, by issuer and `jti`.
///
/// Never by the bytes of a token: ECDSA signatures are malleable, so one token has several
/// spellings. A token without `jti` cannot be listed; where a list is used, `jti` belongs into
/// [`Policy::required_claims`](crate::verify::Policy::required_claims).
///
/// Readers take no lock, and see either the old list or the new one.
#[derive(Default)]
pub struct RevocationList(ArcSwap<HashMap<String, HashSet<String>>>);

impl RevocationList {
    /// The most entries of a list. A list is held in memory as a whole.
    pub const MAX_ENTRIES: usize = 1_000_000;

    /// A list with nothing on it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a whole new list, of issuers and token ids, in the place of the old one. What is
    /// beyond [`RevocationList::MAX_ENTRIES`] makes it fail: a list that forgets would let in
    /// what was shut out.
    ///
    /// # Errors
    /// When there are too many entries. The old list stays.
    pub fn replace(
        &self,
        entries: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ListTooLong> {
        let mut list = HashMap::<String, HashSet<String>>::new();
        for (count, (issuer, token_id)) in entries.into_iter().enumerate() {
            if count >= Self::MAX_ENTRIES {
                return Err(ListTooLong);
            }
            list.entry(issuer).or_default().insert(token_id);
        }
        self.0.store(list.into());
        Ok(())
    }

    /// Reads a list as it stands in a file: lines of an issuer, space and a `jti`, where blank
    /// lines and those that begin with `#` do not count; or a JSON array of objects with `issuer`
    /// and `jti`.
    ///
    /// # Errors
    /// When anything in the text is neither: a line that is passed over might be the one that
    /// matters.
    pub fn parse(text: &str) -> Result<Vec<(String, String)>, MalformedList> {
        if text.trim_start().starts_with('[') {
            let entries: Vec<Entry> =
                serde_json::from_str(text).map_err(|error| MalformedList(error.line()))?;
            return Ok(entries
                .into_iter()
                .map(|entry| (entry.issuer, entry.jti))
                .collect());
        }
        let lines = text.lines().zip(1..).filter(|(line, _)| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with('#')
        });
        let entry = |(line, number): (&str, usize)| {
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next()) {
                (Some(issuer), Some(token_id), None) => {
                    Ok((issuer.to_owned(), token_id.to_owned()))
                }
                _ => Err(MalformedList(number)),
            }
        };
        lines.map(entry).collect()
    }

    /// Whether the token of this issuer and `jti` was taken back.
    #[must_use]
    pub fn contains(&self, issuer: &str, token_id: &str) -> bool {
        self.0
            .load()
            .get(issuer)
            .is_some_and(|listed| listed.contains(token_id))
    }

    /// How many tokens are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.load().values().map(HashSet::len).sum()
    }

    /// Whether no token is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationList({} entries)", self.len())
    }
}

/// A token on a list that is written as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    issuer: String,
    jti: String,
}

/// The text of a revocation list that cannot be read, by the number of the first line that is at
/// fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0} is not an issuer, space and a `jti`, nor is the whole a JSON array of them")]
pub struct MalformedList(pub usize);

/// A revocation list is longer than [`RevocationList::MAX_ENTRIES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a revocation list has at most {} entries",
    RevocationList::MAX_ENTRIES
)]
pub struct ListTooLong;

#[cfg(test)]
mod tests {
    use super::{MalformedList, RevocationList};

    fn parsed(text: &str) -> Result<Vec<(String, String)>, MalformedList> {
        RevocationList::parse(text)
    }

    #[test]
    fn lists_are_read_in_both_forms() {
        let expected = [("https://a.example", "one"), ("b", "two")]
            .map(|(issuer, token_id)| (issuer.to_owned(), token_id.to_owned()));
        let lines = "# taken back\n\nhttps://a.example one\r\n  b\ttwo  \n";
        assert_eq!(parsed(lines).as_deref(), Ok(&expected[..]));
        let json =
            r#" [{"issuer": "https://a.example", "jti": "one"}, {"jti": "two", "issuer": "b"}]"#;
        assert_eq!(parsed(json).as_deref(), Ok(&expected[..]));
        for nothing in ["", "\n", "# nobody", "[]"] {
            assert_eq!(parsed(nothing), Ok(Vec::new()), "{nothing:?}");
        }
    }

    #[test]
    fn one_bad_line_spoils_the_list() {
        for (text, line) in [
            ("a one\nb\n", 2),
            ("a one\n\nb two three\n", 3),
            ("[{\"issuer\": \"a\"}]", 1),
            ("[{\"issuer\": \"a\", \"jti\": 1}]", 1),
            ("[{\"issuer\": \"a\", \"jti\": \"b\", \"more\": 1}]", 1),
            ("[{\"issuer\": \"a\", \"jti\": \"b\"}\n", 1),
        ] {
            assert!(
                matches!(parsed(text), Err(MalformedList(at)) if at >= line),
                "{text}"
            );
        }
    }
}

//! A token taken apart to be looked at. Nothing here says that it is genuine.

use serde_json::{Map, Value};

use crate::{base64url, verify::Policy};

/// What a token says of itself. Anybody may have written it: good for explaining, for nothing else.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unverified {
    /// The members of the header.
    pub header: Map<String, Value>,
    /// The members of the payload.
    pub claims: Map<String, Value>,
    /// The length of the signature, in bytes; zero for an unsigned token.
    pub signature_bytes: usize,
}

/// Why a text cannot be taken apart as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnverifiedError {
    /// More bytes than any token that is accepted.
    #[error("the token has more than {} bytes", Policy::MAX_TOKEN_BYTES)]
    TooLarge,
    /// Not three parts. How many there are.
    #[error("a token has 3 parts separated by dots, and this has {0}")]
    Parts(usize),
    /// A part is not base64url without padding. Which one.
    #[error("the {0} is not base64url without padding")]
    Encoding(&'static str),
    /// A part is not a JSON object. Which one.
    #[error("the {0} is not a JSON object")]
    Json(&'static str),
}

/// Takes a token apart without verifying it.
///
/// # Errors
/// When it has not three parts, or header or payload cannot be read.
pub fn decode(token: &str) -> Result<Unverified, UnverifiedError> {
    if token.len() > Policy::MAX_TOKEN_BYTES {
        return Err(UnverifiedError::TooLarge);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Err(UnverifiedError::Parts(parts.len()));
    };
    let signature = base64url::decode(signature.as_bytes())
        .map_err(|_| UnverifiedError::Encoding("signature"))?;
    Ok(Unverified {
        header: object("header", header)?,
        claims: object("payload", claims)?,
        signature_bytes: signature.len(),
    })
}

fn object(part: &'static str, text: &str) -> Result<Map<String, Value>, UnverifiedError> {
    let bytes = base64url::decode(text.as_bytes()).map_err(|_| UnverifiedError::Encoding(part))?;
    serde_json::from_slice(&bytes).map_err(|_| UnverifiedError::Json(part))
}

#[cfg(test)]
mod tests {
    use super::{UnverifiedError, decode};
    use crate::base64url::encode;

    #[test]
    fn a_token_is_taken_apart() {
        let text = format!(
            "{}.{}.AAAA",
            encode(br#"{"alg":"none"}"#),
            encode(br#"{"sub":"a"}"#)
        );
        let token = decode(&text).expect("a token");
        assert_eq!(token.header["alg"], "none");
        assert_eq!(token.claims["sub"], "a");
        assert_eq!(token.signature_bytes, 3);
    }

    #[test]
    fn other_texts_are_refused() {
        let list = encode(b"[]");
        for (text, error) in [
            ("", UnverifiedError::Parts(1)),
            ("a.b", UnverifiedError::Parts(2)),
            ("a.b.c.d.e", UnverifiedError::Parts(5)),
            ("e30.e30.A", UnverifiedError::Encoding("signature")),
            ("e30=.e30.", UnverifiedError::Encoding("header")),
            (&format!("e30.{list}."), UnverifiedError::Json("payload")),
        ] {
            assert_eq!(decode(text).expect_err(text), error, "{text}");
        }
        assert_eq!(
            decode(&"a".repeat(20_000)).expect_err("long"),
            UnverifiedError::TooLarge
        );
    }
}

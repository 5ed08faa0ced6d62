//! The proof itself (RFC 9449 §4.2): a JWT that brings its own key, so a pipeline of its own. No
//! key of an issuer is ever looked for here, and no key of a proof anywhere else.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{DpopError, DpopVerifier};
use crate::{
    algorithm::Algorithm,
    base64url,
    json::{self, Node},
    keys::{ProofKey, Thumbprint},
    time::UnixSeconds,
    token::header::media_type,
    verify::numeric_date,
};

/// The longest text in a proof, in bytes; an `htu` may be longer.
const MAX_TEXT_BYTES: usize = 255;
/// The longest `htu`, in bytes.
const MAX_URI_BYTES: usize = 2048;

/// A proof whose signature is that of the token's key. What it says is to be compared.
pub(super) struct Proof {
    /// `jti`
    pub(super) id: String,
    /// `htm`
    pub(super) method: String,
    /// `htu`
    pub(super) uri: String,
    /// `iat`
    pub(super) issued_at: UnixSeconds,
    /// `ath`
    pub(super) token: String,
    /// `nonce`
    pub(super) nonce: Option<String>,
}

impl Proof {
    /// Reads a proof and verifies it with the key that it brings, if that is the expected one.
    pub(super) fn verify(
        text: &[u8],
        algorithms: &[Algorithm],
        expected: &Thumbprint,
    ) -> Result<Self, DpopError> {
        if text.len() > DpopVerifier::MAX_PROOF_BYTES {
            return Err(DpopError::TooLarge);
        }
        let mut parts = text.split(|byte| *byte == b'.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(DpopError::Malformed);
        };
        let signed_length = header.len().saturating_add(payload.len()).saturating_add(1);
        let signed = text.get(..signed_length).ok_or(DpopError::Malformed)?;
        let header = decode(header)?;
        let (payload, signature) = (decode(payload)?, decode(signature)?);
        let header = std::str::from_utf8(&header).map_err(|_| DpopError::MalformedHeader)?;
        let key = Header::read(header)?.key(header, algorithms)?;
        if key.thumbprint() != expected {
            return Err(DpopError::WrongKey);
        }
        if !key.is_signature(signed, &signature) {
            return Err(DpopError::BadSignature);
        }
        let payload = std::str::from_utf8(&payload).map_err(|_| DpopError::MalformedClaims)?;
        Claims::read(payload)?.judge()
    }
}

fn decode(part: &[u8]) -> Result<Vec<u8>, DpopError> {
    base64url::decode(part).map_err(|_| DpopError::Malformed)
}

/// The members of the header that matter, as they stand.
#[derive(Default)]
struct Header<'a> {
    alg: Option<Node<'a>>,
    typ: Option<Node<'a>>,
    has_jwk: bool,
    is_unsupported: bool,
}

/// Where the key stands in the header.
#[derive(Deserialize)]
struct Bearing<'a> {
    #[serde(borrow)]
    jwk: &'a RawValue,
}

impl<'a> Header<'a> {
    fn read(text: &'a str) -> Result<Self, DpopError> {
        let mut header = Self::default();
        json::read_object(text, |name, node| header.put(name, node))
            .map_err(|_| DpopError::MalformedHeader)?;
        Ok(header)
    }

    fn put(&mut self, name: &str, node: Node<'a>) {
        match name {
            "alg" => self.alg = Some(node),
            "typ" => self.typ = Some(node),
            "jwk" => self.has_jwk = node == Node::Object,
            // A second key, an extension or another form: whichever counts must not be guessed.
            "crit" | "b64" | "zip" | "enc" | "cty" | "jku" | "x5u" | "x5c" => {
                self.is_unsupported = true;
            }
            _ => {}
        }
    }

    /// The key that the header brings. `text` is the header that was read.
    fn key(self, text: &str, algorithms: &[Algorithm]) -> Result<ProofKey, DpopError> {
        match self.typ {
            Some(Node::Text(typ)) if media_type(&typ).eq_ignore_ascii_case("dpop+jwt") => {}
            _ => return Err(DpopError::WrongType),
        }
        let Some(Node::Text(name)) = self.alg else {
            return Err(DpopError::MalformedHeader);
        };
        let algorithm = Algorithm::from_name(&name)
            .filter(|algorithm| algorithms.contains(algorithm))
            .ok_or(DpopError::AlgorithmNotAllowed)?;
        if self.is_unsupported {
            return Err(DpopError::UnsupportedHeader);
        }
        if !self.has_jwk {
            return Err(DpopError::MalformedHeader);
        }
        // The strict reader has seen to it that there is one `jwk`, with distinct members.
        let bearing: Bearing<'_> =
            serde_json::from_str(text).map_err(|_| DpopError::MalformedHeader)?;
        ProofKey::read(bearing.jwk.get(), algorithm).map_err(|_| DpopError::UnusableKey)
    }
}

/// The claims, as they stand.
#[derive(Default)]
struct Claims<'a> {
    jti: Option<Node<'a>>,
    htm: Option<Node<'a>>,
    htu: Option<Node<'a>>,
    iat: Option<Node<'a>>,
    ath: Option<Node<'a>>,
    nonce: Option<Node<'a>>,
}

impl<'a> Claims<'a> {
    fn read(text: &'a str) -> Result<Self, DpopError> {
        let mut claims = Self::default();
        json::read_object(text, |name, node| claims.put(name, node))
            .map_err(|_| DpopError::MalformedClaims)?;
        Ok(claims)
    }

    fn put(&mut self, name: &str, node: Node<'a>) {
        let place = match name {
            "jti" => &mut self.jti,
            "htm" => &mut self.htm,
            "htu" => &mut self.htu,
            "iat" => &mut self.iat,
            "ath" => &mut self.ath,
            "nonce" => &mut self.nonce,
            _ => return,
        };
        *place = Some(node);
    }

    fn judge(self) -> Result<Proof, DpopError> {
        let issued_at = numeric_date("iat", self.iat.as_ref());
        Ok(Proof {
            id: required("jti", self.jti, MAX_TEXT_BYTES)?,
            method: required("htm", self.htm, MAX_TEXT_BYTES)?,
            uri: required("htu", self.htu, MAX_URI_BYTES)?,
            issued_at: issued_at
                .ok()
                .flatten()
                .ok_or(DpopError::InvalidClaim("iat"))?,
            token: required("ath", self.ath, MAX_TEXT_BYTES)?,
            nonce: match self.nonce {
                None => None,
                nonce => Some(required("nonce", nonce, MAX_TEXT_BYTES)?),
            },
        })
    }
}

fn required(name: &'static str, node: Option<Node<'_>>, most: usize) -> Result<String, DpopError> {
    match node {
        Some(Node::Text(text)) if (1..=most).contains(&text.len()) => Ok(Cow::into_owned(text)),
        _ => Err(DpopError::InvalidClaim(name)),
    }
}

//! The header of a token before its signature is checked: it picks a key and is never believed.

use std::borrow::Cow;

use crate::{
    algorithm::Algorithm,
    json::{self, Node},
    verify::VerifyError,
};

/// The longest `kid`, in bytes.
pub(crate) const MAX_KID_BYTES: usize = 256;

/// The header members that matter, from a token that anybody may have written.
///
/// Good for one thing: choosing among keys that are trusted already.
#[derive(Debug)]
pub(crate) struct UnverifiedHeader<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<Cow<'a, str>>,
    pub(crate) typ: Option<Cow<'a, str>>,
}

/// The members as they stand, before anything is asked of them.
#[derive(Default)]
struct Members<'a> {
    alg: Option<Node<'a>>,
    kid: Option<Node<'a>>,
    typ: Option<Node<'a>>,
    cty: Option<Node<'a>>,
    b64: Option<Node<'a>>,
    has_crit: bool,
    has_key: bool,
    has_encoding: bool,
}

impl<'a> UnverifiedHeader<'a> {
    /// Reads the JSON of a header.
    ///
    /// # Errors
    /// When it is not one strict JSON object, or says something that is refused whatever the
    /// signature is.
    pub(crate) fn parse(text: &'a str) -> Result<Self, VerifyError> {
        let mut members = Members::default();
        json::read_object(text, |name, node| members.put(name, node))
            .map_err(|_| VerifyError::MalformedHeader)?;
        members.judge()
    }
}

impl<'a> Members<'a> {
    fn put(&mut self, name: &str, node: Node<'a>) {
        match name {
            "alg" => self.alg = Some(node),
            "kid" => self.kid = Some(node),
            "typ" => self.typ = Some(node),
            "cty" => self.cty = Some(node),
            "b64" => self.b64 = Some(node),
            "crit" => self.has_crit = true,
            "jwk" | "jku" | "x5u" | "x5c" => self.has_key = true,
            "zip" | "enc" => self.has_encoding = true,
            // RFC 7515 §4: what is not understood and not critical is ignored.
            _ => {}
        }
    }

    fn judge(self) -> Result<UnverifiedHeader<'a>, VerifyError> {
        let Some(Node::Text(name)) = self.alg else {
            return Err(VerifyError::MalformedHeader);
        };
        // RFC 7515 §4.1.1: the name is compared exactly. `none` is not on the list.
        let algorithm = Algorithm::from_name(&name).ok_or(VerifyError::AlgorithmNotAllowed)?;
        // RFC 8725 §3.10: a key that comes with the token proves nothing.
        if self.has_key {
            return Err(VerifyError::EmbeddedKey);
        }
        // RFC 7515 §4.1.11: no extension is understood here, so any that is critical, and any
        // list that is not well formed, makes the token invalid.
        if self.has_crit {
            return Err(VerifyError::CriticalHeader);
        }
        // RFC 7797 §7 forbids `b64: false` in a JWT. `zip` and `enc` are of encryption.
        if self.has_encoding || !matches!(self.b64, None | Some(Node::Bool(true))) {
            return Err(VerifyError::UnsupportedHeader);
        }
        // RFC 7519 §5.2: `cty: JWT` announces a token inside the token.
        match self.cty {
            None => {}
            Some(Node::Text(kind)) if !media_type(&kind).eq_ignore_ascii_case("jwt") => {}
            Some(_) => return Err(VerifyError::UnsupportedHeader),
        }
        Ok(UnverifiedHeader {
            algorithm,
            kid: kid(self.kid)?,
            typ: typ(self.typ)?,
        })
    }
}

fn kid(node: Option<Node<'_>>) -> Result<Option<Cow<'_, str>>, VerifyError> {
    match node {
        None => Ok(None),
        Some(Node::Text(kid)) if kid.len() <= MAX_KID_BYTES => Ok(Some(kid)),
        Some(_) => Err(VerifyError::MalformedHeader),
    }
}

fn typ(node: Option<Node<'_>>) -> Result<Option<Cow<'_, str>>, VerifyError> {
    match node {
        None => Ok(None),
        Some(Node::Text(typ)) => Ok(Some(typ)),
        Some(_) => Err(VerifyError::TypeNotAccepted),
    }
}

/// A media type without the `application/` that may be left out (RFC 7515 §4.1.9).
pub(crate) fn media_type(text: &str) -> &str {
    match text.split_at_checked(12) {
        Some((prefix, rest))
            if prefix.eq_ignore_ascii_case("application/") && !rest.contains('/') =>
        {
            rest
        }
        _ => text,
    }
}

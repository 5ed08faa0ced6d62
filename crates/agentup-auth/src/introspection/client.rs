//! The requests to an authorization server: about a token (RFC 7662 §2.1), and for one (RFC 6749
//! §4.4.2). Both are authenticated by a client secret (RFC 6749 §2.3.1).

use std::fmt::{self, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::token::BearerToken;

/// Who asks: this agent, as a client of the authorization server.
#[derive(Debug)]
pub struct Client {
    id: String,
    secret: SecretString,
    authentication: ClientAuthentication,
}

/// Where the secret stands in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// In the `Authorization` header; every server must take it.
    #[default]
    Basic,
    /// In the form.
    Post,
}

/// What to send, as `POST` of `application/x-www-form-urlencoded`. `Debug` shows neither part.
pub struct Form {
    /// The body.
    pub body: Zeroizing<String>,
    /// The value of the `Authorization` header, if there is one.
    pub authorization: Option<Zeroizing<String>>,
}

impl Client {
    /// A client of this id and secret.
    #[must_use]
    pub const fn new(
        id: String,
        secret: SecretString,
        authentication: ClientAuthentication,
    ) -> Self {
        Self {
            id,
            secret,
            authentication,
        }
    }

    /// The question about a token.
    #[must_use]
    pub fn form(&self, token: BearerToken<'_>) -> Form {
        let mut body = Zeroizing::new(String::new());
        encode(&mut body, b"token=", token.expose());
        body.push_str("&token_type_hint=access_token");
        self.authenticated(body)
    }

    /// The request for a token of its own (RFC 6749 §4.4.2), for these scopes, separated by spaces.
    #[must_use]
    pub fn grant(&self, scopes: &str) -> Form {
        let mut body = Zeroizing::new("grant_type=client_credentials".to_owned());
        if !scopes.is_empty() {
            encode(&mut body, b"&scope=", scopes.as_bytes());
        }
        self.authenticated(body)
    }

    /// Adds who asks.
    fn authenticated(&self, mut body: Zeroizing<String>) -> Form {
        let secret = self.secret.expose_secret().as_bytes();
        let authorization = match self.authentication {
            ClientAuthentication::Basic => {
                // Both are form-encoded first, so that a colon in the id is not the separator.
                let mut pair = Zeroizing::new(String::new());
                encode(&mut pair, b"", self.id.as_bytes());
                encode(&mut pair, b":", secret);
                let pair = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
                Some(Zeroizing::new(format!("Basic {}", *pair)))
            }
            ClientAuthentication::Post => {
                encode(&mut body, b"&client_id=", self.id.as_bytes());
                encode(&mut body, b"&client_secret=", secret);
                None
            }
        };
        Form {
            body,
            authorization,
        }
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").finish_non_exhaustive()
    }
}

/// Adds `before` as it stands, and a value in the encoding of forms (RFC 6749 appendix B).
fn encode(text: &mut String, before: &[u8], value: &[u8]) {
    text.extend(before.iter().copied().map(char::from));
    for byte in value {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => {
                text.push(char::from(*byte));
            }
            b' ' => text.push('+'),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
}

//! What a request for a token asks for: a form or JSON, with the same names in both.

use agentup_auth::Scope;
use agentup_env::cli::when::Span;
use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use thiserror::Error;

use crate::issuer::http::header_text;

/// The longest name of a subject, client or audience, in bytes; verifiers take no longer one.
const MAX_NAME_BYTES: usize = 255;
/// The most scopes of a token that verifiers take.
const MAX_SCOPES: usize = agentup_auth::Policy::MAX_SCOPES;

/// What a token is to say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) subject: Option<String>,
    pub(super) client: Option<String>,
    /// Separated by spaces (RFC 6749 §3.3).
    pub(super) scope: String,
    pub(super) audiences: Vec<String>,
    /// In seconds.
    pub(super) expires_in: Option<u64>,
}

/// Why a request for a token cannot be granted. The texts go to the client and repeat nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Fault {
    #[error("the body must be application/x-www-form-urlencoded or application/json")]
    ContentType,
    #[error(
        "the body is not a JSON object with sub, client_id, scope, aud and expires_in of the right types"
    )]
    Json,
    #[error("a parameter is there twice")]
    Twice,
    #[error("grant_type is missing: it must be client_credentials")]
    NoGrantType,
    #[error("the only grant_type is client_credentials")]
    GrantType,
    #[error("sub, client_id and aud must have 1 to 255 bytes and no control characters")]
    Name,
    #[error("expires_in must be a number of seconds, up to a hundred years")]
    ExpiresIn,
    #[error(
        "scope must be a list of at most 200 scopes with spaces between them (RFC 6749 section 3.3)"
    )]
    Scope,
}

impl Fault {
    /// The code of RFC 6749 §5.2.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::GrantType => "unsupported_grant_type",
            Self::Scope => "invalid_scope",
            _ => "invalid_request",
        }
    }
}

/// The parameters as they stand. Others are ignored (RFC 6749 §3.2).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    grant_type: Option<String>,
    client_id: Option<String>,
    sub: Option<String>,
    scope: Option<OneOrMany>,
    aud: Option<OneOrMany>,
    expires_in: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Wanted {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// It is not well formed, or asks for what no verifier would take.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Fault> {
        let content_type = header_text(headers, header::CONTENT_TYPE);
        let content_type = content_type.split(';').next().unwrap_or_default().trim();
        let parameters = match content_type.to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => form(body)?,
            "application/json" => json(body)?,
            _ => return Err(Fault::ContentType),
        };
        Self::check(parameters, basic_client(headers))
    }

    fn check(parameters: Parameters, basic: Option<String>) -> Result<Self, Fault> {
        if parameters
            .grant_type
            .is_some_and(|grant| grant != "client_credentials")
        {
            return Err(Fault::GrantType);
        }
        let audiences = match parameters.aud {
            None => Vec::new(),
            Some(OneOrMany::One(one)) => vec![one],
            Some(OneOrMany::Many(many)) => many,
        };
        let wanted = Self {
            subject: parameters.sub,
            client: parameters.client_id.or(basic),
            scope: scope(parameters.scope)?,
            audiences,
            expires_in: parameters.expires_in,
        };
        let names = wanted.subject.iter().chain(&wanted.client);
        if !names.chain(&wanted.audiences).all(|name| is_name(name)) {
            return Err(Fault::Name);
        }
        if wanted.expires_in.is_some_and(|seconds| seconds > Span::MAX) {
            return Err(Fault::ExpiresIn);
        }
        Ok(wanted)
    }
}

fn json(body: &[u8]) -> Result<Parameters, Fault> {
    // A list of values in the right order would do for the parser.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Fault::Json);
    }
    serde_json::from_slice(body).map_err(|_| Fault::Json)
}

fn form(body: &[u8]) -> Result<Parameters, Fault> {
    let mut parameters = Parameters::default();
    let mut audiences = Vec::new();
    for (name, value) in form_urlencoded::parse(body) {
        let place = match &*name {
            "grant_type" => &mut parameters.grant_type,
            "client_id" => &mut parameters.client_id,
            "sub" => &mut parameters.sub,
            "scope" if parameters.scope.is_none() => {
                parameters.scope = Some(OneOrMany::One(value.into_owned()));
                continue;
            }
            "expires_in" if parameters.expires_in.is_none() => {
                let seconds = value.parse().map_err(|_| Fault::ExpiresIn)?;
                parameters.expires_in = Some(seconds);
                continue;
            }
            "scope" | "expires_in" => return Err(Fault::Twice),
            // The one that may be repeated, and its names elsewhere (RFC 8693 §2.1, RFC 8707 §2).
            "aud" | "audience" | "resource" => {
                audiences.push(value.into_owned());
                continue;
            }
            _ => continue,
        };
        if place.replace(value.into_owned()).is_some() {
            return Err(Fault::Twice);
        }
    }
    if parameters.grant_type.is_none() {
        return Err(Fault::NoGrantType);
    }
    if !audiences.is_empty() {
        parameters.aud = Some(OneOrMany::Many(audiences));
    }
    Ok(parameters)
}

/// The client that names itself by `Basic` (RFC 6749 §2.3.1). Its secret proves nothing here.
fn basic_client(headers: &HeaderMap) -> Option<String> {
    let credentials = header_text(headers, header::AUTHORIZATION);
    let (scheme, encoded) = credentials.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client, _secret) = decoded.split_once(':')?;
    let (client, _) = form_urlencoded::parse(client.as_bytes()).next()?;
    Some(client.into_owned())
}

/// All scopes with spaces between them; commas, as the generator takes them, separate too.
fn scope(scope: Option<OneOrMany>) -> Result<String, Fault> {
    let lists = match scope {
        None => Vec::new(),
        Some(OneOrMany::One(one)) => vec![one],
        Some(OneOrMany::Many(many)) => many,
    };
    let mut scopes = Vec::new();
    for text in lists.iter().flat_map(|list| list.split([' ', ','])) {
        if text.is_empty() {
            continue;
        }
        Scope::parse(text).map_err(|_| Fault::Scope)?;
        scopes.push(text);
    }
    if scopes.len() > MAX_SCOPES {
        return Err(Fault::Scope);
    }
    Ok(scopes.join(" "))
}

fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.chars().any(char::is_control)
}

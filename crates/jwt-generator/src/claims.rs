//! From the command line to the header and the claims of the token.

use std::path::Path;

use agentup_auth::Scope;
use agentup_env::{Environment, cli::input};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    args::{HeaderArgs, PayloadArgs},
    error::MintError,
};

/// How long ago an expired token expired.
const EXPIRED_AGO: u64 = 3600;

/// The values of the Quick Start, so that its commands work before anything is configured.
const TEST_ISSUER: &str = "test-issuer";
const TEST_AUDIENCE: &str = "agentup-jwt-test";

/// The claims, in the order in which people read them; what the person added comes last and wins.
///
/// # Errors
///
/// A scope or a JSON argument that is not one.
pub(crate) fn claims(
    args: &PayloadArgs,
    environment: &Environment,
    now: u64,
) -> Result<Map<String, Value>, MintError> {
    let lifetime = args.expires_in.seconds();
    let (issued_at, expires_at) = if args.expired {
        let expires_at = now.saturating_sub(EXPIRED_AGO);
        (expires_at.saturating_sub(lifetime), expires_at)
    } else {
        let issued_at = args.issued_at.unix(now);
        (issued_at, issued_at.saturating_add(lifetime))
    };
    let not_before = args.not_before.map_or(issued_at, |moment| moment.unix(now));

    let mut claims = Map::new();
    claims.insert("sub".to_owned(), args.user_id.as_str().into());
    let issuer = args
        .issuer
        .as_deref()
        .or_else(|| usual(environment, "JWT_ISSUER"));
    claims.insert("iss".to_owned(), issuer.unwrap_or(TEST_ISSUER).into());
    claims.insert(
        "aud".to_owned(),
        audience(audiences(&args.audience, environment)),
    );
    claims.insert("iat".to_owned(), issued_at.into());
    claims.insert("exp".to_owned(), expires_at.into());
    claims.insert("nbf".to_owned(), not_before.into());
    if let Some(id) = &args.jti {
        let id = if id == "auto" {
            Uuid::new_v4().to_string()
        } else {
            id.clone()
        };
        claims.insert("jti".to_owned(), id.into());
    }
    if let Some(scope) = scope(&args.scopes)? {
        claims.insert("scope".to_owned(), scope.into());
    }
    merge(&mut claims, "--claims", &args.claims)?;
    for name in &args.omit {
        claims.shift_remove(name);
    }
    Ok(claims)
}

/// The header members that come beside, or in the place of, what the signature asks for; `kid` is the
/// name of the key that signs.
///
/// # Errors
///
/// A JSON argument that is not an object.
pub(crate) fn header(
    args: &HeaderArgs,
    kid: Option<&str>,
) -> Result<Map<String, Value>, MintError> {
    let mut header = Map::new();
    header.insert("typ".to_owned(), args.token_type.as_str().into());
    if let Some(kid) = kid {
        header.insert("kid".to_owned(), kid.into());
    }
    merge(&mut header, "--header", &args.header)?;
    Ok(header)
}

/// Whom tokens are for: what was given, or else the environment's, or else that of the Quick Start.
pub(crate) fn audiences(given: &[String], environment: &Environment) -> Vec<String> {
    if given.is_empty() {
        let usual = usual(environment, "JWT_AUDIENCE").unwrap_or(TEST_AUDIENCE);
        vec![usual.to_owned()]
    } else {
        given.to_owned()
    }
}

/// One audience as a string, several as a list (RFC 7519 §4.1.3).
pub(crate) fn audience(audiences: Vec<String>) -> Value {
    match <[String; 1]>::try_from(audiences) {
        Ok([one]) => one.into(),
        Err(several) => several.into(),
    }
}

/// The scopes joined by commas; `None` when there are none.
fn scope(lists: &[String]) -> Result<Option<String>, MintError> {
    let mut scopes = Vec::new();
    for text in lists
        .iter()
        .flat_map(|list| list.split(|c: char| c == ',' || c.is_whitespace()))
        .filter(|text| !text.is_empty())
    {
        scopes.push(
            Scope::parse(text)
                .map_err(MintError::Scope)?
                .as_str()
                .to_owned(),
        );
    }
    Ok(if scopes.is_empty() {
        None
    } else {
        Some(scopes.join(","))
    })
}

fn merge(
    into: &mut Map<String, Value>,
    flag: &'static str,
    texts: &[String],
) -> Result<(), MintError> {
    for text in texts {
        let object = match text.strip_prefix('@') {
            Some(path) => parse(flag, &input::read_text(Path::new(path))?)?,
            None if text == "-" => parse(flag, &input::read_text(Path::new(text))?)?,
            None => parse(flag, text)?,
        };
        into.extend(object);
    }
    Ok(())
}

fn parse(flag: &'static str, json: &str) -> Result<Map<String, Value>, MintError> {
    serde_json::from_str(json).map_err(|fault| MintError::NotAnObject {
        flag,
        line: fault.line(),
        column: fault.column(),
    })
}

/// A variable that is set to something.
fn usual<'a>(environment: &'a Environment, name: &str) -> Option<&'a str> {
    environment.get(name).filter(|value| !value.is_empty())
}

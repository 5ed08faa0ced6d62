//! JSON-RPC as A2A binds it (A2A 0.3 §6.9): one POST, one result or error.

use std::fmt;

use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    console::one_line,
    exit::Exit,
    http::{Answer, Http, HttpError},
    refusal::Refusal,
    token::Token,
};

/// Why a call has no result. Displayed as what follows "error:".
#[derive(Debug, Error)]
pub(crate) enum CallError {
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("HTTP status {0}")]
    Refused(Refusal),
    #[error("the agent answered with an error: {0}")]
    Rpc(RpcError),
    #[error("the answer is not {0}")]
    Senseless(&'static str),
}

impl CallError {
    /// The exit code that tells this failure to scripts.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Refused(refusal) if refusal.status == StatusCode::UNAUTHORIZED => {
                Exit::Unauthenticated
            }
            Self::Refused(refusal) if refusal.status == StatusCode::FORBIDDEN => Exit::Denied,
            _ => Exit::Broken,
        }
    }
}

/// The `error` member of a JSON-RPC answer.
#[derive(Debug)]
pub(crate) struct RpcError(Value);

impl RpcError {
    /// The member as it came.
    pub(crate) const fn value(&self) -> &Value {
        &self.0
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get("code") {
            Some(Value::Number(code)) => write!(f, "{code}")?,
            _ => f.write_str("no code")?,
        }
        if let Some(message) = self.0.get("message").and_then(Value::as_str) {
            write!(f, " {}", one_line(message))?;
        }
        match self.0.get("data") {
            None | Some(Value::Null) => Ok(()),
            Some(data) => write!(f, "\n   data: {data}"),
        }
    }
}

/// Calls `method` at `url` and gives its result.
///
/// # Errors
///
/// No answer, a status other than 200, an error of the agent, or an answer that is not JSON-RPC.
pub(crate) async fn call(
    http: &Http,
    url: &Url,
    token: Option<&Token>,
    method: &str,
    params: Value,
) -> Result<Value, CallError> {
    let request = json!({
        "jsonrpc": "2.0",
        "id": Uuid::new_v4().to_string(),
        "method": method,
        "params": params,
    });
    let answer = http.post(url.clone(), token, &request).await?;
    let Value::Object(mut members) = document(&answer)? else {
        return Err(CallError::Senseless("a JSON-RPC response"));
    };
    match (
        members.remove("error").filter(|error| !error.is_null()),
        members.remove("result"),
    ) {
        (Some(error), _) => Err(CallError::Rpc(RpcError(error))),
        (None, Some(result)) => Ok(result),
        (None, None) => Err(CallError::Senseless("a JSON-RPC response")),
    }
}

/// The JSON of an answer with status 200.
pub(crate) fn document(answer: &Answer) -> Result<Value, CallError> {
    if answer.status != StatusCode::OK {
        return Err(CallError::Refused(Refusal::new(answer)));
    }
    serde_json::from_slice(&answer.body).map_err(|_| CallError::Senseless("JSON"))
}

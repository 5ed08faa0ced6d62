//! The token in the form that was asked for.

use std::io::{self, Write};

use agentup_auth::{Algorithm, unverified};
use agentup_env::cli::terminal::{safe_json, safe_text};
use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::args::{Format, Output};

/// A token and what is known of it.
pub(crate) struct Minted {
    pub(crate) token: String,
    pub(crate) claims: Map<String, Value>,
    pub(crate) algorithm: Algorithm,
    /// What signed it, in words.
    pub(crate) signer: String,
    pub(crate) spoiled: bool,
}

impl Minted {
    /// Writes the result to `out` and, in the text form, what only people read to `notes`.
    ///
    /// # Errors
    ///
    /// `out` or `notes` cannot be written to.
    pub(crate) fn write(
        &self,
        output: &Output,
        now: u64,
        mut out: impl Write,
        notes: impl Write,
    ) -> io::Result<()> {
        match output.format {
            Format::Text => {
                self.summarize(now, notes)?;
                writeln!(out, "{}", self.token)
            }
            Format::TokenOnly => writeln!(out, "{}", self.token),
            Format::Json => writeln!(out, "{}", safe_json(&format!("{:#}", self.to_json()))),
            Format::Header => writeln!(out, "Authorization: Bearer {}", self.token),
            Format::Curl => self.write_curl(output, out),
        }
    }

    fn summarize(&self, now: u64, mut notes: impl Write) -> io::Result<()> {
        writeln!(notes, "JWT for {}", self.shown("sub"))?;
        writeln!(notes, "  scopes:    {}", self.shown("scope"))?;
        writeln!(notes, "  issuer:    {}", self.shown("iss"))?;
        writeln!(notes, "  audience:  {}", self.shown("aud"))?;
        writeln!(notes, "  expires:   {}", self.expiry(now))?;
        writeln!(
            notes,
            "  signed:    {} with {}",
            self.algorithm, self.signer
        )?;
        if self.spoiled {
            writeln!(notes, "  signature: spoiled, no key verifies it")?;
        }
        writeln!(notes)
    }

    /// A claim as a person reads it, on one line.
    fn shown(&self, name: &str) -> String {
        match self.claims.get(name) {
            None => "none".to_owned(),
            Some(Value::String(text)) => safe_text(text).into_owned(),
            Some(Value::Array(several)) if several.iter().all(Value::is_string) => {
                let several: Vec<_> = several
                    .iter()
                    .filter_map(Value::as_str)
                    .map(safe_text)
                    .collect();
                several.join(", ")
            }
            Some(other) => safe_json(&other.to_string()).into_owned(),
        }
    }

    fn expiry(&self, now: u64) -> String {
        let Some(expires_at) = self.claims.get("exp").and_then(Value::as_u64) else {
            return self.shown("exp");
        };
        let date =
            utc(expires_at, "%Y-%m-%d %H:%M:%S UTC").unwrap_or_else(|| expires_at.to_string());
        let span =
            humantime::format_duration(std::time::Duration::from_secs(expires_at.abs_diff(now)));
        if expires_at > now {
            format!("{date} (in {span})")
        } else {
            format!("{date} ({span} ago)")
        }
    }

    fn to_json(&self) -> Value {
        let expires_at = self.claims.get("exp").and_then(Value::as_u64);
        // From the token, because the signature adds to it.
        let header = unverified::decode(&self.token)
            .ok()
            .map(|decoded| decoded.header);
        json!({
            "token": self.token,
            "header": header,
            "payload": self.claims,
            "expires_at": expires_at.and_then(|seconds| utc(seconds, "%Y-%m-%dT%H:%M:%SZ")),
            "signed_with": self.signer,
            "signature": if self.spoiled { "spoiled" } else { "good" },
        })
    }

    /// The request of the Quick Start, ready to be pasted into a shell.
    fn write_curl(&self, output: &Output, mut out: impl Write) -> io::Result<()> {
        let body = json!({
            "jsonrpc": "2.0",
            "method": "message/send",
            "id": "test-1",
            "params": {
                "message": {
                    "role": "user",
                    "parts": [{"kind": "text", "text": "hello"}],
                    "messageId": "msg-1",
                },
                "skillId": output.skill,
            },
        });
        writeln!(out, "curl -X POST {} \\", quoted(&output.url))?;
        writeln!(out, "  -H 'Authorization: Bearer {}' \\", self.token)?;
        writeln!(out, "  -H 'Content-Type: application/json' \\")?;
        writeln!(out, "  -d {}", quoted(&safe_json(&body.to_string())))
    }
}

/// A word for a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn utc(seconds: u64, format: &str) -> Option<String> {
    let date = DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)?;
    Some(date.format(format).to_string())
}

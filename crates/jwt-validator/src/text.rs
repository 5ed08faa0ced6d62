//! The report as people read it, on a terminal or in a log.

use std::io::{self, Write};

use agentup_env::cli::terminal::{safe_json, safe_text};
use clap::builder::styling::{AnsiColor, Style};
use serde_json::{Map, Value};

use crate::{
    claims,
    report::{Content, Decoded, Judgment, Report, Verdict},
};

/// How much of the token is shown: enough to recognize it, too little to use it.
const EXCERPT: usize = 50;

const TITLE: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const DOUBT: Style = AnsiColor::Yellow.on_default();

/// Writes the whole analysis. What the token says is made safe for the terminal first.
///
/// # Errors
///
/// `out` cannot be written to.
pub(crate) fn write(report: &Report<'_>, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "{TITLE}JWT Token Analysis{TITLE:#}")?;
    writeln!(out, "{}", "=".repeat(50))?;
    let excerpt: String = report.token.chars().take(EXCERPT).collect();
    let more = if excerpt.len() < report.token.len() {
        "..."
    } else {
        ""
    };
    writeln!(out, "Token: {}{more}", safe_text(&excerpt))?;
    writeln!(out)?;

    let Judgment {
        decoded, verdict, ..
    } = &report.judgment;
    let Some(Decoded {
        header,
        payload,
        content,
    }) = decoded
    else {
        let (_, reason) = verdict.code_and_reason();
        return writeln!(
            out,
            "{BAD}❌ Error decoding token: {}{BAD:#}",
            reason.unwrap_or_default()
        );
    };
    write_object(&mut out, "📋 Header:", header)?;
    match content {
        None => write_object(
            &mut out,
            "📄 Payload:",
            &claims::with_readable_times(payload),
        )?,
        Some(content) => write_content(&mut out, content)?,
    }
    write_verdict(&mut out, verdict)?;
    write_summary(&mut out, payload, report.now)
}

fn write_object(out: &mut impl Write, title: &str, object: &Map<String, Value>) -> io::Result<()> {
    writeln!(out, "{TITLE}{title}{TITLE:#}")?;
    writeln!(out, "{}", safe_json(&serde_json::to_string_pretty(object)?))?;
    writeln!(out)
}

fn write_content(out: &mut impl Write, content: &Content) -> io::Result<()> {
    writeln!(out, "{TITLE}📄 Payload:{TITLE:#}")?;
    match content {
        Content::Text(text) => {
            for line in text.lines() {
                writeln!(out, "{}", safe_text(line))?;
            }
        }
        Content::Bytes(bytes) => writeln!(out, "{} bytes that are no text", bytes.len())?,
    }
    writeln!(out)
}

fn write_verdict(out: &mut impl Write, verdict: &Verdict) -> io::Result<()> {
    match verdict {
        Verdict::Valid { checked } => {
            writeln!(out, "{TITLE}🔍 Validation:{TITLE:#}")?;
            let what = if checked.claims {
                "Token is valid and verified"
            } else {
                "Signature is valid (claims not checked)"
            };
            writeln!(out, "{GOOD}✅ {what}{GOOD:#}")?;
        }
        Verdict::Refused { reason, .. } => {
            writeln!(out, "{TITLE}🔍 Validation:{TITLE:#}")?;
            writeln!(out, "{BAD}❌ Token validation failed: {reason}{BAD:#}")?;
        }
        Verdict::NotVerified(skipped) => {
            writeln!(
                out,
                "{DOUBT}⚠️  Validation: Skipped ({}){DOUBT:#}",
                skipped.reason()
            )?;
        }
    }
    writeln!(out)
}

fn write_summary(out: &mut impl Write, payload: &Map<String, Value>, now: u64) -> io::Result<()> {
    if let Some(left) = claims::expires_in(payload, now) {
        let (hours, minutes) = hours_and_minutes(left.unsigned_abs());
        if left > 0 {
            writeln!(out, "⏰ Token expires in {hours}h {minutes}m")?;
        } else {
            writeln!(
                out,
                "{DOUBT}⚠️  Token expired {hours}h {minutes}m ago{DOUBT:#}"
            )?;
        }
    }
    if let Some(scopes) = claims::scopes(payload) {
        let scopes: Vec<_> = scopes.iter().map(|scope| safe_text(scope)).collect();
        writeln!(out, "🎯 Scopes: {}", scopes.join(", "))?;
    }
    let mut user = claims::user(payload).peekable();
    if user.peek().is_some() {
        writeln!(out, "👤 User Info:")?;
    }
    for (name, value) in user {
        writeln!(out, "   {name}: {}", claims::shown(value))?;
    }
    Ok(())
}

const fn hours_and_minutes(seconds: u64) -> (u64, u64) {
    (seconds / 3600, seconds % 3600 / 60)
}

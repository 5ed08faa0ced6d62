//! Where a request goes, in one spelling: what `htu` is compared with (RFC 9449 §4.3).

use std::fmt::Write as _;

/// An `http` or `https` address without query and fragment, normalized (RFC 3986 §6.2.2, §6.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Scheme, host and port; a port that goes without saying is not said.
    origin: String,
    /// Begins with a slash.
    path: String,
}

/// A text is not an address that a request can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https address")]
pub struct NotATarget;

impl Target {
    /// Reads an address. Query and fragment are left out.
    ///
    /// # Errors
    /// When it is none, or has a user name in it.
    pub fn parse(text: &str) -> Result<Self, NotATarget> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(NotATarget);
        }
        let (scheme, rest) = text.split_once("://").ok_or(NotATarget)?;
        let scheme = scheme.to_ascii_lowercase();
        let usual_port = match scheme.as_str() {
            "http" => "80",
            "https" => "443",
            _ => return Err(NotATarget),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).ok_or(NotATarget)?;
        let (host, port) = split_port(authority)?;
        if !is_host(host) {
            return Err(NotATarget);
        }
        let mut origin = format!("{scheme}://{}", host.to_ascii_lowercase());
        if let Some(port) = port.filter(|port| !port.is_empty() && *port != usual_port) {
            let _ = write!(origin, ":{port}");
        }
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        Ok(Self {
            origin,
            path: normal_path(path)?,
        })
    }

    /// The address of this path below the address.
    ///
    /// # Errors
    /// When the path is none of a URL.
    pub fn below(&self, path: &str) -> Result<Self, NotATarget> {
        let base = self.path.trim_end_matches('/');
        let path = path.strip_prefix('/').unwrap_or(path);
        Ok(Self {
            origin: self.origin.clone(),
            path: normal_path(&format!("{base}/{path}"))?,
        })
    }

    /// Whether the text names this address, in whatever spelling, with or without query and
    /// fragment.
    pub(super) fn is_named_by(&self, text: &str) -> bool {
        Self::parse(text).is_ok_and(|other| other == *self)
    }
}

/// Host and port of an authority without user information.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), NotATarget> {
    // A colon inside of brackets belongs to an IPv6 address.
    let after_brackets = authority.rfind(']').map_or(0, |at| at.saturating_add(1));
    let (before, rest) = authority
        .split_at_checked(after_brackets)
        .ok_or(NotATarget)?;
    let Some((name, port)) = rest.split_once(':') else {
        return Ok((authority, None));
    };
    if port.len() > 5 || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotATarget);
    }
    let length = before.len().saturating_add(name.len());
    Ok((authority.get(..length).ok_or(NotATarget)?, Some(port)))
}

/// A name, an IPv4 address, or an IPv6 address in brackets. No user name, nothing encoded.
fn is_host(host: &str) -> bool {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inner {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(is_name_byte),
    }
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The path with what need not be encoded decoded, the rest encoded in capitals, and without the
/// segments `.` and `..`.
fn normal_path(path: &str) -> Result<String, NotATarget> {
    let mut decoded = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if !byte.is_ascii_graphic() {
            return Err(NotATarget);
        }
        if byte != b'%' {
            decoded.push(char::from(byte));
            continue;
        }
        let mut digit = || {
            let digit = char::from(bytes.next()?).to_digit(16)?;
            u8::try_from(digit).ok()
        };
        let (high, low) = (digit().ok_or(NotATarget)?, digit().ok_or(NotATarget)?);
        let byte = high << 4 | low;
        if is_name_byte(byte) {
            decoded.push(char::from(byte));
        } else {
            let _ = write!(decoded, "%{byte:02X}");
        }
    }
    Ok(without_dots(&decoded))
}

/// RFC 3986 §5.2.4, for a path that is absolute or empty.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                // `/a/.` is the folder itself, with its slash.
                if is_last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests;

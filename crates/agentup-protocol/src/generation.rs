//! The two generations of the protocol; everything behind the adapter knows only the newer.

use crate::A2aError;

/// A generation of A2A: which names, shapes and rules a request and its answer follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// 0.3 and its predecessor 0.2: `message/send`, `kind` members, lower-case states.
    V03,
    /// 1.0: `SendMessage`, `ProtoJSON`.
    V10,
}

impl Generation {
    /// The version of the protocol as `Major.Minor` (A2A §3.6).
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::V03 => "0.3",
            Self::V10 => "1.0",
        }
    }

    /// The generation that a value of `A2A-Version` asks for.
    ///
    /// No value and an empty value mean 0.3 (A2A §3.6.2). A patch number is ignored (A2A §3.6).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::VersionNotSupported`](crate::ErrorKind::VersionNotSupported) for any other
    /// value, a later minor version included.
    pub fn from_version(version: Option<&str>) -> Result<Self, A2aError> {
        let version = version.unwrap_or_default().trim();
        if version.is_empty() {
            return Ok(Self::V03);
        }
        match major_and_minor(version) {
            Some(("0", "2" | "3")) => Ok(Self::V03),
            Some(("1", "0")) => Ok(Self::V10),
            _ => Err(A2aError::version_not_supported(version)),
        }
    }
}

/// The version a request asks for: the header `A2A-Version`, else the parameter of the same
/// name in `query`, the raw query string (A2A §3.6.1).
#[must_use]
pub fn requested_version<'a>(header: Option<&'a str>, query: Option<&'a str>) -> Option<&'a str> {
    header.or_else(|| {
        let pairs = query?.split('&');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(name, value)| (name.eq_ignore_ascii_case("A2A-Version")).then_some(value))
    })
}

fn major_and_minor(version: &str) -> Option<(&str, &str)> {
    let (major, rest) = version.split_once('.')?;
    let Some((minor, patch)) = rest.split_once('.') else {
        return Some((major, rest));
    };
    let numeric = !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit());
    numeric.then_some((major, minor))
}

#[cfg(test)]
mod tests;

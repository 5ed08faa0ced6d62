//! The `.env` file of a development agent: made once, with a secret of its own, and then left
//! alone.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

/// Writes a `.env` file with a fresh secret, readable by its owner alone, unless there is one.
/// True if it was written.
pub(crate) fn ensure(path: &Path) -> Result<bool> {
    let mut file = match create_private(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
    };
    let secret = fresh_secret()?;
    file.write_all(text(&secret).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

fn text(secret: &str) -> String {
    format!(
        "# Made for development on this machine. Deleting it makes the next start write a new one,\n\
         # and all tokens made with this secret invalid.\n\
         JWT_SECRET={secret}\n\
         JWT_ISSUER=test-issuer\n\
         JWT_AUDIENCE=agentup-jwt-test\n\
         LOG_LEVEL=INFO\n"
    )
}

/// 256 bits, what HS256 asks for (RFC 7518 §3.2), from the operating system's generator. In
/// hexadecimal digits: no character that a shell or a `.env` file would have to quote.
pub(crate) fn fresh_secret() -> Result<String> {
    let mut secret = String::new();
    for _ in 0..4 {
        let part = getrandom::u64().context("the system has no randomness for a secret")?;
        write!(secret, "{part:016x}")?;
    }
    Ok(secret)
}

/// Private from the first moment: a mode set after creation leaves a gap.
fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_once_and_privately() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        assert!(ensure(&path).unwrap());
        let first = std::fs::read_to_string(&path).unwrap();
        assert!(!ensure(&path).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);

        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, other) = (fresh_secret().unwrap(), fresh_secret().unwrap());
        assert_eq!(one.len(), 256 / 4);
        assert_ne!(one, other);
    }
}

//! When a token is good: RFC 7519 §4.1.4 to §4.1.6, and the limit on its lifetime.

use super::{Policy, VerifyError};
use crate::{json::Node, time::UnixSeconds};

/// The last second that a claim may name: the end of the year 9999. What is later is no date, but
/// milliseconds or an attack.
const LAST_SECOND: u64 = 253_402_300_799;

/// The moments of a token.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) expires_at: UnixSeconds,
    pub(super) not_before: Option<UnixSeconds>,
    pub(super) issued_at: Option<UnixSeconds>,
}

impl Times {
    /// Reads `exp`, `nbf` and `iat`, of which the first must be there.
    pub(super) fn read(
        exp: Option<&Node<'_>>,
        nbf: Option<&Node<'_>>,
        iat: Option<&Node<'_>>,
    ) -> Result<Self, VerifyError> {
        Ok(Self {
            expires_at: seconds("exp", exp)?.ok_or(VerifyError::MissingClaim("exp"))?,
            not_before: seconds("nbf", nbf)?,
            issued_at: seconds("iat", iat)?,
        })
    }

    /// Whether the token is good at the moment `now`.
    pub(super) fn check(&self, policy: &Policy, now: UnixSeconds) -> Result<(), VerifyError> {
        let latest_now = now.later_by(policy.leeway);
        if self.expires_at.later_by(policy.leeway) <= now {
            return Err(VerifyError::Expired);
        }
        if self.not_before.is_some_and(|moment| moment > latest_now) {
            return Err(VerifyError::NotYetValid);
        }
        if self.issued_at.is_some_and(|moment| moment > latest_now) {
            return Err(VerifyError::IssuedInFuture);
        }
        let left = self.expires_at.seconds_since(latest_now);
        let whole = self
            .issued_at
            .map_or(0, |start| self.expires_at.seconds_since(start));
        if policy
            .max_token_lifetime
            .is_some_and(|limit| left > limit || whole > limit)
        {
            return Err(VerifyError::LifetimeTooLong);
        }
        Ok(())
    }
}

/// A `NumericDate` (RFC 7519 §2), rounded up.
///
/// Rounding up loses nothing: a whole `now` is before a fractional moment exactly when it is
/// before the next whole second.
pub(crate) fn seconds(
    name: &'static str,
    node: Option<&Node<'_>>,
) -> Result<Option<UnixSeconds>, VerifyError> {
    let seconds = match node {
        None => return Ok(None),
        Some(Node::Whole(seconds)) => *seconds,
        Some(Node::Number(number)) if (0.0..=253_402_300_799.0).contains(number) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the range was checked in the line above"
            )]
            let seconds = number.ceil() as u64;
            seconds
        }
        Some(_) => return Err(VerifyError::InvalidClaim(name)),
    };
    if seconds > LAST_SECOND {
        return Err(VerifyError::InvalidClaim(name));
    }
    Ok(Some(UnixSeconds::new(seconds)))
}

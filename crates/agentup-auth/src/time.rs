//! Time as an argument: the seconds that tokens count in, and the skew between clocks.

/// A moment, in whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// The `NumericDate` of RFC 7519 §2, without its fraction. Arithmetic saturates: whoever asks for
/// a time before the epoch wants the earliest one, not a panic in the path of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(u64);

impl UnixSeconds {
    /// A moment, so many seconds after the epoch.
    #[must_use]
    pub const fn new(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// This moment, earlier by the leeway.
    #[must_use]
    pub const fn earlier_by(self, leeway: Leeway) -> Self {
        Self(self.0.saturating_sub(leeway.0))
    }

    /// This moment, later by the leeway.
    #[must_use]
    pub const fn later_by(self, leeway: Leeway) -> Self {
        Self(self.0.saturating_add(leeway.0))
    }

    /// How many seconds this moment is after `earlier`; zero when it is not after it.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// How far the issuer's clock and ours may be apart, in seconds.
///
/// At most [`Leeway::MAX`]: more would be a longer life for every stolen token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Leeway(u64);

/// A leeway is longer than [`Leeway::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} seconds of leeway is more than the maximum of {max}", max = Leeway::MAX)]
pub struct LeewayError(u64);

impl Leeway {
    /// The longest leeway, in seconds.
    pub const MAX: u64 = 300;

    /// Clocks agree to the second.
    pub const NONE: Self = Self(0);

    /// The leeway, in seconds.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl Default for Leeway {
    /// 30 seconds.
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u64> for Leeway {
    type Error = LeewayError;

    fn try_from(seconds: u64) -> Result<Self, LeewayError> {
        if seconds > Self::MAX {
            return Err(LeewayError(seconds));
        }
        Ok(Self(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::{Leeway, UnixSeconds};

    #[test]
    fn leeway_has_a_maximum() {
        assert_eq!(Leeway::try_from(300).map(Leeway::get), Ok(300));
        let error = Leeway::try_from(301).expect_err("301 seconds is too long");
        assert_eq!(
            error.to_string(),
            "301 seconds of leeway is more than the maximum of 300"
        );
    }

    #[test]
    fn times_saturate() {
        let leeway = Leeway::default();
        assert_eq!(UnixSeconds::new(7).earlier_by(leeway), UnixSeconds::new(0));
        assert_eq!(
            UnixSeconds::new(u64::MAX).later_by(leeway),
            UnixSeconds::new(u64::MAX)
        );
        assert_eq!(UnixSeconds::new(7).seconds_since(UnixSeconds::new(9)), 0);
    }
}

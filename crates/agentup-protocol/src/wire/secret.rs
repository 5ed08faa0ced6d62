//! Text that a client entrusts to the agent, kept out of logs by its type.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A credential inside the protocol, such as the token of a push configuration.
///
/// It is written to its owner like any string (A2A §4.3), but never by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a credential.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The credential itself, for the header it is meant for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;
    use crate::TaskPushNotificationConfig;

    #[test]
    fn a_secret_is_written_to_its_owner_but_not_to_a_log() {
        let json = r#"{"url":"u","token":"hush","authentication":{"scheme":"Bearer","credentials":"hush"}}"#;
        let config: TaskPushNotificationConfig = serde_json::from_str(json).unwrap();
        assert_eq!(config.token.as_ref().map(Secret::expose), Some("hush"));
        assert_eq!(serde_json::to_string(&config).unwrap(), json);
        let debug = format!("{config:?}");
        assert!(
            debug.contains("Bearer") && !debug.contains("hush"),
            "{debug}"
        );
    }
}

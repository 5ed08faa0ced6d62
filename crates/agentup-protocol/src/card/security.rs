//! How callers authenticate to an agent, and which scopes they need (A2A §4.5).

use std::collections::BTreeMap;

/// A way to authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityScheme {
    /// A fixed key.
    ApiKey {
        /// Where it stands in a request.
        location: ApiKeyLocation,
        /// The name of the header, parameter or cookie.
        name: String,
        /// For people.
        description: Option<String>,
    },
    /// A scheme of HTTP, such as `Bearer`.
    Http {
        /// The name of the scheme (RFC 9110 §11.1).
        scheme: String,
        /// What a bearer token looks like, such as `JWT`.
        bearer_format: Option<String>,
        /// For people.
        description: Option<String>,
    },
    /// A client certificate.
    MutualTls {
        /// For people.
        description: Option<String>,
    },
    /// OAuth 2.
    OAuth2 {
        /// How to come by a token.
        flow: OAuthFlow,
        /// Metadata of the authorization server (RFC 8414).
        metadata_url: Option<String>,
        /// For people.
        description: Option<String>,
    },
    /// `OpenID` Connect.
    OpenIdConnect {
        /// The discovery document.
        url: String,
        /// For people.
        description: Option<String>,
    },
}

/// Where a key stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyLocation {
    /// In a cookie.
    Cookie,
    /// In a header.
    Header,
    /// In the query.
    Query,
}

/// How to come by a token. The flows that OAuth 2.1 drops are not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OAuthFlow {
    /// By a browser (RFC 6749 §4.1).
    AuthorizationCode {
        /// Where the browser goes.
        authorization_url: String,
        /// Where the token is.
        token_url: String,
        /// Where the next token is.
        refresh_url: Option<String>,
        /// Scopes and what they are for.
        scopes: BTreeMap<String, String>,
        /// Whether PKCE is asked for (RFC 7636).
        pkce_required: bool,
    },
    /// By a secret of the client (RFC 6749 §4.4).
    ClientCredentials {
        /// Where the token is.
        token_url: String,
        /// Where the next token is.
        refresh_url: Option<String>,
        /// Scopes and what they are for.
        scopes: BTreeMap<String, String>,
    },
    /// By another device (RFC 8628); new in 1.0.
    DeviceCode {
        /// Where the code is.
        device_authorization_url: String,
        /// Where the token is.
        token_url: String,
        /// Where the next token is.
        refresh_url: Option<String>,
        /// Scopes and what they are for.
        scopes: BTreeMap<String, String>,
    },
}

/// Schemes that are needed together, by name, with the scopes they must give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityRequirement(pub BTreeMap<String, Vec<String>>);

impl SecurityRequirement {
    /// One scheme with these scopes.
    #[must_use]
    pub fn one(scheme: impl Into<String>, scopes: Vec<String>) -> Self {
        Self(BTreeMap::from([(scheme.into(), scopes)]))
    }
}

impl ApiKeyLocation {
    /// Every location.
    pub const ALL: [Self; 3] = [Self::Cookie, Self::Header, Self::Query];

    /// Its name in a card.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cookie => "cookie",
            Self::Header => "header",
            Self::Query => "query",
        }
    }
}

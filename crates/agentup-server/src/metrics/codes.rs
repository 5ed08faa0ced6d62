//! The codes that requests and connections are refused with: few, and known beforehand, so that each has its count
//! from the beginning and nothing that a request brings can make one more.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Count;

/// Stands for a code that this list does not have. It is a fault of the list.
const OTHER: &str = "other";

/// Why credentials are refused. In the order of the alphabet.
pub(super) const OF_CREDENTIALS: &[&str] = &[
    "algorithm_not_allowed",
    "bad_signature",
    "conflicting_scopes",
    "critical_header",
    "dpop_algorithm_not_allowed",
    "dpop_bad_signature",
    "dpop_invalid_claim",
    "dpop_issued_in_future",
    "dpop_malformed",
    "dpop_malformed_claims",
    "dpop_malformed_header",
    "dpop_memory_full",
    "dpop_missing",
    "dpop_nonce_required",
    "dpop_replayed",
    "dpop_too_large",
    "dpop_too_old",
    "dpop_two_proofs",
    "dpop_unsupported_header",
    "dpop_unusable_key",
    "dpop_wrong_key",
    "dpop_wrong_method",
    "dpop_wrong_token",
    "dpop_wrong_type",
    "dpop_wrong_uri",
    "embedded_key",
    "empty_token",
    "expired",
    "expired_api_key",
    "inactive",
    "introspection_unavailable",
    "introspection_unusable",
    "invalid_claim",
    "issued_in_future",
    "keys_unavailable",
    "lifetime_too_long",
    "malformed",
    "malformed_api_key",
    "malformed_claims",
    "malformed_header",
    "missing_claim",
    "no_credential",
    "not_a_token",
    "not_bearer",
    "not_bound",
    "not_yet_valid",
    OTHER,
    "other_certificate",
    "proof_required",
    "revoked",
    "too_large",
    "two_credentials",
    "unknown_api_key",
    "unknown_kid",
    "unsupported_header",
    "untrusted_issuer",
    "wrong_audience",
    "wrong_client",
    "wrong_type",
];

/// Why requests are refused whose credentials are good, or that need none. In the order of the
/// alphabet.
pub(super) const OF_REQUESTS: &[&str] = &[
    "abandoned",
    "body_broken",
    "body_late",
    "body_too_large",
    "caller_rate_limited",
    "content_type_not_supported",
    "extended_card_not_configured",
    "extension_support_required",
    "insufficient_scope",
    "internal",
    "invalid_agent_response",
    "invalid_params",
    "invalid_request",
    "media_type",
    "method_not_allowed",
    "method_not_found",
    "not_found",
    OTHER,
    "overloaded",
    "panicked",
    "parse_error",
    "push_notification_not_supported",
    "rate_limited",
    "requests_limited",
    "source_limited",
    "streams_limited",
    "task_not_cancelable",
    "task_not_found",
    "unsupported_operation",
    "version_not_supported",
];

/// Why there is no TLS connection. In the order of the alphabet.
pub(super) const OF_HANDSHAKES: &[&str] = &[
    "tls_bad_certificate",
    "tls_broken",
    "tls_closed",
    "tls_distrusted",
    "tls_failed",
    "tls_incompatible",
    "tls_late",
    "tls_no_certificate",
    "tls_not_tls",
    "tls_plain_http",
];

/// A count for each code of a list.
#[derive(Debug)]
pub(super) struct Codes {
    names: &'static [&'static str],
    counts: Vec<Count>,
    /// The place of the code that was added last. Whoever floods the agent brings one code.
    last: AtomicUsize,
}

impl Codes {
    pub(super) fn new(names: &'static [&'static str]) -> Self {
        let counts = names.iter().map(|_| Count::default()).collect();
        Self {
            names,
            counts,
            last: AtomicUsize::new(0),
        }
    }

    pub(super) fn add(&self, code: &str) {
        let index = self.place_of(code);
        if let Some(count) = index.and_then(|index| self.counts.get(index)) {
            count.add(1);
        }
    }

    fn place_of(&self, code: &str) -> Option<usize> {
        let last = self.last.load(Ordering::Relaxed);
        if self.names.get(last) == Some(&code) {
            return Some(last);
        }
        let index = self.names.binary_search(&code);
        let index = index.or_else(|_| self.names.binary_search(&OTHER)).ok()?;
        self.last.store(index, Ordering::Relaxed);
        Some(index)
    }

    /// How often the code at this place of the list was added.
    pub(super) fn get(&self, index: usize) -> u64 {
        self.counts.get(index).map_or(0, Count::get)
    }
}

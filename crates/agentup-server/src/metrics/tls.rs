//! TLS: handshakes, and until when the certificate is good.

use std::fmt;

use super::{
    Count,
    codes::{Codes, OF_HANDSHAKES},
    page::{BARE, Family, Page},
};
use crate::tls::{HandshakeError, Tls};

const DONE: Family = Family::new("tls_handshakes", "Handshakes that ended with a connection.");
const FAILED: Family = Family::new(
    "tls_handshake_failures",
    "Handshakes that ended without a connection, by the reason.",
);
const EXPIRES: Family = Family::seconds(
    "tls_certificate_expiry_timestamp",
    "When the certificate in force expires, in seconds of the Unix epoch.",
);

/// Counts handshakes.
#[derive(Debug)]
pub(crate) struct TlsMeter {
    done: Count,
    failed: Codes,
}

impl Default for TlsMeter {
    fn default() -> Self {
        Self {
            done: Count::default(),
            failed: Codes::new(OF_HANDSHAKES),
        }
    }
}

impl TlsMeter {
    /// There is a connection.
    pub(crate) fn done(&self) {
        self.done.add(1);
    }

    /// There is none.
    pub(crate) fn failed(&self, error: &HandshakeError) {
        self.failed.add(error.code());
    }

    pub(super) fn write(&self, tls: &Tls, page: &mut Page<'_>) -> fmt::Result {
        page.counters(&DONE, [(BARE, self.done.get())])?;
        let failed = OF_HANDSHAKES.iter().enumerate();
        let failed = failed.map(|(index, code)| ([("code", *code)], self.failed.get(index)));
        page.counters(&FAILED, failed)?;
        page.gauge(&EXPIRES, tls.expires().timestamp())
    }
}

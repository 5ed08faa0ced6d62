//! What a certificate says of itself (RFC 5280).

use std::{
    fmt::{self, Write as _},
    net::IpAddr,
};

use chrono::{DateTime, Utc};
use x509_parser::{
    extensions::GeneralName,
    objects::{oid_registry, oid2abbrev},
    parse_x509_certificate,
    time::ASN1Time,
    x509::X509Name,
};

/// The longest name that is kept, in bytes. Longer ones are nobody's.
const MAX_NAME_BYTES: usize = 255;

/// The most names that are kept.
const MAX_NAMES: usize = 100;

/// The facts of a certificate that matter here.
#[derive(Clone, Debug)]
pub(crate) struct CertificateFacts {
    /// The distinguished name of whom it is about (RFC 4514). May be empty.
    pub(crate) subject: String,
    /// The alternative names of whom it is about: hosts, addresses, URIs, mail addresses.
    pub(crate) names: Vec<String>,
    pub(crate) not_before: DateTime<Utc>,
    pub(crate) not_after: DateTime<Utc>,
    /// Whose key signed it, and whose key it has, as they stand: for seeing whether a chain hangs
    /// together.
    pub(super) issuer: Vec<u8>,
    pub(super) owner: Vec<u8>,
}

/// Something that is no certificate.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoCertificate;

impl CertificateFacts {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn of(der: &[u8]) -> Result<Self, NoCertificate> {
        let (rest, certificate) = parse_x509_certificate(der).map_err(|_| NoCertificate)?;
        if !rest.is_empty() {
            return Err(NoCertificate);
        }
        let names = certificate.subject_alternative_name();
        let names = names.map_err(|_| NoCertificate)?;
        let names = names.map_or(&[][..], |names| &names.value.general_names);
        let validity = certificate.validity();
        Ok(Self {
            subject: distinguished(certificate.subject()),
            names: names
                .iter()
                .filter_map(text)
                .filter(|name| name.len() <= MAX_NAME_BYTES)
                .take(MAX_NAMES)
                .collect(),
            not_before: moment(validity.not_before),
            not_after: moment(validity.not_after),
            issuer: certificate.issuer().as_raw().to_vec(),
            owner: certificate.subject().as_raw().to_vec(),
        })
    }
}

/// For logs. The names are escaped: they were written by whoever asked for the certificate.
impl fmt::Display for CertificateFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.names.first().unwrap_or(&self.subject);
        let until = self.not_after.format("%Y-%m-%d %H:%M UTC");
        write!(f, "for {}, until {until}", name.escape_debug())
    }
}

/// A distinguished name as text (RFC 4514 §2): what is nearest first.
fn distinguished(name: &X509Name<'_>) -> String {
    let parts: Vec<_> = name.iter_rdn().collect();
    let mut text = String::new();
    for part in parts.into_iter().rev() {
        for (at, attribute) in part.iter().enumerate() {
            if !text.is_empty() {
                text.push(if at == 0 { ',' } else { '+' });
            }
            let kind = attribute.attr_type();
            match oid2abbrev(kind, oid_registry()) {
                Ok(known) => text.push_str(known),
                Err(_) => text.push_str(&kind.to_id_string()),
            }
            text.push('=');
            if let Ok(value) = attribute.as_str() {
                escape(value, &mut text);
            } else {
                // What is no text stands there as its bytes (§2.4).
                text.push('#');
                for byte in attribute.as_slice() {
                    // Writing to a text cannot fail.
                    let _ = write!(text, "{byte:02x}");
                }
            }
        }
    }
    text
}

/// No value can be taken for another attribute (RFC 4514 §2.4).
fn escape(value: &str, text: &mut String) {
    let last = value.chars().count().saturating_sub(1);
    for (at, character) in value.chars().enumerate() {
        let is_special = match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => true,
            '#' => at == 0,
            ' ' => at == 0 || at == last,
            _ => false,
        };
        if character.is_control() {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(text, "\\{byte:02x}");
            }
            continue;
        }
        if is_special {
            text.push('\\');
        }
        text.push(character);
    }
}

fn text(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::RFC822Name(name) | GeneralName::DNSName(name) | GeneralName::URI(name) => {
            Some((*name).to_owned())
        }
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let v6 = || <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            Some(v4.or_else(|_| v6()).ok()?.to_string())
        }
        GeneralName::DirectoryName(name) => Some(distinguished(name)),
        _ => None,
    }
}

fn moment(time: ASN1Time) -> DateTime<Utc> {
    DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

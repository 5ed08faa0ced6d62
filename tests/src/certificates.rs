//! Certificates for tests: authorities, and what they vouch for.

use agentup_auth::CertificateThumbprint;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

/// An authority that vouches for certificates.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The certificate, as PEM.
    pub certificate: String,
    /// Its private key, as PEM.
    pub key: String,
    /// The name by which tokens are bound to it (RFC 8705 §3.1).
    pub thumbprint: String,
}

impl Authority {
    /// A new one of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"));
        Self(issuer.expect("an authority"))
    }

    /// Its own certificate, as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a server on this machine.
    #[must_use]
    pub fn server(&self) -> Certified {
        self.vouch_for(&server_params())
    }

    /// One that has expired long ago.
    #[must_use]
    pub fn expired_server(&self) -> Certified {
        self.server_until(2020)
    }

    /// One that is good until this year begins.
    #[must_use]
    pub fn server_until(&self, year: i32) -> Certified {
        let mut params = server_params();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        self.vouch_for(&params)
    }

    /// One that is not valid yet.
    #[must_use]
    pub fn early_server(&self) -> Certified {
        let mut params = server_params();
        params.not_before = rcgen::date_time_ymd(2200, 1, 1);
        self.vouch_for(&params)
    }

    /// A certificate for a client of this name.
    #[must_use]
    pub fn client(&self, name: &str) -> Certified {
        let mut params =
            CertificateParams::new([format!("{name}.clients.example")]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.vouch_for(&params)
    }

    fn vouch_for(&self, params: &CertificateParams) -> Certified {
        let key = KeyPair::generate().expect("a key");
        let issuer: &Issuer<'_, KeyPair> = &self.0;
        let certificate = params.signed_by(&key, issuer).expect("a certificate");
        Certified {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            thumbprint: CertificateThumbprint::of(certificate.der()).to_string(),
        }
    }
}

fn server_params() -> CertificateParams {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names).expect("names");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

//! Fresh key pairs of every kind, as PEM.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{self, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
        KeyPair as _,
    },
};

/// A private key and the public key that belongs to it.
pub(crate) struct PemKeys {
    pub(crate) private: String,
    pub(crate) public: String,
}

pub(crate) fn rsa() -> PemKeys {
    let pair = rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der = pair.as_der().unwrap();
    let public: PublicKeyX509Der = pair.public_key().as_der().unwrap();
    pem_keys(private.as_ref(), public.as_ref())
}

pub(crate) fn p256() -> PemKeys {
    ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING)
}

pub(crate) fn p384() -> PemKeys {
    ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING)
}

pub(crate) fn p521() -> PemKeys {
    ecdsa(&ECDSA_P521_SHA512_FIXED_SIGNING)
}

pub(crate) fn ed25519() -> PemKeys {
    let pair = Ed25519KeyPair::generate().unwrap();
    let public: PublicKeyX509Der = pair.public_key().as_der().unwrap();
    pem_keys(pair.to_pkcs8v1().unwrap().as_ref(), public.as_ref())
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm) -> PemKeys {
    let pair = EcdsaKeyPair::generate(algorithm).unwrap();
    let public: PublicKeyX509Der = pair.public_key().as_der().unwrap();
    pem_keys(pair.to_pkcs8v1().unwrap().as_ref(), public.as_ref())
}

fn pem_keys(private: &[u8], public: &[u8]) -> PemKeys {
    let encode = |tag, der: &[u8]| pem::encode(&pem::Pem::new(tag, der));
    PemKeys {
        private: encode("PRIVATE KEY", private),
        public: encode("PUBLIC KEY", public),
    }
}

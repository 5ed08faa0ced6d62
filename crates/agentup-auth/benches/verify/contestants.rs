//! Who is measured. Each says of one token after the other whether it is good.

use agentup_auth::{BearerToken, Policy, TrustedIssuer, UnixSeconds, Verifier, test_support};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Validation;
use serde::Deserialize;

use crate::{
    keys::{Keys, Primitive},
    tokens::{self, Tokens},
};

/// Judges the token of a number.
pub(crate) type Judge<'a> = Box<dyn FnMut(usize) -> bool + 'a>;

/// What a verifier remembers of the tokens that it gets.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Remembers {
    /// It has no cache.
    Nothing,
    /// It has a cache, and each token is new to it.
    OtherTokens,
    /// It has seen each token before.
    TheToken,
}

/// The signature alone: with a parsed key, and without base64.
pub(crate) fn primitive<'a>(keys: &Keys, tokens: &'a Tokens) -> Judge<'a> {
    let parts: Vec<(&[u8], Vec<u8>)> = tokens
        .texts
        .iter()
        .map(|token| {
            let (signed, signature) = token.rsplit_once('.').expect("a signature");
            let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
            (signed.as_bytes(), signature)
        })
        .collect();
    let key = keys.primitive();
    Box::new(move |n| {
        let (signed, signature) = &parts[n];
        match &key {
            Primitive::Secret(key) => hmac::verify(key, signed, signature).is_ok(),
            Primitive::Public(key) => key.verify_sig(signed, signature).is_ok(),
        }
    })
}

/// Our own verifier, with the rules that a server has unless it says otherwise.
pub(crate) fn verify<'a>(keys: &Keys, tokens: &'a Tokens, remembers: Remembers) -> Judge<'a> {
    let trusted = TrustedIssuer {
        issuer: Some(test_support::ISSUER.to_owned()),
        audiences: vec![test_support::AUDIENCE.to_owned()],
        keys: keys.set(),
    };
    let mut policy = Policy::default();
    if remembers != Remembers::Nothing {
        policy.cached_tokens = 4096;
    }
    let set = keys.set();
    let verifier = Verifier::new(vec![trusted], policy);
    Box::new(move |n| {
        // With other keys, nothing counts that was remembered.
        if n == 0 && remembers == Remembers::OtherTokens {
            assert!(verifier.replace_keys(0, &set));
        }
        let now = UnixSeconds::new(tokens::now());
        verifier
            .verify(BearerToken::new(&tokens.texts[n]), now)
            .is_ok()
    })
}

/// What most people have their claims read into.
#[derive(Deserialize)]
#[expect(dead_code, reason = "they are read, which is what is measured")]
struct Claims {
    sub: String,
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
    jti: String,
    scope: String,
}

/// `jsonwebtoken` as its documentation has it; none for an algorithm that it has not.
pub(crate) fn decode<'a>(keys: &Keys, tokens: &'a Tokens) -> Option<Judge<'a>> {
    let (key, algorithm) = keys.decoding()?;
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[test_support::ISSUER]);
    validation.set_audience(&[test_support::AUDIENCE]);
    #[expect(
        clippy::disallowed_methods,
        reason = "it is what our own verifier is held against"
    )]
    let judge =
        move |n: usize| jsonwebtoken::decode::<Claims>(&tokens.texts[n], &key, &validation).is_ok();
    Some(Box::new(judge))
}

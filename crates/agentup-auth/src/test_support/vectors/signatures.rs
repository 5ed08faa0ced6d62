//! Signatures: fixed lengths, numbers in range, and over these bytes only.

use super::{Family, HS256, base64url, good, good_text, sign, sign_with};
use crate::{
    algorithm::{Algorithm, Family as KeyFamily},
    issue::SigningKey,
    test_support::{OTHER_SECRET, other_private_pem, signing_key},
};

const BAD: &str = "bad_signature";

pub(super) fn family() -> Family {
    let mut family = Family::new("signatures");
    for algorithm in Algorithm::ALL {
        any(&mut family, algorithm);
    }
    hmac(&mut family);
    rsa(&mut family);
    for (algorithm, order) in [
        (Algorithm::ES256, P256_ORDER),
        (Algorithm::ES384, P384_ORDER),
        (Algorithm::ES512, P521_ORDER),
    ] {
        ecdsa(&mut family, algorithm, &bytes_of(order));
    }
    ed25519(&mut family);
    other_keys(&mut family);
    family
}

/// The token of the algorithm with another signature.
fn with_signature(token: &str, signature: &[u8]) -> String {
    let (signed, _) = token.rsplit_once('.').expect("three parts");
    format!("{signed}.{}", base64url::encode(signature))
}

fn signature_of(token: &str) -> Vec<u8> {
    let (_, signature) = token.rsplit_once('.').expect("three parts");
    base64url::decode(signature.as_bytes()).expect("base64url")
}

/// What is wrong whatever the algorithm is.
fn any(family: &mut Family, algorithm: Algorithm) {
    let rule = "RFC 7515 §5.2";
    let trust = algorithm.name().to_lowercase();
    let token = good(algorithm);
    let signature = signature_of(&token);
    let flipped = |at: usize| {
        let mut bytes = signature.clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1;
        }
        bytes
    };
    let longer = [&signature[..], &[0]].concat();
    let preceded = [&[0], &signature[..]].concat();
    for (name, bytes) in [
        ("first bit", flipped(0)),
        ("last bit", flipped(signature.len() - 1)),
        ("a byte less", signature[..signature.len() - 1].to_vec()),
        ("half of it", signature[..signature.len() / 2].to_vec()),
        ("a byte more", longer),
        ("a zero before it", preceded),
        ("all zeros", vec![0; signature.len()]),
        ("all ones", vec![0xFF; signature.len()]),
        ("nothing", Vec::new()),
    ] {
        let name = format!("{algorithm}: {name}");
        family.refuse(&name, rule, &trust, BAD, with_signature(&token, &bytes));
    }
    let (header, rest) = token.split_once('.').expect("three parts");
    let (_, signature) = rest.rsplit_once('.').expect("three parts");
    let payload = base64url::encode(good_text().replace("alice", "admin").as_bytes());
    let tampered = format!("{header}.{payload}.{signature}");
    family.refuse(
        &format!("{algorithm}: other claims"),
        rule,
        &trust,
        BAD,
        tampered,
    );
}

fn hmac(family: &mut Family) {
    let token = good(Algorithm::HS256);
    let longer = sign(Algorithm::HS512, HS256, good_text());
    let first_half = &signature_of(&longer)[..32];
    let name = "HS256: the first half of HS512";
    family.refuse(
        name,
        "RFC 7518 §3.2",
        "hs256",
        BAD,
        with_signature(&token, first_half),
    );
    for (name, secret) in [
        ("another secret", OTHER_SECRET.as_bytes()),
        ("an empty secret", b""),
        ("a secret of one zero", b"\0"),
        ("the word secret", b"secret"),
    ] {
        let key = SigningKey::hmac(Algorithm::HS256, secret).expect("HMAC");
        let name = format!("HS256: {name}");
        family.refuse(
            &name,
            "RFC 7518 §3.2",
            "hs256",
            BAD,
            sign_with(&key, HS256, good_text()),
        );
    }
}

fn rsa(family: &mut Family) {
    let header = r#"{"alg":"PS256","kid":"key-1"}"#;
    let token = sign(Algorithm::RS256, header, good_text());
    family.refuse(
        "PS256: padding of RS256",
        "RFC 7518 §3.5",
        "ps256",
        BAD,
        token,
    );
    let header = r#"{"alg":"RS256","kid":"key-1"}"#;
    let token = sign(Algorithm::RS384, header, good_text());
    family.refuse("RS256: hash of RS384", "RFC 7518 §3.3", "rs256", BAD, token);
    // The message itself where the signature should be: what an exponent of one would accept.
    let token = good(Algorithm::RS256);
    let mut one = vec![0; 256];
    one[255] = 1;
    family.refuse(
        "RS256: the number one",
        "RFC 8017 §8.2.2",
        "rs256",
        BAD,
        with_signature(&token, &one),
    );
}

const P256_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const P384_ORDER: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
const P521_ORDER: &str = "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409";

/// RFC 7518 §3.4, and the faults of CVE-2022-21449.
fn ecdsa(family: &mut Family, algorithm: Algorithm, order: &[u8]) {
    let rule = "RFC 7518 §3.4";
    let trust = algorithm.name().to_lowercase();
    let token = good(algorithm);
    let signature = signature_of(&token);
    let (r, s) = signature.split_at(signature.len() / 2);
    let zero = vec![0; order.len()];
    let mut one = zero.clone();
    *one.last_mut().expect("not empty") = 1;
    for (name, first, second) in [
        ("r is zero", &zero[..], s),
        ("s is zero", r, &zero[..]),
        ("r and s are zero", &zero[..], &zero[..]),
        ("r is the order", order, s),
        ("s is the order", r, order),
        ("r and s are the order", order, order),
        ("r and s are one", &one[..], &one[..]),
        ("r and s changed places", s, r),
    ] {
        let token = with_signature(&token, &[first, second].concat());
        family.refuse(
            &format!("{algorithm}: {name}"),
            "CVE-2022-21449",
            &trust,
            BAD,
            token,
        );
    }
    let der = with_signature(&token, &der(r, s));
    family.refuse(&format!("{algorithm}: DER"), rule, &trust, BAD, der);
    let padded = [&[0], r, &[0], s].concat();
    let padded = with_signature(&token, &padded);
    family.refuse(
        &format!("{algorithm}: both a byte longer"),
        rule,
        &trust,
        BAD,
        padded,
    );
    // ECDSA has two signatures for everything, and a verifier takes either: this is why tokens
    // are revoked by `jti` and not by their bytes.
    let other = [r, &difference(order, s)].concat();
    let name = format!("{algorithm}: the other s");
    family.accept(&name, rule, &trust, with_signature(&token, &other));
}

/// The group's order, little-endian.
const ED25519_ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn ed25519(family: &mut Family) {
    let rule = "RFC 8032 §5.1.7";
    let token = good(Algorithm::EdDSA);
    let signature = signature_of(&token);
    let (r, s) = signature.split_at(32);
    let order = bytes_of(ED25519_ORDER);
    let mut beyond: Vec<u8> = s.to_vec();
    let mut carry = 0_u16;
    for (byte, more) in beyond.iter_mut().zip(&order) {
        let sum = u16::from(*byte) + u16::from(*more) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    let mut identity = vec![0; 64];
    identity[0] = 1;
    for (name, bytes) in [
        ("S beyond the order", [r, &beyond].concat()),
        ("S is the order", [r, &order].concat()),
        ("R is the identity and S zero", identity),
        ("R and S changed places", [s, r].concat()),
    ] {
        let name = format!("EdDSA: {name}");
        family.refuse(&name, rule, "eddsa", BAD, with_signature(&token, &bytes));
    }
}

fn other_keys(family: &mut Family) {
    for algorithm in [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256] {
        let pem = other_private_pem(algorithm).expect("there is one");
        let key = SigningKey::from_pem(algorithm, pem.as_bytes()).expect("it fits");
        let header = format!(r#"{{"alg":"{algorithm}","kid":"key-1"}}"#);
        let trust = algorithm.name().to_lowercase();
        let token = sign_with(&key, &header, good_text());
        let name = format!("{algorithm}: another key");
        family.refuse(&name, "RFC 7515 §5.2", &trust, BAD, token);
    }
    // A signature over the same claims under another header.
    let (_, rest) = good(Algorithm::RS256)
        .split_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("parts");
    let header = base64url::encode(br#"{"alg":"RS256","kid":"key-1","x":1}"#);
    let token = format!("{header}.{rest}");
    family.refuse(
        "RS256: another header",
        "RFC 7515 §5.2",
        "rs256",
        BAD,
        token,
    );
    assert_eq!(
        signing_key(Algorithm::RS256).algorithm().family(),
        KeyFamily::Rsa
    );
}

/// `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let digits: Vec<u8> = number
            .iter()
            .copied()
            .skip_while(|byte| *byte == 0)
            .collect();
        let sign = if digits.first().is_some_and(|byte| *byte >= 0x80) {
            &[0][..]
        } else {
            &[]
        };
        let contents = [sign, &digits].concat();
        [&[0x02, length(&contents)][..], &contents].concat()
    };
    let contents = [integer(r), integer(s)].concat();
    let head = if contents.len() < 0x80 {
        vec![0x30, length(&contents)]
    } else {
        vec![0x30, 0x81, length(&contents)]
    };
    [head, contents].concat()
}

fn length(contents: &[u8]) -> u8 {
    contents.len().try_into().expect("short")
}

/// `larger - smaller`, big-endian and of one length.
fn difference(larger: &[u8], smaller: &[u8]) -> Vec<u8> {
    let mut borrow = 0_i16;
    let mut digits: Vec<u8> = larger
        .iter()
        .zip(smaller)
        .rev()
        .map(|(larger, smaller)| {
            let digit = i16::from(*larger) - i16::from(*smaller) - borrow;
            borrow = i16::from(digit < 0);
            digit.rem_euclid(256).to_le_bytes()[0]
        })
        .collect();
    digits.reverse();
    digits
}

fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    hexadecimal
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            let digits = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(digits, 16).expect("hexadecimal")
        })
        .collect()
}

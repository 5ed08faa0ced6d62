//! What holds for all tokens: nothing panics, every bit counts, and there is one spelling.

#![cfg(feature = "test-support")]

#[cfg(test)]
mod tests {
    use agentup_auth::{
        Algorithm, BearerToken, KeySet, Verifier, bearer_token,
        test_support::{self, NOW, vectors::trusts},
        unverified,
    };
    use proptest::prelude::*;

    fn verifier(algorithm: Algorithm) -> Verifier {
        trusts()[&algorithm.name().to_lowercase()].verifier(0)
    }

    fn good(algorithm: Algorithm) -> String {
        test_support::token(algorithm, &test_support::claims())
    }

    fn is_accepted(verifier: &Verifier, token: &str) -> bool {
        verifier.verify(BearerToken::new(token), NOW).is_ok()
    }

    /// Every single bit of a good token, and every place for another character.
    #[test]
    fn no_bit_of_a_good_token_can_be_changed() {
        for algorithm in [
            Algorithm::HS256,
            Algorithm::EdDSA,
            Algorithm::ES256,
            Algorithm::RS256,
        ] {
            let verifier = verifier(algorithm);
            let token = good(algorithm);
            assert!(is_accepted(&verifier, &token), "{algorithm}");
            for position in 0..token.len() {
                for bit in 0..8 {
                    let mut bytes = token.clone().into_bytes();
                    bytes[position] ^= 1 << bit;
                    let changed = String::from_utf8_lossy(&bytes);
                    assert!(
                        !is_accepted(&verifier, &changed),
                        "{algorithm}: {position}, {bit}"
                    );
                }
                let (before, after) = token.split_at(position);
                for inserted in ["A", ".", "=", "\n"] {
                    let changed = format!("{before}{inserted}{after}");
                    assert!(!is_accepted(&verifier, &changed), "{algorithm}: {position}");
                }
                let shorter = format!("{before}{}", &after[1..]);
                assert!(!is_accepted(&verifier, &shorter), "{algorithm}: {position}");
            }
        }
    }

    /// What was accepted is the one way to write what it says.
    #[test]
    fn accepted_tokens_have_one_spelling() {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        for algorithm in Algorithm::ALL {
            let token = good(algorithm);
            assert!(is_accepted(&verifier(algorithm), &token));
            let again: Vec<String> = token
                .split('.')
                .map(|part| URL_SAFE_NO_PAD.encode(URL_SAFE_NO_PAD.decode(part).expect("bytes")))
                .collect();
            assert_eq!(again.join("."), token);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[A-Za-z0-9_.-]{0,200}") {
            let verifier = verifier(Algorithm::HS256);
            for token in [&String::from_utf8_lossy(&bytes).into_owned(), &text] {
                prop_assert!(!is_accepted(&verifier, token));
                let _read = unverified::decode(token);
            }
            let _found = bearer_token([bytes.as_slice()].into_iter());
            let _found = bearer_token([b"Bearer ".as_slice(), &bytes].concat().chunks(9));
            let _keys = KeySet::from_public_text(&bytes, &Algorithm::ALL);
        }

        #[test]
        fn no_header_or_payload_makes_it_panic(header: String, payload: Vec<u8>, signature: Vec<u8>) {
            use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
            let parts = [header.as_bytes(), &payload, &signature];
            let token = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
            prop_assert!(!is_accepted(&verifier(Algorithm::HS256), &token));
        }

        #[test]
        fn no_signed_payload_makes_it_panic(payload: Vec<u8>, text in r#"[{}\[\]",:a0.e\\u-]{0,40}"#) {
            let key = test_support::signing_key(Algorithm::HS256);
            let verifier = verifier(Algorithm::HS256);
            for payload in [payload.as_slice(), text.as_bytes()] {
                let header = br#"{"alg":"HS256"}"#;
                let token = agentup_auth::issue::sign_bytes(header, payload, &key);
                prop_assert!(!is_accepted(&verifier, &token.expect("HMAC signs anything")));
            }
        }

        #[test]
        fn no_key_text_makes_it_panic(text in r#"[{}\[\]",:a-z0-9=-]{0,60}"#, der: Vec<u8>) {
            let pem = pem::encode(&pem::Pem::new("PUBLIC KEY", der));
            for text in [&text, &pem, &format!(r#"{{"keys":[{text}]}}"#)] {
                let _read = KeySet::from_public_text(text.as_bytes(), &Algorithm::ALL);
            }
        }
    }
}

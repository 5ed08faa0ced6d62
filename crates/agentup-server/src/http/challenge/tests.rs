//! What clients of each scheme are told.

use agentup_auth::{ApiKeyError, CredentialError, DpopError, IntrospectionError, VerifyError};
use axum::response::Response;
use http::StatusCode;

use super::{ChallengeScheme, Challenger, Rejection};

fn challenger() -> Challenger {
    let schemes = vec![
        ChallengeScheme::Bearer,
        ChallengeScheme::Dpop {
            algorithms: "ES256 EdDSA".to_owned(),
        },
        ChallengeScheme::ApiKey {
            header: "x-api-key".to_owned(),
        },
    ];
    Challenger::new("r".to_owned(), "m".to_owned()).with_schemes(schemes)
}

fn challenges(response: &Response) -> Vec<&str> {
    let values = response.headers().get_all("www-authenticate");
    values.iter().map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn each_scheme_has_a_challenge_and_the_fault_stands_with_its_own() {
    let bare = [
        "Bearer realm=\"r\"",
        "DPoP realm=\"r\"",
        "ApiKey realm=\"r\", header=\"x-api-key\"",
    ];
    let ends = [
        ", resource_metadata=\"m\"",
        ", algs=\"ES256 EdDSA\", resource_metadata=\"m\"",
        ", resource_metadata=\"m\"",
    ];
    let proof = |error| Rejection::Proof { error, nonce: None };
    for (rejection, status, place, fault) in [
        (Rejection::Unauthenticated, 401, 9, ""),
        (
            Rejection::Credential(CredentialError::NotBearer),
            401,
            0,
            "invalid_token",
        ),
        (
            Rejection::Credential(CredentialError::TwoCredentials),
            400,
            0,
            "invalid_request",
        ),
        (
            Rejection::Token(VerifyError::Expired),
            401,
            0,
            "invalid_token",
        ),
        (
            Rejection::BoundToken(VerifyError::Expired),
            401,
            1,
            "invalid_token",
        ),
        (
            Rejection::BoundToken(VerifyError::NotBound),
            401,
            1,
            "invalid_token",
        ),
        (proof(DpopError::Replayed), 401, 1, "invalid_dpop_proof"),
        (proof(DpopError::WrongKey), 401, 1, "invalid_token"),
        (proof(DpopError::NonceRequired), 401, 1, "use_dpop_nonce"),
        (
            Rejection::Introspection(IntrospectionError::Inactive),
            401,
            0,
            "invalid_token",
        ),
        (
            Rejection::ApiKey(ApiKeyError::Unknown),
            401,
            2,
            "invalid_key",
        ),
        (
            Rejection::ApiKey(ApiKeyError::TwoKeys),
            400,
            2,
            "invalid_request",
        ),
    ] {
        let response = challenger().respond(&rejection, None);
        assert_eq!(response.status().as_u16(), status, "{rejection:?}");
        let told = challenges(&response);
        assert_eq!(told.len(), 3, "{rejection:?}");
        for (index, challenge) in told.iter().enumerate() {
            assert!(
                challenge.starts_with(bare[index]) && challenge.ends_with(ends[index]),
                "{challenge}"
            );
            let error = format!(", error=\"{fault}\", error_description=\"");
            assert_eq!(
                challenge.contains(&error),
                index == place,
                "{rejection:?} {challenge}"
            );
            assert_eq!(
                challenge.contains("error"),
                index == place,
                "{rejection:?} {challenge}"
            );
        }
    }
}

#[test]
fn what_is_no_fault_of_the_callers_has_no_challenge() {
    for rejection in [
        Rejection::Token(VerifyError::KeysUnavailable),
        Rejection::BoundToken(VerifyError::KeysUnavailable),
        Rejection::Proof {
            error: DpopError::MemoryFull,
            nonce: None,
        },
        Rejection::Introspection(IntrospectionError::Unusable),
        Rejection::CannotCheck,
        Rejection::Overloaded,
    ] {
        let response = challenger().respond(&rejection, None);
        assert_eq!(
            response.status(),
            StatusCode::SERVICE_UNAVAILABLE,
            "{rejection:?}"
        );
        assert!(
            response.headers().contains_key("retry-after"),
            "{rejection:?}"
        );
        assert!(challenges(&response).is_empty(), "{rejection:?}");
    }
}

#[test]
fn a_nonce_is_handed_out_with_the_refusal() {
    let rejection = Rejection::Proof {
        error: DpopError::NonceRequired,
        nonce: Some("n-1".to_owned()),
    };
    let response = challenger().respond(&rejection, None);
    assert_eq!(response.headers()["dpop-nonce"], "n-1");
}

#[test]
fn a_fault_of_a_scheme_that_is_not_accepted_is_told_with_the_first() {
    let schemes = vec![ChallengeScheme::ApiKey {
        header: "x-api-key".to_owned(),
    }];
    let challenger = Challenger::new("r".to_owned(), "m".to_owned()).with_schemes(schemes);
    let response = challenger.respond(&Rejection::Credential(CredentialError::NotBearer), None);
    let [only] = challenges(&response)[..] else {
        panic!("one challenge")
    };
    assert!(
        only.starts_with("ApiKey ") && only.contains("error=\"invalid_token\""),
        "{only}"
    );
}

//! Every way to write the header.

use super::{BearerToken, CredentialError, Scheme, bearer_token, credential, is_token_byte};

fn token(values: &[&str]) -> Result<Option<String>, CredentialError> {
    let found = bearer_token(values.iter().map(|value| value.as_bytes()))?;
    Ok(found.map(|token| String::from_utf8_lossy(token.expose()).into_owned()))
}

#[test]
fn one_bearer_token_is_found() {
    for value in [
        "Bearer a.b.c",
        "bearer a.b.c",
        "BEARER a.b.c",
        "bEaReR   a.b.c",
    ] {
        assert_eq!(token(&[value]), Ok(Some("a.b.c".to_owned())), "{value}");
    }
}

#[test]
fn no_header_is_no_credential() {
    assert_eq!(token(&[]), Ok(None));
}

#[test]
fn two_credentials_are_refused() {
    for values in [
        &["Bearer a.b.c", "Bearer a.b.c"][..],
        &["Bearer a.b.c", "Basic eDp5"],
        &["Bearer a.b.c, Bearer d.e.f"],
        &["Bearer a.b.c,d.e.f"],
    ] {
        assert_eq!(
            token(values),
            Err(CredentialError::TwoCredentials),
            "{values:?}"
        );
    }
}

#[test]
fn other_forms_are_refused() {
    use CredentialError::{EmptyToken, NotAToken, NotBearer};
    for (value, error) in [
        ("", NotBearer),
        ("a.b.c", NotBearer),
        ("Basic eDp5", NotBearer),
        ("Bearera.b.c", NotBearer),
        ("Bearer=a.b.c", NotBearer),
        ("Bearer:a.b.c", NotBearer),
        ("Bearer\ta.b.c", NotBearer),
        (" Bearer a.b.c", NotBearer),
        ("Bearer", EmptyToken),
        ("Bearer ", EmptyToken),
        ("Bearer    ", EmptyToken),
        ("Bearer \ta.b.c", NotAToken),
        ("Bearer a.b.c ", NotAToken),
        ("Bearer a b", NotAToken),
        ("Bearer Bearer a.b.c", NotAToken),
        ("Bearer \"a.b.c\"", NotAToken),
        ("Bearer a.b.c\n", NotAToken),
        ("Bearer a.b.%2E", NotAToken),
        ("Bearer a.b.é", NotAToken),
    ] {
        assert_eq!(token(&[value]), Err(error), "{value:?}");
    }
}

#[test]
fn debug_says_the_length_only() {
    assert_eq!(
        format!("{:?}", BearerToken::new("secret.secret.secret")),
        "BearerToken(20 bytes)"
    );
}

#[test]
fn a_proven_token_comes_with_a_scheme_of_its_own() {
    use CredentialError::{EmptyToken, NotAToken, NotBearer, TwoCredentials};
    let found = |value: &str| {
        let found = credential(std::iter::once(value.as_bytes()));
        found.map(|found| found.map(|(scheme, token)| (scheme, token.expose().to_vec())))
    };
    let token = b"a.b.c".to_vec();
    assert_eq!(
        found("Bearer a.b.c"),
        Ok(Some((Scheme::Bearer, token.clone())))
    );
    for value in ["DPoP a.b.c", "dpop  a.b.c"] {
        assert_eq!(
            found(value),
            Ok(Some((Scheme::Dpop, token.clone()))),
            "{value}"
        );
        assert_eq!(
            bearer_token(std::iter::once(value.as_bytes())).err(),
            Some(NotBearer)
        );
    }
    for (value, error) in [
        ("DPoP", EmptyToken),
        ("DPoP ", EmptyToken),
        ("DPoPa.b.c", NotBearer),
        ("DPoP a b", NotAToken),
        ("DPoP a.b.c, DPoP d.e.f", TwoCredentials),
    ] {
        assert_eq!(found(value), Err(error), "{value}");
    }
}

#[test]
fn a_token_has_letters_digits_and_seven_signs() {
    for byte in 0..=u8::MAX {
        let right = byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        assert_eq!(is_token_byte(byte), right, "{byte:#04x}");
    }
}

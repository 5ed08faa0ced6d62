//! The examples of the RFCs. Their claims have no subject or are no claims at all, so that a good
//! signature shows in the fault that is found after it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Family, IssuerTrust, SecretText, Trust, hs256, sign};
use crate::{algorithm::Algorithm, issue::with_broken_signature};

/// A second before the token of RFC 7519 §3.1 expires.
const BEFORE: u64 = 1_300_819_379;

const JOE: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

pub(super) fn family() -> Family {
    let mut family = Family::new("rfcs");
    for (name, rule, trust, code, token) in examples() {
        family.refuse(name, rule, trust, code, token.clone()).now = BEFORE;
        let name = format!("{name}, a bit of the signature changed");
        let token = with_broken_signature(&token);
        family
            .refuse(&name, rule, trust, "bad_signature", token)
            .now = BEFORE;
    }
    for (name, rule, trust, code, token) in unusable() {
        family.refuse(name, rule, trust, code, token).now = BEFORE;
    }
    family
}

type Example = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    String,
);

/// Examples whose signature holds under their key.
fn examples() -> Vec<Example> {
    vec![
        (
            "HS256",
            "RFC 7515 §A.1",
            "rfc7515-a1",
            "missing_claim",
            format!(
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{JOE}.\
                 dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            ),
        ),
        (
            "RS256",
            "RFC 7515 §A.2",
            "rfc7515-a2",
            "missing_claim",
            format!(
                "eyJhbGciOiJSUzI1NiJ9.{JOE}.\
                 cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5\
                 YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6\
                 xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc\
                 6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_\
                 IoypGlUPQGe77Rw"
            ),
        ),
        (
            "ES256",
            "RFC 7515 §A.3",
            "rfc7515-a3",
            "missing_claim",
            format!(
                "eyJhbGciOiJFUzI1NiJ9.{JOE}.\
                 DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6N\
                 U1Q"
            ),
        ),
        (
            "ES512",
            "RFC 7515 §A.4",
            "rfc7515-a4",
            "malformed_claims",
            "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.\
             AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7Xd\
             tAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_\
             Jn"
                .to_owned(),
        ),
        (
            "EdDSA",
            "RFC 8037 §A.4",
            "rfc8037-a4",
            "malformed_claims",
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
             hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
                .to_owned(),
        ),
    ]
}

/// Examples that no verifier of signed tokens takes.
fn unusable() -> Vec<Example> {
    vec![
        (
            "unsecured",
            "RFC 7515 §A.5",
            "rfc7515-a1",
            "algorithm_not_allowed",
            format!("eyJhbGciOiJub25lIn0.{JOE}."),
        ),
        (
            "unencoded and detached payload",
            "RFC 7797 §4.2",
            "rfc7515-a1",
            "critical_header",
            "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..\
             A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"
                .to_owned(),
        ),
        (
            "encrypted",
            "RFC 7519 §A.1",
            "rfc7515-a2",
            "malformed",
            "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.\
             QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1iNqhWXaKH4MqAkQtMoNfABIPJaZm0HaA415sv3ae\
             uBWnD8J-Ui7Ah6cWafs3ZwwFKDFUUsWHSK-IPKxLGTkND09XyjORj_CHAgOPJ-Sd8ONQRnJvWn_hXV1BNMHzUjP\
             yYwEsRhDhzjAD26imasOTsgruobpYGoQcXUwFDn7moXPRfDE8-NoQX7N7ZYMmpUDkR-Cx9obNGwJQ3nM52YCitx\
             oQVPzjbl7WBuB7AohdBoZOdZ24WlN1lVIeh8v1K4krB8xgKvRU8kgFrEn_a1rZgN5TiysnmzTROF869lQ.\
             AxY8DCtDaGlsbGljb3RoZQ.\
             MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72deHxz3roJDXQyhxx0wKaMHDjUEOKIwrtkHthpqEanSBN\
             YHZgmNOV7sln1Eu9g3J8.fiK51VwhsxJ-siBMR-YFiA"
                .to_owned(),
        ),
        (
            "HS256, signed by somebody else",
            "RFC 7515 §A.1",
            "rfc7515-a1",
            "bad_signature",
            hs256(r#"{"typ":"JWT","alg":"HS256"}"#, r#"{"iss":"joe","exp":1300819380}"#),
        ),
        (
            "ES256, signed by somebody else",
            "RFC 7515 §A.3",
            "rfc7515-a3",
            "bad_signature",
            sign(Algorithm::ES256, r#"{"alg":"ES256"}"#, r#"{"iss":"joe","exp":1300819380}"#),
        ),
    ]
}

/// The keys of the examples.
pub(super) fn trusts() -> BTreeMap<String, Trust> {
    let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9C\
                  Aow";
    let rsa = json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP\
              1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63k\
              paSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9\
              kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp\
              oQ",
        "e": "AQAB",
    });
    let p256 = json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    let p521 = json!({
        "kty": "EC",
        "crv": "P-521",
        "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqw\
              QGk",
        "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3ky\
              Mj2",
    });
    let ed25519 = json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    let joe = |algorithm: &str, jwk: Option<Value>| IssuerTrust {
        issuer: "joe".to_owned(),
        algorithms: vec![algorithm.to_owned()],
        jwks: jwk.map(|jwk| json!({ "keys": [jwk] })),
        ..IssuerTrust::default()
    };
    let secrets = vec![SecretText {
        base64url: Some(secret.to_owned()),
        ..SecretText::default()
    }];
    [
        (
            "rfc7515-a1",
            IssuerTrust {
                secrets,
                ..joe("HS256", None)
            },
        ),
        ("rfc7515-a2", joe("RS256", Some(rsa))),
        ("rfc7515-a3", joe("ES256", Some(p256))),
        ("rfc7515-a4", joe("ES512", Some(p521))),
        ("rfc8037-a4", joe("EdDSA", Some(ed25519))),
    ]
    .into_iter()
    .map(|(name, issuer)| {
        (
            name.to_owned(),
            Trust {
                issuers: vec![issuer],
                ..Trust::default()
            },
        )
    })
    .collect()
}

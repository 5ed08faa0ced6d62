//! The key itself, in the forms that were asked for.

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{
    KeygenError,
    args::KeyFormat,
    plan::{Kind, Plan},
};
use crate::keys::{Pair, PairType, thumbprint};

/// A new key as text that ends with a line end.
pub(super) struct Made {
    pub(super) private: Zeroizing<String>,
    /// None for a secret.
    pub(super) public: Option<String>,
    /// The name that stands in a JWK, if there is one.
    pub(super) kid: Option<String>,
}

impl Made {
    /// Makes the key.
    ///
    /// # Errors
    ///
    /// The system has no randomness.
    pub(super) fn new(plan: &Plan) -> Result<Self, KeygenError> {
        match plan.kind {
            Kind::Secret(bytes) => secret(plan, bytes),
            Kind::Pair(of) => pair(plan, of),
        }
    }
}

fn secret(plan: &Plan, bytes: usize) -> Result<Made, KeygenError> {
    let mut random = Zeroizing::new(vec![0; bytes]);
    rand::fill(&mut random).map_err(|_| KeygenError::Failed)?;
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(&*random));
    let private = if plan.format == KeyFormat::Text {
        Zeroizing::new(format!("{}\n", *text))
    } else {
        let mut jwk = Map::from_iter([
            ("kty".to_owned(), "oct".into()),
            ("k".to_owned(), text.as_str().into()),
            ("use".to_owned(), "sig".into()),
            ("alg".to_owned(), plan.algorithm.name().into()),
        ]);
        if let Some(kid) = &plan.kid {
            jwk.insert("kid".to_owned(), kid.as_str().into());
        }
        Zeroizing::new(json_text(plan.format, jwk))
    };
    Ok(Made {
        private,
        public: None,
        kid: plan.kid.clone(),
    })
}

fn pair(plan: &Plan, of: PairType) -> Result<Made, KeygenError> {
    let failed = |_| KeygenError::Failed;
    let pair = Pair::generate(of).map_err(failed)?;
    let signing = pair
        .signing_key(plan.algorithm)
        .map_err(|_| KeygenError::Failed)?;
    let jwk = |kid| signing.public_jwk(kid).ok_or(KeygenError::Failed);
    let kid = match &plan.kid {
        Some(kid) => kid.clone(),
        None => thumbprint(&jwk(None)?),
    };
    let public_jwk = jwk(Some(&kid))?;

    let private = if plan.format == KeyFormat::Pem {
        pair.to_pem().map_err(failed)?
    } else {
        let mut jwk = public_jwk.clone();
        jwk.extend(pair.private_members().map_err(failed)?);
        Zeroizing::new(json_text(plan.format, jwk))
    };
    let public = if plan.public_format == KeyFormat::Pem {
        pair.to_public_pem().map_err(failed)?
    } else {
        json_text(plan.public_format, public_jwk)
    };
    let is_named = [plan.format, plan.public_format]
        .iter()
        .any(|format| *format != KeyFormat::Pem);
    Ok(Made {
        private,
        public: Some(public),
        kid: is_named.then_some(kid),
    })
}

fn json_text(format: KeyFormat, jwk: Map<String, Value>) -> String {
    let whole = if format == KeyFormat::Jwks {
        json!({ "keys": [jwk] })
    } else {
        jwk.into()
    };
    format!("{whole:#}\n")
}

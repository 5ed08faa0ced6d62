//! Private keys: read, made, written in PEM and as JWK, and named.

mod der;
mod jwk;
mod pair;
mod private;
mod thumbprint;

pub(crate) use pair::{Pair, PairType};
pub(crate) use private::{PrivateKey, PrivateKeyError, own_name};
pub(crate) use thumbprint::thumbprint;

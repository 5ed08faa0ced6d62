//! The keys of the issuer: one signs, older ones are still published, and the set of all as verifiers
//! read it.

use std::sync::Arc;

use agentup_auth::{Algorithm, Family, issue::SigningKey};
use arc_swap::ArcSwap;
use aws_lc_rs::{
    digest::{SHA256, digest},
    rsa::KeySize,
};
use axum::body::Bytes;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use crate::keys::{Pair, PairType, own_name};

/// The most keys that are published. Verifiers try no more for a token without `kid`.
const MAX_KEYS: usize = 8;

/// A key with its name.
pub(super) struct NamedKey {
    pub(super) kid: String,
    pub(super) key: SigningKey,
    /// The public half, with the name in it.
    jwk: Map<String, Value>,
}

/// The keys as they are at one moment.
pub(super) struct Published {
    /// Newest first; the first signs. Never empty.
    keys: Vec<Arc<NamedKey>>,
    /// The key set as text, and a strong validator of it (RFC 9110 §8.8.3).
    pub(super) body: Bytes,
    pub(super) etag: String,
}

/// The keys. They are replaced as a whole, so that no request sees half a change.
pub(super) struct Keys {
    published: ArcSwap<Published>,
    /// One change at a time: making a key takes a while, and a flood of requests must not make many.
    change: Mutex<()>,
}

/// Why there is no new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoNewKey {
    TooMany,
    Failed,
}

impl NamedKey {
    /// A key under this name, or else its own; none for a secret, which cannot be published.
    pub(super) fn new(key: SigningKey, kid: Option<String>) -> Option<Self> {
        let kid = kid.or_else(|| own_name(&key))?;
        let jwk = key.public_jwk(Some(&kid))?;
        Some(Self { kid, key, jwk })
    }

    /// A new key under its own name, of 2048 bits for RSA; none for HMAC.
    pub(super) fn generate(algorithm: Algorithm) -> Option<Self> {
        let pair = Pair::generate(match algorithm.family() {
            Family::Hmac => return None,
            Family::Rsa => PairType::Rsa(KeySize::Rsa2048),
            Family::Ec => PairType::Ec(algorithm),
            Family::Ed25519 => PairType::Ed25519,
        });
        let pair = pair.ok()?;
        Self::new(pair.signing_key(algorithm).ok()?, None)
    }

    /// The algorithm that it signs with.
    pub(super) const fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }
}

impl Keys {
    pub(super) fn new(first: NamedKey) -> Self {
        Self {
            published: ArcSwap::from_pointee(Published::of(Arc::new(first), &[])),
            change: Mutex::new(()),
        }
    }

    /// The keys as they are now.
    pub(super) fn now(&self) -> Arc<Published> {
        self.published.load_full()
    }

    /// A new key signs from now on; the others are still published.
    ///
    /// # Errors
    ///
    /// There are too many already, or none can be made.
    pub(super) async fn rotate(&self, algorithm: Algorithm) -> Result<Arc<Published>, NoNewKey> {
        let _alone = self.change.lock().await;
        let old = self.now();
        if old.keys.len() >= MAX_KEYS {
            return Err(NoNewKey::TooMany);
        }
        let made = tokio::task::spawn_blocking(move || NamedKey::generate(algorithm)).await;
        let Ok(Some(new)) = made else {
            return Err(NoNewKey::Failed);
        };
        Ok(self.publish(Published::of(Arc::new(new), &old.keys)))
    }

    /// Only the key that signs is published from now on.
    pub(super) async fn retire(&self) -> Arc<Published> {
        let _alone = self.change.lock().await;
        let old = self.now();
        match old.signing() {
            Some(signing) => self.publish(Published::of(Arc::clone(signing), &[])),
            None => old,
        }
    }

    fn publish(&self, new: Published) -> Arc<Published> {
        let new = Arc::new(new);
        self.published.store(Arc::clone(&new));
        new
    }
}

impl Published {
    fn of(signing: Arc<NamedKey>, others: &[Arc<NamedKey>]) -> Self {
        let mut keys = vec![signing];
        keys.extend_from_slice(others);
        let set: Vec<_> = keys.iter().map(|key| &key.jwk).collect();
        let body = json!({ "keys": set }).to_string();
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, body.as_bytes()));
        Self {
            keys,
            body: body.into(),
            etag: format!("\"{hash}\""),
        }
    }

    /// The key that signs.
    pub(super) fn signing(&self) -> Option<&Arc<NamedKey>> {
        self.keys.first()
    }

    /// The names, newest first; the first is that of the key that signs.
    pub(super) fn kids(&self) -> Vec<&str> {
        self.keys.iter().map(|key| key.kid.as_str()).collect()
    }
}

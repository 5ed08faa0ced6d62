//! The one place that decides whether a token is good: signature first, then claims, then policy.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;

use crate::{
    base64url,
    json::Node,
    keys::KeySet,
    revocation::RevocationList,
    time::UnixSeconds,
    token::{BearerToken, header::UnverifiedHeader},
};

mod cache;
mod claims;
mod error;
mod issuer;
mod policy;
mod scopes;

use cache::TokenCache;
pub use claims::VerifiedClaims;
use claims::{Checked, RawClaims, Times};
pub use error::VerifyError;
pub use policy::{Policy, TokenTypes};

/// The longest `iss`, `sub`, `jti` and `client_id`, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// An issuer whose tokens are accepted, with the keys that only its own tokens are checked with.
#[derive(Clone, Debug)]
pub struct TrustedIssuer {
    /// The exact `iss` of its tokens. None accepts any and none: only for a tool that explains
    /// tokens, never for a server.
    pub issuer: Option<String>,
    /// The names under which the issuer knows this server, one of which `aud` must have. Empty
    /// accepts any and none: only for such a tool.
    pub audiences: Vec<String>,
    /// Its keys. They can be replaced later: [`Verifier::replace_keys`].
    pub keys: KeySet,
}

/// Checks tokens against trusted issuers and a policy. Reads no clock and does no IO.
#[derive(Debug)]
pub struct Verifier {
    issuers: Vec<Issuer>,
    policy: Policy,
    revoked: Option<Arc<RevocationList>>,
    cache: Option<TokenCache>,
}

#[derive(Debug)]
struct Issuer {
    name: Option<Arc<str>>,
    audiences: Vec<String>,
    keys: ArcSwap<Generation>,
}

/// The keys of an issuer and how often they have been replaced.
#[derive(Debug)]
struct Generation {
    number: u64,
    keys: KeySet,
}

impl Verifier {
    /// A verifier for the tokens of these issuers. Without an issuer it refuses every token.
    ///
    /// Of several entries for one issuer the first counts.
    #[must_use]
    pub fn new(issuers: Vec<TrustedIssuer>, policy: Policy) -> Self {
        let cache = TokenCache::new(policy.cached_tokens);
        let issuers = issuers.into_iter().map(Issuer::from).collect();
        Self {
            issuers,
            policy,
            revoked: None,
            cache,
        }
    }

    /// The same verifier, which also refuses what is on this list, now and after it changes.
    #[must_use]
    pub fn with_revocations(mut self, list: Arc<RevocationList>) -> Self {
        self.revoked = Some(list);
        self
    }

    /// Puts new keys in the place of those of the issuer at this position of the list given to
    /// [`Verifier::new`]. Tokens that were remembered are checked again. Returns false if there
    /// is no such issuer.
    #[must_use]
    pub fn replace_keys(&self, issuer: usize, keys: &KeySet) -> bool {
        let Some(issuer) = self.issuers.get(issuer) else {
            return false;
        };
        issuer.keys.rcu(|old| Generation {
            number: old.number.wrapping_add(1),
            keys: keys.clone(),
        });
        true
    }

    /// The position of the issuer that would have to have signed this token. Nothing is verified:
    /// good only for knowing whose keys to fetch after [`VerifyError::UnknownKid`].
    #[must_use]
    pub fn unverified_issuer(&self, token: BearerToken<'_>) -> Option<usize> {
        let parts = Parts::split(token, &self.policy).ok()?;
        self.choose_issuer(&parts.payload)
            .map(|(index, _)| index)
            .ok()
    }

    /// Decides whether a token is good at the moment `now`.
    ///
    /// # Errors
    /// The first fault found, cheap and structural ones first, then the signature, then the
    /// claims. Nothing the token says is believed before its signature holds.
    pub fn verify(
        &self,
        token: BearerToken<'_>,
        now: UnixSeconds,
    ) -> Result<VerifiedClaims, VerifyError> {
        self.check_size(token)?;
        let Some(cache) = &self.cache else {
            return self.verify_afresh(token, now).map(|fresh| fresh.claims);
        };
        let key = cache::digest(token);
        if let Some(known) = cache.find(&key)
            && self.is_current(&known)
        {
            self.check_times(&known.claims.checked().times, now)?;
            self.check_revocation(&known.claims)?;
            return Ok(known.claims);
        }
        let fresh = self.verify_afresh(token, now)?;
        cache.remember(key, fresh.clone());
        Ok(fresh.claims)
    }

    fn verify_afresh(
        &self,
        token: BearerToken<'_>,
        now: UnixSeconds,
    ) -> Result<cache::Known, VerifyError> {
        let parts = Parts::split(token, &self.policy)?;
        let mut buffer = [0; HEADER_BUFFER_BYTES];
        let header = parts.header(&mut buffer)?;
        if !self.policy.token_types.accepts(header.typ.as_deref()) {
            return Err(VerifyError::TypeNotAccepted);
        }
        let (index, issuer) = self.choose_issuer(&parts.payload)?;
        let generation = issuer.keys.load();
        let is_signed = generation
            .keys
            .candidates(
                header.algorithm,
                header.kid.as_deref(),
                self.policy.unnamed_keys,
            )?
            .any(|key| key.is_signature(parts.signed, &parts.signature));
        if !is_signed {
            return Err(VerifyError::BadSignature);
        }
        let is_access_token = TokenTypes::is_access_token(header.typ.as_deref());
        let claims = self.check_claims(issuer, is_access_token, parts.payload)?;
        self.check_times(&claims.checked().times, now)?;
        self.check_revocation(&claims)?;
        Ok(cache::Known {
            claims,
            issuer: index,
            generation: generation.number,
        })
    }

    fn check_size(&self, token: BearerToken<'_>) -> Result<(), VerifyError> {
        if token.expose().len() > self.policy.max_token_bytes.min(Policy::MAX_TOKEN_BYTES) {
            return Err(VerifyError::TooLarge);
        }
        Ok(())
    }

    /// The issuer whose keys the token is checked with. With one issuer there is no choice; with
    /// several, the claim picks among sets of keys that never meet, and is checked again when the
    /// signature holds (RFC 8725 §3.8).
    fn choose_issuer(&self, payload: &[u8]) -> Result<(usize, &Issuer), VerifyError> {
        if let [only] = self.issuers.as_slice() {
            return Ok((0, only));
        }
        let claimed = issuer::unverified(payload).ok_or(VerifyError::UntrustedIssuer)?;
        self.issuers
            .iter()
            .enumerate()
            .find(|(_, issuer)| issuer.name.as_deref() == Some(&*claimed))
            .ok_or(VerifyError::UntrustedIssuer)
    }

    /// The claims of a token whose signature holds, apart from what the time decides.
    fn check_claims(
        &self,
        issuer: &Issuer,
        is_access_token: bool,
        payload: Vec<u8>,
    ) -> Result<VerifiedClaims, VerifyError> {
        let payload = String::from_utf8(payload).map_err(|_| VerifyError::MalformedClaims)?;
        let raw = RawClaims::read(&payload, &self.policy)?;
        // RFC 8725 §3.11: a token that says in `typ` what it is cannot be mistaken.
        if raw.is_of_other_kind && !is_access_token {
            return Err(VerifyError::TypeNotAccepted);
        }
        let name = issuer.check_name(raw.iss)?;
        issuer.check_audience(raw.aud.as_ref())?;
        let subject = claims::text("sub", raw.sub, MAX_NAME_BYTES)?;
        if subject.chars().any(char::is_control) {
            return Err(VerifyError::InvalidClaim("sub"));
        }
        let times = Times {
            expires_at: claims::seconds("exp", raw.exp.as_ref())?
                .ok_or(VerifyError::MissingClaim("exp"))?,
            not_before: claims::seconds("nbf", raw.nbf.as_ref())?,
            issued_at: claims::seconds("iat", raw.iat.as_ref())?,
        };
        let token_id = claims::optional_text("jti", raw.jti, MAX_NAME_BYTES)?;
        let client = claims::optional_text("client_id", raw.client_id, MAX_NAME_BYTES)?;
        if self.policy.access_token_profile {
            check_profile(
                is_access_token,
                &name,
                client.as_deref(),
                token_id.as_deref(),
                &times,
            )?;
        }
        if raw.required_found < self.policy.required_claims.len() {
            return Err(VerifyError::MissingClaim("required by configuration"));
        }
        let scopes = raw.scopes.transpose()?.unwrap_or_default();
        // RFC 9449 §7.1, RFC 8705 §3: a bound token without its proof is a stolen one.
        if raw.has_cnf {
            return Err(VerifyError::ProofRequired);
        }
        let (subject, token_id) = (subject.into(), token_id.map(Into::into));
        Ok(VerifiedClaims::new(Checked {
            issuer: name,
            subject,
            token_id,
            scopes,
            times,
            map: OnceLock::new(),
            payload,
        }))
    }

    /// RFC 7519 §4.1.4 to §4.1.6, and the limit on the lifetime.
    fn check_times(&self, times: &Times, now: UnixSeconds) -> Result<(), VerifyError> {
        let leeway = self.policy.leeway;
        if times.expires_at.later_by(leeway) <= now {
            return Err(VerifyError::Expired);
        }
        if times
            .not_before
            .is_some_and(|moment| moment > now.later_by(leeway))
        {
            return Err(VerifyError::NotYetValid);
        }
        if times
            .issued_at
            .is_some_and(|moment| moment > now.later_by(leeway))
        {
            return Err(VerifyError::IssuedInFuture);
        }
        if let Some(limit) = self.policy.max_token_lifetime {
            let left = times.expires_at.seconds_since(now.later_by(leeway));
            let whole = times
                .issued_at
                .map_or(0, |start| times.expires_at.seconds_since(start));
            if left > limit || whole > limit {
                return Err(VerifyError::LifetimeTooLong);
            }
        }
        Ok(())
    }

    fn check_revocation(&self, claims: &VerifiedClaims) -> Result<(), VerifyError> {
        let (Some(list), Some(token_id)) = (&self.revoked, claims.token_id()) else {
            return Ok(());
        };
        if list.contains(claims.issuer(), token_id) {
            return Err(VerifyError::Revoked);
        }
        Ok(())
    }

    /// Whether the keys that verified a remembered token are still the issuer's keys.
    fn is_current(&self, known: &cache::Known) -> bool {
        self.issuers
            .get(known.issuer)
            .is_some_and(|issuer| issuer.keys.load().number == known.generation)
    }
}

/// RFC 9068 §2.1 and §2.2, beyond what every token must have.
fn check_profile(
    is_access_token: bool,
    issuer: &str,
    client: Option<&str>,
    token_id: Option<&str>,
    times: &Times,
) -> Result<(), VerifyError> {
    if !is_access_token {
        return Err(VerifyError::TypeNotAccepted);
    }
    let missing = [
        ("iss", issuer.is_empty()),
        ("client_id", client.is_none()),
        ("iat", times.issued_at.is_none()),
        ("jti", token_id.is_none()),
    ];
    match missing.into_iter().find(|(_, is_missing)| *is_missing) {
        Some((name, _)) => Err(VerifyError::MissingClaim(name)),
        None => Ok(()),
    }
}

impl Issuer {
    /// The issuer's name, if the token is from it. One text, compared exactly.
    fn check_name(&self, claim: Option<Node<'_>>) -> Result<Arc<str>, VerifyError> {
        let Some(name) = &self.name else {
            let claimed = claims::optional_text("iss", claim, MAX_NAME_BYTES)?;
            return Ok(claimed.unwrap_or_default().into());
        };
        match claim {
            None => Err(VerifyError::MissingClaim("iss")),
            Some(Node::Text(claimed)) if *claimed == **name => Ok(Arc::clone(name)),
            Some(Node::Text(_)) => Err(VerifyError::UntrustedIssuer),
            Some(_) => Err(VerifyError::InvalidClaim("iss")),
        }
    }

    /// RFC 7519 §4.1.3: one text or a list of texts, one of which is ours.
    fn check_audience(&self, claim: Option<&Node<'_>>) -> Result<(), VerifyError> {
        let is_ours = |name: &str| self.audiences.iter().any(|ours| ours == name);
        let found = match claim {
            None if self.audiences.is_empty() => return Ok(()),
            None => return Err(VerifyError::MissingClaim("aud")),
            Some(Node::Text(name)) => is_ours(name),
            Some(Node::Texts(names)) => names.iter().any(|name| is_ours(name)),
            Some(_) => return Err(VerifyError::InvalidClaim("aud")),
        };
        if found || self.audiences.is_empty() {
            Ok(())
        } else {
            Err(VerifyError::WrongAudience)
        }
    }
}

impl From<TrustedIssuer> for Issuer {
    fn from(trusted: TrustedIssuer) -> Self {
        Self {
            name: trusted.issuer.map(Into::into),
            audiences: trusted.audiences,
            keys: ArcSwap::from_pointee(Generation {
                number: 0,
                keys: trusted.keys,
            }),
        }
    }
}

/// Room for the longest header after decoding.
const HEADER_BUFFER_BYTES: usize = Policy::MAX_HEADER_BYTES / 4 * 3;

/// A token taken apart (RFC 7515 §7.1). Nothing in it is verified.
struct Parts<'a> {
    header: &'a [u8],
    /// What the signature is over: header, dot and payload, as they stand.
    signed: &'a [u8],
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn split(token: BearerToken<'a>, policy: &Policy) -> Result<Self, VerifyError> {
        let token = token.expose();
        if token.len() > policy.max_token_bytes.min(Policy::MAX_TOKEN_BYTES) {
            return Err(VerifyError::TooLarge);
        }
        let mut halves = token.rsplitn(2, |byte| *byte == b'.');
        let (Some(signature), Some(signed)) = (halves.next(), halves.next()) else {
            return Err(VerifyError::Malformed);
        };
        // A dot too many is left in the payload, whose alphabet does not have it.
        let mut halves = signed.splitn(2, |byte| *byte == b'.');
        let (Some(header), Some(payload)) = (halves.next(), halves.next()) else {
            return Err(VerifyError::Malformed);
        };
        if header.len() > Policy::MAX_HEADER_BYTES {
            return Err(VerifyError::TooLarge);
        }
        let decode = |part| base64url::decode(part).map_err(|_| VerifyError::Malformed);
        Ok(Self {
            header,
            signed,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }

    fn header<'b>(&self, buffer: &'b mut [u8]) -> Result<UnverifiedHeader<'b>, VerifyError> {
        let bytes =
            base64url::decode_into(self.header, buffer).map_err(|_| VerifyError::Malformed)?;
        let text = std::str::from_utf8(bytes).map_err(|_| VerifyError::MalformedHeader)?;
        UnverifiedHeader::parse(text)
    }
}

#[cfg(test)]
mod tests;

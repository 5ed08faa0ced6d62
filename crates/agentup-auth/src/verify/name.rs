//! Names of tokens for the memory of good ones: short, and as good as the token itself.

use polyval::{BLOCK_SIZE, Polyval, universal_hash::UniversalHash as _};

use crate::token::BearerToken;

/// The name of a token. It tells nothing about its token.
pub(super) type Name = [u8; BLOCK_SIZE];

/// Names tokens: POLYVAL (RFC 8452 §3) of the token and its length, under a key of its own.
///
/// Two tokens of so many blocks share a name under one of 2^128 keys for each block, whoever chose
/// them. Nobody knows the key and no name is ever shown, so that nothing can be learned of the key by
/// trying. A hash that is safe without a key takes several times as long, most of all for large
/// tokens, and comes before any other work on a token that was seen before.
#[derive(Clone)]
pub(super) struct Namer(Polyval);

impl Namer {
    /// A namer with a new key; none if the system has no randomness to give.
    pub(super) fn new() -> Option<Self> {
        let mut key = [0; polyval::KEY_SIZE];
        // From the system: the generator of aws-lc takes 30 ms before it gives its first bytes.
        getrandom::fill(&mut key).ok()?;
        Some(Self(Polyval::new(&key.into())))
    }

    pub(super) fn name(&self, token: BearerToken<'_>) -> Name {
        let token = token.expose();
        let mut hash = self.0.clone();
        hash.update_padded(token);
        // What was added to fill the last block is not part of the token.
        let mut length = [0; BLOCK_SIZE];
        let (low, _) = length.split_at_mut(size_of::<usize>());
        low.copy_from_slice(&token.len().to_le_bytes());
        hash.update(&[length.into()]);
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(namer: &Namer, token: &str) -> Name {
        namer.name(BearerToken::new(token))
    }

    #[test]
    fn every_part_of_a_token_counts() {
        let namer = Namer::new().unwrap();
        let token = "x".repeat(100);
        let expected = name(&namer, &token);
        assert_eq!(expected, name(&namer.clone(), &token));
        for index in 0..token.len() {
            let mut other = token.clone();
            other.replace_range(index..=index, "y");
            assert_ne!(expected, name(&namer, &other), "{index}");
        }
    }

    #[test]
    fn what_fills_the_last_block_is_not_part_of_it() {
        let namer = Namer::new().unwrap();
        let all = ["", "\0", "a", "a\0", "a\0\0", "\0a"].map(|token| name(&namer, token));
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one), "{index}");
        }
    }

    #[test]
    fn each_has_a_key_of_its_own() {
        let one = || name(&Namer::new().unwrap(), "token");
        assert_ne!(one(), one());
    }
}

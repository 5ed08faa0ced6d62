//! Whether a secret can be guessed, as far as looking at it tells.

/// The least number of different bytes. A random secret of 32 bytes in base64 or hex has more.
const LEAST_DIFFERENT: usize = 10;

/// The least that a secret must be worth, in bits: by how often each of its bytes is in it.
const LEAST_BITS: f64 = 96.0;

/// What people write where a secret is to be put. None is found in a random text but by a rare
/// chance: they are long enough.
const PLACEHOLDERS: [&str; 8] = [
    "secret", "password", "change", "example", "replace", "testing", "default", "insecure",
];

/// Why a secret is weak; none where nothing speaks against it.
pub(super) fn weakness(secret: &[u8]) -> Option<&'static str> {
    let text = secret.to_ascii_lowercase();
    let has = |word: &&str| text.windows(word.len()).any(|part| part == word.as_bytes());
    if PLACEHOLDERS.iter().any(has) {
        return Some("reads like a placeholder");
    }
    if different(secret) < LEAST_DIFFERENT {
        return Some("has few different characters");
    }
    if is_repeated(secret) {
        return Some("is a short text again and again");
    }
    if is_sequence(secret) {
        return Some("is a sequence, such as 0123456789");
    }
    (bits(secret) < LEAST_BITS).then_some("can be guessed: it is too even")
}

fn different(secret: &[u8]) -> usize {
    counts(secret).iter().filter(|count| **count > 0).count()
}

fn counts(secret: &[u8]) -> [u32; 256] {
    let mut counts = [0; 256];
    for byte in secret {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = u32::saturating_add(*count, 1);
        }
    }
    counts
}

/// Whether it is a text of half its length or less, repeated.
fn is_repeated(secret: &[u8]) -> bool {
    let half = secret.len().checked_div(2).unwrap_or_default();
    (1..=half).any(|period| {
        let shifted = secret.iter().skip(period);
        shifted.zip(secret).all(|(one, other)| one == other)
    })
}

/// Whether most bytes follow the one before them in the alphabet, or are the same.
fn is_sequence(secret: &[u8]) -> bool {
    let neighbours = || secret.iter().zip(secret.iter().skip(1));
    let near = neighbours()
        .filter(|(one, other)| one.abs_diff(**other) <= 1)
        .count();
    near.saturating_mul(2) > neighbours().count()
}

/// The information in it, if each byte were drawn as often as it is there (Shannon).
fn bits(secret: &[u8]) -> f64 {
    let length = f64::from(u32::try_from(secret.len()).unwrap_or(u32::MAX));
    let of_byte = |count: &u32| {
        let share = f64::from(*count) / length;
        -share.log2() * f64::from(*count)
    };
    counts(secret)
        .iter()
        .filter(|count| **count > 0)
        .map(of_byte)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::weakness;

    #[test]
    fn what_a_generator_makes_is_strong() {
        for secret in [
            // openssl rand -base64 48, -base64 32, -hex 32, -hex 16
            "FhiAQAtWVUi/XfZzd4dQ2hP1vjJXTjkFBRrsrvBvmMTs71yZ8DQAGmYdkBRrA1cI",
            "nUpqY0lRmU0KX2ePZ0mEoWzYBfbDdG7o3vTVRH6ctKc=",
            "3f1b0a4c6d2e8f907a5b4c3d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f",
            "9e107d9d372bb6826bd81d3542a419d6",
        ] {
            assert_eq!(weakness(secret.as_bytes()), None, "{secret}");
        }
    }

    #[test]
    fn what_a_person_makes_up_is_weak() {
        for (secret, why) in [
            ("our-Secret-of-the-agent-0123456789-qwertz", "placeholder"),
            ("CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME", "placeholder"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "few different"),
            ("abcabcabdabcabcabdabcabcabdabcabcabdabca", "few different"),
            (
                "horse-battery1horse-battery1horse-battery1",
                "again and again",
            ),
            ("abcdefghijklmnopqrstuvwxyz0123456789", "sequence"),
            ("zyxwvutsrqponmlkjihgfedcba9876543210", "sequence"),
            ("aaaaaaaaaaaaaabbbbbbbbbcccccccdddeeefghijkl", "sequence"),
            ("acacacacacacacegikmoqsuacacacacacacac", "too even"),
        ] {
            let said = weakness(secret.as_bytes()).unwrap_or("strong");
            assert!(said.contains(why), "{secret}: {said}");
        }
    }
}

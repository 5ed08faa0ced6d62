//! The numbers of an RSA private key, taken out of the DER that the backend writes.

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// How many numbers an `RSAPrivateKey` of two primes has, its version left out.
const NUMBERS: usize = 8;

/// The numbers n, e, d, p, q, dP, dQ and qInv (RFC 8017 §A.1.2) of a key in PKCS#8
/// (RFC 5958 §2), big-endian without leading zeros.
pub(super) fn rsa_numbers(pkcs8: &[u8]) -> Option<[&[u8]; NUMBERS]> {
    let (info, _) = element(SEQUENCE, pkcs8)?;
    let (_version, rest) = element(INTEGER, info)?;
    let (_algorithm, rest) = element(SEQUENCE, rest)?;
    let (key, _) = element(OCTET_STRING, rest)?;
    let (key, _) = element(SEQUENCE, key)?;
    let (_version, mut rest) = element(INTEGER, key)?;
    let mut numbers = [&[][..]; NUMBERS];
    for number in &mut numbers {
        let (digits, after) = element(INTEGER, rest)?;
        // A zero in front keeps a number positive and is no part of it.
        *number = digits.strip_prefix(&[0]).unwrap_or(digits);
        rest = after;
    }
    Some(numbers)
}

/// The contents of the element at the beginning, if it has this tag, and what comes after it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7F => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
            let length = digits
                .iter()
                .fold(0_u32, |sum, digit| (sum << 8) | u32::from(*digit));
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    (*first == tag)
        .then(|| rest.split_at_checked(length))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_to_their_end() {
        let long = [&[0x30, 0x81, 0x80][..], &[7; 0x80], &[9]].concat();
        for (bytes, expected) in [
            (&[0x30, 2, 7, 7, 9][..], Some((&[7, 7][..], &[9][..]))),
            (&[0x30, 0], Some((&[][..], &[][..]))),
            (&[0x30, 0x82, 0, 1, 7], Some((&[7][..], &[][..]))),
            (&long, Some((&[7; 0x80][..], &[9][..]))),
            (&[0x02, 1, 7], None),
            (&[0x30, 2, 7], None),
            (&[0x30, 0x80, 7, 0, 0], None),
            (&[0x30, 0x85, 0, 0, 0, 0, 1, 7], None),
            (&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 7], None),
            (&[0x30], None),
            (&[], None),
        ] {
            assert_eq!(element(SEQUENCE, bytes), expected, "{bytes:02x?}");
        }
    }
}

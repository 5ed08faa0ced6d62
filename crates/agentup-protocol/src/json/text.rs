//! Where a text has bytes that cannot stand in a JSON string as they are (RFC 8259 §7).

/// Whether all of `text` can stand in a string as it is.
#[inline]
pub(super) fn is_plain(text: &[u8]) -> bool {
    // The last block overlaps with the one before it, which takes less than a byte at a time.
    if let Some(last) = text.last_chunk::<16>() {
        let (blocks, _) = text.as_chunks::<16>();
        return blocks.iter().all(is_plain_block) && is_plain_block(last);
    }
    match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => is_plain_block(first) & is_plain_block(last),
        _ => text.iter().all(|byte| !is_special(*byte)),
    }
}

/// Looks at so many bytes that there are instructions for them, which the compiler finds.
#[inline]
fn is_plain_block<const LENGTH: usize>(block: &[u8; LENGTH]) -> bool {
    !block
        .iter()
        .fold(false, |found, byte| found | is_special(*byte))
}

/// Whether a byte ends or escapes a string, or is not allowed in one.
#[inline]
const fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// How many bytes at the beginning of `text` can stand in a string as they are.
#[inline]
pub(super) fn plain_length(text: &[u8]) -> usize {
    let mut rest = text;
    let plain = loop {
        let Some((word, others)) = rest.split_first_chunk() else {
            break rest.iter().take_while(|byte| !is_special(**byte)).count();
        };
        if let Some(plain) = first_special(*word) {
            break plain;
        }
        rest = others;
    };
    text.len().saturating_sub(rest.len()).saturating_add(plain)
}

/// The place of the first special byte in a word, all of which is looked at together.
#[inline]
const fn first_special(word: [u8; 8]) -> Option<usize> {
    let word = u64::from_le_bytes(word);
    let control = word.wrapping_sub(every(b' ')) & !word;
    let special = control | zeroes(word ^ every(b'"')) | zeroes(word ^ every(b'\\'));
    // Of each special byte the highest bit is set. A borrow sets others, but only above the first.
    match special & every(0x80) {
        0 => None,
        bits => Some((bits.trailing_zeros() / u8::BITS) as usize),
    }
}

/// Has the highest bit set of the first byte that is zero, and of none below.
#[inline]
const fn zeroes(word: u64) -> u64 {
    word.wrapping_sub(every(1)) & !word
}

const fn every(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

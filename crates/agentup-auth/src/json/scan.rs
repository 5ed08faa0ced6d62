//! The tokens of JSON: space, strings, numbers and literals (RFC 8259 §2, §6, §7).

use std::borrow::Cow;

use super::{Node, NotStrictJson};

/// A place in a text, and what follows it.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Where it is.
    pub(super) const fn place(&self) -> usize {
        self.at
    }

    /// The text from a place on, up to what was taken last.
    pub(super) fn since(&self, place: usize) -> Result<&'a str, NotStrictJson> {
        let end = self.at.saturating_sub(1);
        self.text.get(place..end).ok_or(NotStrictJson)
    }

    /// The next byte, taken.
    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(byte)
    }

    /// Takes the next byte if it is this one.
    fn take(&mut self, byte: u8) -> bool {
        let is_it = self.peek() == Some(byte);
        if is_it {
            self.at = self.at.saturating_add(1);
        }
        is_it
    }

    /// Takes the next byte, which must be this one.
    fn expect(&mut self, byte: u8) -> Result<(), NotStrictJson> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(NotStrictJson)
        }
    }

    /// Takes this byte if it is the next that is no space. If it is not, that space is taken.
    ///
    /// Tokens seldom have space in them, so it is looked for last.
    #[inline]
    pub(super) fn take_next(&mut self, byte: u8) -> bool {
        self.take(byte) || (self.skip_space() && self.take(byte))
    }

    /// Takes this byte, which must be the next that is no space.
    #[inline]
    pub(super) fn expect_next(&mut self, byte: u8) -> Result<(), NotStrictJson> {
        if self.take_next(byte) {
            Ok(())
        } else {
            Err(NotStrictJson)
        }
    }

    /// Takes space, and says whether there was any.
    fn skip_space(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at = self.at.saturating_add(1);
        }
        self.at > start
    }

    /// Nothing but space may follow.
    pub(super) fn end(&mut self) -> Result<(), NotStrictJson> {
        self.skip_space();
        if self.peek().is_none() {
            Ok(())
        } else {
            Err(NotStrictJson)
        }
    }

    /// The rest of a literal whose first letter was taken.
    pub(super) fn literal(
        &mut self,
        rest: &[u8],
        node: Node<'a>,
    ) -> Result<Node<'a>, NotStrictJson> {
        rest.iter().try_for_each(|byte| self.expect(*byte))?;
        Ok(node)
    }

    /// What follows an opening quote, up to and with the closing one. Borrowed unless it has
    /// escapes.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, NotStrictJson> {
        let plain = self.plain()?;
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        self.escaped(plain).map(Cow::Owned)
    }

    /// The rest of a string that goes on with an escape.
    #[cold]
    fn escaped(&mut self, plain: &str) -> Result<String, NotStrictJson> {
        let mut text = plain.to_owned();
        loop {
            // `plain` stops at a quote or a backslash only.
            match self.next() {
                Some(b'"') => return Ok(text),
                Some(b'\\') => text.push(self.escape()?),
                _ => return Err(NotStrictJson),
            }
            text.push_str(self.plain()?);
        }
    }

    /// The text up to the next quote or backslash. A control character is not allowed.
    #[inline]
    fn plain(&mut self) -> Result<&'a str, NotStrictJson> {
        let rest = self.text.as_bytes().get(self.at..).ok_or(NotStrictJson)?;
        let end = self.at.saturating_add(plain_length(rest));
        let plain = self.text.get(self.at..end).ok_or(NotStrictJson)?;
        self.at = end;
        if matches!(self.peek(), Some(b'"' | b'\\')) {
            Ok(plain)
        } else {
            Err(NotStrictJson)
        }
    }

    /// The character that follows a backslash stands for.
    fn escape(&mut self) -> Result<char, NotStrictJson> {
        Ok(match self.next().ok_or(NotStrictJson)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(NotStrictJson),
        })
    }

    /// What `\u` stands for. A surrogate without its other half stands for nothing.
    fn unicode(&mut self) -> Result<char, NotStrictJson> {
        let first = self.four_digits()?;
        let units = if (0xD800..0xDC00).contains(&first) {
            self.expect(b'\\')?;
            self.expect(b'u')?;
            vec![first, self.four_digits()?]
        } else {
            vec![first]
        };
        match char::decode_utf16(units)
            .collect::<Result<Vec<_>, _>>()
            .as_deref()
        {
            Ok([character]) => Ok(*character),
            _ => Err(NotStrictJson),
        }
    }

    fn four_digits(&mut self) -> Result<u16, NotStrictJson> {
        let end = self.at.saturating_add(4);
        let digits = self.text.get(self.at..end).ok_or(NotStrictJson)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotStrictJson);
        }
        self.at = end;
        u16::from_str_radix(digits, 16).map_err(|_| NotStrictJson)
    }

    /// A number whose first byte was taken.
    #[inline]
    pub(super) fn number(&mut self, first: u8) -> Result<Node<'a>, NotStrictJson> {
        let start = self.at.saturating_sub(1);
        let leading = if first == b'-' {
            self.next()
        } else {
            Some(first)
        };
        let whole = match leading {
            // No other digit follows a leading zero.
            Some(b'0') => Some(0),
            Some(digit @ b'1'..=b'9') => self.digits_after(digit),
            _ => return Err(NotStrictJson),
        };
        let is_whole = first != b'-' && !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        if let Some(number) = whole.filter(|_| is_whole) {
            return Ok(Node::Whole(number));
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let text = self.text.get(start..self.at).ok_or(NotStrictJson)?;
        let number: f64 = text.parse().map_err(|_| NotStrictJson)?;
        if number.is_finite() {
            Ok(Node::Number(number))
        } else {
            Err(NotStrictJson)
        }
    }

    /// What a first digit and those that follow it say, if it fits.
    fn digits_after(&mut self, first: u8) -> Option<u64> {
        let value = |digit: u8| u64::from(digit.saturating_sub(b'0'));
        let mut number = Some(value(first));
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number.and_then(|number| number.checked_mul(10)?.checked_add(value(digit)));
            self.at = self.at.saturating_add(1);
        }
        number
    }

    /// At least one digit.
    fn digits(&mut self) -> Result<(), NotStrictJson> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(NotStrictJson);
        }
        self.skip_digits();
        Ok(())
    }

    fn skip_digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at = self.at.saturating_add(1);
        }
    }
}

/// How many bytes there are before the first that a string cannot have as it stands.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let stops = stops(u64::from_le_bytes(*word));
        if stops != 0 {
            let within = stops.trailing_zeros() as usize / 8;
            return index.saturating_mul(8).saturating_add(within);
        }
    }
    let within = rest
        .iter()
        .position(|byte| matches!(byte, 0..=0x1F | b'"' | b'\\'));
    words
        .len()
        .saturating_mul(8)
        .saturating_add(within.unwrap_or(rest.len()))
}

/// Sets the high bit of the first byte that is a quote, a backslash or a control character.
///
/// Eight bytes at once: subtracting borrows into the high bit of a byte that is too small. Bits
/// beyond the first that is set may be wrong, because the borrow goes on.
const fn stops(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    const fn repeat(byte: u8) -> u64 {
        ONES.wrapping_mul(byte as u64)
    }
    /// Marks bytes below `least`, which is at most 128.
    const fn below(word: u64, least: u8) -> u64 {
        word.wrapping_sub(repeat(least)) & !word
    }
    let quote = word ^ repeat(b'"');
    let backslash = word ^ repeat(b'\\');
    (below(word, 0x20) | below(quote, 1) | below(backslash, 1)) & HIGHS
}

//! JSON as tokens and keys need it: one pass, nothing said twice, nothing too deep.
//!
//! RFC 7519 §4 lets a reader refuse duplicate members or keep the last. Readers that differ in
//! this can be played off against each other, so they are refused at every depth, also when one
//! of the two names is spelled with escapes.
//!
//! The grammar is that of RFC 8259 to the letter. A property test holds the reader against
//! `serde_json`: what one takes, the other takes, but for the limits.

use std::borrow::Cow;

mod scan;

use scan::Scanner;

/// The most members of one object.
pub(crate) const MAX_MEMBERS: usize = 64;
/// The longest name of a member, in bytes.
pub(crate) const MAX_NAME_BYTES: usize = 256;
/// The deepest nesting; the outermost object is level one.
pub(crate) const MAX_DEPTH: u8 = 16;

/// A text is not one strict JSON object, or breaks a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotStrictJson;

/// What a JSON value is, as far as anybody here asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    /// A whole number that is not negative, written without point or exponent, and that fits.
    Whole(u64),
    /// Any other number.
    Number(f64),
    Text(Cow<'a, str>),
    /// An array of texts only; may be empty.
    Texts(Vec<Cow<'a, str>>),
    /// An array of which something is not a text, or an array below the first level.
    List,
    Object,
}

/// Reads one JSON object to the end of the text and shows each member to `member`.
///
/// # Errors
/// When the text is not exactly one object, or breaks a limit of this module.
pub(crate) fn read_object<'a>(
    text: &'a str,
    mut member: impl FnMut(&str, Node<'a>),
) -> Result<(), NotStrictJson> {
    let mut reader = Reader {
        scanner: Scanner::new(text),
        names: Vec::with_capacity(16),
    };
    reader.scanner.skip_space();
    reader.scanner.expect(b'{')?;
    reader.members(1, &mut member)?;
    reader.scanner.skip_space();
    reader.scanner.end()
}

/// The grammar of values, over the scanner of single tokens.
struct Reader<'a> {
    scanner: Scanner<'a>,
    /// The names of the objects that are open, outermost first. They are few, so that looking
    /// through a list is faster than a table.
    names: Vec<Cow<'a, str>>,
}

impl<'a> Reader<'a> {
    /// What follows the opening brace of an object at this depth.
    fn members(
        &mut self,
        depth: u8,
        member: &mut impl FnMut(&str, Node<'a>),
    ) -> Result<(), NotStrictJson> {
        let first = self.names.len();
        self.scanner.skip_space();
        if self.scanner.take(b'}') {
            return Ok(());
        }
        loop {
            self.scanner.expect(b'"')?;
            let name = self.scanner.string()?;
            self.add_name(first, name)?;
            self.scanner.skip_space();
            self.scanner.expect(b':')?;
            self.scanner.skip_space();
            // Texts are the most frequent by far: they need not go through `value`.
            let value = if self.scanner.take(b'"') {
                Node::Text(self.scanner.string()?)
            } else {
                self.value(depth, depth == 1)?
            };
            let name = self.names.last().ok_or(NotStrictJson)?;
            member(name, value);
            self.scanner.skip_space();
            if self.scanner.take(b'}') {
                self.names.truncate(first);
                return Ok(());
            }
            self.scanner.expect(b',')?;
            self.scanner.skip_space();
        }
    }

    /// Takes the name of a member of the object whose names begin at `first`, if it is new there.
    fn add_name(&mut self, first: usize, name: Cow<'a, str>) -> Result<(), NotStrictJson> {
        let siblings = self.names.get(first..).unwrap_or_default();
        let is_new = siblings.iter().all(|other| *other != name);
        if !is_new || siblings.len() >= MAX_MEMBERS || name.len() > MAX_NAME_BYTES {
            return Err(NotStrictJson);
        }
        self.names.push(name);
        Ok(())
    }

    /// A value inside an object or array of this depth. `keep` keeps the texts of an array.
    fn value(&mut self, depth: u8, keep: bool) -> Result<Node<'a>, NotStrictJson> {
        self.scanner.skip_space();
        match self.scanner.next().ok_or(NotStrictJson)? {
            b'"' => Ok(Node::Text(self.scanner.string()?)),
            b'{' => {
                self.members(deeper(depth)?, &mut |_, _| {})?;
                Ok(Node::Object)
            }
            b'[' => self.items(deeper(depth)?, keep),
            b't' => self.scanner.literal(b"rue", Node::Bool(true)),
            b'f' => self.scanner.literal(b"alse", Node::Bool(false)),
            b'n' => self.scanner.literal(b"ull", Node::Null),
            digit_or_sign => self.scanner.number(digit_or_sign),
        }
    }

    /// What follows the opening bracket of an array at this depth.
    fn items(&mut self, depth: u8, keep: bool) -> Result<Node<'a>, NotStrictJson> {
        let mut texts = keep.then(Vec::new);
        self.scanner.skip_space();
        if self.scanner.take(b']') {
            return Ok(texts.map_or(Node::List, Node::Texts));
        }
        loop {
            match (self.value(depth, false)?, &mut texts) {
                (Node::Text(text), Some(texts)) => texts.push(text),
                _ => texts = None,
            }
            self.scanner.skip_space();
            if self.scanner.take(b']') {
                return Ok(texts.map_or(Node::List, Node::Texts));
            }
            self.scanner.expect(b',')?;
        }
    }
}

fn deeper(depth: u8) -> Result<u8, NotStrictJson> {
    depth
        .checked_add(1)
        .filter(|depth| *depth <= MAX_DEPTH)
        .ok_or(NotStrictJson)
}

#[cfg(test)]
mod tests;

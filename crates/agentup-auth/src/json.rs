//! JSON as tokens and keys need it: one pass, nothing said twice, nothing too deep.
//!
//! RFC 7519 §4 lets a reader refuse duplicate members or keep the last. Readers that differ in
//! this can be played off against each other, so they are refused at every depth, also when one
//! of the two names is spelled with escapes.
//!
//! The grammar is that of RFC 8259 to the letter. A property test holds the reader against
//! `serde_json`: what one takes, the other takes, but for the limits.

use std::borrow::Cow;

use smallvec::SmallVec;

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
    Texts(Texts<'a>),
    /// An array of which something is not a text, or an array below the first level.
    List,
    Object,
}

/// The texts of an array, as they stand: most arrays are never asked for what is in them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Texts<'a>(&'a str);

impl<'a> Texts<'a> {
    /// The texts, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = Cow<'a, str>> {
        // They were read before, so nothing is left out here.
        let mut scanner = Scanner::new(self.0);
        std::iter::from_fn(move || {
            let text = scanner.take_next(b'"').then(|| scanner.string().ok())??;
            scanner.take_next(b',');
            Some(text)
        })
    }
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
        names: SmallVec::new(),
    };
    reader.scanner.expect_next(b'{')?;
    reader.members(1, &mut member)?;
    reader.scanner.end()
}

/// The grammar of values, over the scanner of single tokens.
struct Reader<'a> {
    scanner: Scanner<'a>,
    /// The names of the objects that are open, outermost first. They are few, so that looking
    /// through a list is faster than a table.
    names: SmallVec<[Cow<'a, str>; 16]>,
}

impl<'a> Reader<'a> {
    /// What follows the opening brace of an object at this depth.
    fn members(
        &mut self,
        depth: u8,
        member: &mut impl FnMut(&str, Node<'a>),
    ) -> Result<(), NotStrictJson> {
        let first = self.names.len();
        let mut marks = Marks::default();
        if self.scanner.take_next(b'}') {
            return Ok(());
        }
        loop {
            self.scanner.expect_next(b'"')?;
            let name = self.scanner.string()?;
            self.add_name(first, &mut marks, name)?;
            self.scanner.expect_next(b':')?;
            let value = if self.scanner.take_next(b'"') {
                Node::Text(self.scanner.string()?)
            } else {
                self.value(depth, depth == 1)?
            };
            let name = self.names.last().ok_or(NotStrictJson)?;
            member(name, value);
            if !self.scanner.take_next(b',') {
                self.names.truncate(first);
                return self.scanner.expect_next(b'}');
            }
        }
    }

    /// Takes the name of a member of the object whose names begin at `first`, if it is new there.
    fn add_name(
        &mut self,
        first: usize,
        marks: &mut Marks,
        name: Cow<'a, str>,
    ) -> Result<(), NotStrictJson> {
        let siblings = self.names.get(first..).unwrap_or_default();
        let is_new = marks.are_new(&name) || siblings.iter().all(|other| *other != name);
        if !is_new || siblings.len() >= MAX_MEMBERS || name.len() > MAX_NAME_BYTES {
            return Err(NotStrictJson);
        }
        self.names.push(name);
        Ok(())
    }

    /// A value that is no text, inside an object or array of this depth. `keep` keeps the texts
    /// of an array.
    fn value(&mut self, depth: u8, keep: bool) -> Result<Node<'a>, NotStrictJson> {
        match self.scanner.next().ok_or(NotStrictJson)? {
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
        let start = self.scanner.place();
        let mut keep = keep;
        if !self.scanner.take_next(b']') {
            loop {
                if self.scanner.take_next(b'"') {
                    self.scanner.string()?;
                } else {
                    self.value(depth, false)?;
                    keep = false;
                }
                if !self.scanner.take_next(b',') {
                    break self.scanner.expect_next(b']')?;
                }
            }
        }
        if keep {
            self.scanner.since(start).map(Texts).map(Node::Texts)
        } else {
            Ok(Node::List)
        }
    }
}

/// Marks of the names of one object. Different names seldom have the same, so that most names are
/// known to be new without a look at the others.
#[derive(Default)]
struct Marks(u64);

impl Marks {
    /// Adds those of a name, and says whether no name before it has them.
    fn are_new(&mut self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let (first, last) = (bytes.first().copied(), bytes.last().copied());
        let number = first.unwrap_or_default().wrapping_mul(5) ^ last.unwrap_or_default();
        let mark = 1u64.wrapping_shl(number.into());
        let is_new = self.0 & mark == 0;
        self.0 |= mark;
        is_new
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

//! JSON as tokens and keys need it: one pass, nothing said twice, nothing too deep.
//!
//! RFC 7519 §4 lets a reader refuse duplicate members or keep the last. Readers that differ in
//! this can be played off against each other, so they are refused at every depth, also when one
//! of the two names is spelled with escapes.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The most members of one object.
pub(crate) const MAX_MEMBERS: usize = 64;
/// The longest name of a member, in bytes.
pub(crate) const MAX_NAME_BYTES: usize = 256;
/// The deepest nesting; the outermost object is level one.
pub(crate) const MAX_DEPTH: u8 = 16;

/// What a JSON value is, as far as anybody here asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node<'de> {
    Null,
    Bool(bool),
    /// A whole number that is not negative and fits.
    Whole(u64),
    /// Any other number.
    Number(f64),
    Text(Cow<'de, str>),
    /// An array of texts only; may be empty.
    Texts(Vec<Cow<'de, str>>),
    /// An array of which something is not a text, or an array below the first level.
    List,
    Object,
}

/// Reads one JSON object to the end of the text and shows each member to `member`.
///
/// # Errors
/// When the text is not exactly one object, or breaks a limit of this module.
pub(crate) fn read_object<'de>(
    text: &'de str,
    member: impl FnMut(&str, Node<'de>),
) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    reader.deserialize_map(Members(member))?;
    reader.end()
}

/// The outermost object.
struct Members<F>(F);

impl<'de, F: FnMut(&str, Node<'de>)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut names = Names::default();
        while let Some(name) = map.next_key_seed(Name)? {
            let name = names.add(name)?;
            let value = map.next_value_seed(Value {
                depth: 2,
                texts: true,
            })?;
            (self.0)(name, value);
        }
        Ok(())
    }
}

/// The names seen in one object. They are few, so a list is faster than a table.
#[derive(Default)]
struct Names<'de>(Vec<Cow<'de, str>>);

impl<'de> Names<'de> {
    /// Takes a name that is new and shows it.
    fn add<E: Error>(&mut self, name: Cow<'de, str>) -> Result<&str, E> {
        if name.len() > MAX_NAME_BYTES {
            return Err(E::custom("a member name is too long"));
        }
        if self.0.len() >= MAX_MEMBERS {
            return Err(E::custom("an object has too many members"));
        }
        if self.0.contains(&name) {
            return Err(E::custom("a member is there twice"));
        }
        if self.0.capacity() == 0 {
            self.0.reserve(16);
        }
        self.0.push(name);
        Ok(self.0.last().map_or("", AsRef::as_ref))
    }
}

/// A member's name, borrowed unless it has escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Any value, read to its end. `texts` keeps the texts of an array.
#[derive(Clone, Copy)]
struct Value {
    depth: u8,
    texts: bool,
}

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Node<'de>, D::Error> {
        source.deserialize_any(self)
    }
}

impl Value {
    /// The seed for what is inside of this value.
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth > MAX_DEPTH {
            return Err(E::custom("values are nested too deeply"));
        }
        Ok(Self {
            depth: self.depth.saturating_add(1),
            texts: false,
        })
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Whole(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node<'de>, E> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "of a negative number only its sign is asked"
        )]
        Ok(u64::try_from(value).map_or(Node::Number(value as f64), Node::Whole))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node<'de>, A::Error> {
        let inner = self.inner()?;
        let mut texts = self.texts.then(Vec::new);
        while let Some(item) = seq.next_element_seed(inner)? {
            match (item, &mut texts) {
                (Node::Text(text), Some(texts)) => texts.push(text),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Node::List, Node::Texts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        let inner = self.inner()?;
        let mut names = Names::default();
        while let Some(name) = map.next_key_seed(Name)? {
            names.add(name)?;
            map.next_value_seed(inner)?;
        }
        Ok(Node::Object)
    }
}

#[cfg(test)]
mod tests;

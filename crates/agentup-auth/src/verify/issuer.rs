//! A glance at `iss` before the signature is checked, where several issuers are trusted.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// The `iss` that a payload claims. Good only for choosing whose keys to check it with.
///
/// Of two it takes the last; a payload that has two is refused when its claims are read.
pub(super) fn unverified(payload: &[u8]) -> Option<Cow<'_, str>> {
    serde_json::from_slice::<Glance<'_>>(payload).ok()?.0
}

struct Glance<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Glance<'a> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(GlanceVisitor)
    }
}

struct GlanceVisitor;

impl<'de> Visitor<'de> for GlanceVisitor {
    type Value = Glance<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Glance<'de>, A::Error> {
        let mut issuer = None;
        while let Some(Text(name)) = map.next_key()? {
            if name == "iss" {
                issuer = Some(map.next_value::<Text<'de>>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Glance(issuer))
    }
}

/// A text, borrowed unless it has escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

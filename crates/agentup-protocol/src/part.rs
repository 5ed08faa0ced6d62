//! Parts: the pieces that messages and artifacts are made of (A2A §4.1.6).

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::Value;

use crate::wire::base64::{self, Bytes};
use crate::{JsonObject, wire};

/// A piece of content and what is known about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The content itself.
    pub content: PartContent,
    /// The name of the file it came from or should become.
    pub filename: Option<String>,
    /// Its media type, such as `text/plain`.
    pub media_type: Option<String>,
    /// Whatever else the sender wants to tell.
    pub metadata: Option<Box<JsonObject>>,
}

/// What a part holds: exactly one of four.
#[derive(Clone, Debug, PartialEq)]
pub enum PartContent {
    /// Any JSON value, `null` included.
    Data(Box<Value>),
    /// The bytes of a file.
    Raw(Vec<u8>),
    /// Plain text.
    Text(String),
    /// Where the content of a file is to be had.
    Url(String),
}

impl Part {
    /// A part with this content and nothing said about it.
    #[must_use]
    pub const fn new(content: PartContent) -> Self {
        Self {
            content,
            filename: None,
            media_type: None,
            metadata: None,
        }
    }

    /// A part of text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(PartContent::Text(text.into()))
    }

    /// A part of structured data.
    #[must_use]
    pub fn data(value: Value) -> Self {
        Self::new(PartContent::Data(Box::new(value)))
    }

    /// A file, bytes and all.
    #[must_use]
    pub fn file(
        filename: impl Into<String>,
        media_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            filename: Some(filename.into()),
            media_type: Some(media_type.into()),
            ..Self::new(PartContent::Raw(bytes.into()))
        }
    }

    /// A file that is to be had elsewhere.
    #[must_use]
    pub fn url(url: impl Into<String>) -> Self {
        Self::new(PartContent::Url(url.into()))
    }

    /// Its text, if text is what it holds.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            PartContent::Text(text) => Some(text),
            PartContent::Data(_) | PartContent::Raw(_) | PartContent::Url(_) => None,
        }
    }
}

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Part", 4)?;
        match &self.content {
            PartContent::Data(value) => object.serialize_field("data", value)?,
            PartContent::Raw(bytes) => object.serialize_field("raw", &RawOut(bytes))?,
            PartContent::Text(text) => object.serialize_field("text", text)?,
            PartContent::Url(url) => object.serialize_field("url", url)?,
        }
        if let Some(filename) = &self.filename {
            object.serialize_field("filename", filename)?;
        }
        if let Some(media_type) = &self.media_type {
            object.serialize_field("mediaType", media_type)?;
        }
        if let Some(metadata) = &self.metadata {
            object.serialize_field("metadata", metadata)?;
        }
        object.end()
    }
}

pub(crate) struct RawOut<'a>(pub(crate) &'a [u8]);

impl Serialize for RawOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        base64::serialize(self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let part: PartIn = wire::object(deserializer)?;
        Self::try_from(part).map_err(D::Error::custom)
    }
}

/// A part as it comes in, before the count of its contents.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartIn {
    text: Option<String>,
    raw: Option<Bytes>,
    url: Option<String>,
    #[serde(default, deserialize_with = "wire::present")]
    data: Option<Box<Value>>,
    #[serde(default, deserialize_with = "wire::text")]
    filename: Option<String>,
    #[serde(default, alias = "media_type", deserialize_with = "wire::text")]
    media_type: Option<String>,
    metadata: Option<Box<JsonObject>>,
}

impl TryFrom<PartIn> for Part {
    type Error = &'static str;

    fn try_from(part: PartIn) -> Result<Self, Self::Error> {
        let content = match (part.text, part.raw, part.url, part.data) {
            (Some(text), None, None, None) => PartContent::Text(text),
            (None, Some(bytes), None, None) => PartContent::Raw(bytes.0),
            (None, None, Some(url), None) => PartContent::Url(url),
            (None, None, None, Some(value)) => PartContent::Data(value),
            _ => return Err("a part has exactly one of text, raw, url and data"),
        };
        Ok(Self {
            content,
            filename: part.filename,
            media_type: part.media_type,
            metadata: part.metadata,
        })
    }
}

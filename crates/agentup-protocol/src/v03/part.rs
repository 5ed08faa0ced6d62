//! Parts in 0.3: told apart by `kind`, with files nested.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::Value;

use crate::part::RawOut;
use crate::wire::base64::Bytes;
use crate::{JsonObject, Part, PartContent, wire};

/// A part in 0.3 form: `{"kind": "text", "text": …}`.
#[derive(Clone, Copy, Debug)]
pub struct PartView<'a>(pub &'a Part);

impl Serialize for PartView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let part = self.0;
        let mut object = serializer.serialize_struct("Part", 3)?;
        match &part.content {
            PartContent::Data(value) => {
                object.serialize_field("kind", "data")?;
                object.serialize_field("data", &DataView(value))?;
            }
            PartContent::Raw(_) | PartContent::Url(_) => {
                object.serialize_field("kind", "file")?;
                object.serialize_field("file", &FileView(part))?;
            }
            PartContent::Text(text) => {
                object.serialize_field("kind", "text")?;
                object.serialize_field("text", text)?;
            }
        }
        if let Some(metadata) = &part.metadata {
            object.serialize_field("metadata", metadata)?;
        }
        object.end()
    }
}

/// The member of the object that stands for a value which is none: 0.3 has objects only.
const VALUE: &str = "value";

struct DataView<'a>(&'a Value);

impl Serialize for DataView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_object() {
            return self.0.serialize(serializer);
        }
        let mut object = serializer.serialize_struct("Data", 1)?;
        object.serialize_field(VALUE, self.0)?;
        object.end()
    }
}

struct FileView<'a>(&'a Part);

impl Serialize for FileView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let part = self.0;
        let mut object = serializer.serialize_struct("File", 3)?;
        match &part.content {
            PartContent::Raw(bytes) => object.serialize_field("bytes", &RawOut(bytes))?,
            PartContent::Url(url) => object.serialize_field("uri", url)?,
            PartContent::Data(_) | PartContent::Text(_) => {}
        }
        if let Some(media_type) = &part.media_type {
            object.serialize_field("mimeType", media_type)?;
        }
        if let Some(filename) = &part.filename {
            object.serialize_field("name", filename)?;
        }
        object.end()
    }
}

/// A part as it comes in. Its kind is what it holds; `kind` (or `type`, its name in 0.1) may be
/// left out, but must not contradict.
pub(crate) struct PartOf(pub(crate) Part);

impl<'de> Deserialize<'de> for PartOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let part: PartIn = wire::object(deserializer)?;
        Self::try_from(part).map_err(D::Error::custom)
    }
}

#[derive(serde::Deserialize)]
struct PartIn {
    kind: Option<Kind>,
    #[serde(rename = "type")]
    kind_in_01: Option<Kind>,
    text: Option<String>,
    #[serde(default, deserialize_with = "wire::optional_object")]
    file: Option<FileIn>,
    data: Option<Box<JsonObject>>,
    metadata: Option<Box<JsonObject>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    File,
    Text,
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Cow::<'de, str>::deserialize(deserializer)?.as_ref() {
            "data" => Ok(Self::Data),
            "file" => Ok(Self::File),
            "text" => Ok(Self::Text),
            _ => Err(D::Error::invalid_value(
                Unexpected::Str("…"),
                &"data, file or text",
            )),
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileIn {
    bytes: Option<Bytes>,
    uri: Option<String>,
    #[serde(default, alias = "mime_type", deserialize_with = "wire::text")]
    mime_type: Option<String>,
    #[serde(default, deserialize_with = "wire::text")]
    name: Option<String>,
}

impl TryFrom<PartIn> for PartOf {
    type Error = &'static str;

    fn try_from(part: PartIn) -> Result<Self, Self::Error> {
        let (kind, mut read) = match (part.text, part.file, part.data) {
            (Some(text), None, None) => (Kind::Text, Part::text(text)),
            (None, Some(file), None) => (Kind::File, Part::try_from(file)?),
            (None, None, Some(object)) => (Kind::Data, Part::data(Value::Object(*object))),
            _ => return Err("a part has exactly one of text, file and data"),
        };
        if [part.kind, part.kind_in_01]
            .into_iter()
            .flatten()
            .any(|said| said != kind)
        {
            return Err("a part whose kind contradicts its content");
        }
        read.metadata = part.metadata;
        Ok(Self(read))
    }
}

impl TryFrom<FileIn> for Part {
    type Error = &'static str;

    fn try_from(file: FileIn) -> Result<Self, Self::Error> {
        let content = match (file.bytes, file.uri) {
            (Some(bytes), None) => PartContent::Raw(bytes.0),
            (None, Some(uri)) => PartContent::Url(uri),
            _ => return Err("a file has exactly one of bytes and uri"),
        };
        Ok(Self {
            content,
            filename: file.name,
            media_type: file.mime_type,
            metadata: None,
        })
    }
}

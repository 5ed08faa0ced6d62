//! `security.api_key`: the keys that are accepted, and where requests have them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use agentup_auth::{ApiKeyEntry, ApiKeys, KeyHash, KeySet, UnixSeconds, api_key::KeyEntryError};
use agentup_env::Environment;
use http::HeaderName;
use secrecy::ExposeSecret as _;

use super::{
    Faults, keys,
    reader::Section,
    report::{Report, Spot, fault},
    tree,
};

/// How to come by the hash of a new key.
const NEW_KEY: &str = "generate a key with `openssl rand -base64 32`, and print its hash with \
                       `printf %s \"$KEY\" | sha256sum`";

/// `security.api_key`: which keys are accepted.
#[derive(Clone, Debug)]
pub struct ApiKeyConfig {
    /// The header that has the key. Default: `X-API-Key`.
    pub header: HeaderName,
    /// Whether the query may have it as `api_key`, too. Default: no.
    pub allow_query: bool,
    /// The keys, of the configuration and of the file.
    pub keys: Arc<ApiKeys>,
    /// The file that has further keys, to be read again when it changes.
    pub file: Option<KeysFile>,
}

impl ApiKeyConfig {
    /// The name of the key in a query, where that is allowed.
    pub const QUERY: &str = "api_key";
}

/// A file of API keys, and the keys of the configuration that go with them.
#[derive(Clone, Debug)]
pub struct KeysFile {
    /// The file, beginning in the working folder or absolute.
    pub path: PathBuf,
    inline: Vec<ApiKeyEntry>,
}

/// An entry, and where it stands.
type Placed = (ApiKeyEntry, Spot);

pub(super) fn read(section: &Section<'_>) -> Option<ApiKeyConfig> {
    let inline = entries(section.sections(&keys::API_KEYS, keys::API_KEY_ENTRY));
    let path = section.optional(&keys::KEYS_FILE);
    let given = path.is_some() || section.is_written(&keys::API_KEYS);
    let mut all = inline.clone()?;
    let mut file = None;
    if let Some(path) = path {
        let bytes = section.report.read_followed(&path, KeySet::MAX_BYTES)?;
        let resolved = section.report.resolve(&path.value);
        match read_file(&resolved, &bytes) {
            Ok(of_file) => {
                // In the eyes of the configuration, all of them stand where it names the file.
                all.extend(of_file.into_iter().map(|entry| (entry, path.spot.clone())));
                let inline = inline?.into_iter().map(|(entry, _)| entry).collect();
                file = Some(KeysFile {
                    path: resolved,
                    inline,
                });
            }
            Err(faults) => {
                section.report.adopt(faults);
                return None;
            }
        }
    }
    if all.is_empty() {
        let problem = if given {
            "has no key"
        } else {
            "must have `keys` or `keys_file`"
        };
        section.fault(&section.spot(), problem, NEW_KEY);
        return None;
    }
    let spots: Vec<Spot> = all.iter().map(|(_, spot)| spot.clone()).collect();
    let keys = ApiKeys::new(all.into_iter().map(|(entry, _)| entry).collect())
        .inspect_err(|(index, error)| {
            if let Some(spot) = spots.get(*index) {
                section.fault(spot, error.to_string(), remedy(*error));
            }
        })
        .ok()?;
    Some(ApiKeyConfig {
        header: section.value(&keys::API_KEY_HEADER).value,
        allow_query: section.value(&keys::ALLOW_QUERY).value,
        keys: Arc::new(keys),
        file,
    })
}

impl KeysFile {
    /// The keys, with what the file has now.
    ///
    /// # Errors
    /// With all that is wrong with the file.
    pub fn read(&self, bytes: &[u8]) -> Result<ApiKeys, Faults> {
        let mut entries = self.inline.clone();
        entries.extend(read_file(&self.path, bytes)?);
        let empty = Environment::from_pairs([("", ""); 0]);
        let report = Report::new(&self.path, &empty);
        ApiKeys::new(entries).map_err(|(_, error)| {
            let spot = report.whole_file();
            fault(&spot, error.to_string(), remedy(error).to_owned()).into()
        })
    }
}

/// Reads a file: a list, in YAML or JSON, of the entries that `keys` may have. No variable is
/// replaced in it, so that it means the same whenever it is read.
fn read_file(path: &Path, bytes: &[u8]) -> Result<Vec<ApiKeyEntry>, Faults> {
    let empty = Environment::from_pairs([("", ""); 0]);
    let report = Report::new(path, &empty);
    let whole = report.whole_file();
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(fault(&whole, "is not text".to_owned(), String::new()).into());
    };
    let mut duplicates = Vec::new();
    let tree = tree::parse(text, &mut duplicates).map_err(|problem| {
        let spot = report.spot(problem.at, problem.path);
        Faults::from(fault(&spot, problem.what, String::new()))
    })?;
    for problem in duplicates {
        report.fault(&report.spot(problem.at, problem.path), problem.what, "");
    }
    let entries = entries(Section::list_of_file(&report, &tree, keys::API_KEY_ENTRY));
    report.finish()?;
    // What could not be read was reported, and ended it above.
    Ok(entries
        .into_iter()
        .flatten()
        .map(|(entry, _)| entry)
        .collect())
}

fn entries(sections: Vec<Section<'_>>) -> Option<Vec<Placed>> {
    let mut entries = Some(Vec::with_capacity(sections.len()));
    for section in sections {
        match (entry(&section), &mut entries) {
            (Some(entry), Some(entries)) => entries.push((entry, section.spot())),
            _ => entries = None,
        }
    }
    entries
}

fn entry(section: &Section<'_>) -> Option<ApiKeyEntry> {
    let name = section.required(&keys::API_KEY_NAME, "it stands for whoever has the key");
    let hash = section
        .required(&keys::API_KEY_HASH, NEW_KEY)
        .and_then(|hash| {
            KeyHash::parse(hash.value.expose_secret())
                .inspect_err(|error| {
                    section.fault(&hash.spot, format!("the value {error}"), NEW_KEY);
                })
                .ok()
        });
    let scopes = section.list(&keys::API_KEY_SCOPES).unwrap_or_default();
    let expires = section.optional(&keys::API_KEY_EXPIRES);
    if expires.is_none() && section.given(&keys::API_KEY_EXPIRES).is_some() {
        return None;
    }
    Some(ApiKeyEntry {
        name: name?.value,
        hash: hash?,
        prefix: section
            .optional(&keys::API_KEY_PREFIX)
            .map(|prefix| prefix.value),
        scopes: scopes.into_iter().map(|scope| scope.value).collect(),
        expires_at: expires.map(|moment| {
            UnixSeconds::new(u64::try_from(moment.value.timestamp()).unwrap_or_default())
        }),
    })
}

const fn remedy(error: KeyEntryError) -> &'static str {
    match error {
        KeyEntryError::MissingPrefix => {
            "add `prefix` with at least the first four characters of the key; they are not secret"
        }
        KeyEntryError::UselessPrefix => "leave `prefix` out",
        KeyEntryError::AmbiguousPrefix => {
            "give each key a beginning of its own: it chooses the one hash that is checked"
        }
        _ => "",
    }
}

//! Which model is asked, and where: protocol, address, key and name belong together. A key is never
//! sent to another server than the one that it was written for.

use agentup_handlers::llm::{Provider, Settings};
use http::HeaderValue;
use reqwest::Url;
use zeroize::Zeroizing;

use super::{
    super::{
        Stage,
        faults::Place,
        handlers::mind_the_wire,
        key_sources::{Material, material},
        keys,
        reader::{Got, Section},
        report::{Found, Report, Spot},
        values::{Kind, WebUrl},
    },
    ADDRESS,
};

/// Where Ollama is, unless something else is said.
const OLLAMA: &str = "http://localhost:11434";

/// The host of OpenAI itself.
const OPENAI_HOST: &str = "api.openai.com";

/// Where its interface is.
const OPENAI: &str = "https://api.openai.com/v1";

/// Whether the section names a server of its own.
pub(super) fn is_own(section: &Section<'_>) -> bool {
    section.is_written(&keys::AI_PROVIDER) || section.is_written(&keys::AI_BASE_URL)
}

/// The server and the model that the section names.
pub(super) fn own(section: &Section<'_>, stage: Stage) -> Option<Settings> {
    let remedy = "write `provider: ollama`, or `provider: openai` for whatever speaks its protocol";
    let provider = section.required(&keys::AI_PROVIDER, remedy);
    let model = section.required(
        &keys::AI_MODEL,
        "such as `model: llama3.2`; `ollama list` shows those that Ollama has",
    );
    let authorization = authorization(section);
    let provider = provider?.value;
    let url = address(section, provider);
    let url = url?;
    let authorization = match authorization {
        Got::Value(authorization) => {
            mind_the_wire(section, &url, "`api_key`", stage);
            Some(authorization)
        }
        Got::Absent => {
            demand_key(section, &url);
            None
        }
        Got::Faulty => return None,
    };
    let mut settings = Settings::new(provider, url.value, model?.value);
    settings.authorization = authorization;
    Some(settings)
}

/// The server of `ai`, for which a skill may have a model and a key of its own.
pub(super) fn inherited(
    section: &Section<'_>,
    common: &Settings,
    stage: Stage,
) -> Option<Settings> {
    let mut settings = common.clone();
    if let Some(model) = section.optional(&keys::AI_MODEL) {
        settings.model = model.value;
    }
    match authorization(section) {
        Got::Absent => {}
        Got::Faulty => return None,
        Got::Value(authorization) => {
            let url = Found {
                value: settings.base_url.clone(),
                spot: section.spot_of(&keys::AI_API_KEY),
            };
            mind_the_wire(section, &url, "`api_key`", stage);
            settings.authorization = Some(authorization);
        }
    }
    Some(settings)
}

/// The address that a variable has, if it is set. A bad one was reported.
pub(super) fn variable(report: &Report<'_>, name: &'static str) -> Got<Url> {
    let text = report.variables.get(name).map(str::trim);
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Got::Absent;
    };
    let spot = Spot {
        place: Place::Variable(name),
        path: String::new(),
    };
    let remedy = "change it in the environment or in .env, for instance to http://localhost:11434";
    let url = WebUrl
        .read(text)
        .and_then(|text| bare(&text, Provider::Ollama))
        .inspect_err(|problem| report.fault(&spot, format!("its value {problem}"), remedy));
    url.map_or(Got::Faulty, Got::Value)
}

fn address(section: &Section<'_>, provider: Provider) -> Option<Found<Url>> {
    if let Some(Found { value, spot }) = section.optional(&keys::AI_BASE_URL) {
        return match bare(&value, provider) {
            Ok(value) => Some(Found { value, spot }),
            Err(problem) => {
                section.fault(&spot, problem, "");
                None
            }
        };
    }
    if section.is_written(&keys::AI_BASE_URL) {
        // A value that cannot be used was reported; one that is empty says nothing.
        if let Some(why) = section.why_empty(&keys::AI_BASE_URL) {
            let remedy = "set it, or remove `base_url`";
            section.fault(&section.spot_of(&keys::AI_BASE_URL), why, remedy);
        }
        return None;
    }
    let usual = match provider {
        Provider::Ollama => match variable(section.report, ADDRESS) {
            Got::Value(url) => url,
            Got::Faulty => return None,
            Got::Absent => Url::parse(OLLAMA).ok()?,
        },
        Provider::Openai => Url::parse(OPENAI).ok()?,
    };
    section.show(&keys::AI_BASE_URL, usual.as_str().into());
    Some(Found {
        value: usual,
        spot: section.spot(),
    })
}

/// The address of a server, without what the protocol puts behind it.
fn bare(text: &str, provider: Provider) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "is not a URL".to_owned())?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has more than a path".to_owned());
    }
    let path = url.path().trim_end_matches('/');
    let ends: &[&str] = match provider {
        Provider::Ollama => &["/api", "/api/chat", "/v1"],
        Provider::Openai => &["/chat", "/chat/completions"],
    };
    match ends.iter().find(|end| path.ends_with(**end)) {
        Some(end) => Err(format!(
            "ends with `{end}`, which {provider} has behind its address: leave out `{end}`"
        )),
        None => Ok(url),
    }
}

/// OpenAI itself answers nobody without a key.
fn demand_key(section: &Section<'_>, url: &Found<Url>) {
    if url.value.host_str() != Some(OPENAI_HOST) {
        return;
    }
    let why = section.why_empty(&keys::AI_API_KEY);
    let problem = why.unwrap_or_else(|| "must have `api_key`".to_owned());
    let remedy = "write `api_key: \"${OPENAI_API_KEY}\"` and set that variable, or name a file with \
                  `api_key_file`; for another server, write its `base_url`";
    section.fault(
        &section.spot_of(&keys::AI_API_KEY),
        format!("{problem}: OpenAI answers nobody without a key"),
        remedy,
    );
}

/// The header that has the key.
fn authorization(section: &Section<'_>) -> Got<HeaderValue> {
    let Material { value, spot } =
        match material(section, &keys::AI_API_KEY, &keys::AI_API_KEY_FILE) {
            Got::Absent => return Got::Absent,
            Got::Faulty => return Got::Faulty,
            Got::Value(material) => material,
        };
    let mut header = Zeroizing::new(b"Bearer ".to_vec());
    header.extend_from_slice(&value);
    let is_usable = !value.is_empty() && value.iter().all(u8::is_ascii_graphic);
    let Some(mut header) = HeaderValue::from_bytes(&header).ok().filter(|_| is_usable) else {
        section.fault(
            &spot,
            "is not a key: it has spaces or other characters, or none",
            "",
        );
        return Got::Faulty;
    };
    header.set_sensitive(true);
    Got::Value(header)
}

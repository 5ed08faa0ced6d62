//! `ai`: the language model of `basic_assistant`, and what the skills with a handler of type `llm`
//! begin with. Each such skill has the same keys, read by the same means.

use std::time::Duration;

use agentup_handlers::llm::{Manner, Provider, Settings};

use super::{
    Stage, keys,
    reader::{Got, Section},
    report::Report,
};

mod manner;
mod place;

/// The variable that says where Ollama is.
const ADDRESS: &str = "OLLAMA_BASE_URL";

/// The variable that names the model, where only the address is given.
const MODEL: &str = "OLLAMA_MODEL";

/// The model, where nothing names one.
const USUAL_MODEL: &str = "llama3.2";

/// How long to wait for a connection to a model that may be missing.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The keys that have an effect for a skill.
pub(super) const KEYS: [&str; 16] = [
    "provider",
    "base_url",
    "model",
    "api_key",
    "api_key_file",
    "system_prompt",
    "system_prompt_file",
    "temperature",
    "max_tokens",
    "history",
    "history_size",
    "identity",
    "timeout",
    "connect_timeout",
    "read_timeout",
    "max_reply",
];

/// `ai`: the language model of skills that name no other.
#[derive(Clone, Debug)]
pub struct AiConfig {
    /// Which model is asked, where and how.
    pub settings: Settings,
    /// Whether it is only known from `OLLAMA_BASE_URL`: `basic_assistant` then goes on without it
    /// when it does not answer.
    pub may_be_missing: bool,
}

/// What the section comes to.
pub(super) enum Ai {
    /// There is no section, and no variable in its place.
    Absent,
    /// A fault was reported.
    Faulty,
    /// It has no address, for this reason.
    Off(String),
    On(Box<AiConfig>),
}

impl Ai {
    pub(super) fn into_config(self) -> Option<AiConfig> {
        match self {
            Self::On(config) => Some(*config),
            Self::Absent | Self::Faulty | Self::Off(_) => None,
        }
    }
}

pub(super) fn read(root: &Section<'_>, stage: Stage) -> Ai {
    if !root.is_written(&keys::AI) {
        return of_variables(root.report);
    }
    let section = root.section(&keys::AI);
    let manner = manner::read(&section, Manner::default());
    // `base_url: "${OLLAMA_BASE_URL:}"` switches the model on where the variable is set.
    if section.is_written(&keys::AI_BASE_URL) && section.given(&keys::AI_BASE_URL).is_none() {
        let why = section.why_empty(&keys::AI_BASE_URL);
        let why = why.unwrap_or_else(|| "it has no value".to_owned());
        return Ai::Off(format!("`ai.base_url` is empty: {why}"));
    }
    place::own(&section, stage).map_or(Ai::Faulty, |settings| {
        Ai::On(Box::new(AiConfig {
            settings: Settings { manner, ..settings },
            may_be_missing: false,
        }))
    })
}

/// The model of a skill: its own, or that of `ai`, with what the skill says otherwise.
pub(super) fn of_skill(section: &Section<'_>, ai: &Ai, stage: Stage) -> Option<Settings> {
    let usual = match ai {
        Ai::On(config) => config.settings.manner.clone(),
        Ai::Absent | Ai::Faulty | Ai::Off(_) => Manner::default(),
    };
    let manner = manner::read(section, usual);
    let settings = if place::is_own(section) {
        place::own(section, stage)
    } else {
        common(section, ai, stage)
    };
    Some(Settings {
        manner,
        ..settings?
    })
}

/// The model that `ai` has for all skills.
fn common(section: &Section<'_>, ai: &Ai, stage: Stage) -> Option<Settings> {
    match ai {
        Ai::On(config) => return place::inherited(section, &config.settings, stage),
        Ai::Faulty => {}
        Ai::Off(why) => {
            let remedy = "set it, or give the skill a `provider` and a `model` of its own";
            section.fault(&section.spot(), format!("has no model: {why}"), remedy);
        }
        Ai::Absent => {
            let remedy = "write `provider: ollama` and `model: …` here, or in `ai` for all skills";
            section.fault(&section.spot(), "has no model", remedy);
        }
    }
    None
}

/// What the environment says alone: the address, as in a `.env` beside a configuration that knows
/// nothing of models.
fn of_variables(report: &Report<'_>) -> Ai {
    match place::variable(report, ADDRESS) {
        Got::Absent => Ai::Absent,
        Got::Faulty => Ai::Faulty,
        Got::Value(url) => {
            let model = report.variables.get(MODEL).map(str::trim);
            let model = model.filter(|it| !it.is_empty()).unwrap_or(USUAL_MODEL);
            let mut settings = Settings::new(Provider::Ollama, url, model);
            settings.manner.connect_timeout = CONNECT_TIMEOUT;
            Ai::On(Box::new(AiConfig {
                settings,
                may_be_missing: true,
            }))
        }
    }
}

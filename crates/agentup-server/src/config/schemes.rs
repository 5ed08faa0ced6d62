//! `security.type` and `security.schemes`: the ways to authenticate, of which each is enough.

use super::{
    ApiKeyConfig, Oauth2Config, SchemeKind, Stage, api_keys,
    bearer::{self, Tokens},
    keys::{self, Key, Mapping},
    oauth2,
    reader::Section,
};

/// What is accepted. A kind that is not has nothing here.
#[derive(Default)]
pub(super) struct Schemes {
    /// In the order of the file.
    pub(super) kinds: Vec<SchemeKind>,
    pub(super) tokens: Option<Tokens>,
    pub(super) api_key: Option<ApiKeyConfig>,
    pub(super) oauth2: Option<Oauth2Config>,
}

/// The keys under which the settings of each kind stand.
type Homes = [(SchemeKind, Key<Mapping>); 3];

/// Reads what is said of each kind; of a section that is disabled, only whether its keys are known.
pub(super) fn read(section: &Section<'_>, enabled: bool, stage: Stage) -> Schemes {
    let mut schemes = Schemes::default();
    let homes = [
        (SchemeKind::Bearer, keys::BEARER),
        (SchemeKind::ApiKey, keys::API_KEY),
        (SchemeKind::Oauth2, keys::OAUTH2),
    ];
    if !section.is_written(&keys::SCHEMES) {
        let kind = section.value(&keys::TYPE).value;
        let remedy = "to accept several kinds of credentials, list them in `schemes`";
        refuse_others(section, &homes, Some(kind), remedy);
        schemes.add(kind, section, &homes, enabled, stage);
        return schemes;
    }
    if section.is_written(&keys::TYPE.key) {
        let spot = section.spot_of(&keys::TYPE.key);
        section.fault(
            &spot,
            "stands beside `schemes`",
            "give each scheme its own `type`",
        );
    }
    let remedy = "put it into its entry of `schemes`";
    refuse_others(section, &homes, None, remedy);
    let entries = section.sections(&keys::SCHEMES, "security.schemes[]");
    if entries.is_empty() {
        let remedy = "name at least one, as in `- { type: bearer, bearer: { … } }`";
        section.fault(
            &section.spot_of(&keys::SCHEMES),
            "must not be empty",
            remedy,
        );
    }
    for entry in &entries {
        schemes.read_entry(entry, enabled, stage);
    }
    schemes
}

impl Schemes {
    fn read_entry(&mut self, entry: &Section<'_>, enabled: bool, stage: Stage) {
        let homes = [
            (SchemeKind::Bearer, keys::SCHEME_BEARER),
            (SchemeKind::ApiKey, keys::SCHEME_API_KEY),
            (SchemeKind::Oauth2, keys::SCHEME_OAUTH2),
        ];
        let Some(kind) = entry.required(&keys::SCHEME_TYPE, "bearer, api_key or oauth2") else {
            return;
        };
        if self.kinds.contains(&kind.value) {
            let problem = "stands in the list twice: a credential would have two judges";
            entry.fault(&kind.spot, problem, "");
            return;
        }
        refuse_others(
            entry,
            &homes,
            Some(kind.value),
            "give it an entry of its own",
        );
        self.add(kind.value, entry, &homes, enabled, stage);
    }

    fn add(
        &mut self,
        kind: SchemeKind,
        section: &Section<'_>,
        homes: &Homes,
        enabled: bool,
        stage: Stage,
    ) {
        let Some((_, key)) = homes.iter().find(|(other, _)| *other == kind) else {
            return;
        };
        // Its keys are checked even when nobody needs their values: security is switched on again
        // one day.
        let part = section.part(key.name(), kind.section());
        if !enabled {
            return;
        }
        self.kinds.push(kind);
        match kind {
            SchemeKind::Bearer => self.tokens = bearer::read(&part, stage),
            SchemeKind::ApiKey => self.api_key = api_keys::read(&part),
            SchemeKind::Oauth2 => self.oauth2 = oauth2::read(&part),
        }
    }
}

/// Settings of a kind that is not accepted would have no effect.
fn refuse_others(section: &Section<'_>, homes: &Homes, accepted: Option<SchemeKind>, remedy: &str) {
    for (kind, key) in homes {
        if Some(*kind) != accepted && section.is_written(key) {
            let problem = match accepted {
                Some(accepted) => format!("has no effect: the type is `{}`", accepted.name()),
                None => "has no effect beside `schemes`".to_owned(),
            };
            section.fault(&section.spot_of(key), problem, remedy);
        }
    }
}

impl SchemeKind {
    /// The word for it in `type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::ApiKey => "api_key",
            Self::Oauth2 => "oauth2",
        }
    }

    /// The path of its settings in the table.
    const fn section(self) -> &'static str {
        match self {
            Self::Bearer => keys::BEARER.path,
            Self::ApiKey => keys::API_KEY.path,
            Self::Oauth2 => keys::OAUTH2.path,
        }
    }
}

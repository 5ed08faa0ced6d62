//! `skills`: what the agent can do, and what each of them asks of its caller.

use std::time::Duration;

use agentup_auth::{Requirement, Scope, ScopeGraph, ScopeRule};
use agentup_handlers::middleware::MiddlewareSettings;

use super::{
    SkillConfig, Stage,
    ai::Ai,
    claims, handlers, keys,
    keys::{Key, List},
    middleware::{self, Layers},
    reader::Section,
    report::{Found, Spot},
    tree::{Node, Value},
    values::{MediaType, ScopeName, Text},
};

/// How alike two scopes must be, from 0 to 1, for one to be taken for a slip of the other.
const ALIKE: f64 = 0.85;

pub(super) fn read(
    root: &Section<'_>,
    graph: &ScopeGraph,
    ai: &Ai,
    middleware: &Layers,
    task_timeout: Duration,
    stage: Stage,
) -> Vec<SkillConfig> {
    let mut skills: Vec<SkillConfig> = Vec::new();
    let sections = root.sections(&keys::SKILLS, "skills[]");
    if sections.is_empty() {
        let spot = root.spot_of(&keys::SKILLS);
        root.report.warn(
            &spot,
            "the agent has no skill",
            "name some under `skills`, such as `- skill_id: public_echo`",
        );
    }
    for section in &sections {
        let own = middleware::read(section, &keys::SKILL_MIDDLEWARE, task_timeout);
        let Some((mut skill, id)) = skill(section, graph, ai, stage) else {
            continue;
        };
        skill.middleware = middleware.replaced_by(&own).settings();
        if skills.iter().any(|other| other.skill_id == skill.skill_id) {
            section
                .report
                .fault(&id, "another skill has the same id", "");
        }
        skills.push(skill);
    }
    skills
}

fn skill(
    section: &Section<'_>,
    graph: &ScopeGraph,
    ai: &Ai,
    stage: Stage,
) -> Option<(SkillConfig, Spot)> {
    let id = section.required(&keys::SKILL_ID, "every skill has a `skill_id`");
    let text = |key: &Key<Text>| {
        section
            .optional(key)
            .map(|found| found.value)
            .unwrap_or_default()
    };
    let texts = |key: &Key<List<Text>>| section.list(key).map(values).unwrap_or_default();
    let (name, description) = (text(&keys::SKILL_NAME), text(&keys::SKILL_DESCRIPTION));
    let (tags, examples) = (texts(&keys::TAGS), texts(&keys::EXAMPLES));
    let input_modes = modes(section, &keys::INPUT_MODE, &keys::INPUT_MODES);
    let output_modes = modes(section, &keys::OUTPUT_MODE, &keys::OUTPUT_MODES);
    let required_scopes = section.node(&keys::REQUIRED_SCOPES).and_then(|node| {
        let requirement = requirement(section, node, graph)?;
        section.show(&keys::REQUIRED_SCOPES, shown(&requirement));
        Some(requirement)
    });
    let claims = claims::read(section);
    let handler = handlers::read(section, ai, stage);
    let Found {
        value: skill_id,
        spot,
    } = id?;
    let skill = SkillConfig {
        skill_id,
        name,
        description,
        tags,
        examples,
        input_modes,
        output_modes,
        required_scopes,
        claims,
        middleware: MiddlewareSettings::default(),
        handler,
    };
    Some((skill, spot))
}

fn modes(
    section: &Section<'_>,
    one: &Key<MediaType>,
    several: &Key<List<MediaType>>,
) -> Vec<String> {
    if section.is_written(one) && section.is_written(several) {
        let problem = format!("stands beside `{}`", one.name());
        section
            .report
            .fault(&section.spot_of(several), problem, "keep one of them");
    }
    let one = section.optional(one).map(|found| vec![found.value]);
    one.or_else(|| section.list(several).map(values))
        .unwrap_or_default()
}

/// A list asks for every scope in it; `any_of` for one of them.
fn requirement(section: &Section<'_>, node: &Node, graph: &ScopeGraph) -> Option<Requirement> {
    let path = section.path_to(keys::REQUIRED_SCOPES.name());
    let (found, is_choice) = match &node.value {
        Value::List(items) => (section.report.members(&ScopeName, items, &path)?, false),
        Value::Map(_) => {
            chosen(&section.part(keys::REQUIRED_SCOPES.name(), keys::REQUIRED_SCOPES.path))?
        }
        Value::Text(_) | Value::Null => (
            section
                .report
                .members(&ScopeName, std::slice::from_ref(node), &path)?,
            false,
        ),
    };
    for scope in &found {
        if scope.value.is_wildcard() {
            let problem = format!(
                "`{}` stands for many scopes; a skill asks for one",
                scope.value
            );
            let remedy = "name the scope itself; a wildcard belongs into `scopes`";
            section.fault(&scope.spot, problem, remedy);
        }
        doubt(section, scope, graph);
    }
    let scopes = values(found);
    Some(if is_choice {
        Requirement::any_of(scopes)
    } else {
        Requirement::all_of(scopes)
    })
}

fn chosen(part: &Section<'_>) -> Option<(Vec<Found<Scope>>, bool)> {
    let remedy = "write a list of scopes, `all_of` or `any_of`";
    match (
        part.is_written(&keys::ALL_OF),
        part.is_written(&keys::ANY_OF),
    ) {
        (true, true) => {
            part.report.fault(
                &part.spot_of(&keys::ANY_OF),
                "stands beside `all_of`",
                "keep one of them",
            );
            None
        }
        (true, false) => Some((part.list(&keys::ALL_OF)?, false)),
        (false, true) => {
            let remedy =
                "an empty choice would be met by nobody; leave `required_scopes: []` for none";
            Some((part.required_list(&keys::ANY_OF, remedy)?, true))
        }
        (false, false) => {
            if part.is_empty() {
                part.report.fault(&part.spot(), "names no scope", remedy);
            }
            None
        }
    }
}

/// Warns of a scope that the hierarchy does not have but almost has.
fn doubt(section: &Section<'_>, scope: &Found<Scope>, graph: &ScopeGraph) {
    let name = scope.value.as_str();
    let mut known: Vec<&str> = Vec::new();
    for (holder, included) in graph.entries() {
        known.push(holder.as_str());
        known.extend(included.iter().map(Scope::as_str));
    }
    if known.contains(&name) {
        return;
    }
    if let Some(near) = known
        .into_iter()
        .find(|known| strsim::jaro_winkler(known, name) > ALIKE)
    {
        let problem = format!("`{name}` is not in `scopes`; did you mean `{near}`?");
        section.report.warn(&scope.spot, problem, "");
    }
}

fn shown(requirement: &Requirement) -> serde_yaml::Value {
    let scopes: serde_yaml::Value = requirement.scopes().iter().map(Scope::as_str).collect();
    match requirement.rule() {
        ScopeRule::AllOf(_) => scopes,
        ScopeRule::AnyOf(_) => {
            let entry = (keys::ANY_OF.name().into(), scopes);
            serde_yaml::Value::Mapping([entry].into_iter().collect())
        }
    }
}

fn values<T>(found: Vec<Found<T>>) -> Vec<T> {
    found.into_iter().map(|found| found.value).collect()
}

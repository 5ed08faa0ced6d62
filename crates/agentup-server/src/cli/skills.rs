//! The table of `agentup-server skills`: who may call what.

use std::sync::Arc;

use agentup_auth::{ClaimCondition, Denied, Principal, Requirement, Scope, ScopeRule, ScopeSet};
use agentup_env::cli::terminal::safe_text;
use comfy_table::{Table, presets::UTF8_HORIZONTAL_ONLY};

use crate::{config::Config, live::Live};

/// A line for each skill: what it requires, and which scopes are enough for it.
pub(super) fn table(live: &Live, config: &Config) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["skill", "requires", "who may call it"]);
    for skill in &live.registry {
        let requirement = skill.requirement();
        table.add_row([
            skill.id().to_string(),
            wording(requirement),
            holders(requirement, config),
        ]);
    }
    format!("{table}\n")
}

/// A line for each skill: what it requires, and whether this caller may call it.
pub(super) fn table_for(live: &Live, caller: &Arc<Principal>) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["skill", "requires", "this caller"]);
    for skill in &live.registry {
        let verdict = match skill.permit(caller) {
            Ok(_) => "may call it".to_owned(),
            Err(denied) => reason(&denied, skill.requirement()),
        };
        table.add_row([
            skill.id().to_string(),
            wording(skill.requirement()),
            verdict,
        ]);
    }
    let id = caller.id();
    let (subject, issuer) = (safe_text(id.subject()), safe_text(id.issuer()));
    let scopes = caller.granted().join_or(" ", "none");
    format!(
        "{subject} of {issuer}, scopes: {}\n{table}\n",
        safe_text(&scopes)
    )
}

/// Why the caller may not.
fn reason(denied: &Denied, requirement: &Requirement) -> String {
    let missing: Vec<_> = denied.missing.iter().map(Scope::as_str).collect();
    let scopes = match requirement.rule() {
        _ if missing.is_empty() => None,
        ScopeRule::AnyOf(_) if missing.len() > 1 => {
            Some(format!("lacks all of {}", missing.join(", ")))
        }
        ScopeRule::AllOf(_) | ScopeRule::AnyOf(_) => {
            Some(format!("lacks {}", missing.join(" and ")))
        }
    };
    let claims = denied
        .unmet
        .iter()
        .map(|name| format!("claim {} is another", safe_text(name)));
    let reasons: Vec<_> = scopes.into_iter().chain(claims).collect();
    format!("may not: {}", reasons.join("; "))
}

fn wording(requirement: &Requirement) -> String {
    let names: Vec<_> = requirement.scopes().iter().map(Scope::as_str).collect();
    let scopes = match requirement.rule() {
        ScopeRule::AllOf(scopes) if scopes.is_empty() => "a valid token".to_owned(),
        ScopeRule::AllOf(_) => names.join(" and "),
        ScopeRule::AnyOf(_) => names.join(" or "),
    };
    let claim = |claim: &ClaimCondition| {
        let values = claim.values().join(" or ");
        format!("\n{}: {}", safe_text(&claim.name()), safe_text(&values))
    };
    requirement
        .claims()
        .iter()
        .map(claim)
        .fold(scopes, |all, claim| all + &claim)
}

/// The scopes of the hierarchy of which one by itself is enough.
fn holders(requirement: &Requirement, config: &Config) -> String {
    if !config.security.enabled {
        return "everybody: security is switched off".to_owned();
    }
    if requirement.is_open() {
        return "every authenticated caller".to_owned();
    }
    let graph = &config.scopes;
    let mut holders: Vec<Scope> = requirement.scopes().to_vec();
    holders.extend(graph.entries().into_iter().map(|(scope, _)| scope.clone()));
    let holders: ScopeSet = holders
        .into_iter()
        .filter(|scope| {
            let alone: ScopeSet = std::iter::once(scope.clone()).collect();
            let effective = graph.effective(&alone);
            requirement
                .rule()
                .is_met_by(|scope| effective.contains(scope.as_str()))
        })
        .collect();
    let who = holders.join_or(" or ", "");
    let who = match requirement.rule() {
        ScopeRule::AllOf(scopes) if scopes.is_empty() => "callers".to_owned(),
        _ if who.is_empty() => "callers who hold all of them".to_owned(),
        _ => format!("callers with {who}"),
    };
    if requirement.claims().is_empty() {
        who
    } else {
        format!("{who},\nwhose token has these claims")
    }
}

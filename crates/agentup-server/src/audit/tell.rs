//! Which requests are events.

use agentup_auth::{PrincipalId, Scope};

use super::{About, Overload, What};
use crate::{
    app::App,
    http::RejectionKind,
    record::{Outcome, Record},
};

/// Records what a request has to do with security, if it has.
pub(crate) fn tell(app: &App, record: &Record) {
    if !app.audit.is_on() {
        return;
    }
    let (code, about) = (record.outcome.code(), || About::new(record));
    let floods = app.audit.floods();
    let what = match &record.outcome {
        Outcome::Denied(denied) => What::AuthorizationDenied {
            code,
            missing_scopes: denied.missing.iter().map(Scope::to_string).collect(),
            unmet_claims: denied.unmet.clone(),
            about: about(),
        },
        Outcome::Refused(rejection) => match rejection.kind() {
            RejectionKind::Authentication if !floods.tells_refusal(record.client) => return,
            RejectionKind::Authentication => What::AuthenticationRefused {
                code,
                scheme: rejection.scheme(),
                about: about(),
            },
            RejectionKind::Rate if !floods.tells_rate(caller_of(record)) => return,
            RejectionKind::Rate => What::RateLimited {
                code,
                about: about(),
            },
            RejectionKind::Overload => return app.audit.overloaded(Overload::Concurrency, 1),
            // Of an address whose refused credentials are recorded already: a flood would drown the
            // rest.
            RejectionKind::Source | RejectionKind::Authorization | RejectionKind::Request => {
                return;
            }
        },
        _ => {
            let skill = record.notes.skill.as_deref();
            if !skill.is_some_and(|skill| app.live().is_audited(skill)) {
                return;
            }
            What::SkillCalled {
                code,
                about: about(),
            }
        }
    };
    app.audit.record(what);
}

fn caller_of(record: &Record) -> Option<&PrincipalId> {
    record.notes.principal.as_ref().map(|it| it.id())
}

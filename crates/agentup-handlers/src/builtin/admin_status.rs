//! `admin_status`: the agent's settings and state, for callers with the scope `admin`.

use std::{fmt, sync::Arc};

use agentup_auth::{Denied, Principal, Requirement};
use agentup_protocol::Message;

use super::requires;
use crate::{Reply, SkillContext, SkillError, SkillHandler, first_text, handler::quoted};

/// What `admin_status` reports of the agent it runs in.
pub struct AgentFacts {
    /// The agent's name.
    pub name: String,
    /// The agent's version.
    pub version: String,
    /// How callers authenticate, such as `JWT Bearer`.
    pub authentication: String,
    /// Whether callers must authenticate at all.
    pub secured: bool,
    /// Whether the agent is in working order, asked at each report.
    pub healthy: Box<dyn Fn() -> bool + Send + Sync>,
}

impl fmt::Debug for AgentFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentFacts")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The reporter.
pub(super) struct AdminStatus(Arc<AgentFacts>);

impl AdminStatus {
    pub(super) const fn new(facts: Arc<AgentFacts>) -> Self {
        Self(facts)
    }
}

impl SkillHandler for AdminStatus {
    fn requirement(&self) -> Requirement {
        requires("admin")
    }

    fn denial(&self, denied: &Denied, _principal: &Principal) -> String {
        format!(
            "❌ Administrative access denied. Requires {} scope. Current scopes: {}",
            quoted(denied),
            denied.granted.join_or(", ", "none")
        )
    }

    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        let user = context.display_name();
        let scopes = context.user_scopes().join_or(", ", "none");
        let wants_config = first_text(&message).to_lowercase().contains("config");
        Ok(Reply::text(if wants_config {
            config_report(&self.0, user, &scopes)
        } else {
            status_report(&self.0, user, &scopes)
        }))
    }
}

// Clients compare these texts, so the white space at the ends of lines is part of them.

fn config_report(facts: &AgentFacts, user: &str, scopes: &str) -> String {
    let AgentFacts {
        name,
        version,
        authentication,
        secured,
        healthy,
    } = facts;
    let (switch, level) = if *secured {
        ("enabled", "High")
    } else {
        ("disabled", "None")
    };
    let active = active(*secured);
    let health = if healthy() {
        "All systems operational"
    } else {
        "Degraded"
    };
    format!(
        "⚙️ **System Configuration** (Admin: {user})\n        \n\
         🔧 **Agent Configuration**:\n   - Name: {name}\n   - Version: {version}\n   \
         - Authentication: {authentication} ({switch})\n   - Security Level: {level}\n   \n\
         🔐 **Security Status**:\n   - Authentication: {active}\n   \
         - Scope Validation: {active}  \n   - Admin User: {user}\n   \
         - Session Scopes: {scopes}\n   \n\
         📊 **System Health**: {health}\n        "
    )
}

fn status_report(facts: &AgentFacts, user: &str, scopes: &str) -> String {
    let AgentFacts {
        authentication,
        secured,
        healthy,
        ..
    } = facts;
    let status = if healthy() {
        "🟢 **System Status**: Operational"
    } else {
        "🟠 **System Status**: Degraded"
    };
    let active = active(*secured);
    let (security, control, access) = if *secured {
        // `JWT Bearer` is at home in the second place, its first word in the first.
        let scheme = authentication.split(' ').next().unwrap_or(authentication);
        (
            format!("{scheme} Authentication Active"),
            "✅ Scope-based access control",
            "✅ Verified",
        )
    } else {
        ("Authentication Off".to_owned(), "❌ Off", "❌ Not verified")
    };
    format!(
        "🔧 **Administrative System Status** (Admin: {user})\n\n\
         {status}\n\
         🔐 **Security**: {security}\n\
         👥 **Current Session**: Admin user '{user}'\n\
         🎯 **Access Level**: Administrator ({scopes})\n\n\
         **Available Admin Commands**:\n\
         • \"show config\" - Display system configuration\n\
         • \"system health\" - Check system health\n\
         • \"security status\" - View security settings\n\n\
         **Security Info**:\n\
         - Authentication: {active} ({authentication})\n\
         - Authorization: {control}\n\
         - Admin Access: {access}\n"
    )
}

const fn active(secured: bool) -> &'static str {
    if secured { "✅ Active" } else { "❌ Off" }
}

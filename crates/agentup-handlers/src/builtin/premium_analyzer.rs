//! `premium_analyzer`: two reports, for callers with the scope `premium`.

use agentup_auth::{Denied, Principal, Requirement};
use agentup_protocol::Message;

use super::requires;
use crate::{
    Reply, SkillContext, SkillError, SkillHandler, first_text,
    handler::{quoted, standard_denial},
};

/// The analyzer.
pub(super) struct PremiumAnalyzer;

impl SkillHandler for PremiumAnalyzer {
    fn requirement(&self) -> Requirement {
        requires("premium")
    }

    fn denial(&self, denied: &Denied, principal: &Principal) -> String {
        if principal.has_scope("basic") {
            return format!(
                "❌ Access denied. Premium analyzer requires {} scope. Consider upgrading your \
                 access level.",
                quoted(denied)
            );
        }
        standard_denial(denied)
    }

    async fn run(&self, message: Message, context: SkillContext) -> Result<Reply, SkillError> {
        let user = context.display_name();
        let wants_data = first_text(&message).to_lowercase().contains("data");
        Ok(Reply::text(if wants_data {
            data_report(user)
        } else {
            greeting(user)
        }))
    }
}

// Clients compare these texts, so the white space at the ends of lines is part of them.

fn data_report(user: &str) -> String {
    format!(
        "📊 **Premium Data Analysis Report** (for {user})\n        \n\
         🔍 **Analysis Type**: Advanced Data Trends\n\
         📈 **Insights**: Based on sophisticated algorithms available to premium users\n\
         💡 **Recommendations**: \n   - Data shows positive trending patterns\n   \
         - Consider implementing advanced optimization strategies\n   \
         - Premium-level insights suggest 15% improvement potential\n   \n\
         ✅ **Premium Feature**: Multi-dimensional analysis complete\n\
         🎯 **Confidence Level**: 94% (premium-grade accuracy)\n        "
    )
}

fn greeting(user: &str) -> String {
    format!(
        "🚀 **Premium Analyzer Active** (User: {user})\n\n\
         I'm your premium AI analyst with access to advanced features:\n\
         • Advanced pattern recognition\n\
         • Multi-dimensional data analysis  \n\
         • Predictive modeling capabilities\n\
         • Priority processing queue\n\n\
         What would you like me to analyze with premium-level insights?"
    )
}

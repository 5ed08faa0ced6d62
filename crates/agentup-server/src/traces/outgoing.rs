//! The spans of what the agent asks of others: models, services, other agents.

use agentup_handlers::{
    llm::ModelAsked,
    upstream::{Purpose, Requested},
};

use super::{
    Place, Tracer,
    message::{Kind, Value},
    spans::{Ended, attribute, number, text},
};

impl Tracer {
    /// A language model was asked.
    pub(crate) fn model(&self, asked: &ModelAsked<'_>) {
        let Some(place) = asked.within.and_then(Place::below) else {
            return;
        };
        let mut attributes = vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", asked.provider),
            text("gen_ai.request.model", asked.model),
            text("a2a.skill.id", asked.skill),
            text("agentup.outcome", asked.outcome),
        ];
        for (name, tokens) in [
            ("gen_ai.usage.input_tokens", asked.prompt_tokens),
            ("gen_ai.usage.output_tokens", asked.answer_tokens),
        ] {
            attributes.extend(tokens.map(|tokens| number(name, tokens)));
        }
        if let Some(first) = asked.first_word {
            let seconds = Value::Real(first.as_secs_f64());
            attributes.push(attribute("gen_ai.response.time_to_first_chunk", seconds));
        }
        self.end(
            &place,
            Ended {
                name: format!("chat {}", asked.model),
                kind: Kind::Client,
                took: asked.took,
                attributes,
                error: (asked.outcome == "failed").then_some(asked.outcome),
            },
        );
    }

    /// A service or another agent was asked. The span has the id that it was told.
    pub(crate) fn requested(&self, made: &Requested<'_>) {
        let (Some(place), Some(within)) = (made.place, made.within) else {
            return;
        };
        let place = Place {
            context: place.clone(),
            parent: Some(within.parent_id()),
        };
        // Not `url.full`: paths and queries of services may hold keys.
        let mut attributes = vec![
            text("http.request.method", made.method),
            text("server.address", made.host),
            text("a2a.skill.id", made.skill),
            text("agentup.outcome", made.outcome),
        ];
        for (name, value) in [
            ("server.port", made.port),
            ("http.response.status_code", made.status),
        ] {
            attributes.extend(value.map(|value| number(name, value.into())));
        }
        if made.attempt > 0 {
            let attempt = u64::try_from(made.attempt).unwrap_or(u64::MAX);
            attributes.push(number("http.request.resend_count", attempt));
        }
        match made.purpose {
            Purpose::Agent {
                operation,
                version,
                binding,
            } => attributes.extend([
                text("a2a.operation", operation),
                text("a2a.version", version),
                text("a2a.binding", binding),
            ]),
            Purpose::Card => attributes.push(text("agentup.purpose", "card")),
            Purpose::Token => attributes.push(text("agentup.purpose", "token")),
            _ => {}
        }
        let status = made.status.map(|it| it.to_string());
        let error = made.fault.or(status.as_deref());
        self.end(
            &place,
            Ended {
                // What it is by the conventions, where nothing of the path may be told.
                name: made.method.to_owned(),
                kind: Kind::Client,
                took: made.took,
                attributes,
                error: error.filter(|_| made.outcome == "failed"),
            },
        );
    }
}

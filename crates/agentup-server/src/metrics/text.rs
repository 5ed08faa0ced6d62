//! The two forms of text that Prometheus reads, and which of them a client wants.

use std::{fmt, sync::Arc};

use prometheus_client::{
    encoding::{prometheus_text, text},
    registry::Registry,
};

use super::{process::Process, scrape::Scrape};
use crate::app::App;

/// Stands before the name of every metric of the agent.
const PREFIX: &str = "agentup";

/// A form of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `OpenMetrics` 1.0.
    OpenMetrics,
    /// The older text of Prometheus, 0.0.4, which everything reads.
    Prometheus,
}

impl Format {
    /// The form that an `Accept` header asks for (RFC 9110 §12.5.1): the older one unless the newer
    /// is wanted at least as much.
    pub(crate) fn accepted(accept: Option<&str>) -> Self {
        let mut wanted = (0_u16, 0_u16);
        for range in accept.unwrap_or_default().split(',') {
            let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight(parameters);
            match name.trim().to_ascii_lowercase().as_str() {
                "application/openmetrics-text" => wanted.0 = wanted.0.max(weight),
                "text/plain" | "text/*" | "*/*" => wanted.1 = wanted.1.max(weight),
                _ => {}
            }
        }
        if wanted.0 > 0 && wanted.0 >= wanted.1 {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }

    /// Its media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
        }
    }

    /// All metrics in this form.
    ///
    /// # Errors
    /// When a metric cannot be written, which would be a fault of this module.
    pub(crate) fn write(self, app: &Arc<App>) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry
            .sub_registry_with_prefix(PREFIX)
            .register_collector(Box::new(Scrape::new(Arc::clone(app))));
        registry.register_collector(Box::new(Process));
        let mut page = String::new();
        match self {
            Self::OpenMetrics => text::encode(&mut page, &registry)?,
            Self::Prometheus => prometheus_text::encode(&mut page, &registry)?,
        }
        Ok(page)
    }
}

/// The weight among the parameters of a media range, in thousandths (RFC 9110 §12.4.2).
fn weight(parameters: &str) -> u16 {
    let mut weights = parameters.split(';').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let Some(text) = weights.next_back() else {
        return 1000;
    };
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let thousandths = format!("{:0<3}", rest.get(..3).unwrap_or(rest));
    match (whole, thousandths.parse()) {
        ("0", Ok(thousandths)) => thousandths,
        ("1", _) => 1000,
        _ => 0,
    }
}

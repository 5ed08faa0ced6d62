//! `observability.otlp` and the variables `OTEL_*`: where traces are sent.
//!
//! What the file says holds; the variables say what it leaves open (OpenTelemetry Environment
//! Variable Specification, OTLP Exporter Configuration).

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;

use super::{
    Stage,
    faults::Place,
    handlers::{headers, mind_the_wire},
    keys,
    reader::Section,
    report::{Found, Report, Spot},
    values::{Kind as _, Share},
};

/// Where the collector takes traces, below the address that is for everything.
const PATH: &str = "v1/traces";

/// `observability.otlp`: where traces are sent.
#[derive(Clone, Debug, PartialEq)]
pub struct OtlpConfig {
    /// The address that takes traces.
    pub endpoint: Url,
    /// What is sent beside them. Values are marked as sensitive.
    pub headers: HeaderMap,
    /// Which traces are sent.
    pub sampler: SamplerConfig,
    /// What is told of the agent, `service.name` among it.
    pub resource: Vec<(String, String)>,
}

/// Which traces are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamplerConfig {
    /// The share of traces that begin here. Default: all.
    pub ratio: f64,
    /// Whether a caller that names a trace decides for it. Default: yes.
    pub follows_parent: bool,
}

impl SamplerConfig {
    /// Whether a trace of this id is one of those.
    #[must_use]
    pub fn takes(&self, trace_id: u128) -> bool {
        // The rightmost bytes are the random ones (W3C Trace Context level 2 §2.2.3).
        let random = u32::try_from(trace_id & 0xffff_ffff).unwrap_or_default();
        f64::from(random) < self.ratio * 4_294_967_296.0
    }
}

/// Where traces are sent, if they are. `name` is that of the agent.
pub(super) fn read(
    observability: &Section<'_>,
    name: &str,
    version: &str,
    stage: Stage,
) -> Option<OtlpConfig> {
    let section = observability.section(&keys::OTLP);
    let variables = Variables(section.report);
    let endpoint = endpoint(&section, &variables);
    let headers = headers_of(&section, &variables);
    let sampler = sampler(&section, &variables);
    let service_name = section.optional(&keys::OTLP_SERVICE_NAME);
    let protocol = variables.first(&[
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ]);
    let Some(endpoint) = endpoint else {
        if let Some(spot) = left_alone(&section) {
            section.fault(
                &spot,
                "has no effect without `endpoint`",
                "name the collector",
            );
        }
        return None;
    };
    if let Some((variable, protocol)) = protocol
        && protocol != "http/protobuf"
    {
        let problem = format!("its value is not `http/protobuf`, but `{protocol}`");
        let remedy = "collectors take http/protobuf at port 4318";
        section
            .report
            .fault(&Variables::spot(variable), problem, remedy);
    }
    if variables.is("OTEL_SDK_DISABLED", "true") || variables.is("OTEL_TRACES_EXPORTER", "none") {
        return None;
    }
    if !headers.is_empty() {
        mind_the_wire(&section, &endpoint, "headers", stage);
    }
    let mut resource = variables.resource();
    let own = |key: &str, value: String| (key.to_owned(), value);
    if !resource.iter().any(|(key, _)| key == "service.version") {
        resource.push(own("service.version", version.to_owned()));
    }
    let said = service_name.map(|found| found.value);
    let said = said.or_else(|| Some(variables.get("OTEL_SERVICE_NAME")?.to_owned()));
    match said {
        Some(said) => {
            resource.retain(|(key, _)| key != "service.name");
            resource.push(own("service.name", said));
        }
        None if resource.iter().any(|(key, _)| key == "service.name") => {}
        None => resource.push(own("service.name", name.to_owned())),
    }
    Some(OtlpConfig {
        endpoint: endpoint.value,
        headers,
        sampler,
        resource,
    })
}

/// The section, where it is written without saying whether traces are sent. An endpoint that is
/// written and empty, as by a variable that is not set, says that they are not.
fn left_alone(section: &Section<'_>) -> Option<Spot> {
    let is_silent = !section.is_empty() && !section.is_written(&keys::OTLP_ENDPOINT);
    is_silent.then(|| section.spot())
}

fn endpoint(section: &Section<'_>, variables: &Variables<'_, '_>) -> Option<Found<Url>> {
    let (text, spot, is_whole) = if let Some(found) = section.optional(&keys::OTLP_ENDPOINT) {
        (found.value, found.spot, false)
    } else if let Some(text) = variables.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        let spot = Variables::spot("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
        (text.to_owned(), spot, true)
    } else {
        let text = variables.get("OTEL_EXPORTER_OTLP_ENDPOINT")?;
        (
            text.to_owned(),
            Variables::spot("OTEL_EXPORTER_OTLP_ENDPOINT"),
            false,
        )
    };
    let text = if is_whole {
        text
    } else {
        format!("{}/{PATH}", text.trim_end_matches('/'))
    };
    match Url::parse(&text) {
        Ok(value) if matches!(value.scheme(), "http" | "https") && value.has_host() => {
            Some(Found { value, spot })
        }
        _ => {
            let remedy = "write it as http://collector:4318";
            section.fault(&spot, "is not the address of a collector", remedy);
            None
        }
    }
}

fn headers_of(section: &Section<'_>, variables: &Variables<'_, '_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ];
    if let Some((variable, text)) = variables.first(&names) {
        for (name, value) in pairs(text) {
            let name = name.parse::<HeaderName>().ok();
            let value = HeaderValue::try_from(value).ok();
            if let (Some(name), Some(mut value)) = (name, value) {
                value.set_sensitive(true);
                headers.insert(name, value);
            } else {
                let spot = Variables::spot(variable);
                section.fault(
                    &spot,
                    "its value is not a list of headers",
                    "write name=value,name=value",
                );
            }
        }
    }
    headers.extend(headers::read(
        section,
        &keys::OTLP_HEADERS,
        &keys::OTLP_HEADER_FILES,
    ));
    headers
}

fn sampler(section: &Section<'_>, variables: &Variables<'_, '_>) -> SamplerConfig {
    let all = SamplerConfig {
        ratio: 1.0,
        follows_parent: true,
    };
    let ratio = section.optional(&keys::OTLP_SAMPLE_RATIO);
    if let Some(ratio) = ratio {
        return SamplerConfig {
            ratio: ratio.value,
            ..all
        };
    }
    let Some(name) = variables.get("OTEL_TRACES_SAMPLER") else {
        return all;
    };
    let argument = || match variables.get("OTEL_TRACES_SAMPLER_ARG") {
        None => 1.0,
        Some(text) => Share.read(text).unwrap_or_else(|problem| {
            let spot = Variables::spot("OTEL_TRACES_SAMPLER_ARG");
            section.fault(&spot, format!("its value {problem}"), "");
            1.0
        }),
    };
    let (kind, follows_parent) = match name.strip_prefix("parentbased_") {
        Some(kind) => (kind, true),
        None => (name, false),
    };
    let ratio = match kind {
        "always_on" => 1.0,
        "always_off" => 0.0,
        "traceidratio" => argument(),
        _ => {
            let spot = Variables::spot("OTEL_TRACES_SAMPLER");
            let remedy = "always_on, always_off and traceidratio are, also behind parentbased_";
            section.fault(&spot, "its value is not a sampler that is known", remedy);
            1.0
        }
    };
    SamplerConfig {
        ratio,
        follows_parent,
    }
}

/// The environment, for variables that count as not set when they are empty.
struct Variables<'a, 'b>(&'a Report<'b>);

impl<'a> Variables<'a, '_> {
    fn get(&self, name: &str) -> Option<&'a str> {
        let text = self.0.variables.get(name).map(str::trim);
        text.filter(|text| !text.is_empty())
    }

    fn first(&self, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    fn is(&self, name: &str, word: &str) -> bool {
        self.get(name)
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    const fn spot(name: &'static str) -> Spot {
        Spot {
            place: Place::Variable(name),
            path: String::new(),
        }
    }

    /// `OTEL_RESOURCE_ATTRIBUTES` (Resource SDK, §Specifying resource information via an
    /// environment variable).
    fn resource(&self) -> Vec<(String, String)> {
        let text = self.get("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        pairs(text).collect()
    }
}

/// `name=value,name=value`, percent-encoded (W3C Baggage).
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split(',').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), decoded(value.trim())))
    })
}

/// A text without its percent signs. What is no escape stands for itself.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let (Some(byte), Some(behind)) = (byte, after.get(2..)) {
            bytes.push(byte);
            rest = behind;
        } else {
            bytes.push(b'%');
            rest = after;
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

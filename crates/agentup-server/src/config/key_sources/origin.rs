//! Where public keys come from while the agent runs: a URL, the issuer's metadata, or a file.

use std::time::Duration;

use agentup_auth::remote::{
    guard::{Guard, Refused},
    policy::Timing,
};
use reqwest::Url;

use super::{
    super::{
        keys,
        reader::{Got, Section},
        report::Found,
    },
    Origin,
};

/// How often a file of keys is looked at.
const FILE_INTERVAL: Duration = Duration::from_secs(2);

/// The one origin, if there is one, and how often it is asked.
pub(super) fn read(section: &Section<'_>, guard: &Guard) -> Got<(Origin, Timing)> {
    let discovery = section.value(&keys::OIDC_DISCOVERY);
    let discovery = discovery.value.then_some(discovery.spot);
    let file = section.given(&keys::JWKS_FILE);
    let url = section.given(&keys::JWKS_URL);
    for (spot, name, other) in [
        (&discovery, "jwks_url", &url),
        (&file, "jwks_url", &url),
        (&file, "oidc_discovery", &discovery),
    ] {
        if let (Some(spot), Some(_)) = (spot, other) {
            section.fault(spot, format!("stands beside `{name}`"), "keep one of them");
            return Got::Faulty;
        }
    }
    if url.is_some() {
        let url = section.optional(&keys::JWKS_URL);
        let url = url.and_then(|url| checked(section, &url, guard));
        let timing = timing(section);
        return url.map_or(Got::Faulty, |url| Got::Value((Origin::Url(url), timing)));
    }
    if discovery.is_some() {
        return Got::Value((Origin::Discovery, timing(section)));
    }
    let Some(file) = section.optional(&keys::JWKS_FILE) else {
        return Got::Absent;
    };
    let timing = Timing {
        ttl: FILE_INTERVAL,
        least_ttl: FILE_INTERVAL,
        cool_down: FILE_INTERVAL,
        last_retry: FILE_INTERVAL,
        ..Timing::default()
    };
    let path = section.report.resolve(&file.value);
    Got::Value((Origin::File(path), timing))
}

fn timing(section: &Section<'_>) -> Timing {
    let ttl = section.value(&keys::JWKS_CACHE_TTL).value;
    let hard_age = section.value(&keys::JWKS_MAX_STALE);
    if hard_age.value < ttl {
        let problem =
            "is shorter than `jwks_cache_ttl`: keys would end before they are fetched again";
        section.fault(&hard_age.spot, problem, "");
    }
    Timing {
        ttl,
        hard_age: hard_age.value,
        cool_down: section.value(&keys::JWKS_COOL_DOWN).value,
        ..Timing::default()
    }
}

fn checked(section: &Section<'_>, url: &Found<String>, guard: &Guard) -> Option<Url> {
    let Ok(parsed) = Url::parse(&url.value) else {
        section.fault(&url.spot, "is not a URL", "");
        return None;
    };
    match guard.check_url(&parsed) {
        Ok(()) => Some(parsed),
        Err(refused) => {
            section.fault(&url.spot, refused.to_string(), remedy(refused));
            None
        }
    }
}

const fn remedy(refused: Refused) -> &'static str {
    match refused {
        Refused::Scheme | Refused::Address(_) => {
            "name the host in `security.bearer.jwks_allow_hosts` if you trust whatever answers there"
        }
        _ => "",
    }
}

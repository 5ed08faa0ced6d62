//! What every request to the issuer passes first.
//!
//! An issuer on loopback is out of reach for other machines, but not for the pages that a browser on
//! this one shows: they can send forms to any port, and with a name that resolves to 127.0.0.1 they
//! can even read the answers. Such requests give themselves away by `Host` and `Origin`.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::Response,
};

use super::{Issuer, http::refusal};

/// How long a request may take, its body included. A new RSA key takes its time, too.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Lets a request through if it comes from this machine and from no page of somebody else's.
pub(super) async fn guard(
    State(issuer): State<Arc<Issuer>>,
    request: Request,
    next: Next,
) -> Response {
    if !issuer.is_public && !is_from_here(request.uri(), request.headers()) {
        return refusal(
            StatusCode::FORBIDDEN,
            "access_denied",
            "this issuer serves this machine only, under a name that means it, and no pages of others",
        );
    }
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refusal(
            StatusCode::REQUEST_TIMEOUT,
            "invalid_request",
            "the request took too long",
        ),
    }
}

fn is_from_here(uri: &Uri, headers: &HeaderMap) -> bool {
    let authority = uri.authority().map(Authority::as_str);
    let hosts = headers.get_all(header::HOST).iter();
    let hosts = hosts.map(|value| value.to_str().unwrap_or_default());
    // `null` is the origin of a page that hides where it is from.
    let origins = headers.get_all(header::ORIGIN).iter();
    let origins = origins.map(|value| {
        let origin = value.to_str().unwrap_or_default();
        origin.split_once("://").map_or("", |(_, host)| host)
    });
    authority
        .into_iter()
        .chain(hosts)
        .chain(origins)
        .all(is_this_machine)
}

/// Whether a host, with or without a port, can only be this machine (RFC 6761 §6.3).
fn is_this_machine(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(host, _)| host),
        None => authority
            .split_once(':')
            .map_or(authority, |(host, _)| host),
    };
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn this_machine_has_few_names() {
        for (authority, expected) in [
            ("127.0.0.1:9000", true),
            ("127.0.0.1", true),
            ("127.1.2.3:80", true),
            ("[::1]:9000", true),
            ("localhost:9000", true),
            ("LocalHost", true),
            ("issuer.localhost:9000", true),
            ("", false),
            ("localhost.example:9000", false),
            ("127.0.0.1.example:9000", false),
            ("example@127.0.0.1", false),
            ("10.0.0.1:9000", false),
            ("[::2]:9000", false),
            ("[::1", false),
            ("0.0.0.0:9000", false),
        ] {
            assert_eq!(is_this_machine(authority), expected, "{authority}");
        }
    }
}

//! What the resolver lets through, and what never reaches it.

use super::*;
use crate::remote::guard::AddressKind;

fn addresses(texts: &[&str]) -> impl Iterator<Item = SocketAddr> {
    texts
        .iter()
        .map(|text| SocketAddr::new(text.parse().unwrap(), 0))
        .collect::<Vec<_>>()
        .into_iter()
}

fn resolved(guard: &Guard, host: &str, found: &[&str]) -> Result<Vec<String>, Option<Refused>> {
    match allowed(guard, host, addresses(found)) {
        Ok(addresses) => Ok(addresses.map(|address| address.ip().to_string()).collect()),
        Err(error) => Err(error.downcast_ref().copied()),
    }
}

#[test]
fn only_allowed_addresses_are_connected_to() {
    let guard = Guard::new();
    let good = ["8.8.8.8", "2606:4700::1"];
    assert_eq!(resolved(&guard, "a.example", &good).unwrap(), good);
    let mixed = ["10.0.0.1", "8.8.8.8", "::1"];
    assert_eq!(resolved(&guard, "a.example", &mixed).unwrap(), ["8.8.8.8"]);
    let bad = resolved(&guard, "a.example", &["169.254.169.254"]);
    assert_eq!(bad, Err(Some(Refused::Address(AddressKind::LinkLocal))));
    assert_eq!(resolved(&guard, "a.example", &[]), Err(None));
}

#[tokio::test]
async fn a_name_that_leads_here_is_refused_by_the_resolver() {
    let web = Web::new(Guard::new(), TIMEOUT);
    let url = Url::parse("https://localhost:1/keys").unwrap();
    let error = web.get(&url, HeaderMap::new(), 100).await.unwrap_err();
    assert_eq!(
        error,
        FetchError::Refused(Refused::Address(AddressKind::Loopback))
    );
}

#[tokio::test]
async fn a_bad_url_is_refused_before_anything_is_resolved() {
    let web = Web::new(Guard::new(), TIMEOUT);
    for (text, refused) in [
        ("http://a.invalid/", Refused::Scheme),
        (
            "https://127.0.0.1:1/",
            Refused::Address(AddressKind::Loopback),
        ),
        ("https://u:p@a.invalid/", Refused::Credentials),
    ] {
        let url = Url::parse(text).unwrap();
        let error = web.get(&url, HeaderMap::new(), 100).await.unwrap_err();
        assert_eq!(error, FetchError::Refused(refused), "{text}");
    }
}

//! Keys that an issuer publishes, by the same fetcher that the server has.

use std::sync::Arc;

use agentup_auth::{
    Algorithm, KeySet, UnnamedKeys,
    remote::{
        TIMEOUT, Web,
        fetch::{FetchError, Fetched, Fetcher, Location, Metadata},
        guard::Guard,
        policy::Moment,
    },
};
use reqwest::Url;

use super::{Keys, Kind, notes};
use crate::{args::KeyArgs, error::ValidateError};

/// Where keys are to be fetched.
pub(super) struct Source {
    location: Location,
    guard: Guard,
    /// As a phrase, without what may be a secret.
    place: String,
}

impl Source {
    /// The place that the command line names, if it names one.
    ///
    /// # Errors
    ///
    /// A URL that cannot or must not be used, whatever it leads to.
    pub(super) fn choose(
        args: &KeyArgs,
        issuer: Option<&str>,
    ) -> Result<Option<Self>, ValidateError> {
        // Whoever runs a command on this machine may reach the machine itself anyway.
        let mut guard = Guard::new().allow_loopback();
        if args.allow_private {
            guard = guard.allow_private();
        }
        let (location, place) = if let Some(url) = &args.jwks_url {
            let url = Url::parse(url).map_err(|_| ValidateError::Url)?;
            guard.check_url(&url).map_err(ValidateError::Refused)?;
            let place = format!("the key set at {}", shown(&url));
            (Location::KeySet(url), place)
        } else if args.discover {
            let issuer = issuer.ok_or(ValidateError::NoIssuer)?;
            let metadata = Metadata::of(issuer, &guard).map_err(ValidateError::Discovery)?;
            (
                Location::Discovery(metadata),
                "the issuer's key set".to_owned(),
            )
        } else {
            return Ok(None);
        };
        Ok(Some(Self {
            location,
            guard,
            place,
        }))
    }

    /// Fetches the keys once.
    ///
    /// # Errors
    ///
    /// Nothing can be fetched on this machine at all.
    pub(super) fn fetch(self, allowed: Vec<Algorithm>) -> Result<Keys, ValidateError> {
        let web = Arc::new(Web::new(self.guard, TIMEOUT));
        let mut fetcher = Fetcher::new(web, self.location, allowed);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ValidateError::Runtime)?;
        let answer = runtime.block_on(fetcher.fetch(Moment::default(), true));
        let (set, notes, unavailable) = match answer {
            Ok(Fetched::Keys { loaded, .. }) => {
                let notes = notes(&loaded.skipped, &loaded.exposed, "the set");
                (loaded.keys, notes, None)
            }
            // Asked for whole, there is nothing that could be unchanged.
            Ok(Fetched::Unchanged { .. }) => (KeySet::unavailable(), Vec::new(), None),
            Err(error) => (KeySet::unavailable(), Vec::new(), Some(why(&error))),
        };
        Ok(Keys {
            set,
            place: self.place,
            kind: Kind::Public,
            unnamed: UnnamedKeys::ForTokensWithoutKid,
            notes,
            unavailable,
        })
    }
}

fn why(error: &FetchError) -> String {
    match error {
        FetchError::Refused(_) => format!("{error}; --allow-private lifts that for this network"),
        _ => error.to_string(),
    }
}

/// The URL without its query, which may hold a secret.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

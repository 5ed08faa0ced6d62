//! `jwt-generator issuer`: an issuer for development. Whoever reaches it gets any token that they ask
//! for, so it listens where only this machine reaches it.

mod args;
mod error;
mod guard;
mod http;
mod keys;
mod stop;
mod token;

use std::{
    io::{self, Write as _},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use agentup_auth::Algorithm;
use agentup_env::{Environment, cli::terminal::safe_text};
use tokio::net::TcpListener;

pub(crate) use args::IssuerArgs;
pub(crate) use error::IssuerError;

use crate::{claims, key::Signer};
use keys::{Keys, NamedKey};

/// How long open connections may keep the issuer from ending.
const GRACE: Duration = Duration::from_secs(1);

/// What all requests share.
struct Issuer {
    /// What tokens have as `iss`.
    name: String,
    /// Where the issuer is reached, without a slash at its end.
    url: String,
    algorithm: Algorithm,
    audiences: Vec<String>,
    expires_in: u64,
    /// How long verifiers may use the key set without asking again, in seconds.
    max_age: u64,
    is_public: bool,
    keys: Keys,
}

/// Runs the issuer until it is asked to stop.
///
/// # Errors
///
/// It cannot start.
pub(crate) fn issuer(args: &IssuerArgs) -> Result<(), IssuerError> {
    if !args.host.is_loopback() && !args.insecure_public {
        return Err(IssuerError::Public(args.host));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(IssuerError::Serve)?.block_on(run(args))
}

async fn run(args: &IssuerArgs) -> Result<(), IssuerError> {
    let environment = Environment::load(args.env_file.as_deref(), &[Path::new(".")])?;
    // Before the key is made, which may take a while: a port that is taken is known at once.
    let address = SocketAddr::new(args.host, args.port);
    let unbound = |error| IssuerError::Bind(address, error);
    let listener = TcpListener::bind(address).await.map_err(unbound)?;
    let url = url_of(listener.local_addr().map_err(unbound)?);
    let key = first_key(args)?;

    let issuer = Arc::new(Issuer {
        name: args.issuer.clone().unwrap_or_else(|| url.clone()),
        url: args.url.clone().unwrap_or_else(|| url.clone()),
        algorithm: key.algorithm(),
        audiences: claims::audiences(&args.audience, &environment),
        expires_in: args.expires_in.seconds(),
        max_age: args.max_age.seconds(),
        is_public: args.insecure_public,
        keys: Keys::new(key),
    });
    // Before anybody hears of it: whoever does may ask it to end at once.
    let requests = stop::requests().map_err(IssuerError::Serve)?;
    announce(&issuer, &url).map_err(IssuerError::Output)?;

    let asked = stop::asked(requests.clone());
    let serve = axum::serve(listener, http::router(issuer)).with_graceful_shutdown(asked);
    let deadline = async {
        stop::asked(requests).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = serve => ended.map_err(IssuerError::Serve),
        () = deadline => Ok(()),
    }
}

/// The key that signs first: that of a file, or a new one.
fn first_key(args: &IssuerArgs) -> Result<NamedKey, IssuerError> {
    let Some(path) = &args.private_key else {
        let algorithm = args.algorithm.unwrap_or(Algorithm::RS256);
        if algorithm.is_symmetric() {
            return Err(IssuerError::Symmetric(algorithm));
        }
        return NamedKey::generate(algorithm).ok_or(IssuerError::NoKey);
    };
    let signer = Signer::from_file(path, args.algorithm, args.kid.as_deref())?;
    let algorithm = signer.key.algorithm();
    NamedKey::new(signer.key, signer.kid).ok_or(IssuerError::Symmetric(algorithm))
}

/// The one line that programs wait for, and what people should know.
fn announce(issuer: &Issuer, url: &str) -> io::Result<()> {
    // The notes are for people only.
    let _ = write_notes(issuer, anstream::stderr().lock());
    let mut out = anstream::stdout().lock();
    writeln!(out, "issuer listening on {url}")?;
    out.flush()
}

fn write_notes(issuer: &Issuer, mut notes: impl io::Write) -> io::Result<()> {
    let Issuer { url, algorithm, .. } = issuer;
    writeln!(
        notes,
        "DEVELOPMENT ONLY: whoever reaches this issuer gets any token that they ask for."
    )?;
    if issuer.is_public {
        writeln!(notes, "IT IS OPEN TO THE NETWORK (--insecure-public).")?;
    }
    writeln!(notes, "  issuer:    {}", safe_text(&issuer.name))?;
    writeln!(
        notes,
        "  keys:      {}/jwks.json ({algorithm})",
        safe_text(url)
    )?;
    writeln!(
        notes,
        "  a token:   curl -d grant_type=client_credentials -d scope=basic -d sub=alice {}/token",
        safe_text(url)
    )?;
    writeln!(
        notes,
        "  a new key: curl -X POST {0}/rotate; without the old ones: curl -X POST {0}/retire",
        safe_text(url)
    )
}

fn url_of(address: SocketAddr) -> String {
    // Nobody can connect to "any address"; this machine is one that it stands for.
    let address = if address.ip().is_unspecified() {
        SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port())
    } else {
        address
    };
    format!("http://{address}")
}

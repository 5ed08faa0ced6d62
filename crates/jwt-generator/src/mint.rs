//! `jwt-generator` without a command: claims, header, key, signature, output.

use std::{io, path::Path};

use agentup_auth::issue;
use agentup_env::{Environment, clock};

use crate::{args::Mint, claims, error::MintError, key::Signer, output::Minted};

/// Makes a token and prints it.
///
/// # Errors
///
/// Something is missing or wrong, or the result cannot be written.
pub(crate) fn mint(args: &Mint) -> Result<(), MintError> {
    let environment = Environment::load(args.key.env_file.as_deref(), &[Path::new(".")])?;
    let now = clock::unix_now();
    let claims = claims::claims(&args.payload, &environment, now)?;
    let signer = Signer::choose(&args.key, args.header.kid.as_deref(), &environment)?;
    let header = claims::header(&args.header, signer.kid.as_deref())?;
    let mut token = issue::sign(&header, &claims, &signer.key).map_err(MintError::Sign)?;
    if args.key.invalid_signature {
        token = issue::with_broken_signature(&token);
    }
    let minted = Minted {
        token,
        claims,
        algorithm: signer.key.algorithm(),
        signer: signer.origin,
        spoiled: args.key.invalid_signature,
    };
    let written = minted.write(
        &args.output,
        now,
        anstream::stdout().lock(),
        anstream::stderr().lock(),
    );
    match written {
        // The reader has what it wanted: `jwt-generator … | head -1`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(MintError::Output(error)),
        _ => Ok(()),
    }
}

//! `token`: a token for the agent that `serve` starts, and how other commands get theirs.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::env_file;
use crate::sh::{Sh, root};
use crate::toolbox::Toolbox;

/// Print a token for the agent that `serve` starts
///
/// The token is signed with the secret in the .env file at the root of the repository, which is made
/// if there is none. Only the token goes to standard output: TOKEN=$(cargo xtask token basic)
#[derive(Args, Debug)]
pub(crate) struct Token {
    /// Scopes, separated by commas; none for a token that may call public skills only
    #[arg(default_value = "")]
    scopes: String,

    /// Who the token is about
    #[arg(long, value_name = "ID", default_value = "test-user")]
    user_id: String,

    /// How long it is good for: seconds, or a duration such as 2h
    #[arg(long, value_name = "TIME", default_value = "3600")]
    expires_in: String,
}

impl Token {
    pub(crate) fn run(self) -> Result<ExitCode> {
        env_file::ensure(&root().join(".env"))?;
        let generator = generator(&Toolbox::build()?, &self.scopes, &self.user_id);
        let token = generator.args(["--expires-in", &self.expires_in]).read()?;
        println!("{token}");
        Ok(ExitCode::SUCCESS)
    }
}

/// `jwt-generator`, told to print a token alone; it takes secret, issuer and audience from the
/// `.env` file of the folder in which it is run.
pub(crate) fn generator(toolbox: &Toolbox, scopes: &str, user_id: &str) -> Sh {
    toolbox.sh("jwt-generator").args([
        "--scopes",
        scopes,
        "--user-id",
        user_id,
        "--format",
        "token-only",
    ])
}

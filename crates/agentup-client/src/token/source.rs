//! Where the token comes from: the command line, a file, standard input or the environment.

use std::path::{Path, PathBuf};

use agentup_env::{
    Environment,
    cli::input::{InputError, read_text},
};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::{Token, TokenError};

/// The variable that is asked when the command line names no token.
const VARIABLE: &str = "AGENTUP_TOKEN";
/// The token that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The flags that name a token.
#[derive(clap::Args)]
#[command(next_help_heading = "Token")]
pub(crate) struct TokenArgs {
    /// The token, or - to read it from standard input; `ps` shows a token given here to other users of
    /// this machine, so prefer --token-file or the variable `AGENTUP_TOKEN`
    #[arg(
        long,
        value_name = "TOKEN",
        global = true,
        conflicts_with = "token_file"
    )]
    pub(crate) token: Option<SecretString>,

    /// A file that holds the token, or - for standard input
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) token_file: Option<PathBuf>,
}

/// Why no token could be had from where one was said to be.
#[derive(Debug, Error)]
pub(crate) enum TokenSourceError {
    #[error(transparent)]
    Unreadable(#[from] InputError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("variable {VARIABLE}: {0}")]
    Variable(TokenError),
}

impl TokenArgs {
    /// Whether the token is to be read from standard input.
    pub(crate) fn is_standard_input(&self) -> bool {
        self.token
            .as_ref()
            .is_some_and(|token| token.expose_secret() == STANDARD_INPUT)
            || self
                .token_file
                .as_deref()
                .is_some_and(|path| path.as_os_str() == STANDARD_INPUT)
    }

    /// The token, if the person gave one: a flag goes before the environment.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or what was given is not a token that can be sent.
    pub(crate) fn find(
        &self,
        environment: &Environment,
    ) -> Result<Option<Token>, TokenSourceError> {
        if let Some(token) = &self.token {
            return given(token).map(Some);
        }
        if let Some(path) = &self.token_file {
            return Ok(Some(Token::parse(&read_text(path)?)?));
        }
        match environment.get(VARIABLE) {
            None | Some("") => Ok(None),
            Some(token) => Token::parse(token)
                .map(Some)
                .map_err(TokenSourceError::Variable),
        }
    }
}

/// A token from the command line, where `-` means standard input.
pub(crate) fn given(token: &SecretString) -> Result<Token, TokenSourceError> {
    match token.expose_secret() {
        STANDARD_INPUT => Ok(Token::parse(&read_text(Path::new(STANDARD_INPUT))?)?),
        token => Ok(Token::parse(token)?),
    }
}

//! Others that check tokens, for comparison. Each is configured as its manual has it, on one
//! thread, and is measured only when it has been shown to refuse what it must refuse.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{
    agent::Issuer,
    process::{Server, free_port},
    proof::prove,
    tokens::{AUDIENCE, ISSUER, Mint, SECRET},
};

mod debian;
mod envoy;
mod script;

/// A server of others.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    /// What it is, for people.
    pub(crate) what: &'static str,
    /// Whether it checks tokens; one that does not is a further floor.
    checks: bool,
    /// What starts it.
    command: fn(&Place<'_>) -> Result<Command>,
    /// What tells its version.
    version: fn(&Path) -> Command,
}

/// All of them, in the order of the report.
const PEERS: &[Peer] = &[
    debian::NGINX,
    debian::HAPROXY,
    debian::NGINX_LUA,
    envoy::ENVOY,
    script::FASTIFY,
    script::FASTAPI,
];

/// Where a peer runs, and what it answers if it makes no answer of its own.
pub(crate) struct Place<'a> {
    installed: &'a Path,
    folder: &'a Path,
    port: u16,
    answer: &'a str,
}

/// Whether a peer is measured.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Admission {
    pub(crate) name: String,
    pub(crate) what: String,
    pub(crate) version: Option<String>,
    /// Why it is left out, if it is.
    pub(crate) left_out: Option<String>,
}

/// The peers of a run.
#[derive(Default)]
pub(crate) struct Peers {
    installed: PathBuf,
    admitted: Vec<&'static Peer>,
    pub(crate) admissions: Vec<Admission>,
}

impl Peers {
    /// Starts each once and shows what it refuses. Those from package registries stand in
    /// `installed`.
    pub(crate) fn find(installed: &Path) -> Result<Self> {
        let mut peers = Self {
            installed: installed.to_owned(),
            ..Self::default()
        };
        let mut mint = Mint::symmetric()?;
        for peer in PEERS {
            let left_out = peer.prove(installed, &mut mint).err();
            if left_out.is_none() {
                peers.admitted.push(peer);
            }
            peers.admissions.push(Admission {
                name: peer.name.to_owned(),
                what: peer.what.to_owned(),
                version: peer.version(installed),
                left_out: left_out.map(|error| format!("{error:#}")),
            });
        }
        Ok(peers)
    }

    pub(crate) fn installed(&self) -> &Path {
        &self.installed
    }

    /// Those that are to be measured.
    pub(crate) fn admitted(&self) -> impl Iterator<Item = &'static Peer> {
        self.admitted.iter().copied()
    }
}

impl Peer {
    pub(crate) fn start(&self, place: &Place<'_>) -> Result<Server> {
        let command = (self.command)(place)?;
        Server::start_at(command, &place.folder.join("log"), place.port)
    }

    fn prove(&self, installed: &Path, mint: &mut Mint) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let place = Place::new(installed, folder.path(), r#"{"state":"completed"}"#)?;
        let server = self.start(&place)?;
        if self.checks {
            prove(&server, Issuer::Secret, mint)?;
        }
        Ok(())
    }

    /// The first word that looks like a version in what the command says.
    fn version(&self, installed: &Path) -> Option<String> {
        let said = (self.version)(installed).output().ok()?;
        let said = [said.stdout, said.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let mut words = said.split([' ', '/', '\n']);
        let version = words.find(|word| word.starts_with(char::is_numeric) && word.contains('.'));
        version.map(str::to_owned)
    }
}

impl<'a> Place<'a> {
    /// A place in a folder, which is made if it is not there, with a port that is free.
    pub(crate) fn new(installed: &'a Path, folder: &'a Path, answer: &'a str) -> Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            installed,
            folder,
            port: free_port()?,
            answer,
        })
    }

    /// Writes a file of the peer, filled in, and answers where it is.
    fn write(&self, name: &str, template: &str) -> Result<PathBuf> {
        let file = self.folder.join(name);
        if self.answer.contains(['\'', '$']) {
            bail!("the answer cannot be quoted");
        }
        let path = |path: &Path| path.display().to_string();
        let answer_file = self.folder.join("answer.json");
        fs::write(&answer_file, self.answer)?;
        let text = template
            .replace("{port}", &self.port.to_string())
            .replace("{secret}", SECRET)
            .replace("{issuer}", ISSUER)
            .replace("{audience}", AUDIENCE)
            .replace("{folder}", &path(self.folder))
            .replace("{answer}", &path(&answer_file))
            .replace("{body}", self.answer);
        fs::write(&file, text).with_context(|| format!("cannot write {name}"))?;
        Ok(file)
    }
}

/// A program that gets nothing of this process but where programs are.
fn program(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin");
    command
}

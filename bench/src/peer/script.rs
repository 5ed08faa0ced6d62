//! Peers from the registries of Python and JavaScript.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};

use super::{Peer, program};
use crate::tokens::{AUDIENCE, ISSUER, SECRET};

pub(super) const FASTAPI: Peer = Peer {
    name: "fastapi",
    what: "FastAPI with PyJWT on uvicorn and uvloop",
    checks: true,
    command: |place| {
        let agent = include_str!("../../peers/fastapi_agent.py");
        fs::write(place.folder.join("fastapi_agent.py"), agent)?;
        let python = python(place.installed);
        ensure!(python.exists(), "the Python package fastapi is not there");
        let mut command = configured(program(python), place.port);
        command
            .current_dir(place.folder)
            .args(["-m", "uvicorn", "fastapi_agent:app", "--workers", "1"])
            .args(["--loop", "uvloop", "--http", "httptools", "--no-access-log"])
            .args(["--log-level", "warning", "--timeout-keep-alive", "600"])
            .args(["--port", &place.port.to_string()]);
        Ok(command)
    },
    version: |installed| version_of(installed, "fastapi"),
};

pub(super) const FASTIFY: Peer = Peer {
    name: "fastify",
    what: "Fastify with fast-jwt and its cache",
    checks: true,
    command: |place| {
        let home = place.installed.join("fastify");
        ensure!(home.exists(), "the npm package fastify is not there");
        // Node.js looks for packages beside the program.
        let agent = home.join("agent.mjs");
        fs::write(&agent, include_str!("../../peers/fastify/agent.mjs"))
            .context("cannot write beside the npm packages")?;
        let mut command = configured(program("node"), place.port);
        command.arg(agent);
        Ok(command)
    },
    version: |installed| {
        let package = installed.join("fastify/node_modules/fastify/package.json");
        let mut command = program("node");
        command
            .args(["-p", "require(process.argv[1]).version"])
            .arg(package);
        command
    },
};

fn configured(mut command: Command, port: u16) -> Command {
    let port = port.to_string();
    let variables = [
        ("SECRET", SECRET),
        ("ISSUER", ISSUER),
        ("AUDIENCE", AUDIENCE),
        ("PORT", &port),
    ];
    command.envs(variables);
    command
}

/// The interpreter that sees the Python packages.
pub(super) fn python(installed: &Path) -> PathBuf {
    installed.join("python/bin/python")
}

/// What tells the version of a Python package.
pub(super) fn version_of(installed: &Path, package: &str) -> Command {
    let mut command = program(python(installed));
    let code = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))";
    command.args(["-c", code, package]);
    command
}

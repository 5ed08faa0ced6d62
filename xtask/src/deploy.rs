//! `deploy`: what deploy/ ships, given to the programs that will read it. Images, clusters and units
//! are tried as far as that goes without an engine, a cluster or an init of one's own.

mod consistency;
mod container;
mod dockerfile;
mod manifests;
mod proxies;
mod tools;
mod units;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use self::tools::Tools;
use crate::toolbox::Toolbox;

/// Give the files of deploy/ to the programs that will read them
///
/// Lints the Dockerfile and builds from what it copies; runs the agent with the rights, the files
/// and the commands of the image and of every pod; renders and validates the manifests; verifies the
/// unit; tries the proxies' examples. Needs Python 3 with venv and its package registry the first
/// time; what needs a program that is not there is named and left out.
#[derive(Args, Debug)]
pub(crate) struct Deploy {
    /// Only these parts, in their usual order
    #[arg(value_name = "PART", value_parser = PARTS.iter().map(|part| part.name).collect::<Vec<_>>())]
    only: Vec<String>,
}

/// What the parts share.
struct Ground<'a> {
    toolbox: &'a Toolbox,
    tools: Tools,
}

struct Part {
    name: &'static str,
    /// The programs without which nothing can be said.
    needs: &'static [&'static str],
    run: fn(&Ground<'_>) -> Result<()>,
}

const PARTS: &[Part] = &[
    part("sources of the image", &[], dockerfile::builds),
    part("Dockerfile", &["hadolint"], dockerfile::lint),
    part("compose", &["check-jsonschema"], dockerfile::compose),
    part(
        "container",
        &["python", "bwrap", "setpriv", "curl", "root"],
        container::image,
    ),
    part(
        "Kubernetes",
        &["kubectl", "kubernetes-validate"],
        manifests::kustomize,
    ),
    part(
        "pods",
        &["kubectl", "python", "bwrap", "setpriv", "curl", "root"],
        manifests::pods,
    ),
    part(
        "Helm",
        &[
            "helm",
            "kubernetes-validate",
            "bwrap",
            "setpriv",
            "curl",
            "root",
        ],
        manifests::helm,
    ),
    part("systemd", &["systemd-analyze"], units::verify),
    part(
        "nginx",
        &["nginx", "bwrap", "openssl", "curl", "root"],
        proxies::nginx,
    ),
    part(
        "HAProxy",
        &["haproxy", "bwrap", "openssl", "curl", "root"],
        proxies::haproxy,
    ),
    part(
        "Envoy",
        &["envoy", "bwrap", "openssl", "curl", "root"],
        proxies::envoy,
    ),
];

const fn part(
    name: &'static str,
    needs: &'static [&'static str],
    run: fn(&Ground<'_>) -> Result<()>,
) -> Part {
    Part { name, needs, run }
}

impl Deploy {
    pub(crate) fn run(self) -> Result<ExitCode> {
        for what in check(&Toolbox::build_all()?, &self.only)? {
            eprintln!("⏭️ {what}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Fails if anything is amiss in these parts, or in all if none is named. What could not be looked
/// at is the answer.
pub(crate) fn check(toolbox: &Toolbox, only: &[String]) -> Result<Vec<String>> {
    let (tools, mut undone) = Tools::ensure(toolbox.folder());
    let ground = Ground { toolbox, tools };
    let mut failed = Vec::new();
    let wanted = |part: &&Part| only.is_empty() || only.iter().any(|one| one == part.name);
    for part in PARTS.iter().filter(wanted) {
        println!("\n▸ {}", part.name);
        let missing = part.needs.iter().find(|name| !ground.tools.have(name));
        if let Some(missing) = missing {
            undone.push(format!("{}: NOT tried, there is no {missing}", part.name));
        } else if let Err(error) = (part.run)(&ground) {
            eprintln!("❌ {}: {error:#}", part.name);
            failed.push(part.name);
        }
    }
    if !failed.is_empty() {
        bail!("{}: see above", failed.join(", "));
    }
    Ok(undone)
}

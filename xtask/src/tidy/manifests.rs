//! Rules about the `Cargo.toml` files: who may depend on whom, and that the workspace decides
//! versions and lints.

use toml::{Table, Value};

use super::Report;
use super::tree::Tree;

/// What a crate may depend on among our own. The journey of a request runs one way, and so do
/// these edges.
enum Edges {
    Only(&'static [&'static str]),
    Any,
}

use Edges::{Any, Only};

const EDGES: &[(&str, Edges)] = &[
    ("agentup-protocol", Only(&[])),
    ("agentup-auth", Only(&[])),
    ("agentup-env", Only(&[])),
    (
        "agentup-handlers",
        Only(&["agentup-auth", "agentup-protocol"]),
    ),
    (
        "agentup-server",
        Only(&[
            "agentup-auth",
            "agentup-env",
            "agentup-handlers",
            "agentup-protocol",
        ]),
    ),
    ("agentup-client", Only(&["agentup-env", "agentup-protocol"])),
    ("jwt-generator", Only(&["agentup-auth", "agentup-env"])),
    ("jwt-validator", Only(&["agentup-auth", "agentup-env"])),
    ("agentup-bench", Only(&["agentup-auth", "agentup-env"])),
    ("agentup-tests", Any),
    ("xtask", Only(&[])),
];

/// What a crate must not know of the world: wire types know no sockets, tokens no protocol stack,
/// and what an agent does knows no status codes. Tests of a crate are free in this.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "agentup-protocol",
        &["axum", "http", "hyper", "jsonwebtoken", "reqwest", "tokio"],
    ),
    (
        "agentup-auth",
        &["axum", "dotenvy", "hyper", "tower", "tower-http"],
    ),
    (
        "agentup-handlers",
        &["axum", "http", "hyper", "jsonwebtoken", "tower-http"],
    ),
    ("xtask", &["axum", "hyper", "reqwest", "tokio"]),
];

const SECTIONS: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn readable(tree: &Tree, report: &mut Report) {
    for (path, text) in tree.ending("Cargo.toml") {
        if let Err(error) = parse(text) {
            report.file(path, error.message());
        }
    }
}

pub(super) fn edges(tree: &Tree, report: &mut Report) {
    for manifest in manifests(tree) {
        let name = manifest.name();
        let Some((_, edges)) = EDGES.iter().find(|(known, _)| *known == name) else {
            report.file(
                manifest.path,
                format!("say in EDGES what `{name}` may depend on"),
            );
            continue;
        };
        let Only(allowed) = edges else { continue };
        for dependency in manifest.dependencies(SECTIONS) {
            let ours = EDGES
                .iter()
                .any(|(known, _)| *known == dependency.package());
            if ours && !allowed.contains(&dependency.package()) {
                report.file(
                    manifest.path,
                    format!("`{name}` must not depend on `{}`", dependency.package()),
                );
            }
        }
    }
}

pub(super) fn foreign_crates(tree: &Tree, report: &mut Report) {
    for manifest in manifests(tree) {
        let name = manifest.name();
        let refused = FOREIGN
            .iter()
            .filter(|(known, _)| *known == name)
            .flat_map(|(_, refused)| *refused);
        for refused in refused {
            let dependencies = manifest.dependencies(&["dependencies"]);
            if dependencies.iter().any(|one| one.package() == *refused) {
                report.file(
                    manifest.path,
                    format!("`{name}` must know nothing of `{refused}`"),
                );
            }
        }
    }
}

/// The server only verifies: code that can sign tokens is not compiled into it.
pub(super) fn no_signing(tree: &Tree, report: &mut Report) {
    let manifests = manifests(tree);
    let signs = |value: &Value| strings(value.get("features")).any(|feature| feature == "issue");
    for manifest in &manifests {
        if ["agentup-server", "agentup-handlers"].contains(&manifest.name())
            && manifest
                .dependencies(&["dependencies"])
                .iter()
                .any(|one| one.package() == "agentup-auth" && signs(one.value))
        {
            report.file(manifest.path, "the server must not be able to sign tokens");
        }
    }
    let root = tree.text("Cargo.toml").and_then(|text| parse(text).ok());
    if let Some(root) = root
        && let Some(auth) = lookup(&root, &["workspace", "dependencies", "agentup-auth"])
        && signs(auth)
    {
        report.file("Cargo.toml", "the feature `issue` is for single crates");
    }
}

pub(super) fn workspace_dependencies(tree: &Tree, report: &mut Report) {
    for manifest in manifests(tree) {
        for dependency in manifest.dependencies(SECTIONS) {
            if dependency.value.get("workspace") != Some(&Value::Boolean(true)) {
                report.file(
                    manifest.path,
                    format!("take `{}` from the workspace", dependency.key),
                );
            }
        }
    }
}

pub(super) fn workspace_lints(tree: &Tree, report: &mut Report) {
    for manifest in manifests(tree) {
        if lookup(&manifest.table, &["lints", "workspace"]) != Some(&Value::Boolean(true)) {
            report.file(manifest.path, "add `[lints] workspace = true`");
        }
    }
}

struct Manifest<'a> {
    path: &'a str,
    table: Table,
}

struct Dependency<'a> {
    key: &'a str,
    value: &'a Value,
}

impl Manifest<'_> {
    fn name(&self) -> &str {
        lookup(&self.table, &["package", "name"])
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// All entries of these sections, those for single platforms included.
    fn dependencies(&self, sections: &[&str]) -> Vec<Dependency<'_>> {
        let platforms = self.table.get("target").and_then(Value::as_table);
        std::iter::once(&self.table)
            .chain(
                platforms
                    .into_iter()
                    .flat_map(Table::values)
                    .filter_map(Value::as_table),
            )
            .flat_map(|table| sections.iter().filter_map(|section| table.get(*section)))
            .filter_map(Value::as_table)
            .flatten()
            .map(|(key, value)| Dependency { key, value })
            .collect()
    }
}

impl Dependency<'_> {
    /// The crate meant, where the entry renames it.
    fn package(&self) -> &str {
        self.value
            .get("package")
            .and_then(Value::as_str)
            .unwrap_or(self.key)
    }
}

/// The manifests of all packages, but for those that [`readable`] reports.
fn manifests(tree: &Tree) -> Vec<Manifest<'_>> {
    tree.ending("/Cargo.toml")
        .filter_map(|(path, text)| {
            Some(Manifest {
                path,
                table: parse(text).ok()?,
            })
        })
        .collect()
}

fn parse(text: &str) -> Result<Table, toml::de::Error> {
    toml::from_str(text)
}

fn lookup<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(table.get(*first)?, |value, key| value.get(*key))
}

fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let array = value.and_then(Value::as_array);
    array.into_iter().flatten().filter_map(Value::as_str)
}

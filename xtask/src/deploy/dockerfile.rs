//! The image: what its Dockerfile says, and what is built from.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::Ground;
use crate::sh::{Sh, root};

/// The Dockerfile, from the root of the repository.
const DOCKERFILE: &str = "deploy/Dockerfile";

/// What the last stage of a Dockerfile says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Image {
    /// What comes into the image: from the sources, or from another stage.
    pub(super) copies: Vec<Copied>,
    pub(super) user: String,
    pub(super) port: String,
    pub(super) health: Vec<String>,
    pub(super) entrypoint: Vec<String>,
    pub(super) command: Vec<String>,
}

/// A `COPY` of one file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copied {
    pub(super) is_built: bool,
    pub(super) source: String,
    pub(super) target: String,
}

impl Image {
    pub(super) fn ours() -> Result<Self> {
        Self::parse(&fs::read_to_string(root().join(DOCKERFILE))?)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut image = Self::default();
        for (word, rest) in instructions(text) {
            match word.as_str() {
                "FROM" => image = Self::default(),
                "COPY" => {
                    let words: Vec<&str> = rest.split_whitespace().collect();
                    let is_built = words.iter().any(|word| word.starts_with("--from="));
                    let paths = words.iter().filter(|word| !word.starts_with("--"));
                    let [source, target] = paths.collect::<Vec<_>>()[..] else {
                        bail!("COPY of one file each: {rest}");
                    };
                    image.copies.push(Copied {
                        is_built,
                        source: (*source).to_owned(),
                        target: (*target).to_owned(),
                    });
                }
                "USER" => image.user = rest,
                "EXPOSE" => image.port = rest,
                "HEALTHCHECK" => {
                    let (_, command) = rest.split_once("CMD").context("HEALTHCHECK has no CMD")?;
                    image.health = exec_form(command)?;
                }
                "ENTRYPOINT" => image.entrypoint = exec_form(&rest)?,
                "CMD" => image.command = exec_form(&rest)?,
                _ => {}
            }
        }
        Ok(image)
    }
}

/// The instructions, each on one line, without comments.
fn instructions(text: &str) -> Vec<(String, String)> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let joined = text.replace("\\\n", " ");
    let instructions = joined
        .lines()
        .filter_map(|line| line.trim().split_once(' '));
    instructions
        .map(|(word, rest)| (word.to_owned(), rest.trim().to_owned()))
        .collect()
}

/// There is no shell in the image, so all commands are lists of words.
fn exec_form(text: &str) -> Result<Vec<String>> {
    serde_json::from_str(text.trim()).with_context(|| format!("no list of words: {text}"))
}

pub(super) fn lint(ground: &Ground<'_>) -> Result<()> {
    ground.tools.sh("hadolint").arg(DOCKERFILE).run()
}

pub(super) fn compose(ground: &Ground<'_>) -> Result<()> {
    let schema = ["--builtin-schema", "vendor.compose-spec"];
    let check = ground.tools.sh("check-jsonschema").args(schema);
    check.arg("deploy/docker-compose.yml").run()
}

/// What is not in the context of the build is missing in the image's build alone: seen here.
pub(super) fn builds(ground: &Ground<'_>) -> Result<()> {
    let context = ground.tools.scratch.join("context");
    let ignored = Ignored::parse(&fs::read_to_string(root().join(".dockerignore"))?);
    if context.exists() {
        fs::remove_dir_all(&context)?;
    }
    copy_admitted(&ignored, &root(), "", &context)?;
    // Type-checked, not built: what the compiler reads is the same.
    let check = Sh::cargo().args(["check", "--quiet", "--locked", "--bin", "agentup-server"]);
    let target = ground.tools.scratch.with_file_name("");
    check.dir(&context).env("CARGO_TARGET_DIR", target).run()
}

/// The rules of a `.dockerignore`, as far as ours goes: `*`, `!PATH` and `**/NAME`.
struct Ignored(Vec<String>);

impl Ignored {
    fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim);
        let rules = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self(rules.map(str::to_owned).collect())
    }

    /// The last rule that fits a path decides.
    fn admits(&self, path: &str) -> bool {
        let mut admitted = true;
        for rule in &self.0 {
            if let Some(name) = rule.strip_prefix("**/") {
                admitted &= !path.split('/').any(|step| step == name);
            } else if let Some(shown) = rule.strip_prefix('!') {
                let below = path.strip_prefix(shown);
                admitted |= below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            } else {
                admitted &= rule != "*";
            }
        }
        admitted
    }
}

fn copy_admitted(ignored: &Ignored, folder: &Path, prefix: &str, to: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if !ignored.admits(&path) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_admitted(ignored, &entry.path(), &format!("{path}/"), to)?;
        } else {
            let target = to.join(&path);
            fs::create_dir_all(target.parent().unwrap_or(to))?;
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> String {
        fs::read_to_string(root().join(path)).unwrap()
    }

    #[test]
    fn the_last_stage_counts() {
        let text = "FROM a AS b\nCOPY . .\nFROM c\n# CMD [\"no\"]\nCOPY --from=b /x /y\nUSER 1:1\n\
                    HEALTHCHECK --retries=3 \\\n    CMD [\"x\", \"y\"]\nCMD [\"z\"]\n";
        let image = Image::parse(text).unwrap();
        assert_eq!(image.health, ["x", "y"]);
        assert_eq!(
            (image.user.as_str(), image.command),
            ("1:1", vec!["z".to_owned()])
        );
        assert_eq!(image.copies.len(), 1);
        assert!(image.copies[0].is_built && image.copies[0].target == "/y");
        assert!(Image::parse("FROM a\nCMD run me\n").is_err());
    }

    #[test]
    fn the_image_is_what_it_says() {
        let image = Image::ours().unwrap();
        assert_eq!(image.user, "65532:65532");
        assert_eq!(image.entrypoint, ["/usr/local/bin/agentup-server"]);
        assert_eq!(image.health.first(), image.entrypoint.first());
        // Nothing that is secret is among the few files that it has.
        let sources: Vec<&str> = image.copies.iter().map(|one| one.source.as_str()).collect();
        let server = "/src/target/release/agentup-server";
        assert_eq!(sources, [server, "config/production.agent_config.yaml"]);
    }

    #[test]
    fn the_image_is_built_by_our_compiler() {
        let toolchain: toml::Table = toml::from_str(&read("rust-toolchain.toml")).unwrap();
        let version = toolchain["toolchain"]["channel"].as_str().unwrap();
        let from = format!("FROM rust:{version}-bookworm ");
        assert!(read(DOCKERFILE).contains(&from), "{from}");
    }

    #[test]
    fn the_context_has_the_whole_workspace_and_no_secret() {
        let ignored = Ignored::parse(&read(".dockerignore"));
        let workspace: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
        for member in workspace["workspace"]["members"].as_array().unwrap() {
            let manifest = format!("{}/Cargo.toml", member.as_str().unwrap());
            assert!(ignored.admits(&manifest), "{manifest}");
        }
        for kept_out in [
            ".env",
            "config/.env",
            "target/x",
            ".git/config",
            "deploy/k8s/jwt-secret",
        ] {
            assert!(!ignored.admits(kept_out), "{kept_out}");
        }
    }
}

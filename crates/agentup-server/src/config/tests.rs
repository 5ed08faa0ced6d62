//! Whole configurations: what they become, and what is said about those that cannot be used.

use std::{fs, path::PathBuf};

use agentup_auth::{Scope, ScopeSet};

use super::*;

mod ai;
mod api_keys;
mod coverage;
mod document;
mod effects;
mod faults;
mod handlers;
mod limits;
mod middleware;
mod oauth2;
mod production;
mod proofs;
mod remote;
mod schema;
mod schemes;
mod secrets;
mod skills;
mod sources;
mod variables;

/// Long enough for HS512, and printed nowhere else.
const SECRET: &str = "8c1f5b0e-q7Wz-41Xk-93Vd-tH2m-uJ6p-yR5n-eL8b-oG0c-iF3s-aT9x-3d9a7b4";

/// What a configuration needs besides what a test is about.
const SECURITY: &str = "\
security:
  bearer: { jwt_secret: \"${JWT_SECRET}\", issuer: test-issuer, audience: test-audience }
";
const SKILLS: &str = "skills: [{ skill_id: public_echo }]\n";

/// A folder with a configuration in it. Sections that every configuration needs are put behind the
/// text, unless it has them, so that the lines of the text keep their numbers.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(yaml: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let mut text = yaml.to_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for section in [SECURITY, SKILLS] {
            let key = section.split(':').next().unwrap();
            if !text
                .lines()
                .any(|line| line.starts_with(&format!("{key}:")))
            {
                text.push_str(section);
            }
        }
        folder.write("agent.yaml", &text);
        folder
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, contents).unwrap();
        path
    }

    /// Whatever can be loaded, the schema takes.
    fn load(&self, variables: &[(&str, &str)]) -> Result<Loaded, Faults> {
        let path = self.0.path().join("agent.yaml");
        let loaded = load(&path, &environment(variables));
        if loaded.is_ok() {
            let text = fs::read_to_string(path).unwrap();
            let said = schema::refused(&text);
            assert_eq!(said, None, "{text}");
        }
        loaded
    }

    /// What is said about it, with the folder left out.
    fn faults(&self, variables: &[(&str, &str)]) -> String {
        let faults = self.load(variables).map(|_| ()).expect_err("a fault");
        faults
            .to_string()
            .replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// The usual secret, and these variables. One with the value `-` is not set.
fn environment(variables: &[(&str, &str)]) -> Environment {
    let usual = [("JWT_SECRET", SECRET)];
    let usual = usual
        .iter()
        .filter(|(name, _)| !variables.iter().any(|(other, _)| other == name));
    Environment::from_pairs(
        usual
            .chain(variables)
            .filter(|(_, value)| *value != "-")
            .copied(),
    )
}

fn loaded(yaml: &str) -> Loaded {
    Folder::new(yaml)
        .load(&[])
        .unwrap_or_else(|faults| panic!("{yaml}\n{faults}"))
}

fn config(yaml: &str) -> Config {
    loaded(yaml).config
}

fn warnings(loaded: &Loaded) -> Vec<String> {
    loaded
        .warnings
        .iter()
        .map(|warning| {
            let text = warning.to_string();
            text.split_once("agent.yaml:")
                .map_or(text.clone(), |(_, text)| text.to_owned())
        })
        .collect()
}

fn scopes(names: &[&str]) -> ScopeSet {
    names
        .iter()
        .map(|name| Scope::parse(name).unwrap())
        .collect()
}

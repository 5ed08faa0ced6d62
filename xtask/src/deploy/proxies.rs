//! The proxies' examples: understood by the program, and run in front of an agent.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use super::Ground;
use crate::env_file;
use crate::sh::{Sh, root};
use crate::token;

/// Where the examples have their certificates.
const TLS: &str = "/etc/agentup/tls";

pub(super) fn nginx(ground: &Ground<'_>) -> Result<()> {
    let front = Front::new(ground, "nginx.conf")?;
    // The example is a part of the system's own configuration; this is the least of one.
    let main = "pid nginx.pid;\nerror_log stderr;\nevents {}\n\
                http { access_log off; include example; }\n";
    fs::write(front.folder.join("nginx.conf"), main)?;
    let folder = front.folder.to_string_lossy();
    let words = ["nginx", "-p", &folder, "-c", "nginx.conf"];
    front.understood(&[&words[..], &["-t"]].concat())?;
    front.serves(&[&words[..], &["-g", "'daemon off;'"]].concat())
}

pub(super) fn haproxy(ground: &Ground<'_>) -> Result<()> {
    let front = Front::new(ground, "haproxy.cfg")?;
    front.understood(&["haproxy", "-c", "-f", "example"])?;
    front.serves(&["haproxy", "-db", "-f", "example"])
}

pub(super) fn envoy(ground: &Ground<'_>) -> Result<()> {
    let front = Front::new(ground, "envoy.yaml")?;
    fs::rename(
        front.folder.join("example"),
        front.folder.join("example.yaml"),
    )?;
    let program = ground.tools.program("envoy");
    let words = [
        &*program,
        "--log-level",
        "warn",
        "--config-path",
        "example.yaml",
    ];
    front.understood(&[&words[..], &["--mode", "validate"]].concat())?;
    front.serves(&[&words[..], &["--concurrency", "1", "--disable-hot-restart"]].concat())
}

/// A folder with an agent's files, a certificate and a proxy's example.
struct Front<'a> {
    ground: &'a Ground<'a>,
    folder: std::path::PathBuf,
}

impl<'a> Front<'a> {
    fn new(ground: &'a Ground<'a>, example: &str) -> Result<Self> {
        let folder = ground.tools.fresh(&format!("proxy-{example}"))?;
        let text = fs::read_to_string(root().join("deploy/proxy").join(example))?;
        if !text.contains(TLS) {
            bail!("{example} has no certificate in {TLS}");
        }
        let tls = folder.join("tls");
        fs::create_dir(&tls)?;
        fs::write(
            folder.join("example"),
            text.replace(TLS, &tls.to_string_lossy()),
        )?;
        certificate(ground, &tls)?;
        env_file::ensure(&folder.join(".env"))?;
        let config = fs::read_to_string(root().join("config/agent_config.yaml"))?;
        let config = config + "\nserver: { trusted_proxies: [127.0.0.1] }\n";
        fs::write(folder.join("agent_config.yaml"), config)?;
        Ok(Self { ground, folder })
    }

    /// Whether the program takes its configuration.
    fn understood(&self, words: &[&str]) -> Result<()> {
        let (program, args) = words.split_first().unwrap_or((&"true", &[]));
        let output = Sh::new(program).args(args).dir(&self.folder).talk("")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Whether the agent can be used through the proxy.
    fn serves(&self, words: &[&str]) -> Result<()> {
        let toolbox = self.ground.toolbox;
        let token = token::generator(toolbox, "basic", "alice").unconfigured();
        let agent = toolbox.program("agentup-server");
        let agent = format!("'{}' serve --port 8000", agent.to_string_lossy());
        let outside = self.ground.tools.sh("bwrap").unconfigured();
        let outside = outside.args(["--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]);
        outside
            .args(["--unshare-pid", "--proc", "/proc", "--"])
            .args(["sh", "-c", include_str!("proxy.sh")])
            .dir(&self.folder)
            .env("AGENT", agent)
            .env("PROXY", words.join(" "))
            .env("TOKEN", token.dir(&self.folder).read()?)
            .run_unseen()?;
        println!("✅ {}", words.join(" "));
        Ok(())
    }
}

/// A certificate for the host of the examples, in the forms that the proxies read.
fn certificate(ground: &Ground<'_>, tls: &Path) -> Result<()> {
    let request = ground
        .tools
        .sh("openssl")
        .args(["req", "-x509", "-newkey", "ec"]);
    let request = request.args([
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]);
    let request = request.args(["-subj", "/CN=agent.example.com"]);
    let request = request.args(["-addext", "subjectAltName=DNS:agent.example.com"]);
    let request = request.args(["-keyout", "key.pem", "-out", "fullchain.pem"]);
    let output = request.dir(tls).talk("")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let read = |name: &str| fs::read_to_string(tls.join(name));
    fs::write(
        tls.join("agent.pem"),
        read("fullchain.pem")? + &read("key.pem")?,
    )?;
    Ok(())
}

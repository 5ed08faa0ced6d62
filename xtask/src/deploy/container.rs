//! The agent as its container runs it, without an engine: alone as process 1, as its user, without
//! rights, on a read-only file system that has what the image has, in a network of its own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::Ground;
use super::dockerfile::Image;
use crate::env_file::fresh_secret;
use crate::sh::{Sh, root};
use crate::token;

/// The libraries that distroless/cc has: of libc6, libgcc-s1 and libstdc++6.
const LIBRARIES: &[&str] = &[
    "ld-linux-aarch64.so.1",
    "ld-linux-x86-64.so.2",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libstdc++.so.6",
];

/// The authorities whose certificates are trusted, where Debian and the image have them.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A container about to be run.
pub(super) struct Container<'a> {
    ground: &'a Ground<'a>,
    image: Image,
    folder: TempDir,
    mounts: Vec<(PathBuf, String)>,
    pub(super) env: Vec<(String, String)>,
    /// What comes behind the entrypoint.
    pub(super) args: Vec<String>,
    /// The health checks: each must say that the agent is well.
    pub(super) health: Vec<Vec<String>>,
    /// What is asked for from beside it, as probes do: `PORT/PATH`.
    pub(super) paths: Vec<String>,
    /// What its tokens are signed with.
    pub(super) secret: String,
}

/// The image's own command, and its health check and that of the compose file.
pub(super) fn image(ground: &Ground<'_>) -> Result<()> {
    let compose = fs::read_to_string(root().join("deploy/docker-compose.yml"))?;
    let compose = ground.tools.yaml(&compose)?;
    let service = compose
        .first()
        .and_then(|file| file.pointer("/services/jwt-agent"));
    let service = service.context("there is no service `jwt-agent`")?;
    let mut container = Container::new(ground)?;

    // Without its variables it must not run, and say so with the code that ends restarts.
    container.ends_with(78, "JWT_SECRET")?;

    let names = service
        .pointer("/environment")
        .and_then(|names| names.as_object());
    for (name, value) in names.context("the service has no environment")? {
        let default = value.as_str().unwrap_or_default();
        let default = default
            .split_once(":-")
            .map_or("", |(_, rest)| rest.trim_end_matches('}'));
        container.env.push((name.clone(), default.to_owned()));
    }
    container.secret = fresh_secret()?;
    container.give("JWT_SECRET", &container.secret.clone());
    container.give("JWT_ISSUER", "https://issuer.example");
    container.give("JWT_AUDIENCE", "my-agent");
    let test = service
        .pointer("/healthcheck/test")
        .and_then(|test| test.as_array());
    let test = test.context("the service has no health check")?;
    let words = test.iter().skip(1).filter_map(|word| word.as_str());
    container.health.push(words.map(str::to_owned).collect());
    let card = format!("{}/.well-known/agent.json", container.image.port);
    container.paths.push(card);
    container.runs()
}

impl<'a> Container<'a> {
    /// The files of the image, and its own command.
    pub(super) fn new(ground: &'a Ground<'a>) -> Result<Self> {
        let image = Image::ours()?;
        let folder = TempDir::new()?;
        open(folder.path())?;
        let files = folder.path().join("root");
        let program = ground.toolbox.program("agentup-server");
        for one in &image.copies {
            let source = root().join(&one.source);
            put(
                if one.is_built { &program } else { &source },
                &files,
                &one.target,
            )?;
        }
        for library in libraries(&program)? {
            put(Path::new(&library), &files, &library)?;
        }
        if Path::new(AUTHORITIES).is_file() {
            put(Path::new(AUTHORITIES), &files, AUTHORITIES)?;
        }
        for name in ["proc", "dev", "tmp"] {
            fs::create_dir_all(files.join(name))?;
        }
        let args = image.command.clone();
        let health = vec![image.health.clone()];
        Ok(Self {
            ground,
            image,
            folder,
            mounts: Vec::new(),
            env: Vec::new(),
            args,
            health,
            paths: Vec::new(),
            secret: String::new(),
        })
    }

    /// Sets a variable.
    pub(super) fn give(&mut self, name: &str, value: &str) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Puts files into a folder of the container, readable by the agent's group.
    pub(super) fn mount(&mut self, path: &str, files: &[(String, String)]) -> Result<()> {
        let source = self
            .folder
            .path()
            .join(format!("mount-{}", self.mounts.len()));
        fs::create_dir_all(&source)?;
        open(&source)?;
        for (name, text) in files {
            let file = source.join(name);
            fs::write(&file, text)?;
            give_to(&file, self.group().parse()?)?;
        }
        // A read-only root has the folder already.
        fs::create_dir_all(
            self.folder
                .path()
                .join("root")
                .join(path.trim_start_matches('/')),
        )?;
        self.mounts.push((source, path.to_owned()));
        Ok(())
    }

    fn user(&self) -> &str {
        self.image.user.split(':').next().unwrap_or_default()
    }

    fn group(&self) -> &str {
        self.image.user.split(':').nth(1).unwrap_or_default()
    }

    /// The words that run a command in the container.
    fn words(&self, more: &[&str], command: &[String]) -> Vec<String> {
        let files = self
            .folder
            .path()
            .join("root")
            .to_string_lossy()
            .into_owned();
        let (user, group) = (
            format!("--reuid={}", self.user()),
            format!("--regid={}", self.group()),
        );
        let mut words: Vec<String> = ["setpriv", &user, &group, "--clear-groups", "bwrap"]
            .into_iter()
            .chain([
                "--unshare-user",
                "--unshare-ipc",
                "--unshare-uts",
                "--unshare-pid",
            ])
            .chain([
                "--unshare-cgroup-try",
                "--ro-bind",
                &files,
                "/",
                "--proc",
                "/proc",
            ])
            .chain([
                "--dev",
                "/dev",
                "--cap-drop",
                "ALL",
                "--clearenv",
                "--chdir",
                "/",
            ])
            .chain(["--new-session", "--die-with-parent", "--as-pid-1"])
            .chain(more.iter().copied())
            .map(str::to_owned)
            .collect();
        for (source, path) in &self.mounts {
            let source = source.to_string_lossy().into_owned();
            words.extend(["--ro-bind".to_owned(), source, path.clone()]);
        }
        for (name, value) in &self.env {
            words.extend(["--setenv".to_owned(), name.clone(), value.clone()]);
        }
        words.push("--".to_owned());
        words.extend_from_slice(command);
        words
    }

    fn serve(&self) -> Vec<String> {
        [&self.image.entrypoint[..], &self.args].concat()
    }

    /// What the agent prints when it is run with other words than `serve`.
    pub(super) fn prints(&self, command: &[&str]) -> Result<String> {
        let mut serve = self.serve();
        let at = serve.iter().position(|word| word == "serve");
        let at = at.context("the container does not serve")?;
        serve.splice(at..=at, command.iter().map(|word| (*word).to_owned()));
        self.outside(&self.words(&[], &serve)).read()
    }

    /// A program with these words, in a folder of its own.
    fn outside(&self, words: &[String]) -> Sh {
        let (program, args) = words
            .split_first()
            .map_or(("true", &[][..]), |(one, rest)| (one, rest));
        Sh::new(program).args(args).dir(self.folder.path())
    }

    /// Runs the agent, and wants this end of it, with this in its complaint.
    pub(super) fn ends_with(&self, code: i32, complaint: &str) -> Result<()> {
        let output = self.outside(&self.words(&[], &self.serve())).talk("")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.code() != Some(code) || !said.contains(complaint) {
            bail!(
                "ended with {}, not {code} and `{complaint}`:\n{said}",
                output.status
            );
        }
        Ok(())
    }

    /// Runs the agent: well by its health checks, answering probes and a caller, without rights,
    /// and gone when it is told to go.
    pub(super) fn runs(&self) -> Result<()> {
        let shell = ["sh", "-c", include_str!("container.sh")];
        let outside = self.ground.tools.sh("bwrap");
        let outside = outside.args(["--dev-bind", "/", "/", "--unshare-net", "--"]);
        let health: Vec<String> = self
            .health
            .iter()
            .map(|one| quoted(&self.words(&[], one)))
            .collect();
        let server = self.words(&["--json-status-fd", "3"], &self.serve());
        outside
            .args(shell)
            .dir(self.folder.path())
            .env("SERVER", quoted(&server))
            .env("HEALTH", health.join("\n"))
            .env("PATHS", self.paths.join(" "))
            .env("USER_ID", self.user())
            .env("ASK", quoted(&self.question()))
            .env("AGENTUP_TOKEN", self.token()?)
            .run_unseen()?;
        println!("✅ {}: {}", self.serve().join(" "), self.paths.join(" "));
        Ok(())
    }

    /// A caller with a token.
    fn question(&self) -> Vec<String> {
        let client = self
            .ground
            .toolbox
            .program("agentup-client")
            .to_string_lossy()
            .into_owned();
        let url = format!("http://127.0.0.1:{}", self.image.port);
        let words = ["--url", &url, "--direct", "send", "public_echo", "hello"];
        std::iter::once(client)
            .chain(words.map(str::to_owned))
            .collect()
    }

    /// A token of the agent's issuer, made with the secret that the container has.
    fn token(&self) -> Result<String> {
        let mut generator = token::generator(self.ground.toolbox, "basic", "alice").unconfigured();
        for (name, value) in &self.env {
            if ["JWT_ISSUER", "JWT_AUDIENCE"].contains(&name.as_str()) {
                generator = generator.env(name, value);
            }
        }
        let generator = generator.env("JWT_SECRET", &self.secret);
        generator.dir(self.folder.path()).read()
    }
}

/// Lets everybody look into a folder, as into those of an image.
fn open(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let _ = folder;
    Ok(())
}

/// Lets a group read a file, and nobody write it.
fn give_to(file: &Path, group: u32) -> Result<()> {
    #[cfg(unix)]
    {
        fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o440))?;
        std::os::unix::fs::chown(file, None, Some(group))?;
    }
    let _ = (file, group);
    Ok(())
}

fn put(source: &Path, files: &Path, target: &str) -> Result<()> {
    let target = files.join(target.trim_start_matches('/'));
    fs::create_dir_all(target.parent().unwrap_or(files))?;
    fs::copy(source, &target).with_context(|| format!("cannot copy {}", source.display()))?;
    Ok(())
}

/// The libraries that the program loads: no others than the image has.
fn libraries(program: &Path) -> Result<Vec<String>> {
    let listed = Sh::new("ldd").arg(program).read()?;
    let paths: Vec<String> = listed
        .lines()
        .filter_map(path_of)
        .map(str::to_owned)
        .collect();
    for path in &paths {
        let name = path.rsplit('/').next().unwrap_or_default();
        if !LIBRARIES.contains(&name) {
            bail!("the image has no {name}");
        }
    }
    Ok(paths)
}

/// `libm.so.6 => /lib/libm.so.6 (0x…)`, or `/lib64/ld.so (0x…)`; the kernel's own has no path.
fn path_of(line: &str) -> Option<&str> {
    let path = line.split("=>").last()?.trim();
    path.starts_with('/').then(|| path.split(' ').next())?
}

/// Words as a shell reads them.
fn quoted(words: &[String]) -> String {
    let quote = |word: &String| format!("'{}'", word.replace('\'', "'\\''"));
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_found_by_their_paths() {
        for (line, path) in [
            (
                "\tlibm.so.6 => /lib/x/libm.so.6 (0x00007f)",
                Some("/lib/x/libm.so.6"),
            ),
            (
                "\t/lib64/ld-linux-x86-64.so.2 (0x00007f)",
                Some("/lib64/ld-linux-x86-64.so.2"),
            ),
            ("\tlinux-vdso.so.1 (0x00007f)", None),
        ] {
            assert_eq!(path_of(line), path);
        }
    }

    #[test]
    fn a_shell_reads_words_as_they_are() {
        let words = ["printf", "%s", "it's $HOME"].map(str::to_owned);
        let said = Sh::new("sh").args(["-c", &quoted(&words)]).read().unwrap();
        assert_eq!(said, "it's $HOME");
    }
}

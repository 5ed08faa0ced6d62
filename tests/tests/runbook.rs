//! The runbook's commands, run as they stand there, on a machine of the test's own: the folders, the
//! port and `systemctl` are its, everything else is real.
#![expect(clippy::expect_used, reason = "a helper that fails fails its test")]

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _, path::Path, time::Instant};

use agentup_tests::{PATIENCE, program, shell, told};
use tempfile::TempDir;

const RUNBOOK: &str = include_str!("../../docs/runbook.md");
const PRODUCTION: &str = include_str!("../../config/production.agent_config.yaml");
const UNIT: &str = include_str!("../../deploy/systemd/agentup.service");

/// What the tests below run: sections, and how many blocks of commands each has.
const RUN: &[(&str, usize)] = &[
    ("# Runbook", 1),
    ("### Leaked token", 2),
    ("### Compromised issuer", 2),
    ("### Change the secret", 3),
    ("### Change the secret at once", 2),
    ("### Change the keys of an issuer", 1),
    ("### Upgrade", 2),
];

/// What a machine has in place of systemd. A process that nobody has waited for has no command line.
const SYSTEMCTL: &str = r#"#!/bin/sh
set -eu
case "$1" in
    reload) kill -HUP "$(cat FOLDER/pid)" ;;
    stop) kill -TERM "$(cat FOLDER/pid)" ;;
    restart)
        if pid=$(cat FOLDER/pid 2>/dev/null) && kill -TERM "$pid" 2>/dev/null; then
            while [ -n "$(tr -d '\0' <"/proc/$pid/cmdline" 2>/dev/null)" ]; do sleep 0.02; done
        fi
        env -i EXEC_START >>FOLDER/out 2>>FOLDER/log &
        echo $! >FOLDER/pid
        ;;
esac
"#;

/// A machine with an agent.
struct Machine {
    folder: TempDir,
    port: u16,
}

impl Machine {
    /// Set up as docs/deployment.md says, with these variables.
    fn new(config: &str, env: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        // Free a moment ago. The port must outlive restarts, so the system cannot choose it each time.
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let machine = Self { folder, port };
        for name in ["etc", "bin", "shims", "work"] {
            fs::create_dir(machine.path(name)).expect("a folder");
        }
        fs::copy(
            program("agentup-server").get_program(),
            machine.path("bin/agentup-server"),
        )
        .expect("a program");
        let config = config.replace("host: 0.0.0.0", "host: 127.0.0.1");
        let revoked = machine.path("etc/revoked");
        fs::write(&revoked, "").expect("a file");
        let env = format!(
            "{env}\nPORT={port}\nREVOCATIONS_FILE={}\n",
            revoked.display()
        );
        fs::write(machine.path("etc/agent_config.yaml"), config).expect("a file");
        fs::write(machine.path("etc/.env"), env).expect("a file");

        let start = UNIT
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="));
        let systemctl = SYSTEMCTL
            .replace("EXEC_START", start.expect("the unit starts the agent"))
            .replace("FOLDER", &machine.folder.path().to_string_lossy());
        machine.shim("systemctl", &systemctl);
        machine.shim("journalctl", "#!/bin/sh\ncat FOLDER/log\n");
        machine.run("systemctl restart agentup");
        machine
    }

    /// With a secret, as the production example has it.
    fn with_secret() -> Self {
        let secret = "pV3kZt8Qw0yN5bXhR7uLc2JfDgSa9eMi1oKqHvTz";
        let env =
            format!("JWT_SECRET={secret}\nJWT_ISSUER=https://issuer.example\nJWT_AUDIENCE=a\n");
        let machine = Self::new(PRODUCTION, &env);
        machine.comes_to(0, READY);
        machine
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn shim(&self, name: &str, text: &str) {
        let path = self.path("shims").join(name);
        fs::write(&path, self.here(text)).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    /// Commands with the places of this machine.
    fn here(&self, commands: &str) -> String {
        commands
            .replace("/etc/agentup", &self.path("etc").to_string_lossy())
            .replace("/usr/local/bin", &self.path("bin").to_string_lossy())
            .replace("FOLDER", &self.folder.path().to_string_lossy())
            .replace("127.0.0.1:8000", &format!("127.0.0.1:{}", self.port))
    }

    /// The status and the words of commands of which none may fail.
    fn tell(&self, commands: &str) -> (Option<i32>, String) {
        let first = format!(
            "PATH={}:{}:$PATH\nset -eu\n",
            self.path("shims").display(),
            self.path("bin").display()
        );
        let script = first + &self.here(commands);
        told(&mut shell(&script, &self.path("work")))
    }

    /// What commands say that succeed.
    fn run(&self, commands: &str) -> String {
        let (status, said) = self.tell(commands);
        assert_eq!(status, Some(0), "{commands}\n{said}");
        said.trim_end().to_owned()
    }

    /// Waits until the commands end like this: what is told to a service takes a moment.
    fn comes_to(&self, status: i32, commands: &str) {
        let begun = Instant::now();
        loop {
            let (ended, said) = self.tell(commands);
            if ended == Some(status) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{commands}\nended with {ended:?}: {said}"
            );
        }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.tell("systemctl stop agentup");
    }
}

const READY: &str = "agentup-server health --ready --config /etc/agentup/agent_config.yaml";

/// A token of the machine's own secret.
const MINT: &str =
    "cd /etc/agentup; jwt-generator --scopes basic --jti auto --format token-only 2>/dev/null";

/// A call with this token; 3 is what the client ends with when the agent does not accept it.
fn call(token: &str) -> String {
    format!("agentup-client --url http://127.0.0.1:8000 --token {token} send public_echo hello")
}

/// The blocks of commands of a section, before the next one of any level.
fn blocks(heading: &str) -> Vec<&'static str> {
    let start = format!("{heading}\n");
    let (_, section) = RUNBOOK.split_once(&start).expect("the section");
    let section = section.split("\n#").next().unwrap_or_default();
    let blocks = section.split("```sh\n").skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_command_of_the_runbook_is_run_here() {
    let all = RUNBOOK.matches("```sh\n").count();
    assert_eq!(all, RUN.iter().map(|(_, count)| count).sum::<usize>());
    for (heading, count) in RUN {
        assert_eq!(blocks(heading).len(), *count, "{heading}");
    }
}

#[test]
fn three_questions_tell_how_it_is() {
    let machine = Machine::with_secret();
    let said = machine.run(blocks("# Runbook")[0]);
    for part in ["\"ready\"", "good (4 skills)", "listening"] {
        assert!(said.contains(part), "{said}");
    }
}

/// Tokens of the old secret and of the next one are good until the last step.
#[test]
fn a_secret_is_changed_without_refusing_anybody() {
    let machine = Machine::with_secret();
    let old = machine.run(MINT);
    let [announce, prove, replace] = blocks("### Change the secret")[..] else {
        panic!("three blocks");
    };
    machine.run(announce);
    machine.comes_to(0, prove);
    assert!(machine.run(prove).contains("hello"));
    machine.run(&call(&old));
    let (mint, _) = prove.split_once("agentup-client").expect("a call");
    let next = machine.run(&format!("exec 2>/dev/null\n{mint}echo $TOKEN"));
    machine.run(replace);
    machine.comes_to(3, &call(&old));
    machine.run(&call(&next));
    machine.run(&call(&machine.run(MINT)));
    let env = fs::read_to_string(machine.path("etc/.env")).unwrap();
    assert_eq!(env.matches("JWT_SECRET=").count(), 1, "{env}");
    assert!(!machine.path("etc/.env.old").exists());
}

#[test]
fn a_secret_is_changed_at_once() {
    let machine = Machine::with_secret();
    let old = machine.run(MINT);
    machine.run(&call(&old));
    let [change, prove] = blocks("### Change the secret at once")[..] else {
        panic!("two blocks");
    };
    machine.run(change);
    machine.comes_to(3, &call(&old));
    assert!(machine.run(prove).contains("hello"));
    assert!(!machine.path("etc/.env.old").exists());
}

#[test]
fn a_leaked_token_is_taken_back() {
    let machine = Machine::with_secret();
    let token = machine.run(MINT);
    fs::write(machine.path("work/leaked"), &token).unwrap();
    let [look, take_back] = blocks("### Leaked token")[..] else {
        panic!("two blocks");
    };
    let said = machine.run(look);
    let value = |claim: &str| {
        let line = said
            .lines()
            .find(|line| line.contains(&format!("\"{claim}\"")));
        let (_, value) = line.expect("the claim").split_once(": ").expect("a value");
        value.trim_matches(['"', ',']).to_owned()
    };
    let values = format!("ISS='{}' JTI='{}'\n", value("iss"), value("jti"));
    machine.run(&call(&token));
    machine.run(&(values + take_back));
    machine.comes_to(3, &call(&token));
    machine.run(&call(&machine.run(MINT)));
}

#[test]
fn an_agent_is_upgraded_and_goes_back() {
    let machine = Machine::with_secret();
    let token = machine.run(MINT);
    fs::copy(
        machine.path("bin/agentup-server"),
        machine.path("work/agentup-server"),
    )
    .unwrap();
    let [upgrade, back] = blocks("### Upgrade")[..] else {
        panic!("two blocks");
    };
    let before = fs::read_to_string(machine.path("pid")).unwrap();
    for commands in [upgrade, back] {
        // The last step asks an agent that may not listen yet.
        let (steps, asked) = commands.split_once(READY).expect("it asks the agent");
        machine.run(steps);
        machine.comes_to(0, READY);
        machine.run(asked);
        machine.run(&call(&token));
    }
    assert_ne!(fs::read_to_string(machine.path("pid")).unwrap(), before);
    assert!(!machine.path("bin/agentup-server.old").exists());
}

/// An issuer for development, which ends with the test, and a machine that believes it.
struct Trusting {
    machine: Machine,
    issuer: String,
}

impl Trusting {
    fn new() -> Self {
        let start = ": >out\n\
                     jwt-generator issuer --port 0 >out 2>/dev/null & echo $! >pid\n\
                     until grep -q 'listening on' out; do sleep 0.02; done\n\
                     sed -n 's/.*listening on //p' out";
        let place = TempDir::new().expect("a folder");
        let (_, issuer) = told(&mut shell(start, place.path()));
        let issuer = issuer.trim().to_owned();
        let config = format!(
            "agent: {{ name: A, description: Answers, version: 0.1.0 }}
server: {{ port: \"${{PORT}}\" }}
security:
  bearer:
    algorithm: RS256
    issuer: \"{issuer}\"
    audience: a
    jwks_url: \"{issuer}/jwks.json\"
    revocations_file: \"${{REVOCATIONS_FILE}}\"
skills:
  - {{ skill_id: public_echo, name: Echo, description: Echoes, tags: [text] }}
"
        );
        let machine = Machine::new(&config, "");
        // The machine ends the issuer, too.
        keep(place.path(), &machine.path("issuer"));
        machine.comes_to(0, READY);
        Self { machine, issuer }
    }

    fn token(&self) -> String {
        let ask = "curl -sf -H 'Accept: application/jwt' -d grant_type=client_credentials \
                   -d scope=basic -d aud=a";
        self.machine.run(&format!("{ask} {}/token", self.issuer))
    }

    fn tell_issuer(&self, what: &str) {
        self.machine
            .run(&format!("curl -sf -X POST {}/{what}", self.issuer));
    }
}

impl Drop for Trusting {
    fn drop(&mut self) {
        let _ = self.machine.tell("kill $(cat FOLDER/issuer)");
    }
}

fn keep(place: &Path, target: &Path) {
    fs::copy(place.join("pid"), target).expect("the issuer runs");
}

#[test]
fn keys_of_an_issuer_change_by_themselves() {
    let trusting = Trusting::new();
    let old = trusting.token();
    trusting.tell_issuer("rotate");
    let new = trusting.token();
    let prove = blocks("### Change the keys of an issuer")[0];
    for token in [old, new] {
        assert!(
            trusting
                .machine
                .run(&format!("TOKEN={token}\n{prove}"))
                .contains("hello")
        );
    }
    let log = fs::read_to_string(trusting.machine.path("log")).unwrap();
    assert!(log.contains("new keys are in use"), "{log}");
}

#[test]
fn a_compromised_issuer_is_believed_no_more() {
    let trusting = Trusting::new();
    let machine = &trusting.machine;
    let stolen = trusting.token();
    trusting.tell_issuer("rotate");
    trusting.tell_issuer("retire");
    let good = trusting.token();
    // The keys of before serve until they are too old, which is why there is something to do.
    machine.run(&call(&stolen));
    let [restart, pin] = blocks("### Compromised issuer")[..] else {
        panic!("two blocks");
    };
    let (steps, _) = restart.split_once(READY).expect("it asks the agent");
    machine.run(steps);
    machine.comes_to(0, READY);
    machine.comes_to(3, &call(&stolen));
    machine.run(&call(&good));

    machine.run(&format!(
        "curl -sf {}/jwks.json >/etc/agentup/jwks.json",
        trusting.issuer
    ));
    machine.run(pin);
    trusting.tell_issuer("rotate");
    let forged = trusting.token();
    machine.comes_to(3, &call(&forged));
    machine.run(&call(&good));
}

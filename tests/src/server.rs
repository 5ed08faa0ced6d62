//! A running `agentup-server`: started in its folder, awaited until it listens, gone when dropped.

use std::{
    ops::Deref,
    process::{Child, Command, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    Client, Folder, Log, QUICK_START, QUICK_START_ENV, Scrape, hidden::assert_hidden, program,
};

/// How the server says on standard output where it listens.
const ANNOUNCEMENT: &str = "agentup-server listening on ";

/// How it says where its metrics are read.
const METRICS_ANNOUNCEMENT: &str = "agentup-server metrics on ";

/// The part of a configuration that lets [`Server::scrape`] read metrics.
pub const METRICS_CONFIG: &str =
    "observability: { metrics: { enabled: true, listen: \"127.0.0.1:0\" } }\n";

/// A server of ours that accepts requests. It is also the [`Client`] that talks to it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    client: Client,
    output: Log,
    log: Log,
    folder: Folder,
}

/// How a server ended.
#[derive(Debug)]
pub struct Stopped {
    /// Its exit code; none after a signal.
    pub code: Option<i32>,
    /// All that it wrote to its log.
    pub log: String,
    /// The events of its audit.
    pub audit: String,
}

impl Server {
    /// Starts a server with this configuration and this `.env`, on a port that the system chooses.
    ///
    /// # Panics
    /// With its log, when it does not start.
    #[must_use]
    pub fn start(config: &str, env: &str) -> Self {
        Self::start_in(Folder::new(config, env))
    }

    /// Starts the Quick Start's agent.
    #[must_use]
    pub fn quick_start() -> Self {
        Self::start_in(Folder::quick_start())
    }

    /// Starts the Quick Start's agent, with metrics.
    #[must_use]
    pub fn quick_start_with_metrics() -> Self {
        Self::start(&format!("{QUICK_START}\n{METRICS_CONFIG}"), QUICK_START_ENV)
    }

    /// Starts a server in a folder that has been made ready.
    ///
    /// # Panics
    /// With its log, when it does not start.
    #[must_use]
    pub fn start_in(folder: Folder) -> Self {
        Self::start_with(&[], folder)
    }

    /// The same with further options on its command line.
    ///
    /// # Panics
    /// With its log, when it does not start.
    #[must_use]
    pub fn start_with(options: &[&str], folder: Folder) -> Self {
        let mut command = program("agentup-server");
        command.args(["serve", "--port", "0"]).args(options);
        Self::run(command, folder)
    }

    /// Starts a server in a folder after these commands of a shell, such as `ulimit -n 64`.
    ///
    /// # Panics
    /// With its log, when it does not start.
    #[must_use]
    pub fn start_after(shell: &str, folder: Folder) -> Self {
        let server = program("agentup-server");
        let mut command = Command::new("/bin/sh");
        let script = format!("{shell}; exec \"$0\" serve --port 0");
        command
            .env_clear()
            .args(["-c", &script])
            .arg(server.get_program());
        Self::run(command, folder)
    }

    /// Starts an example of the server's crate with this configuration, whose port should be 0.
    ///
    /// # Panics
    /// With its log, when it does not start.
    #[must_use]
    pub fn start_example(name: &str, config: &str, env: &str) -> Self {
        let mut command = program(&format!("examples/{name}"));
        command.arg("agent_config.yaml");
        Self::run(command, Folder::new(config, env))
    }

    fn run(mut command: Command, folder: Folder) -> Self {
        let folder = folder.with_audit();
        let mut child = command
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let output = Log::follow(child.stdout.take().expect("a pipe"));
        let log = Log::follow(child.stderr.take().expect("a pipe"));
        // From here on the drop of the server ends the child, however this goes on.
        let mut server = Self {
            child,
            client: Client::new(String::new()),
            output,
            log,
            folder,
        };
        match server.output.find_line(ANNOUNCEMENT) {
            Some(url) => server.client = Client::new(url),
            None => panic!("the server does not start; it said:\n{}", server.log.text()),
        }
        server
    }

    /// Where its metrics are read, if they have an address of their own.
    #[must_use]
    pub fn metrics_url(&self) -> Option<String> {
        // The server says so before it says where it listens.
        let text = self.output.text();
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(METRICS_ANNOUNCEMENT).map(str::to_owned))
    }

    /// Its metrics as they are now.
    ///
    /// # Panics
    /// When they are not told.
    pub async fn scrape(&self) -> Scrape {
        let url = self.metrics_url().expect("metrics are switched on");
        let url = reqwest::Url::parse(&url).expect("an address");
        let client = Client::new(url.origin().ascii_serialization());
        let answer = client.get(url.path()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        Scrape::parse(answer.body)
    }

    /// Its log so far: all of its standard error.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// Where its configuration is.
    #[must_use]
    pub const fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Asks it to stop (SIGTERM).
    pub fn ask_to_stop(&self) {
        self.send(Signal::TERM);
    }

    /// Asks it to load its configuration anew (SIGHUP).
    pub fn ask_to_reload(&self) {
        self.send(Signal::HUP);
    }

    /// Stops it and waits for its end.
    #[must_use]
    pub fn stop(self) -> Stopped {
        self.ask_to_stop();
        self.wait()
    }

    /// Waits until it has ended by itself.
    #[must_use]
    pub fn wait(mut self) -> Stopped {
        let log = self.log.whole();
        let status = self.child.wait().expect("the server ends");
        Stopped {
            code: status.code(),
            log,
            audit: self.folder.audit(),
        }
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the server lives");
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail where it has ended already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A test that has failed tells what it has to tell.
        if !thread::panicking() {
            assert_hidden("the log", &self.log.whole());
            assert_hidden("the output", &self.output.whole());
            self.folder.assert_hidden();
        }
    }
}

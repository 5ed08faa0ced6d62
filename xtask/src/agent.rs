//! A running `agentup-server`: started, awaited until it listens, and stopped when dropped.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::sh::Sh;
use crate::signals;
use crate::toolbox::Toolbox;

/// How the server says on standard output where it listens.
const ANNOUNCEMENT: &str = "listening on ";

/// Time to start; it takes milliseconds unless the machine is very busy.
const START: Duration = Duration::from_mins(1);

/// Time to stop in good order.
const STOP: Duration = Duration::from_secs(20);

/// A server of ours that accepts requests.
#[derive(Debug)]
pub(crate) struct Agent {
    child: Child,
    url: String,
}

/// Why there is no running server.
#[derive(Debug)]
pub(crate) enum NotStarted {
    /// It ended by itself; what is wrong stands in its log.
    Ended(ExitStatus),
    /// Everything else.
    Failed(anyhow::Error),
}

impl Agent {
    /// Starts the server and waits until it listens. Its log goes to this terminal, and a request
    /// to stop this program is handed on to it.
    pub(crate) fn start_in_front(server: Sh) -> Result<Self, NotStarted> {
        let child = server
            .spawn(|command| {
                command.stdin(Stdio::null()).stdout(Stdio::piped());
                signals::detach(command);
            })
            .map_err(NotStarted::Failed)?;
        signals::hand_on(&child).map_err(NotStarted::Failed)?;
        Self::listening(child)
    }

    /// Starts a server in `folder`, which holds its `agent_config.yaml` and `.env`, and waits until
    /// it listens. Its log goes to `server.log` there.
    pub(crate) fn start_behind(toolbox: &Toolbox, folder: &Path, port: u16) -> Result<Self> {
        let server = toolbox
            .sh("agentup-server")
            .args(["serve", "--config", "agent_config.yaml", "--port"])
            .arg(port.to_string());
        Self::start_logging(server, folder)
    }

    /// Starts a server of whatever name in `folder` and waits until it listens. Its log goes to
    /// `server.log` there.
    pub(crate) fn start_logging(server: Sh, folder: &Path) -> Result<Self> {
        let log_path = folder.join("server.log");
        let log = std::fs::File::create(&log_path)?;
        let child = server.unconfigured().dir(folder).spawn(|command| {
            command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(log);
        })?;
        Self::listening(child).map_err(|reason| {
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            anyhow::anyhow!("{reason}; it said:\n{log}")
        })
    }

    fn listening(mut child: Child) -> Result<Self, NotStarted> {
        let announced = match child.stdout.take() {
            Some(stdout) => wait_for_address(stdout),
            None => Err(mpsc::RecvTimeoutError::Timeout),
        };
        // From here on the drop of `agent` stops the child, however this ends.
        let mut agent = Self {
            child,
            url: String::new(),
        };
        match announced {
            Ok(url) => {
                agent.url = url;
                Ok(agent)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => match agent.wait() {
                Ok(status) => Err(NotStarted::Ended(status)),
                Err(error) => Err(NotStarted::Failed(error)),
            },
            Err(mpsc::RecvTimeoutError::Timeout) => Err(NotStarted::Failed(anyhow::anyhow!(
                "agentup-server did not say within {} s where it listens",
                START.as_secs()
            ))),
        }
    }

    /// Where it listens, `http://HOST:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the server ends by itself.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        self.child.wait().context("lost agentup-server")
    }

    /// Asks the server to stop and fails unless it does so in time and with success.
    pub(crate) fn stop(mut self) -> Result<()> {
        signals::ask_to_stop(&mut self.child)?;
        let asked = Instant::now();
        while asked.elapsed() < STOP {
            if let Some(status) = self.child.try_wait()? {
                if !status.success() && cfg!(unix) {
                    bail!("agentup-server, asked to stop, ended with {status}");
                }
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("agentup-server did not stop within {} s", STOP.as_secs())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Both fail where it has ended already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl std::fmt::Display for NotStarted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ended(status) => write!(f, "agentup-server ended with {status}"),
            Self::Failed(error) => write!(f, "{error:#}"),
        }
    }
}

/// The announced address. Everything else on the stream is passed on to our standard output, for
/// as long as the server lives: a full pipe would stop it.
fn wait_for_address(stdout: impl Read + Send + 'static) -> Result<String, mpsc::RecvTimeoutError> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut sender = Some(sender);
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match announced(&line) {
                Some(url) => {
                    if let Some(sender) = sender.take() {
                        let _ = sender.send(url.to_owned());
                    }
                }
                None => println!("{line}"),
            }
        }
    });
    receiver.recv_timeout(START)
}

fn announced(line: &str) -> Option<&str> {
    let (_, url) = line.split_once(ANNOUNCEMENT)?;
    let url = url.trim().trim_end_matches('/');
    (url.starts_with("http://") || url.starts_with("https://")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_taken_from_the_one_line_that_announces_it() {
        let output = "hello\nagentup-server listening on http://127.0.0.1:4711\nmore\n";
        assert_eq!(
            wait_for_address(output.as_bytes()).as_deref(),
            Ok("http://127.0.0.1:4711")
        );
    }

    #[test]
    fn a_server_that_ends_without_announcing_is_noticed_at_once() {
        let output = "error: no configuration\n";
        assert_eq!(
            wait_for_address(output.as_bytes()),
            Err(mpsc::RecvTimeoutError::Disconnected)
        );
    }

    /// A shell in place of the server.
    #[cfg(unix)]
    fn start(script: &str) -> Result<Agent, NotStarted> {
        let shell = Sh::new("sh").args(["-c", script]);
        let child = shell.spawn(|command| {
            command.stdin(Stdio::null()).stdout(Stdio::piped());
        });
        Agent::listening(child.unwrap())
    }

    #[cfg(unix)]
    #[test]
    fn a_server_is_stopped_in_good_order() {
        let announce = format!("echo {ANNOUNCEMENT}http://127.0.0.1:1");
        let agent = start(&format!(
            "trap 'exit 0' TERM; {announce}; while :; do sleep 0.01; done"
        ));
        let agent = agent.unwrap();
        assert_eq!(agent.url(), "http://127.0.0.1:1");
        agent.stop().unwrap();

        let agent = start(&format!(
            "trap 'exit 3' TERM; {announce}; while :; do sleep 0.01; done"
        ));
        assert!(agent.unwrap().stop().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_exit_code_of_a_server_that_does_not_start_is_told() {
        let Err(NotStarted::Ended(status)) = start("echo 'no configuration'; exit 78") else {
            panic!("it must not have started");
        };
        assert_eq!(status.code(), Some(78));
    }
}

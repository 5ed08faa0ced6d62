//! Servers as processes: started on a processor of their own, their processor time and memory read
//! from the system.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::{
    process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit},
    thread::{CpuSet, sched_setaffinity},
};

/// How a server says where it listens; the name of the server stands before it.
const ANNOUNCEMENT: &str = "listening on http://";

/// How long a server may take until it can be reached.
const PATIENCE: Duration = Duration::from_secs(30);

/// The processor of the server that is measured.
const SERVER: usize = 0;
/// The processor of the load and of all else.
const LOAD: usize = 1;

/// Keeps this process off the servers' processor, and lets it open as many files as it may.
pub(crate) fn settle() -> Result<()> {
    if thread::available_parallelism()?.get() < 2 {
        bail!("the server and the load need a processor each: this machine has one");
    }
    pin(LOAD)?;
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, most).context("cannot raise the number of open files")
}

fn pin(processor: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(processor);
    sched_setaffinity(None, &set).context("cannot choose the processor")
}

/// Does something on the servers' processor.
fn on_server_processor<T>(act: impl FnOnce() -> T) -> Result<T> {
    pin(SERVER)?;
    let done = act();
    pin(LOAD)?;
    Ok(done)
}

/// A port at which nobody listens, for a server that cannot choose one itself.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A server that runs; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
    begun: Instant,
}

impl Server {
    /// Starts a server on its processor and waits until it says where it listens. What it logs
    /// goes to a file, as a supervisor would keep it.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .stdout(Stdio::piped())
            .stderr(fs::File::create(log)?);
        // From here on the drop of the server ends the child, however this goes on.
        let mut server = Self::spawn(command, log)?;
        let stdout = server.child.stdout.take();
        let lines = stdout.into_iter().flat_map(|it| BufReader::new(it).lines());
        let address = lines.map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once(ANNOUNCEMENT)?;
            address.trim().trim_end_matches('/').parse().ok()
        });
        server.address =
            address.with_context(|| format!("{name} does not say where it listens"))?;
        Ok(server)
    }

    /// Starts a server that listens where it is told to, and waits until it does.
    pub(crate) fn start_at(mut command: Command, log: &Path, port: u16) -> Result<Self> {
        let output = fs::File::create(log)?;
        command.stdout(output.try_clone()?).stderr(output);
        let mut server = Self::spawn(command, log)?;
        server.address.set_port(port);
        while TcpStream::connect(server.address).is_err() {
            let ended = server.child.try_wait()?.is_some();
            if ended || server.age() > PATIENCE {
                let said = fs::read_to_string(log).unwrap_or_default();
                let last: Vec<_> = said.lines().rev().take(3).collect();
                let last = last.into_iter().rev().collect::<Vec<_>>().join(" / ");
                bail!("it does not start; it said: {last}");
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(server)
    }

    fn spawn(mut command: Command, log: &Path) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null());
        let begun = Instant::now();
        let child = on_server_processor(|| command.spawn())?;
        Ok(Self {
            child: child.with_context(|| format!("cannot start {name}"))?,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            log: log.to_owned(),
            begun,
        })
    }

    /// How long it has been running.
    pub(crate) fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has it end as a supervisor would, and answers what it logged.
    pub(crate) fn stop(mut self) -> Result<String> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        self.child.wait()?;
        Ok(fs::read_to_string(&self.log)?)
    }

    /// The processor time of all its threads since they began.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id()))?;
        let mut sum = Duration::ZERO;
        for thread in threads {
            sum = sum.saturating_add(on_processor(&thread?.path())?);
        }
        Ok(sum)
    }

    /// The processor time of its first thread alone.
    pub(crate) fn main_thread_time(&self) -> Result<Duration> {
        let process = self.child.id();
        on_processor(Path::new(&format!("/proc/{process}/task/{process}")))
    }

    /// What it has in memory, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let resident = status.lines().find_map(|line| {
            let kilobytes = line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?;
            kilobytes.trim().parse::<u64>().ok()
        });
        let resident = resident.context("the system does not tell the memory of a process")?;
        Ok(resident.saturating_mul(1024))
    }
}

fn on_processor(thread: &Path) -> Result<Duration> {
    let text = fs::read_to_string(thread.join("schedstat"))?;
    // Time on the processor in nanoseconds, time spent waiting for it, time slices.
    let first = text.split_whitespace().next().unwrap_or_default();
    Ok(Duration::from_nanos(first.parse()?))
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail where it has ended already, and then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! The agent as a library: a configuration, the skills of a program, and a server for both.

use std::{
    future::Future,
    io::{self, Write as _},
    net::{SocketAddr, TcpListener, ToSocketAddrs as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use agentup_env::Environment;
use agentup_handlers::{Skill, SkillHandler};
use axum::Router;
use tokio::{
    runtime::TryCurrentError,
    signal::unix::{SignalKind, signal},
};

use crate::{
    app::App,
    audit::{Audit, AuditError, What},
    clock::Clock,
    config::{self, AuditTarget, Config, Loaded, MetricsListen},
    followed::FileState,
    health::Health,
    http::{self, METRICS},
    live::{Live, LiveError},
    metrics::{Metrics, MetricsServer},
    reload::{Begun, Reloader},
    serve::{self, Workers},
    stop,
    tasks::Tasks,
    traces::Tracer,
};

/// How often tasks that outlived their time are dropped.
const SWEEP_INTERVAL: Duration = Duration::from_secs(30);

/// How often it is seen whether a flood is over.
const FLOOD_INTERVAL: Duration = Duration::from_secs(1);

/// An agent: what it may do, and who may make it do so.
///
/// ```no_run
/// # use agentup_handlers::{Reply, SkillContext, SkillError};
/// # use agentup_protocol::Message;
/// # async fn forecast(_: Message, _: SkillContext) -> Result<Reply, SkillError> { Ok(Reply::text("sun")) }
/// # async fn example() -> Result<(), agentup_server::AgentError> {
/// agentup_server::Agent::from_config("agent_config.yaml")?
///     .skill("forecast", forecast)
///     .serve()
///     .await
/// # }
/// ```
#[derive(Debug)]
pub struct Agent {
    source: Source,
    config: Config,
    /// The files that it was made of.
    files: Vec<FileState>,
    skills: Vec<Skill>,
    clock: Clock,
}

/// Where a configuration comes from: needed again when it is loaded anew.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) env_file: Option<PathBuf>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
}

/// Why an agent does not start, or does not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// The `.env` file cannot be used.
    #[error(transparent)]
    Environment(#[from] agentup_env::EnvError),
    /// Settings cannot be used; the text lists all of them.
    #[error(transparent)]
    Config(#[from] config::Faults),
    /// The skills do not fit together.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address, as configured.
        address: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The address for metrics cannot be listened on.
    #[error(
        "cannot listen on {address} for metrics; `observability.metrics.listen` names another \
         address, or `same` for the agent's own"
    )]
    BindMetrics {
        /// The address, as configured.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Keys are to be fetched or traces sent, and there is no tokio runtime to do it in.
    #[error("keys cannot be fetched, or traces sent")]
    Runtime(#[from] TryCurrentError),
    /// There is no audit as it is configured.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The process was told to stop while it was stopping.
    #[error("stopped at once, as told a second time: what was at hand was dropped")]
    AtOnce,
    /// The system refuses what the server needs.
    #[error("the server cannot run")]
    Io(#[from] io::Error),
}

impl AgentError {
    /// Whether the remedy is in the configuration.
    #[must_use]
    pub const fn is_config(&self) -> bool {
        matches!(
            self,
            Self::Environment(_) | Self::Config(_) | Self::Live(_) | Self::Audit(_)
        )
    }
}

impl Agent {
    /// Loads a configuration. The `.env` file is looked for beside it, then in the working folder.
    ///
    /// # Errors
    /// With every fault of the configuration at once.
    pub fn from_config(path: impl AsRef<Path>) -> Result<Self, AgentError> {
        let path = path.as_ref().to_path_buf();
        let source = Source {
            path,
            env_file: None,
            host: None,
            port: None,
        };
        let loaded = source.load()?;
        Ok(Self::from_loaded(source, loaded))
    }

    pub(crate) fn from_loaded(source: Source, loaded: Loaded) -> Self {
        let Loaded {
            config,
            warnings,
            files,
        } = loaded;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        Self {
            source,
            config,
            files,
            skills: Vec::new(),
            clock: Clock::system(),
        }
    }

    /// Adds a skill of the program. What the configuration says of the same id (name, scopes)
    /// holds for it.
    #[must_use]
    pub fn skill(mut self, id: &str, handler: impl SkillHandler) -> Self {
        self.skills.push(Skill::new(id, handler));
        self
    }

    /// Sets the clock by which tokens are checked and tasks are stamped.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The settings in force.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// All routes of the agent, to be served by the caller's own means, as in a test.
    ///
    /// Keys that are to be fetched are fetched in the tokio runtime that this is called in, as long
    /// as the routes are there.
    ///
    /// # Errors
    /// When the skills do not fit together, or keys are to be fetched and there is no runtime.
    pub fn router(&self) -> Result<Router, AgentError> {
        Ok(Router::new().fallback_service(http::front(self.app(None)?)))
    }

    /// Serves until the process is told to stop (SIGTERM or SIGINT), then finishes what is at
    /// hand, for as long as `server.shutdown_grace`. Told a second time, it stops at once.
    ///
    /// # Errors
    /// When the skills do not fit together, the address cannot be listened on, or what was at hand
    /// was dropped.
    pub async fn serve(self) -> Result<(), AgentError> {
        // Before anybody knows of the server: a signal ends a process that does not wait for it.
        let (stop, at_once) = (stop::signals(1)?, stop::signals(2)?);
        tokio::select! {
            // In a box: it is large, and would be so twice.
            served = Box::pin(self.serve_until(stop)) => served,
            () = at_once => Err(AgentError::AtOnce),
        }
    }

    /// Serves until the future ends.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    pub async fn serve_until(self, stop: impl Future<Output = ()>) -> Result<(), AgentError> {
        let address = self.address()?;
        let listener = serve::bind(address).map_err(|source| AgentError::Bind {
            address: address.to_string(),
            source,
        })?;
        self.serve_on(listener, stop).await
    }

    /// Serves at a port that is open already, until the future ends. The host and the port of the
    /// configuration are not asked.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    pub async fn serve_on(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()>,
    ) -> Result<(), AgentError> {
        listener.set_nonblocking(true)?;
        let bound = listener.local_addr()?;
        let for_metrics = self.bind_metrics()?;
        let app = self.app(Some(bound))?;
        let front = http::front(Arc::clone(&app));
        let mut workers = Workers::start(&listener, &front)?;
        drop(listener);
        // Before anybody knows of the server: this signal ends a process that does not wait for it.
        let hangup = signal(SignalKind::hangup())?;
        // Told to the last, so that a scrape can see how the server stops.
        let metrics_server = for_metrics.map(|it| MetricsServer::start(it, Arc::clone(&app)));
        let metrics_server = metrics_server.transpose()?;
        let is_audit =
            matches!(&self.config.audit, Some(audit) if audit.target == AuditTarget::Stdout);
        let metrics_at = metrics_server.as_ref().map(MetricsServer::bound);
        announce(self.config.server.scheme(), bound, metrics_at, is_audit)?;
        app.audit.record(What::Started {
            address: bound.to_string(),
            version: env!("CARGO_PKG_VERSION"),
        });
        let server = self.config.server.clone();
        let begun_with = Box::new(Begun {
            config: self.config,
            files: self.files,
        });
        let reloader = Reloader::new(self.source, self.skills, bound, Arc::clone(&app));
        tokio::select! {
            () = stop => {}
            () = sweep(&app) => {}
            () = look_after_floods(&app) => {}
            () = Box::pin(reloader.run(hangup, begun_with)) => {}
        }
        stop::in_order(&app, &mut workers, &server).await;
        if let Some(tracer) = app.tracer() {
            tracer.flush(stop::LAST_WORDS).await;
        }
        app.audit.look(true);
        app.audit.record(What::Stopped);
        app.audit.close();
        Ok(())
    }

    /// What would run, for those who only look: nothing is fetched, recorded or served.
    pub(crate) fn preview(&self) -> Result<Live, AgentError> {
        let (audit, metrics) = (Audit::off(self.clock.clone()), Metrics::default());
        let health = Health::default();
        Ok(Live::new(
            &self.config,
            &self.skills,
            None,
            &audit,
            &health,
            None,
            &metrics,
        )?)
    }

    /// Opens the port of metrics, if they have one of their own.
    fn bind_metrics(&self) -> Result<Option<TcpListener>, AgentError> {
        let Some(MetricsListen::Own(address)) = self.config.metrics.listen else {
            return Ok(None);
        };
        let listener = MetricsServer::bind(address);
        let listener = listener.map_err(|source| AgentError::BindMetrics { address, source })?;
        Ok(Some(listener))
    }

    fn app(&self, bound: Option<SocketAddr>) -> Result<Arc<App>, AgentError> {
        let limits = &self.config.server.limits;
        let (audit, metrics) = (Audit::off(self.clock.clone()), Arc::new(Metrics::default()));
        let health = Health::default();
        let tracer = self.config.otlp.as_ref().map(Tracer::start).transpose()?;
        let tracer = tracer.map(Arc::new);
        let mut live = Live::new(
            &self.config,
            &self.skills,
            bound,
            &audit,
            &health,
            tracer,
            &metrics,
        )?;
        // Before anything can happen that belongs into it.
        audit.adopt(self.config.audit.as_ref())?;
        live.fetch_keys(&self.config.security, None, &audit)?;
        let meter = Arc::clone(&metrics.tasks);
        let tasks = Tasks::new(
            &self.config.state,
            limits.task_timeout,
            self.clock.clone(),
            meter,
        );
        let clock = self.clock.clone();
        Ok(App::new(
            live,
            tasks,
            clock,
            audit,
            limits.concurrency,
            health,
            metrics,
        ))
    }

    fn address(&self) -> Result<SocketAddr, AgentError> {
        let (host, port) = (self.config.server.host.as_str(), self.config.server.port);
        let bind = |source| AgentError::Bind {
            address: format!("{host}:{port}"),
            source,
        };
        let mut addresses = (host, port).to_socket_addrs().map_err(bind)?;
        addresses
            .next()
            .ok_or_else(|| bind(io::ErrorKind::AddrNotAvailable.into()))
    }
}

impl Source {
    /// Loads the configuration, with what the command line sets in place of the file's.
    pub(crate) fn load(&self) -> Result<Loaded, AgentError> {
        let of_variables = self.env_files().map(|file| FileState::of(&file));
        let of_variables: Vec<_> = of_variables.collect();
        let mut loaded = config::load(&self.path, &self.environment()?)?;
        loaded.files.extend(of_variables);
        loaded.config.listen_on(self.host.as_deref(), self.port)?;
        Ok(loaded)
    }

    /// The variables of the process and of the `.env` file.
    pub(crate) fn environment(&self) -> Result<Environment, agentup_env::EnvError> {
        Environment::load(self.env_file.as_deref(), &self.folders())
    }

    /// The files of variables that are or may come to be.
    fn env_files(&self) -> impl Iterator<Item = PathBuf> {
        let named = self.env_file.clone();
        let usual = match named {
            Some(_) => Vec::new(),
            None => self.folders().map(|folder| folder.join(".env")).to_vec(),
        };
        named.into_iter().chain(usual)
    }

    /// Where a `.env` file is looked for when none is named.
    fn folders(&self) -> [&Path; 2] {
        let beside = self.path.parent().unwrap_or_else(|| Path::new("."));
        [beside, Path::new(".")]
    }
}

/// Tells whoever started the server where it listens: with port 0 nobody else knows. Standard
/// output is left alone where it is the audit's.
fn announce(
    scheme: &str,
    bound: SocketAddr,
    metrics: Option<SocketAddr>,
    is_audit: bool,
) -> io::Result<()> {
    if let Some(bound) = metrics {
        tracing::info!(address = %bound, "listening for metrics");
    }
    tracing::info!(address = %bound, "listening");
    if is_audit {
        return Ok(());
    }
    let mut out = anstream::stdout();
    if let Some(bound) = metrics {
        writeln!(out, "agentup-server metrics on http://{bound}{METRICS}")?;
    }
    writeln!(out, "agentup-server listening on {scheme}://{bound}")?;
    out.flush()
}

async fn look_after_floods(app: &App) {
    let mut ticks = tokio::time::interval(FLOOD_INTERVAL);
    loop {
        ticks.tick().await;
        app.audit.look(false);
    }
}

async fn sweep(app: &App) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        let dropped = app.tasks.sweep();
        tracing::debug!(dropped, kept = app.tasks.len(), "swept tasks");
    }
}

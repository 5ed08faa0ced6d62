//! Loading the configuration anew, without a restart: on SIGHUP, and when a file changes that it was
//! made of: the YAML file, `.env`, and the files with secrets and prompts that it names.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
};

use agentup_handlers::Skill;
use futures_util::FutureExt as _;
use tokio::{signal::unix::Signal, sync::Notify};

use crate::{
    agent::{AgentError, Source},
    app::App,
    audit::What,
    config::{Config, Loaded, OtlpConfig},
    followed::{FileState, INTERVAL, Watch},
    live::Live,
    telemetry,
    traces::Tracer,
};

/// The settings that hold from the start of the process to its end, by their paths.
pub(crate) const NEEDS_RESTART: [&str; 13] = [
    "server.host",
    "server.port",
    "server.shutdown_grace",
    "server.shutdown_delay",
    "server.limits.concurrency",
    "server.limits.task_timeout",
    "state.ttl",
    "state.max_tasks",
    "state.max_tasks_per_owner",
    "state.history_limit",
    "state.idempotency",
    "state.conversation.max_messages",
    "state.conversation.max_bytes",
];

/// Loads the configuration again when told to, and keeps the old one when the new one is bad.
#[derive(Debug)]
pub(crate) struct Reloader {
    source: Source,
    skills: Vec<Skill>,
    bound: SocketAddr,
    app: Arc<App>,
}

/// What the process began with.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) config: Config,
    /// The files that it was made of.
    pub(crate) files: Vec<FileState>,
}

impl Reloader {
    pub(crate) const fn new(
        source: Source,
        skills: Vec<Skill>,
        bound: SocketAddr,
        app: Arc<App>,
    ) -> Self {
        Self {
            source,
            skills,
            bound,
            app,
        }
    }

    /// Waits for occasions, for ever. A change of the files is one, unless `RELOAD` says that it is
    /// not.
    pub(crate) async fn run(&self, mut hangup: Signal, begun: Box<Begun>) {
        let changed = Arc::new(Notify::new());
        let watch = Arc::new(Mutex::new(Watch::new(begun.files.iter().cloned())));
        let mut is_watching = begun.config.process.reload;
        if let Err(error) = keep_looking(&watch, &changed) {
            tracing::warn!(%error, "the configuration is not watched");
        }
        loop {
            tokio::select! {
                _ = hangup.recv() => {}
                () = changed.notified(), if is_watching => {}
            }
            // Whatever becomes of the configuration: who moves the file sends the signal.
            self.app.audit.reopen();
            match Box::pin(self.load(&begun.config)).await {
                Ok((live, loaded)) => {
                    is_watching = loaded.config.process.reload;
                    let files = Watch::new(loaded.files);
                    *watch.lock().unwrap_or_else(PoisonError::into_inner) = files;
                    // What was noticed until now is what has just been loaded.
                    let _ = changed.notified().now_or_never();
                    self.app.replace(live);
                    self.app.metrics.reloads.done(self.app.clock.unix());
                    tracing::info!("configuration reloaded");
                    self.app.audit.record(What::ConfigReloaded);
                }
                Err(error) => {
                    self.app.keep();
                    self.app.metrics.reloads.failed();
                    tracing::error!("configuration not reloaded, the old one holds: {error}");
                    let reason = error.to_string();
                    self.app.audit.record(What::ConfigRefused { reason });
                }
            }
        }
    }

    /// What is to hold. All of it can be used, or nothing of it is taken over.
    async fn load(&self, begun_with: &Config) -> Result<(Live, Loaded), AgentError> {
        let loaded = self.source.load()?;
        let config = &loaded.config;
        let (audit, health) = (&self.app.audit, &self.app.health);
        let tracer = self.tracer(config.otlp.as_ref())?;
        let (bound, metrics) = (Some(self.bound), &self.app.metrics);
        let mut live = Live::new(config, &self.skills, bound, audit, health, tracer, metrics)?;
        live.fetch_keys(&config.security, Some(&self.app.live()), audit)?;
        audit.adopt(config.audit.as_ref())?;
        telemetry::adopt(&config.logging);
        // The old settings hold on until the new ones can verify tokens.
        if let Some(keys) = live.gate.keys() {
            keys.settled().await;
        }
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        for path in waiting(begun_with, config) {
            tracing::warn!("{path} has changed, and takes effect when the agent is started again");
        }
        Ok((live, loaded))
    }

    /// The tracer that is there, if it does what is asked for, or a new one.
    fn tracer(&self, config: Option<&OtlpConfig>) -> Result<Option<Arc<Tracer>>, AgentError> {
        let Some(config) = config else {
            return Ok(None);
        };
        let there = self.app.tracer().filter(|tracer| tracer.is_of(config));
        match there {
            Some(tracer) => Ok(Some(tracer)),
            None => Ok(Some(Arc::new(Tracer::start(config)?))),
        }
    }
}

/// The settings that have changed and cannot take effect now.
fn waiting(begun_with: &Config, config: &Config) -> Vec<&'static str> {
    let mut waiting = NEEDS_RESTART.to_vec();
    waiting.retain(|path| config.differs_at(path, begun_with));
    waiting
}

/// Tells of every change, for as long as there is somebody to hear of it.
fn keep_looking(watch: &Arc<Mutex<Watch>>, changed: &Arc<Notify>) -> std::io::Result<()> {
    let (watch, changed): (Weak<_>, Weak<Notify>) =
        (Arc::downgrade(watch), Arc::downgrade(changed));
    let run = move || {
        while let (Some(watch), Some(changed)) = (watch.upgrade(), changed.upgrade()) {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            if watch.has_changed() {
                changed.notify_one();
            }
            drop(watch);
            thread::sleep(INTERVAL);
        }
    };
    thread::Builder::new()
        .name("configuration".to_owned())
        .spawn(run)?;
    Ok(())
}

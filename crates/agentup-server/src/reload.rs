//! Loading the configuration anew, without a restart: on SIGHUP, and when the file changes.

use std::{net::SocketAddr, sync::Arc};

use agentup_handlers::Skill;
use notify::{RecursiveMode, Watcher as _};
use tokio::{signal::unix::Signal, sync::Notify};

use crate::{
    agent::{AgentError, Source},
    app::App,
    audit::What,
    config::{Loaded, OtlpConfig},
    live::Live,
    telemetry,
    traces::Tracer,
};

/// Loads the configuration again when told to, and keeps the old one when the new one is bad.
#[derive(Debug)]
pub(crate) struct Reloader {
    source: Source,
    skills: Vec<Skill>,
    bound: SocketAddr,
    app: Arc<App>,
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

    /// Waits for occasions, for ever. `watch` makes a change of the files one of them.
    pub(crate) async fn run(&self, mut hangup: Signal, watch: bool) {
        let changed = Arc::new(Notify::new());
        let _watcher = if watch { self.watch(&changed) } else { None };
        loop {
            tokio::select! {
                _ = hangup.recv() => {}
                () = changed.notified() => {}
            }
            // Whatever becomes of the configuration: who moves the file sends the signal.
            self.app.audit.reopen();
            match self.load().await {
                Ok(live) => {
                    self.app.replace(live);
                    tracing::info!("configuration reloaded");
                    self.app.audit.record(What::ConfigReloaded);
                }
                Err(error) => {
                    tracing::error!("configuration not reloaded, the old one holds: {error}");
                    let reason = error.to_string();
                    self.app.audit.record(What::ConfigRefused { reason });
                }
            }
        }
    }

    async fn load(&self) -> Result<Live, AgentError> {
        let Loaded { config, warnings } = self.source.load()?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let audit = &self.app.audit;
        let tracer = self.tracer(config.otlp.as_ref())?;
        let mut live = Live::new(
            &config,
            &self.skills,
            Some(self.bound),
            audit,
            &self.app.health,
            tracer,
        )?;
        live.fetch_keys(&config.security, Some(&self.app.live()), audit)?;
        audit.adopt(config.audit.as_ref())?;
        telemetry::adopt(&config.logging);
        // The old settings hold on until the new ones can verify tokens.
        if let Some(keys) = live.gate.keys() {
            keys.settled().await;
        }
        Ok(live)
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

    /// Watches the folder of the file, because editors and Kubernetes replace files instead of
    /// writing them.
    fn watch(&self, changed: &Arc<Notify>) -> Option<notify::RecommendedWatcher> {
        let folder = self.source.path.parent()?.to_path_buf();
        let folder = if folder.as_os_str().is_empty() {
            ".".into()
        } else {
            folder
        };
        let names = [self.source.path.file_name()?.to_owned(), ".env".into()];
        let changed = Arc::clone(changed);
        let on_event = move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            let ours = |path: &std::path::PathBuf| {
                path.file_name()
                    .is_some_and(|name| names.iter().any(|ours| ours == name))
            };
            if !event.kind.is_access() && event.paths.iter().any(ours) {
                changed.notify_one();
            }
        };
        notify::recommended_watcher(on_event)
            .and_then(|mut watcher| {
                watcher
                    .watch(&folder, RecursiveMode::NonRecursive)
                    .map(|()| watcher)
            })
            .inspect_err(|error| tracing::warn!(%error, "the configuration is not watched"))
            .ok()
    }
}

//! Middleware: what goes around a skill once its caller is permitted, always in one order.
//!
//! ```text
//! permit → rate_limited → the task begins → timed → cached → timeout → retryable → handler
//! ```
//!
//! Whoever is denied reaches none of it. A call counts for the rate whether or not the cache answers
//! it: the rate says how often somebody may ask. What the cache answers is timed too. The timeout is
//! for all attempts together, so that it is the longest that a caller waits.

use std::{fmt, sync::Arc, time::Duration};

use agentup_auth::{Permit, PrincipalId};
use agentup_protocol::Message;

use crate::{
    Reply, SkillContext, SkillError,
    context::{RunOf, TaskChannel},
    handler::DynHandler,
};

mod cache;
mod observer;
mod rate;
mod recorder;
mod retry;
mod timer;

pub use cache::CacheSettings;
pub use observer::{Observer, RunOutcome, SkillEvent};
pub use rate::{Limited, RateLimit, RateLimiter};
pub use retry::RetrySettings;
pub use timer::Timer;

use cache::{Answer, AnswerCache, CacheKey};
use observer::Stopwatch;
use recorder::Recorder;

/// What goes around a skill. Nothing, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MiddlewareSettings {
    /// How often a caller may call.
    pub rate_limited: Option<RateLimit>,
    /// Whether the observer is told how long each run took.
    pub timed: bool,
    /// What is kept of answers.
    pub cached: Option<CacheSettings>,
    /// The longest time for an answer, all attempts included.
    pub timeout: Option<Duration>,
    /// How often it is tried.
    pub retryable: Option<RetrySettings>,
}

/// The middleware of one skill, at work.
pub(crate) struct Middleware {
    limiter: Option<RateLimiter<PrincipalId>>,
    timed: bool,
    cache: Option<AnswerCache>,
    timeout: Option<Duration>,
    retry: Option<RetrySettings>,
    timer: Timer,
    observer: Arc<dyn Observer>,
}

impl Middleware {
    /// None where nothing goes around the skill.
    pub(crate) fn new(
        settings: &MiddlewareSettings,
        timer: Timer,
        observer: Arc<dyn Observer>,
    ) -> Option<Self> {
        if *settings == MiddlewareSettings::default() {
            return None;
        }
        Some(Self {
            limiter: settings.rate_limited.map(RateLimiter::new),
            timed: settings.timed,
            cache: settings.cached.map(AnswerCache::new),
            timeout: settings.timeout,
            retry: settings.retryable,
            timer,
            observer,
        })
    }

    /// Counts a permitted call.
    ///
    /// # Errors
    /// When the caller has used up its calls.
    pub(crate) fn count(&self, permit: &Permit) -> Result<(), Limited> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let counted = limiter.count(permit.principal().id(), self.timer.now());
        counted.inspect_err(|_| {
            let skill = permit.skill();
            self.observer.observe(&SkillEvent::Limited { skill });
        })
    }

    /// Runs a permitted call that was counted.
    ///
    /// # Errors
    /// What the handler answers, or that it took too long.
    pub(crate) async fn run(
        &self,
        handler: &Arc<dyn DynHandler>,
        permit: Permit,
        message: Message,
        run: RunOf,
    ) -> Result<Reply, SkillError> {
        if !self.timed {
            return self.answer(handler, permit, message, run).await;
        }
        let watch = Stopwatch::start(&self.observer, &self.timer, permit.skill(), &run);
        let result = self.answer(handler, permit, message, run).await;
        watch.stop(&result);
        result
    }

    /// The answer that is kept, or a new one.
    async fn answer(
        &self,
        handler: &Arc<dyn DynHandler>,
        permit: Permit,
        message: Message,
        run: RunOf,
    ) -> Result<Reply, SkillError> {
        let place = self.cache.as_ref().filter(|_| run.is_repeatable);
        let place = place.and_then(|cache| {
            Some((
                cache,
                CacheKey::of(&permit, run.certificate.as_ref(), &message)?,
            ))
        });
        if let Some((cache, key)) = &place
            && let Some(answer) = cache.find(key, self.timer.now())
        {
            let skill = permit.skill();
            self.observer.observe(&SkillEvent::Cached { skill });
            return Ok(answer.give(&*run.task));
        }
        let task = Arc::clone(&run.task);
        let room = place.as_ref().map_or(0, |(cache, _)| cache.most_of_one());
        let recorder = Arc::new(Recorder::new(Arc::clone(&task), room));
        let run = RunOf {
            task: Arc::clone(&recorder) as Arc<dyn TaskChannel>,
            ..run
        };
        let context = SkillContext::new(permit, run);
        let result = self.in_time(handler, message, context, &recorder).await;
        // A skill that was told to stop may end early: that is an answer to nobody's question.
        if let Some((cache, key)) = place
            && let Ok(Reply::Completed(parts)) = &result
            && !task.cancellation().is_cancelled()
            && let Some(updates) = recorder.take()
        {
            let parts = parts.clone();
            cache.keep(key, Answer { updates, parts }, self.timer.now());
        }
        result
    }

    async fn in_time(
        &self,
        handler: &Arc<dyn DynHandler>,
        message: Message,
        context: SkillContext,
        recorder: &Recorder,
    ) -> Result<Reply, SkillError> {
        let attempts = self.attempts(handler, message, context, recorder);
        match self.timeout {
            Some(limit) => tokio::time::timeout(limit, attempts)
                .await
                .unwrap_or_else(|_elapsed| Err(SkillError::too_late())),
            None => attempts.await,
        }
    }

    /// Runs the handler, and again while it fails for now only.
    async fn attempts(
        &self,
        handler: &Arc<dyn DynHandler>,
        message: Message,
        context: SkillContext,
        recorder: &Recorder,
    ) -> Result<Reply, SkillError> {
        let Some(retry) = &self.retry else {
            return Arc::clone(handler).run(message, context).await;
        };
        for pause in retry.pauses() {
            let result = Arc::clone(handler)
                .run(message.clone(), context.clone())
                .await;
            let Err(error) = result else { return result };
            // What the caller has been given once must not come a second time.
            let is_worth_it =
                error.is_transient() && !error.is_denial() && !recorder.has_published();
            if !is_worth_it {
                return Err(error);
            }
            tokio::select! {
                biased;
                () = context.cancellation().cancelled() => return Err(error),
                () = tokio::time::sleep(pause) => {}
            }
            let skill = context.skill_id();
            self.observer.observe(&SkillEvent::Retried { skill });
        }
        Arc::clone(handler).run(message, context).await
    }
}

impl fmt::Debug for Middleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Middleware")
            .field("rate_limited", &self.limiter)
            .field("timed", &self.timed)
            .field("cached", &self.cache)
            .field("timeout", &self.timeout)
            .field("retryable", &self.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

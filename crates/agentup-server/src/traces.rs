//! Traces: what the agent does, as spans that are sent to a collector (OTLP, `http/protobuf`).
//!
//! A request, the run of a skill, a question to a model and a request to a service each have a
//! span. They are put together when they have ended, from what is known anyway; without a collector
//! nothing of this exists.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use agentup_handlers::TraceContext;
use tokio::{
    runtime::{Handle, TryCurrentError},
    sync::{mpsc, oneshot},
};
use uuid::Uuid;

mod export;
mod message;
mod outgoing;
mod spans;

use export::Exporter;
use message::Span;
pub(crate) use spans::SkillRan;

use crate::config::OtlpConfig;

/// The most spans that wait to be sent. Above that they are counted instead.
const WAITING: usize = 16 * 1024;

/// Begins spans, and takes them when they have ended.
#[derive(Debug)]
pub(crate) struct Tracer {
    config: OtlpConfig,
    outbox: mpsc::Sender<Order>,
    lost: Arc<AtomicU64>,
}

/// What the exporter is told.
#[derive(Debug)]
enum Order {
    Send(Box<Span>),
    /// Send what is there now, and tell when that is done.
    Flush(oneshot::Sender<()>),
}

/// The place of a span in its trace.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The trace, with the id of this span as that of the caller of whatever is called from it.
    pub(crate) context: TraceContext,
    /// The span above it, if there is one.
    parent: Option<u64>,
}

impl Tracer {
    /// Starts to send to the collector of this configuration, in the runtime that this is called
    /// in; as long as the tracer is there, and until what it has taken is sent.
    ///
    /// # Errors
    /// Without a runtime.
    pub(crate) fn start(config: &OtlpConfig) -> Result<Self, TryCurrentError> {
        let runtime = Handle::try_current()?;
        let (outbox, inbox) = mpsc::channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        runtime.spawn(Exporter::new(config.clone(), Arc::clone(&lost)).run(inbox));
        Ok(Self {
            config: config.clone(),
            outbox,
            lost,
        })
    }

    /// Whether this one does what another configuration asks for.
    pub(crate) fn is_of(&self, config: &OtlpConfig) -> bool {
        self.config == *config
    }

    /// The place of a request that named this one, or none.
    pub(crate) fn place(&self, above: Option<&TraceContext>) -> Option<Place> {
        let span_id = random_id();
        if let Some(above) = above {
            let is_sampled = if self.config.sampler.follows_parent {
                above.is_sampled()
            } else {
                self.config.sampler.takes(above.trace_id())
            };
            Some(Place {
                context: above.child(span_id)?.with_sampled(is_sampled),
                parent: Some(above.parent_id()),
            })
        } else {
            let trace_id = Uuid::new_v4().as_u128();
            let context = TraceContext::new(trace_id, span_id)?;
            Some(Place {
                context: context.with_sampled(self.config.sampler.takes(trace_id)),
                parent: None,
            })
        }
    }

    /// Sends a span, unless too many are waiting.
    fn send(&self, span: Span) {
        if self.outbox.try_send(Order::Send(Box::new(span))).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until what was taken is sent, but not for ever.
    pub(crate) async fn flush(&self, patience: Duration) {
        let (done, is_done) = oneshot::channel();
        let flush = async {
            if self.outbox.send(Order::Flush(done)).await.is_ok() {
                let _ = is_done.await;
            }
        };
        let _ = tokio::time::timeout(patience, flush).await;
    }
}

impl Place {
    /// A place below this one. None for the id that no span may have.
    pub(crate) fn below(within: &TraceContext) -> Option<Self> {
        Some(Self {
            context: within.child(random_id())?,
            parent: Some(within.parent_id()),
        })
    }
}

/// Random bits from where request ids come from as well.
fn random_id() -> u64 {
    // The halves have fixed bits at different places; none of the bits that are left is fixed.
    let (high, low) = Uuid::new_v4().as_u64_pair();
    high.rotate_left(32) ^ low
}

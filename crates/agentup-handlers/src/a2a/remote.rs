//! A task of the other agent, which has no reason to go on when nobody here follows it any more.

use std::{sync::Arc, time::Duration};

use agentup_protocol::ErrorKind;
use tokio::runtime::Handle;

use super::{
    endpoint::Endpoint,
    peer::Peer,
    wire::{Ask, Trouble},
};
use crate::SkillContext;

/// The longest time for a cancellation.
const LIMIT: Duration = Duration::from_secs(5);

/// A task of the other agent that is at work. If it is dropped before it is settled, the task is
/// canceled: because its caller canceled ours, because the time was over, or because the agent
/// answers what cannot be understood.
#[derive(Debug)]
pub(super) struct Remote {
    id: String,
    /// What is needed to cancel it; none once it has ended, or waits for our caller.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    peer: Arc<Peer>,
    endpoint: Arc<Endpoint>,
    context: SkillContext,
}

impl Remote {
    pub(super) const fn new(
        peer: Arc<Peer>,
        endpoint: Arc<Endpoint>,
        context: SkillContext,
        id: String,
    ) -> Self {
        let open = Some(Open {
            peer,
            endpoint,
            context,
        });
        Self { id, open }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// It does not go on by itself.
    pub(super) fn settle(&mut self) {
        self.open = None;
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let Some(open) = self.open.take()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(open.cancel(std::mem::take(&mut self.id)));
        }
    }
}

impl Open {
    async fn cancel(self, id: String) {
        let Self {
            peer,
            endpoint,
            context,
        } = self;
        let ask = Ask::Cancel(&id);
        let asked = tokio::time::timeout(LIMIT, peer.ask(&endpoint, &ask, &context)).await;
        let answered = match asked {
            Ok(Ok(answer)) => ask.read(answer, &endpoint).await.map(drop),
            Ok(Err(trouble)) => Err(trouble),
            Err(_elapsed) => Err(crate::upstream::Fault::Timeout.into()),
        };
        match answered {
            // It may have ended in the meantime.
            Ok(()) | Err(Trouble::Refused(Some(ErrorKind::TaskNotCancelable), _)) => {}
            Err(trouble) => tracing::warn!(
                skill = context.skill_id(),
                task = context.task_id(),
                ?trouble,
                "the agent behind a skill was not told to cancel its task"
            ),
        }
    }
}

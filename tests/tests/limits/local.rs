//! An agent inside the test process behind the server's own sockets, for skills of a test.

use std::net::TcpListener;

use agentup_auth::{Denied, Principal, Requirement, Scope};
use agentup_handlers::{Reply, SkillContext, SkillError, SkillHandler};
use agentup_protocol::{Artifact, Message, Part};
use agentup_server::{Agent, AgentError};
use agentup_tests::{Client, Folder, QUICK_START_ENV};
use tokio::{sync::oneshot, task::JoinHandle};

/// An agent with a skill `endless`, which answers when it is canceled, one `flood`, which answers
/// more than sockets can hold, and one `faulty`, which panics where it should deny.
pub(crate) struct Local {
    client: Client,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), AgentError>>,
}

impl Local {
    /// Serves with these settings of `server`, and these sections.
    pub(crate) fn serve(settings: &str, sections: &str) -> Self {
        let config = format!("{}{sections}", crate::config(settings));
        let folder = Folder::new(&config, QUICK_START_ENV);
        let agent = Agent::from_config(folder.config()).unwrap();
        let agent = agent.skill("endless", endless).skill("flood", flood);
        let agent = agent.skill("faulty", Faulty);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = Client::new(format!("http://{}", listener.local_addr().unwrap()));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = agent.serve_on(listener, async move { drop(stopped.await) });
        Self {
            client,
            stop,
            serving: tokio::spawn(serving),
        }
    }

    /// Tells it to stop, and waits for its end.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }
}

async fn endless(_: Message, context: SkillContext) -> Result<Reply, SkillError> {
    context.cancellation().cancelled().await;
    Ok(Reply::done())
}

async fn flood(_: Message, context: SkillContext) -> Result<Reply, SkillError> {
    for _ in 0..300 {
        let chunk = vec![Part::text("x".repeat(256 << 10))];
        context.chunk(Artifact::new("flood", chunk), false, false);
        tokio::task::yield_now().await;
    }
    Ok(Reply::done())
}

struct Faulty;

impl SkillHandler for Faulty {
    fn requirement(&self) -> Requirement {
        Requirement::any_of(vec![Scope::parse("premium").unwrap()])
    }

    fn denial(&self, _denied: &Denied, _principal: &Principal) -> String {
        panic!("a fault of the program")
    }

    async fn run(&self, _message: Message, _context: SkillContext) -> Result<Reply, SkillError> {
        Ok(Reply::done())
    }
}

impl std::ops::Deref for Local {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

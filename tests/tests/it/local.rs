//! An agent inside the test process: for skills of the test's own and for clocks that stand still.

use agentup_server::Agent;
use agentup_tests::Client;
use tokio::{net::TcpListener, task::JoinHandle};

/// A served agent, which ends with the test.
pub(crate) struct Local {
    client: Client,
    serving: JoinHandle<()>,
}

impl Local {
    /// Serves all routes of the agent on a port that the system chooses.
    pub(crate) async fn serve(agent: &Agent) -> Self {
        let router = agent.router().expect("the skills fit together");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("the router serves");
        });
        Self {
            client: Client::new(format!("http://{address}")),
            serving,
        }
    }
}

impl std::ops::Deref for Local {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

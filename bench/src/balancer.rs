//! A balancer: connections go in turn to servers that say they are ready.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use crate::{load::ask, requests::Question};

/// How often it asks.
const PROBES: Duration = Duration::from_millis(50);

/// How long a server may take to get ready.
const PATIENCE: Duration = Duration::from_secs(20);

/// A balancer on threads of its own, which end with the process.
#[derive(Debug)]
pub(crate) struct Balancer {
    address: SocketAddr,
    servers: Servers,
}

/// Where servers are, and whether they are ready.
type Servers = Arc<Mutex<Vec<(SocketAddr, bool)>>>;

impl Balancer {
    pub(crate) fn start() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let address = listener.local_addr()?;
        let servers = Servers::default();
        let (asked, chosen) = (Arc::clone(&servers), Arc::clone(&servers));
        thread::spawn(move || probe(&asked));
        thread::spawn(move || runtime.block_on(accept(listener, chosen)));
        Ok(Self { address, servers })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends connections to this server as well, once it is ready; waits for that.
    pub(crate) fn add(&self, server: SocketAddr) -> Result<()> {
        with(&self.servers, |servers| servers.push((server, false)));
        let begun = Instant::now();
        while !ready(&self.servers).contains(&server) {
            if begun.elapsed() > PATIENCE {
                bail!("the server at {server} does not get ready");
            }
            thread::sleep(PROBES);
        }
        Ok(())
    }

    /// Forgets a server that has ended.
    pub(crate) fn remove(&self, server: SocketAddr) {
        with(&self.servers, |servers| {
            servers.retain(|(known, _)| *known != server);
        });
    }
}

fn with<T>(servers: &Servers, act: impl FnOnce(&mut Vec<(SocketAddr, bool)>) -> T) -> T {
    act(&mut servers.lock().unwrap_or_else(PoisonError::into_inner))
}

fn ready(servers: &Servers) -> Vec<SocketAddr> {
    with(servers, |servers| {
        let ready = servers.iter().filter(|(_, is_ready)| *is_ready);
        ready.map(|(address, _)| *address).collect()
    })
}

fn probe(servers: &Servers) {
    let question = Question::get("/readyz").with_token(None);
    loop {
        for (address, _) in with(servers, |servers| servers.clone()) {
            let status = ask(address, &question, |answer| Ok(answer.status));
            with(servers, |servers| {
                if let Some(server) = servers.iter_mut().find(|(known, _)| *known == address) {
                    server.1 = status.is_ok_and(|status| status == 200);
                }
            });
        }
        thread::sleep(PROBES);
    }
}

async fn accept(listener: TcpListener, servers: Servers) {
    let mut turn = 0_usize;
    loop {
        let Ok((mut client, _)) = listener.accept().await else {
            continue;
        };
        let ready = ready(&servers);
        turn = turn.wrapping_add(1);
        let chosen = turn
            .checked_rem(ready.len())
            .and_then(|turn| ready.get(turn).copied());
        tokio::spawn(async move {
            let Some(address) = chosen else { return };
            if let Ok(mut server) = TcpStream::connect(address).await {
                // Whoever breaks off has its reasons.
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}

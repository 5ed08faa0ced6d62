//! A balancer: connections go in turn to servers that say they are ready. It knows no HTTP but the
//! probe, and tries nothing twice. It may end the clients' connections and speak TLS with servers.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use agentup_tests::{Authority, PATIENCE};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    time::{Instant, interval, sleep},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

/// How often it asks.
const PROBES: Duration = Duration::from_millis(50);

/// A balancer in front of servers that come and go. It ends with its test.
pub(crate) struct Balancer {
    address: SocketAddr,
    servers: Servers,
}

/// How servers are spoken to.
#[derive(Clone)]
pub(crate) enum Line {
    Plain,
    Tls(TlsConnector),
}

/// A connection to a server.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<W: AsyncRead + AsyncWrite + Send + Unpin> Wire for W {}

impl Line {
    /// To servers whose certificates this authority vouches for.
    pub(crate) fn tls(authority: &Authority) -> Self {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap();
        roots.add(root).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Self::Tls(TlsConnector::from(Arc::new(config)))
    }

    async fn connect(&self, authority: &str) -> io::Result<Box<dyn Wire>> {
        let stream = TcpStream::connect(authority).await?;
        Ok(match self {
            Self::Plain => Box::new(stream),
            Self::Tls(connector) => {
                let name = ServerName::try_from("localhost").unwrap();
                Box::new(connector.connect(name, stream).await?)
            }
        })
    }
}

/// Where servers are, and whether they are ready.
type Servers = Arc<Mutex<Vec<(String, bool)>>>;

impl Balancer {
    pub(crate) async fn start(line: Line) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let servers = Servers::default();
        tokio::spawn(probe(line.clone(), Arc::clone(&servers)));
        tokio::spawn(accept(listener, line, Arc::clone(&servers)));
        Self { address, servers }
    }

    /// Where it listens.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Sends connections to this server as well, once it is ready; waits for that.
    pub(crate) async fn add(&self, authority: &str) {
        self.servers
            .lock()
            .unwrap()
            .push((authority.to_owned(), false));
        let begun = Instant::now();
        while !ready(&self.servers).iter().any(|ready| ready == authority) {
            assert!(begun.elapsed() < PATIENCE, "{authority} does not get ready");
            sleep(PROBES).await;
        }
    }

    /// Forgets a server that has ended.
    pub(crate) fn remove(&self, authority: &str) {
        self.servers
            .lock()
            .unwrap()
            .retain(|(known, _)| known != authority);
    }
}

fn ready(servers: &Servers) -> Vec<String> {
    let servers = servers.lock().unwrap();
    let ready = servers.iter().filter(|(_, is_ready)| *is_ready);
    ready.map(|(authority, _)| authority.clone()).collect()
}

async fn probe(line: Line, servers: Servers) {
    let mut ticks = interval(PROBES);
    loop {
        ticks.tick().await;
        let known = servers.lock().unwrap().clone();
        for (authority, _) in known {
            let is_ready = is_ready(&line, &authority).await.unwrap_or(false);
            let mut servers = servers.lock().unwrap();
            if let Some(server) = servers.iter_mut().find(|(known, _)| *known == authority) {
                server.1 = is_ready;
            }
        }
    }
}

async fn is_ready(line: &Line, authority: &str) -> io::Result<bool> {
    let mut stream = line.connect(authority).await?;
    let request = "GET /readyz HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200 "))
}

async fn accept(listener: TcpListener, line: Line, servers: Servers) {
    let next = AtomicUsize::new(0);
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let ready = ready(&servers);
        let turn = next.fetch_add(1, Ordering::Relaxed);
        let Some(authority) = ready
            .get(turn.checked_rem(ready.len()).unwrap_or(0))
            .cloned()
        else {
            continue;
        };
        let line = line.clone();
        tokio::spawn(async move {
            if let Ok(mut server) = line.connect(&authority).await {
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}

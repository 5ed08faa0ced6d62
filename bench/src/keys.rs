//! A server of public keys that counts how often it is asked.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::Result;
use serde_json::{Value, json};

/// A key server; it lives as long as the process.
#[derive(Debug)]
pub(crate) struct KeyServer {
    address: SocketAddr,
    fetches: Arc<AtomicUsize>,
}

impl KeyServer {
    /// Serves these keys.
    pub(crate) fn start(keys: &[Value]) -> Result<Self> {
        let body = json!({ "keys": keys }).to_string();
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let fetches = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&fetches);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                // The head of a request for keys is small: it comes as one piece.
                if stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {
                    counter.fetch_add(1, Ordering::Relaxed);
                    let length = body.len();
                    let _ = write!(
                        stream,
                        "HTTP/1.1 200 OK\r\ncontent-type: application/jwk-set+json\r\n\
                         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                    );
                }
            }
        });
        Ok(Self { address, fetches })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    /// How often the keys have been fetched.
    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

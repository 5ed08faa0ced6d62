//! A collector of traces: it keeps what it is sent, and answers as a test wants.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Instant,
};

use crate::PATIENCE;

/// One message: its path, its headers as lines, its body.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The path.
    pub path: String,
    /// The lines of its head, in lower case.
    pub head: String,
    /// What it carries.
    pub body: Vec<u8>,
}

/// A collector on a port of its own. It ends with the process.
#[derive(Debug)]
pub struct Collector {
    url: String,
    posted: Arc<(Mutex<Vec<Posted>>, Condvar)>,
}

impl Collector {
    /// A collector that answers every message with this status.
    ///
    /// # Panics
    /// When there is no port for it.
    #[must_use]
    pub fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let posted = Arc::<(Mutex<Vec<Posted>>, Condvar)>::default();
        let kept = Arc::clone(&posted);
        thread::spawn(move || {
            for wire in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(wire, status, &kept));
            }
        });
        Self { url, posted }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until what has come is enough, and returns it.
    ///
    /// # Panics
    /// When [`PATIENCE`] ends before.
    #[must_use]
    pub fn wait_for(&self, is_enough: impl Fn(&[Posted]) -> bool) -> Vec<Posted> {
        let begun = Instant::now();
        let (posted, grown) = &*self.posted;
        let mut posted = posted.lock().unwrap_or_else(PoisonError::into_inner);
        while !is_enough(&posted) {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            assert!(!left.is_zero(), "there is no more than {posted:?}");
            let woken = grown.wait_timeout(posted, left);
            posted = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        posted.clone()
    }

    /// What has come so far.
    #[must_use]
    pub fn posted(&self) -> Vec<Posted> {
        self.wait_for(|_| true)
    }
}

fn serve(wire: TcpStream, status: u16, kept: &(Mutex<Vec<Posted>>, Condvar)) {
    let mut answers = wire.try_clone().expect("a connection");
    let mut reader = BufReader::new(wire);
    while let Some(posted) = read(&mut reader) {
        let (all, grown) = kept;
        all.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(posted);
        grown.notify_all();
        let answer = format!("HTTP/1.1 {status} Status\r\nContent-Length: 0\r\n\r\n");
        if answers.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Posted> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))?;
    let mut body = vec![0; length.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    Some(Posted { path, head, body })
}

//! HTTP/2: what the server tells its clients that they may do, and what it does when they do not
//! keep to it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use agentup_tests::PATIENCE;

use crate::server;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;

/// A client that writes its frames by hand (RFC 9113 §4.1).
struct Client(TcpStream);

impl Client {
    fn connect(authority: &str) -> Self {
        let mut stream = TcpStream::connect(authority).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(PREFACE).unwrap();
        let mut client = Self(stream);
        client.send(SETTINGS, 0, 0, &[]);
        client
    }

    /// What the server has hung up on is lost, which is no fault here.
    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = length[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        let _ = self.0.write_all(&frame);
    }

    /// The next frame: its kind, its flags and its payload. None at the end.
    fn frame(&mut self) -> Option<(u8, u8, Vec<u8>)> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut payload).ok()?;
        Some((head[3], head[4], payload))
    }

    /// The first frame of a kind; none when the connection ends without.
    fn find(&mut self, kind: u8) -> Option<Vec<u8>> {
        loop {
            let (found, flags, payload) = self.frame()?;
            // An acknowledgement has no settings.
            if found == kind && !(kind == SETTINGS && flags == 1) {
                return Some(payload);
            }
        }
    }
}

/// The value of a setting (RFC 9113 §6.5.2).
fn setting(settings: &[u8], wanted: u16) -> Option<u32> {
    settings.chunks(6).find_map(|it| {
        let value = u32::from_be_bytes([it[2], it[3], it[4], it[5]]);
        (u16::from_be_bytes([it[0], it[1]]) == wanted).then_some(value)
    })
}

/// The effect of `server.limits.http2_streams`.
#[test]
fn a_connection_has_so_many_streams() {
    let server = server("limits: { http2_streams: 7, header_size: 9KiB }");
    let settings = Client::connect(server.authority()).find(SETTINGS).unwrap();
    assert_eq!(setting(&settings, 3), Some(7), "{settings:?}");
    assert_eq!(
        setting(&settings, 6),
        Some(9 << 10),
        "heads are as large as in HTTP/1"
    );
}

/// Streams that are begun and taken back at once cost the server work and the client nothing
/// (CVE-2023-44487).
#[test]
fn streams_that_are_taken_back_at_once_end_the_connection() {
    let server = server("limits: { http2_streams: 100 }");
    let mut client = Client::connect(server.authority());
    assert!(client.find(SETTINGS).is_some());
    // `GET / http` by the static table (RFC 7541 appendix A): :method, :path, :scheme.
    let head = [0x82, 0x84, 0x86];
    for number in 0..10_000 {
        let stream = number * 2 + 1;
        client.send(1, 0b101, stream, &head);
        client.send(RST_STREAM, 0, stream, &[0, 0, 0, 8]);
    }
    let last_words = client.find(GOAWAY).expect("the server says why");
    // ENHANCE_YOUR_CALM.
    assert_eq!(last_words[4..8], [0, 0, 0, 11], "{last_words:?}");
}

//! The lines of a body, each as soon as it is there.

use bytes::BytesMut;

use super::{Fault, answer::Chunks};

/// Reads lines that end with LF, CR or both, none longer than its bound.
#[derive(Debug)]
pub struct Lines {
    chunks: Chunks,
    longest: usize,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of a line.
    scanned: usize,
    /// Whether the line before ended with CR, to which a LF may belong.
    after_cr: bool,
    ended: bool,
}

impl Lines {
    pub(super) fn new(chunks: Chunks, longest: usize) -> Self {
        Self {
            chunks,
            longest,
            buffer: BytesMut::new(),
            scanned: 0,
            after_cr: false,
            ended: false,
        }
    }

    /// The next line without its end; none at the end of the body. A last line without an end is
    /// one as well.
    ///
    /// # Errors
    /// When the body breaks off, a line is too long, or it is not UTF-8.
    pub async fn next(&mut self) -> Result<Option<String>, Fault> {
        loop {
            if let Some(line) = self.complete() {
                return text(&line).map(Some);
            }
            if self.buffer.len() > self.longest {
                return Err(Fault::TooLarge(self.longest));
            }
            if self.ended {
                let rest = self.buffer.split();
                return (!rest.is_empty()).then(|| text(&rest)).transpose();
            }
            match self.chunks.next().await? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None => self.ended = true,
            }
        }
    }

    /// The first line of the buffer, if it is there as a whole.
    fn complete(&mut self) -> Option<BytesMut> {
        if self.after_cr && !self.buffer.is_empty() {
            self.after_cr = false;
            if self.buffer.starts_with(b"\n") {
                let _ = self.buffer.split_to(1);
            }
        }
        let unseen = self.buffer.get(self.scanned..).unwrap_or_default();
        let Some(at) = unseen.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.scanned = self.buffer.len();
            return None;
        };
        let length = self.scanned.saturating_add(at);
        let line = self.buffer.split_to(length);
        let end = self.buffer.split_to(1);
        self.after_cr = end.starts_with(b"\r");
        self.scanned = 0;
        Some(line)
    }
}

fn text(line: &[u8]) -> Result<String, Fault> {
    let text = str::from_utf8(line).map_err(|_| Fault::Senseless("text in UTF-8"))?;
    Ok(text.to_owned())
}

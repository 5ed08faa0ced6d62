//! The answer of a service: its head is there, its body is still to be read, within its bounds.

use std::time::Duration;

use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, RETRY_AFTER},
};
use serde::de::DeserializeOwned;

use super::{Events, Fault, Limits, Lines, request::Asking};

/// An answer whose body has not been read. Dropping it ends the call.
#[derive(Debug)]
pub struct Answer {
    response: Response,
    limits: Limits,
    asking: Option<Asking>,
}

impl Answer {
    /// # Errors
    /// For a redirect.
    pub(super) fn new(
        response: Response,
        limits: Limits,
        mut asking: Option<Asking>,
    ) -> Result<Self, Fault> {
        let status = response.status();
        if let Some(asking) = &mut asking {
            asking.answered(status);
        }
        // `304` leads nowhere: the answer is what was there before.
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return Err(noted(&mut asking, Fault::Redirect(status.as_u16())));
        }
        Ok(Self {
            response,
            limits,
            asking,
        })
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The answer, if it is a success.
    ///
    /// # Errors
    /// [`Fault::Status`] for any other.
    pub fn ok(self) -> Result<Self, Fault> {
        let status = self.status();
        if status.is_success() {
            Ok(self)
        } else {
            Err(Fault::status(status, self.retry_after()))
        }
    }

    /// Whether the body has this media type, whatever its parameters.
    #[must_use]
    pub fn is_of_type(&self, media_type: &str) -> bool {
        let value = self.header(&CONTENT_TYPE);
        let essence = value.and_then(|value| value.split(';').next());
        essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
    }

    /// The value of a header, if it is text.
    #[must_use]
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// How long the service wants to be left alone: `Retry-After` in its usual form
    /// (RFC 9110 §10.2.3); a date is not worth a clock here.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.header(&RETRY_AFTER)?;
        seconds.parse().ok().map(Duration::from_secs)
    }

    /// The same answer with another bound on its body, in bytes, if that is less.
    #[must_use]
    pub fn at_most(mut self, bytes: usize) -> Self {
        self.limits.reply = self.limits.reply.min(bytes);
        self
    }

    /// The whole body.
    ///
    /// # Errors
    /// When it does not arrive whole, in time and within [`Limits::reply`].
    pub async fn bytes(mut self) -> Result<Vec<u8>, Fault> {
        let announced = self.response.content_length().unwrap_or_default();
        let limit = self.limits.reply;
        if usize::try_from(announced).map_or(true, |announced| announced > limit) {
            return Err(noted(&mut self.asking, Fault::TooLarge(limit)));
        }
        let mut chunks = self.chunks();
        let mut body = Vec::new();
        while let Some(chunk) = chunks.next().await? {
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// The whole body, read as JSON. `what` says what it should be, for the log.
    ///
    /// # Errors
    /// As [`bytes`](Self::bytes), and for a body that is something else.
    pub async fn json<T: DeserializeOwned>(self, what: &'static str) -> Result<T, Fault> {
        let body = self.bytes().await?;
        serde_json::from_slice(&body).map_err(|_| Fault::Senseless(what))
    }

    /// The body as lines that are read as they come, such as those of NDJSON.
    #[must_use]
    pub fn lines(self) -> Lines {
        let longest = self.limits.event;
        Lines::new(self.chunks(), longest)
    }

    /// The body as server-sent events that are read as they come.
    #[must_use]
    pub fn events(self) -> Events {
        let longest = self.limits.event;
        Events::new(self.lines(), longest)
    }

    fn chunks(self) -> Chunks {
        Chunks {
            limit: self.limits.reply,
            left: self.limits.reply,
            response: self.response,
            asking: self.asking,
        }
    }
}

/// The body as it comes, up to its bound.
#[derive(Debug)]
pub(super) struct Chunks {
    response: Response,
    limit: usize,
    left: usize,
    asking: Option<Asking>,
}

impl Chunks {
    pub(super) async fn next(&mut self) -> Result<Option<bytes::Bytes>, Fault> {
        let chunk = self.response.chunk().await;
        let chunk = chunk.map_err(|error| noted(&mut self.asking, Fault::of(&error)))?;
        let Some(chunk) = chunk else {
            if let Some(asking) = &mut self.asking {
                asking.ended();
            }
            return Ok(None);
        };
        let left = self.left.checked_sub(chunk.len());
        self.left = left.ok_or_else(|| noted(&mut self.asking, Fault::TooLarge(self.limit)))?;
        Ok(Some(chunk))
    }
}

/// A fault that shows in the trace as well.
fn noted(asking: &mut Option<Asking>, fault: Fault) -> Fault {
    if let Some(asking) = asking {
        asking.failed(&fault);
    }
    fault
}

//! A connection whose activity is noted where its bytes and requests pass, and which is ended when
//! it keeps its place for too long.

use std::{
    future::Future,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::HttpBody;
use hyper::body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use super::activity::{Activity, AtWork, Overdue, Patience};

/// Runs a connection to its end, or until it has kept its place for too long, which is answered. It
/// comes pinned, so that it has its room only once.
pub(super) async fn watched(
    mut connection: Pin<&mut impl Future<Output = ()>>,
    activity: &Activity,
    patience: Patience,
) -> Option<Overdue> {
    let mut ended = pin!(activity.ended());
    let mut look = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        let next = match activity.check(patience) {
            Ok(next) => next,
            Err(overdue) => {
                tracing::debug!(?overdue, "a connection is ended");
                return Some(overdue);
            }
        };
        let now = Instant::now();
        look.as_mut().reset(now.checked_add(next).unwrap_or(now));
        tokio::select! {
            biased;
            () = &mut connection => return None,
            () = &mut ended => return None,
            () = &mut look => {}
        }
    }
}

/// The bytes of a connection.
#[derive(Debug)]
pub(super) struct WatchedStream<S> {
    stream: S,
    activity: Arc<Activity>,
}

impl<S> WatchedStream<S> {
    pub(super) const fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if let Some(bytes @ [_, ..]) = buffer.filled().get(before..) {
            self.activity.received(bytes);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.activity.sent(written.is_ready());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.activity.sent(written.is_ready());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Of TLS, what was written may wait here.
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.activity.sent(flushed.is_ready());
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The body of an answer. The connection is at work until it is sent.
#[derive(Debug)]
pub(super) struct WatchedBody<B> {
    body: B,
    _at_work: AtWork,
}

impl<B> WatchedBody<B> {
    pub(super) const fn new(body: B, at_work: AtWork) -> Self {
        Self {
            body,
            _at_work: at_work,
        }
    }
}

impl<B: HttpBody + Unpin> HttpBody for WatchedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

//! Connections that can be cut from inside a request: the faults `reset`, `drop-reply` and `hang` need it, and so
//! does stopping without waiting for anyone.

use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Cuts one connection.
#[derive(Clone)]
pub(super) struct Switch {
    off: CancellationToken,
    abrupt: Arc<AtomicBool>,
}

impl Switch {
    /// Closes the connection; what was not sent yet is not sent.
    pub(super) fn cut(&self) {
        self.off.cancel();
    }

    /// Closes it with a reset, so that the peer sees an error and not an end.
    pub(super) fn reset(&self) {
        self.abrupt.store(true, Ordering::Release);
        self.off.cancel();
    }

    /// Waits until the connection is cut.
    pub(super) async fn is_cut(&self) {
        self.off.cancelled().await;
    }
}

impl Connected<IncomingStream<'_, Gate>> for Switch {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.io().switch.clone()
    }
}

/// Listens; every connection it accepts ends when the emulator stops.
pub(super) struct Gate {
    listener: TcpListener,
    stop: CancellationToken,
}

impl Gate {
    pub(super) fn new(listener: TcpListener, stop: CancellationToken) -> Self {
        Self { listener, stop }
    }
}

impl Listener for Gate {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // Without it the small answers to status changes wait for the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let off = self.stop.child_token();
        let cut = Box::pin(off.clone().cancelled_owned());
        (Line { stream, cut, switch: Switch { off, abrupt: Arc::default() } }, peer)
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with its switch.
pub(super) struct Line {
    stream: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    switch: Switch,
}

impl Line {
    /// Fails once the connection is cut, and else has the task woken when it is.
    fn check(&mut self, context: &mut Context<'_>) -> Result<()> {
        let cut = self.switch.off.is_cancelled() || self.cut.as_mut().poll(context).is_ready();
        if cut { Err(Error::from(ErrorKind::ConnectionReset)) } else { Ok(()) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.switch.abrupt.load(Ordering::Acquire) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        // After a reset was asked for, an orderly end would spoil it.
        self.check(context)?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

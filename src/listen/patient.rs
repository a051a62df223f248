//! A connection that is given up where its client reads nothing for a while of what it is told.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// For so long.
const WITHIN: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Patient<Stream> {
    stream: Stream,
    within: Duration,
    /// Until when something must have been read; none while everything goes on.
    end: Option<Pin<Box<Sleep>>>,
}

impl<Stream: AsyncRead + AsyncWrite + Unpin> Patient<Stream> {
    pub(super) fn new(stream: Stream) -> Patient<Stream> {
        Patient {
            stream,
            within: WITHIN,
            end: None,
        }
    }

    fn timed<Done>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut Stream>, &mut Context<'_>) -> Poll<Result<Done>>,
    ) -> Poll<Result<Done>> {
        let done = write(Pin::new(&mut self.stream), context);
        if done.is_ready() {
            self.end = None;
            return done;
        }
        let within = self.within;
        let end = self.end.get_or_insert_with(|| Box::pin(sleep(within)));
        end.as_mut().poll(context).map(|()| {
            Err(Error::new(
                ErrorKind::TimedOut,
                "the client reads nothing of its answer",
            ))
        })
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for Patient<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<Stream: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<Stream> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        self.timed(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        self.timed(context, |stream, context| {
            stream.poll_write_vectored(context, slices)
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.timed(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.timed(context, AsyncWrite::poll_shutdown)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn impatient<Stream: AsyncRead + AsyncWrite + Unpin>(stream: Stream) -> Patient<Stream> {
        Patient {
            within: Duration::from_millis(100),
            ..Patient::new(stream)
        }
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_left() {
        let (ours, _theirs) = duplex(64);
        let refused = impatient(ours).write_all(&[0; 1_000]).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_reads_slowly_is_not() {
        let (ours, mut theirs) = duplex(64);
        let reading = async {
            let mut bytes = [0; 50];
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                theirs.read_exact(&mut bytes).await.unwrap();
            }
        };
        let mut ours = impatient(ours);
        let (written, ()) = tokio::join!(ours.write_all(&[0; 1_000]), reading);
        assert!(written.is_ok());
    }
}

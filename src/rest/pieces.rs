//! An export on its way to a client: written no faster than it is read, and not for ever.

use std::io::{Error, ErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::service::export::{ExportError, Exporting, Pace};

/// About so many bytes are sent at once; a slice is never cut, so that it can be more.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that wait for the client.
const AHEAD: usize = 2;
/// How long a client may take to read the next piece.
const READ_WITHIN: Duration = Duration::from_secs(30);
/// How long an export may take in all.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// What comes next: bytes, or why there are no more. Without either the export is whole.
pub(super) type Piece = Result<Bytes, ExportError>;

/// Where the rows are written, a piece at a time. Clones share it.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

struct Pieces {
    buffer: Buffer,
    sender: Sender<Piece>,
}

/// Begins to write in a task of its own, which ends with the client, or `until` this comes.
pub(super) fn write(
    exporting: Exporting,
    until: impl Future<Output = ()> + Send + 'static,
) -> Receiver<Piece> {
    let (sender, receiver) = channel(AHEAD);
    tokio::spawn(async move {
        let buffer = Buffer::default();
        let mut pieces = Pieces {
            buffer: buffer.clone(),
            sender: sender.clone(),
        };
        let writing = async {
            exporting.write(buffer, &mut pieces).await?;
            Ok::<(), ExportError>(pieces.send().await?)
        };
        let written = tokio::select! {
            written = writing => written,
            () = sender.closed() => return,
            () = until => Err(over("whoever asked may not have it any more").into()),
            () = tokio::time::sleep(LIFETIME) => Err(over("it took too long").into()),
        };
        if let Err(error) = written {
            tell(&error);
            // A client that does not read sees the connection end instead.
            let _ = sender.send_timeout(Err(error), READ_WITHIN).await;
        }
    });
    receiver
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn len(&self) -> usize {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.len()
    }

    fn take(&self) -> Vec<u8> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *held)
    }
}

impl Pieces {
    async fn send(&self) -> std::io::Result<()> {
        let piece = Bytes::from(self.buffer.take());
        let sent = self.sender.send_timeout(Ok(piece), READ_WITHIN).await;
        sent.map_err(|_| over("the client does not read it"))
    }
}

impl Pace for Pieces {
    async fn keep(&mut self) -> std::io::Result<()> {
        if self.buffer.len() < PIECE_BYTES {
            return Ok(());
        }
        self.send().await
    }
}

fn tell(error: &ExportError) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, "an export was cut off");
}

fn over(why: &'static str) -> Error {
    Error::new(ErrorKind::ConnectionAborted, why)
}

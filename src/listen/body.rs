//! Bodies of requests: they arrive within a time, or are broken off.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long the whole body may take.
const WITHIN: Duration = Duration::from_secs(20);

/// A body that ends in time, well or not.
pub(super) fn in_time<Inner>(body: Inner) -> Body
where
    Inner: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    Inner::Error: std::error::Error + Send + Sync + 'static,
{
    limited(body, WITHIN)
}

fn limited<Inner>(body: Inner, within: Duration) -> Body
where
    Inner: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    Inner::Error: std::error::Error + Send + Sync + 'static,
{
    if body.is_end_stream() {
        return Body::empty();
    }
    Body::new(Limited {
        body,
        end: Instant::now() + within,
        sleep: None,
    })
}

struct Limited<Inner> {
    body: Inner,
    end: Instant,
    /// Until the end, once something has to be waited for.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<Inner> HttpBody for Limited<Inner>
where
    Inner: HttpBody<Data = Bytes> + Unpin,
    Inner::Error: std::error::Error + Send + Sync + 'static,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::other)));
        }
        let end = self.end;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(end)));
        ready!(sleep.as_mut().poll(context));
        let error = Error::new(ErrorKind::TimedOut, "the body took too long");
        Poll::Ready(Some(Err(error)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use futures_util::{StreamExt, stream};

    use super::*;

    fn slow(pieces: usize) -> Body {
        Body::from_stream(stream::iter(0..pieces).then(async |_| {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok::<_, Error>(Bytes::from_static(b"a"))
        }))
    }

    #[tokio::test]
    async fn a_body_that_trickles_is_broken_off_as_a_whole() {
        let within = Duration::from_millis(200);
        // Each piece is in time; all of them are not.
        assert!(to_bytes(limited(slow(1_000), within), 2_000).await.is_err());
        let whole = to_bytes(limited(slow(2), within), 2_000).await;
        assert_eq!(&*whole.unwrap(), b"aa");
        assert!(limited(Body::empty(), within).is_end_stream());
    }
}

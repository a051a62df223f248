//! Bodies of requests: they arrive within a time, or are broken off.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

/// How long the whole body may take.
const WITHIN: Duration = Duration::from_secs(20);

/// Gives the request a body that ends in time, well or not.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    next.run(request.map(|body| limited(body, WITHIN))).await
}

fn limited(body: Body, within: Duration) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let end = Instant::now() + within;
    let pieces = stream::unfold(Some(body.into_data_stream()), move |pieces| async move {
        let mut pieces = pieces?;
        match timeout_at(end, pieces.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
            Ok(Some(Err(error))) => Some((Err(Error::other(error)), None)),
            Ok(None) => None,
            Err(_) => {
                let error = Error::new(ErrorKind::TimedOut, "the body took too long");
                Some((Err(error), None))
            }
        }
    });
    Body::from_stream(pieces)
}

#[cfg(test)]
mod tests {
    use axum::body::{Bytes, to_bytes};

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

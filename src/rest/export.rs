//! Exports, for programs that take all rows at once: what `peerband export` writes, byte for byte.

use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use kernel::Day;
use serde::Deserialize;

use super::media_type;
use super::pieces::{self, Piece};
use super::problem::Problem;
use crate::app::App;
use crate::etag;
use crate::gate::door::{Doors, Shut};
use crate::gate::{Asker, CameFrom, Gate};
use crate::service::audit::Actor;
use crate::service::export::{Export, ExportError, Exporting, Format};
use crate::service::finish::finish;

/// Exports at a time, of everybody and of one key.
const OPEN_MAX: (usize, usize) = (16, 2);
/// When to ask again where too many are under way.
const AGAIN_AFTER: Duration = Duration::from_secs(10);
/// How long the database may take to find the snapshot.
const PATIENCE: Duration = Duration::from_secs(10);
/// The least that an export is paid with; a row costs one.
const PRICE_MIN: u64 = 1_000;
/// The most bytes of a name or value that an answer repeats.
const SHOWN_MAX: usize = 40;

/// What exports are made from.
#[derive(Clone, Debug)]
pub struct Exports {
    app: App,
    gate: Gate,
    doors: Doors,
}

/// What the address asks for besides.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// The date of the snapshot; the newest where none is named.
    as_of: Option<String>,
}

impl Exports {
    #[must_use]
    pub fn new(app: &App, gate: Gate) -> Exports {
        Exports {
            app: app.clone(),
            gate,
            doors: Doors::new(OPEN_MAX.0, OPEN_MAX.1),
        }
    }
}

/// Hands an export out.
///
/// # Errors
/// Where there is none for whoever asks, or the store fails.
#[allow(
    clippy::too_many_arguments,
    reason = "these are the parts of the request"
)]
pub async fn take(
    State(exports): State<Exports>,
    method: Method,
    Path(name): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
    Extension(asker): Extension<Asker>,
    Extension(came_from): Extension<CameFrom>,
) -> Result<Response, Problem> {
    let (principal, pass) = match asker {
        Asker::Known(principal, pass) => (principal, pass),
        Asker::Nobody => return Err(Problem::unauthenticated()),
        Asker::Locked(wait) => {
            let detail = "too many bad credentials came from this address; ask again later";
            return Err(Problem::too_many(detail, wait));
        }
        Asker::Unavailable => return Err(unanswered()),
    };
    let (what, format) = named(&name)
        .filter(|(what, _)| principal.may_export(*what))
        .ok_or_else(|| Problem::not_found("there is no such export, or not for whoever asks"))?;
    if method != Method::GET && method != Method::HEAD {
        return Err(Problem::method());
    }
    let as_of = as_of(asked)?;
    let format = format
        .or_else(|| media_type::accepted(&headers))
        .ok_or_else(|| {
            let detail = "exports come as text/csv, application/x-ndjson or application/vnd.apache.parquet: accept one of them";
            Problem::not_acceptable(detail)
        })?;
    let finding = Exporting::find(&exports.app, what, format, as_of);
    let found = tokio::time::timeout(PATIENCE, finding).await;
    let exporting = found.map_err(|_| unanswered())??;
    let tag = etag::tag(&[exporting.identity().as_bytes()]);
    let mut answer = head(&exporting, format, &tag);
    if etag::is_had(&headers, &tag) {
        answer.remove(header::CONTENT_TYPE);
        return Ok((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    if method == Method::HEAD {
        // How long it is nobody knows before it is written.
        let unknown = stream::empty::<std::io::Result<Vec<u8>>>();
        return Ok((answer, Body::from_stream(unknown)).into_response());
    }
    let door = exports.doors.open(&principal).map_err(|shut| match shut {
        Shut::All => Problem::unavailable("too many exports are under way; ask again later"),
        Shut::Each => {
            let detail = "two exports of this key or person are under way; wait for one to end";
            Problem::too_many(detail, AGAIN_AFTER)
        }
    })?;
    let price = usize::try_from(exporting.rows().max(PRICE_MIN)).unwrap_or(usize::MAX);
    let spenders = Gate::spenders(&principal, came_from);
    let paid = exports.gate.budget.spend(&spenders, price, Instant::now());
    paid.map_err(|wait| {
        let detail = "this key or address has asked for too much within a minute; ask again later";
        Problem::too_many(detail, wait)
    })?;
    let by = Actor::new(&principal, came_from.0);
    let telling = exporting.clone();
    let told = finish(async move { telling.tell(&by).await }).await;
    told.map_err(Problem::server)??;
    let until = async move { pass.ended(&principal).await };
    let mut pieces = pieces::write(exporting, until);
    // What fails before the first row still gets its status.
    let first = pieces.recv().await.transpose()?;
    let rest = stream::unfold((pieces, door), async |(mut pieces, door)| {
        let next: Piece = pieces.recv().await?;
        Some((next, (pieces, door)))
    });
    let all = stream::iter(first.map(Ok)).chain(rest);
    Ok((answer, Body::from_stream(all)).into_response())
}

/// What a path names, and the format of its ending.
fn named(name: &str) -> Option<(Export, Option<Format>)> {
    let (name, format) = match name.split_once('.') {
        None => (name, None),
        Some((name, ending)) => {
            let format = Format::ALL.into_iter().find(|one| one.ending() == ending);
            (name, Some(format?))
        }
    };
    let what = Export::ALL.into_iter().find(|one| one.name() == name)?;
    Some((what, format))
}

fn as_of(asked: Result<Query<Asked>, QueryRejection>) -> Result<Option<Day>, Problem> {
    let Query(asked) =
        asked.map_err(|_| Problem::bad_input("the only parameter is as_of, a date"))?;
    let Some(text) = asked.as_of else {
        return Ok(None);
    };
    let day = text.parse().map_err(|_| {
        let shown: String = text.chars().take(SHOWN_MAX).collect();
        Problem::bad_input(format!(
            "as_of: {shown:?} is no date; write it as 2026-10-31"
        ))
    })?;
    Ok(Some(day))
}

fn head(exporting: &Exporting, format: Format, tag: &str) -> HeaderMap {
    let name = exporting.file_name();
    let fixed = [
        (header::CONTENT_TYPE, media_type::content_type(format)),
        (header::VARY, "Accept, Authorization, Cookie"),
    ];
    let made = [
        (header::ETAG, tag.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, etag::PRIVATE);
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in made {
        // Digits, letters, hyphens and quotes are always a header.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    headers
}

fn unanswered() -> Problem {
    Problem::unavailable("the database does not answer; ask again later")
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Problem {
        match error {
            ExportError::NoSnapshot(as_of) => {
                Problem::not_found(format!("as_of: no snapshot of {as_of} is published"))
            }
            ExportError::NoSnapshots => Problem::not_found("no snapshot is published yet"),
            ExportError::Removed(_) => Problem::unavailable(error.to_string()),
            ExportError::Store(error) if error.is_unavailable() => unanswered(),
            error => Problem::server(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_an_export_and_perhaps_a_format() {
        let check = |name: &str, expected| assert_eq!(named(name), expected, "{name}");
        check("scorecards", Some((Export::Scorecards, None)));
        check(
            "peer_bands.csv",
            Some((Export::PeerBands, Some(Format::Csv))),
        );
        check(
            "scorecards.parquet",
            Some((Export::Scorecards, Some(Format::Parquet))),
        );
        for name in [
            "",
            "peer-bands",
            "scorecards.",
            "scorecards.xlsx",
            "scorecards.csv.gz",
        ] {
            check(name, None);
        }
    }
}

//! A partner's scorecard in one slice, as the partner sees it.

mod band;
mod measure;
mod picker;
mod read;
mod slice;

use askama::Template;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Group, Metric, Ranges, Window};

use self::band::RangeView;
use self::measure::{MeasureView, PeersView};
use self::picker::Picker;
use self::read::Reading;
use self::slice::{Query as SliceQuery, SliceName};
use super::date::DateText;
use super::failure::Failure;
use super::sign_in::WhoIsSignedIn;
use super::{Known, Pages, in_time, page};
use crate::service::language::Language;
use crate::service::metric::group_label;
use crate::store::partner::Partner;

#[derive(Template)]
#[template(path = "scorecard.html")]
struct ScorecardPage {
    signed_in: Option<WhoIsSignedIn>,
    partner: Partner,
    slice: SliceName,
    as_of: DateText,
    first: DateText,
    last: DateText,
    picker: Picker,
    /// Empty where the partner has no scorecard in the slice.
    groups: Vec<GroupView>,
    /// Ranges are wider than the values they hold.
    rounded: bool,
    /// And the outer ones open, and ranks withheld where they tell.
    protected: bool,
}

/// One part of the scorecard.
struct GroupView {
    id: &'static str,
    name: &'static str,
    about: &'static str,
    measures: Vec<MeasureView>,
}

/// Answers with the scorecard of the partner with this id, in the slice and of the date that the query names.
///
/// # Errors
/// Where nothing is published, the address names something unknown, or the store fails.
pub async fn show(
    State(pages): State<Pages>,
    Known {
        principal,
        signed_in,
    }: Known,
    partner_id: Result<Path<String>, PathRejection>,
    query: Result<Query<SliceQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Path(partner_id) = partner_id.map_err(|_| Failure::no_page())?;
    let Query(query) = query.map_err(|rejection| Failure::bad_input(rejection.body_text()))?;
    // Staff sees here what the partner will see.
    let viewer = principal.viewer().as_partner();
    let reading = read::read(&pages.db, principal.rights(), viewer, &partner_id, &query);
    let reading = in_time(reading).await?;
    Ok(page::respond(StatusCode::OK, &view(reading, signed_in)))
}

fn view(reading: Reading, signed_in: Option<WhoIsSignedIn>) -> ScorecardPage {
    let snapshot = &reading.scope.snapshot;
    let window = Window::ending(snapshot.as_of);
    let ranges = snapshot.settings.release.rules().ranges;
    let groups = match &reading.card {
        None => Vec::new(),
        Some(card) => [
            Group::Performance,
            Group::Capability,
            Group::CustomerSuccess,
        ]
        .map(|group| {
            let metrics = Metric::ALL.into_iter();
            let of_group = metrics.filter(|metric| metric.group() == group);
            let measures = of_group
                .map(|metric| MeasureView::new(metric, card, &reading.scope))
                .collect();
            let (id, about) = group_texts(group);
            GroupView {
                id,
                name: group_label(group, Language::English),
                about,
                measures,
            }
        })
        .into(),
    };
    ScorecardPage {
        signed_in,
        slice: reading.picked.name(),
        as_of: snapshot.as_of.into(),
        first: window.first.into(),
        last: window.last.into(),
        rounded: ranges != Ranges::Exact,
        protected: ranges == Ranges::Protected,
        picker: Picker::new(&reading),
        groups,
        partner: reading.partner,
    }
}

/// The anchor of a part of the scorecard, and what it is about.
fn group_texts(group: Group) -> (&'static str, &'static str) {
    match group {
        Group::Performance => ("performance", "What you sell."),
        Group::Capability => ("capability", "What you are able to do."),
        Group::CustomerSuccess => ("customer-success", "What becomes of what you sold."),
    }
}

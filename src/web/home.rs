//! The way in: what is published, and the partners with a search.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Window;
use serde::Deserialize;

use super::date::DateText;
use super::failure::Failure;
use super::sign_in::WhoIsSignedIn;
use super::{Known, Pages, in_time, number, page};
use crate::service::identity::Principal;
use crate::store::Db;
use crate::store::paging::{Direction, Page};
use crate::store::partner::{
    Partner, PartnerField, PartnerFilter, TextTest, count_partners, list_partners,
};
use crate::store::rights::Visible;
use crate::store::snapshot::{Snapshot, find_snapshot};

/// How many partners one page lists; the search finds the others.
const PARTNERS_MAX: u32 = 50;
/// The most letters that are searched for.
const SEARCH_MAX: usize = 128;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Part of a partner's name or id.
    search: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    signed_in: Option<WhoIsSignedIn>,
    reporting_currency: String,
    timezone: &'static str,
    /// The newest one.
    snapshot: Option<SnapshotView>,
    search: String,
    search_max: usize,
    /// None for a viewer that may not see the list.
    partners: Option<PartnerList>,
}

struct SnapshotView {
    as_of: DateText,
    first: DateText,
    last: DateText,
    /// Of all partners together; none for a viewer that may not know.
    size: Option<Size>,
}

struct Size {
    scorecards: String,
    facts: String,
}

struct PartnerList {
    partners: Vec<Partner>,
    /// How many match, of which the list may be the first.
    total: String,
    is_cut: bool,
}

/// Answers with the way in.
///
/// # Errors
/// Where the address cannot be read or the store fails.
pub async fn show(
    State(pages): State<Pages>,
    Known {
        principal,
        signed_in,
    }: Known,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(asked) = asked.map_err(|rejection| Failure::bad_input(rejection.body_text()))?;
    let search: String = asked.search.trim().chars().take(SEARCH_MAX).collect();
    let reading = async {
        let snapshot = async { Ok(find_snapshot(&pages.db, None).await?) };
        tokio::try_join!(snapshot, partners(&pages.db, &principal, &search))
    };
    let (snapshot, partners) = in_time(reading).await?;
    let program = &pages.config.program;
    let home = HomePage {
        signed_in,
        reporting_currency: program.reporting_currency.to_string(),
        timezone: program.timezone.name(),
        snapshot: snapshot
            .as_ref()
            .map(|snapshot| SnapshotView::new(snapshot, &principal)),
        search,
        search_max: SEARCH_MAX,
        partners,
    };
    Ok(page::respond(StatusCode::OK, &home))
}

async fn partners(
    db: &Db,
    principal: &Principal,
    search: &str,
) -> Result<Option<PartnerList>, Failure> {
    let visible = principal.rights().figures();
    if *visible == Visible::Nothing {
        return Ok(None);
    }
    let filter = if search.is_empty() {
        PartnerFilter::All(Vec::new())
    } else {
        let fields = [PartnerField::Name, PartnerField::PartnerId];
        let test = |field| PartnerFilter::Text(field, TextTest::Contains(search.to_owned()));
        PartnerFilter::Any(fields.map(test).into())
    };
    let order = [(PartnerField::Name, Direction::Ascending)];
    let page = Page {
        limit: PARTNERS_MAX,
        after: None,
        before: None,
        from_back: false,
    };
    let (found, total) = tokio::try_join!(
        list_partners(db, visible, &filter, &order, &page),
        count_partners(db, visible, &filter)
    )?;
    Ok(Some(PartnerList {
        is_cut: found.has_next,
        partners: found.rows.into_iter().map(|(_, partner)| partner).collect(),
        total: number::count(total),
    }))
}

impl SnapshotView {
    fn new(snapshot: &Snapshot, principal: &Principal) -> SnapshotView {
        let window = Window::ending(snapshot.as_of);
        let sees_size = *principal.rights().partners() == Visible::All;
        // Counts of rows are never negative.
        let count = |rows: i64| number::count(rows.unsigned_abs());
        SnapshotView {
            as_of: snapshot.as_of.into(),
            first: window.first.into(),
            last: window.last.into(),
            size: sees_size.then(|| Size {
                scorecards: count(snapshot.scorecards),
                facts: count(snapshot.fact_rows),
            }),
        }
    }
}

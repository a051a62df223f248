//! Everything one scorecard page shows, of one snapshot, in a constant number of statements.

use std::collections::HashSet;
use std::sync::Arc;

use kernel::{Day, PeerBand};

use super::slice::{Picked, Query, Reference};
use crate::service::scope::{Scope, Viewer};
use crate::store::Db;
use crate::store::loader::{RowLoader, row_loader};
use crate::store::location::{LocationKey, list_locations};
use crate::store::offering::{list_products, list_workloads};
use crate::store::paging::Page;
use crate::store::partner::{Partner, PartnerId, PartnerKey};
use crate::store::peer_band::PeerBandsOf;
use crate::store::peer_group::{PeerGroups, PeerGroupsOf};
use crate::store::rights::Rights;
use crate::store::scorecard::{Scorecard, ScorecardKey, list_locations_of};
use crate::store::slice::{SliceKey, SliceOf};
use crate::store::snapshot::{Snapshot, SnapshotFilter, find_snapshot, list_snapshots};
use crate::web::failure::Failure;

/// How many as-of dates can be picked: more than are kept by default.
const DATES_MAX: u32 = 120;

pub(super) struct Reading {
    pub(super) scope: Scope,
    pub(super) partner: Partner,
    pub(super) reference: Reference,
    pub(super) picked: Picked,
    /// The as-of dates there are, newest first.
    pub(super) dates: Vec<Day>,
    /// An as-of date was named.
    pub(super) is_dated: bool,
    /// Where the partner has a scorecard for the offering.
    pub(super) located: HashSet<LocationKey>,
    /// None where the partner has none in the slice.
    pub(super) card: Option<Card>,
}

/// A scorecard and how the peers of its slice are spread.
pub(super) struct Card {
    pub(super) scorecard: Scorecard,
    pub(super) groups: PeerGroups,
    pub(super) bands: Arc<[PeerBand]>,
}

/// # Errors
/// Where nothing is published, something named is unknown or hidden from the viewer, or the store fails.
pub(super) async fn read(
    db: &Db,
    rights: &Rights,
    viewer: Viewer,
    partner_id: &str,
    query: &Query,
) -> Result<Reading, Failure> {
    let as_of = named_date(&query.as_of)?;
    let snapshot = match find_snapshot(db, as_of).await? {
        Some(snapshot) => Arc::new(snapshot),
        None => return Err(unpublished(as_of)),
    };
    let rows = row_loader(db, rights);
    let (partner, dates, reference) = tokio::try_join!(
        async { Ok(rows.load_one(PartnerId(partner_id.to_owned())).await?) },
        dates(db),
        reference(db),
    )?;
    // A partner that is hidden looks as if it did not exist.
    let visible = partner.and_then(|partner| {
        let scope = Scope::new(snapshot, viewer).for_figures_of(PartnerKey(partner.id))?;
        Some((partner, scope))
    });
    let Some((partner, scope)) = visible else {
        return Err(Failure::NotFound(format!(
            "There is no partner “{partner_id}”."
        )));
    };
    let picked = Picked::find(query, &reference)?;
    let slice = picked.slice();
    let key = PartnerKey(partner.id);
    let (card, located) = tokio::try_join!(card(&rows, &scope, key, slice), async {
        Ok(list_locations_of(
            db,
            rights.figures(),
            scope.snapshot.key,
            key,
            slice.offering,
        )
        .await?)
    },)?;
    Ok(Reading {
        scope,
        partner,
        reference,
        picked,
        dates,
        is_dated: as_of.is_some(),
        located: located.into_iter().collect(),
        card,
    })
}

fn named_date(text: &str) -> Result<Option<Day>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.parse().map_err(|_| {
        Failure::bad_input(format!("asOf: “{text}” is no date of the form YYYY-MM-DD."))
    })?;
    Ok(Some(day))
}

fn unpublished(as_of: Option<Day>) -> Failure {
    match as_of {
        Some(day) => Failure::NotFound(format!("No snapshot is published for {day}.")),
        None => Failure::NoSnapshot,
    }
}

async fn dates(db: &Db) -> Result<Vec<Day>, Failure> {
    let page = Page {
        limit: DATES_MAX,
        after: None,
        before: None,
        from_back: false,
    };
    let found = list_snapshots(db, &SnapshotFilter::default(), &page).await?;
    let days = found
        .rows
        .into_iter()
        .map(|(_, snapshot): (_, Snapshot)| snapshot.as_of);
    Ok(days.collect())
}

async fn reference(db: &Db) -> Result<Reference, Failure> {
    let (products, workloads, locations) =
        tokio::try_join!(list_products(db), list_workloads(db), list_locations(db))?;
    Ok(Reference {
        products,
        workloads,
        locations,
    })
}

async fn card(
    rows: &RowLoader,
    scope: &Scope,
    partner: PartnerKey,
    slice: SliceOf,
) -> Result<Option<Card>, Failure> {
    let Some(slice) = rows.load_one(slice).await? else {
        return Ok(None);
    };
    let (snapshot, slice) = (scope.snapshot.key, SliceKey(slice.id));
    let (scorecard, groups, bands) = tokio::try_join!(
        rows.load_one(ScorecardKey {
            snapshot,
            slice,
            partner
        }),
        rows.load_one(PeerGroupsOf { snapshot, slice }),
        rows.load_one(PeerBandsOf { snapshot, slice }),
    )?;
    Ok(scorecard.map(|scorecard| Card {
        scorecard,
        groups: groups.unwrap_or_default(),
        bands: bands.unwrap_or_default(),
    }))
}

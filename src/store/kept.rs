//! Rows that are looked up by key again and again, kept in memory while nothing has changed that they are made of.
//!
//! What is kept holds at one count of changes of `answers`: snapshots are immutable, and whoever publishes one, or
//! changes partners, offerings or locations, makes everything old at once. Rights are no part of it: each reader looks
//! whether a row is for them.

use std::any::Any;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use kernel::{Day, PeerBand};
use moka::sync::Cache;

use super::api_key::{ApiKey, ApiKeyKey};
use super::batch::{Batch, BatchKey};
use super::change::Changes;
use super::customer::{Customer, CustomerKey};
use super::job_run::{JobRun, JobRunKey};
use super::location::{Location, LocationId, LocationKey, LocationsUnder};
use super::offering::{Offering, OfferingKey, ProductId, WorkloadId, WorkloadsOf};
use super::paging::Rows;
use super::partner::{Partner, PartnerId, PartnerKey};
use super::partner_slice::SlicesOf;
use super::peer_band::PeerBandsOf;
use super::peer_group::{PeerGroups, PeerGroupsOf};
use super::release_report::{
    ReleaseReport, ReleaseReportOf, Withheld, WithheldCount, WithheldCountsOf, WithheldOf,
};
use super::rights::Rights;
use super::scorecard::{
    CountOfScorecards, PageOfScorecards, Scorecard, ScorecardKey, ScorecardRows,
};
use super::slice::{Slice, SliceKey, SliceOf};
use super::snapshot::{Snapshot, SnapshotKey};

/// Of a kept row, beside itself and its texts: the key, and what the cache needs.
const BYTES_EACH: usize = 256;

/// The rows that all requests share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct KeptRows(Option<Cache<KeptKey, Kept>>);

/// The same, as it is for a request that began at some counts.
#[derive(Clone, Debug)]
pub struct Known {
    cache: Cache<KeptKey, Kept>,
    changes: i64,
}

#[derive(Clone, Debug)]
struct Kept {
    row: Arc<dyn Any + Send + Sync>,
    bytes: u32,
    /// As often had anything changed before it was read.
    changes: i64,
}

/// Which row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeptKey {
    Partner(PartnerKey),
    PartnerId(PartnerId),
    Offering(OfferingKey),
    Product(ProductId),
    Workload(WorkloadId),
    WorkloadsOf(WorkloadsOf),
    Location(LocationKey),
    LocationId(LocationId),
    LocationsUnder(LocationsUnder),
    Slice(SliceKey),
    SliceOf(SliceOf),
    PeerGroups(PeerGroupsOf),
    PeerBands(PeerBandsOf),
    Scorecard(ScorecardKey),
    SnapshotOf(SnapshotOf),
    SnapshotUntil(SnapshotUntil),
    SnapshotsBetween(SnapshotsBetween),
}

/// The newest published snapshot of a date, or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotOf(pub Option<Day>);

/// The newest published snapshot of a day, or of the last day before it that has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotUntil(pub Day);

/// Of each day of a span, both ends included, the newest published snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotsBetween(pub Day, pub Day);

/// What can be looked up. Where it is kept, it is made of nothing but what is counted.
pub trait Keep: Clone + Debug + Eq + Hash + Send + Sync + 'static {
    type Row: Clone + Send + Sync + 'static;

    /// Where it is kept; none where it is read each time.
    fn kept(&self) -> Option<KeptKey>;

    /// Of the row, beside its own size.
    fn bytes(_row: &Self::Row) -> usize {
        0
    }

    /// Whether the row is for whoever has these rights, as the statements have it that look it up.
    fn is_visible(&self, _row: &Self::Row, _rights: &Rights) -> bool {
        true
    }
}

impl KeptRows {
    /// No more than these bytes are kept; with 0 nothing is.
    #[must_use]
    pub fn new(bytes_max: u64) -> KeptRows {
        let cache = || {
            Cache::builder()
                .max_capacity(bytes_max)
                .weigher(|_: &KeptKey, kept: &Kept| kept.bytes)
                .build()
        };
        KeptRows((bytes_max > 0).then(cache))
    }

    /// For a request before which these counts were looked up; none where nothing is kept.
    #[must_use]
    pub fn at(&self, changes: Changes) -> Option<Known> {
        Some(Known {
            cache: self.0.clone()?,
            changes: changes.answers,
        })
    }
}

impl Known {
    /// The row, if it is kept and nothing has changed since.
    #[must_use]
    pub fn get<K: Keep>(&self, key: &K) -> Option<K::Row> {
        let kept = self.cache.get(&key.kept()?)?;
        if kept.changes != self.changes {
            return None;
        }
        kept.row.downcast_ref::<K::Row>().cloned()
    }

    /// Keeps a row that was read by this request.
    pub fn keep<K: Keep>(&self, key: &K, row: &K::Row) {
        let Some(place) = key.kept() else { return };
        let bytes = BYTES_EACH + size_of::<K::Row>() + K::bytes(row);
        let kept = Kept {
            row: Arc::new(row.clone()),
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            changes: self.changes,
        };
        self.cache.insert(place, kept);
    }
}

fn partner_bytes(row: &Partner) -> usize {
    let more = [&row.partner_type, &row.tier, &row.group_id];
    let more: usize = more.into_iter().flatten().map(String::len).sum();
    row.partner_id.len() + row.name.len() + row.country.len() + more
}

fn offering_bytes(row: &Offering) -> usize {
    row.product_id.len() + row.workload_id.len() + row.name.len()
}

fn location_bytes(row: &Location) -> usize {
    row.location_id.len() + row.name.len()
}

impl Keep for PartnerKey {
    type Row = Partner;

    fn kept(&self) -> Option<KeptKey> {
        Some(KeptKey::Partner(*self))
    }

    fn bytes(row: &Partner) -> usize {
        partner_bytes(row)
    }

    fn is_visible(&self, _row: &Partner, rights: &Rights) -> bool {
        rights.partners.contains(*self)
    }
}

impl Keep for PartnerId {
    type Row = Partner;

    fn kept(&self) -> Option<KeptKey> {
        Some(KeptKey::PartnerId(self.clone()))
    }

    fn bytes(row: &Partner) -> usize {
        partner_bytes(row) + row.partner_id.len()
    }

    fn is_visible(&self, row: &Partner, rights: &Rights) -> bool {
        rights.partners.contains(PartnerKey(row.id))
    }
}

impl Keep for ScorecardKey {
    type Row = Scorecard;

    fn kept(&self) -> Option<KeptKey> {
        Some(KeptKey::Scorecard(*self))
    }

    fn is_visible(&self, _row: &Scorecard, rights: &Rights) -> bool {
        rights.figures.contains(self.partner)
    }
}

impl Keep for PeerBandsOf {
    type Row = Arc<[PeerBand]>;

    fn kept(&self) -> Option<KeptKey> {
        Some(KeptKey::PeerBands(*self))
    }

    fn bytes(row: &Arc<[PeerBand]>) -> usize {
        size_of_val::<[PeerBand]>(row)
    }
}

impl Keep for WorkloadsOf {
    type Row = Vec<Offering>;

    fn kept(&self) -> Option<KeptKey> {
        Some(KeptKey::WorkloadsOf(self.clone()))
    }

    fn bytes(row: &Vec<Offering>) -> usize {
        size_of_val::<[Offering]>(row) + row.iter().map(offering_bytes).sum::<usize>()
    }
}

impl Keep for LocationsUnder {
    type Row = Vec<Location>;

    fn kept(&self) -> Option<KeptKey> {
        Some(KeptKey::LocationsUnder(*self))
    }

    fn bytes(row: &Vec<Location>) -> usize {
        size_of_val::<[Location]>(row) + row.iter().map(location_bytes).sum::<usize>()
    }
}

impl Keep for SnapshotsBetween {
    type Row = Arc<[Arc<Snapshot>]>;

    fn kept(&self) -> Option<KeptKey> {
        Some(KeptKey::SnapshotsBetween(*self))
    }

    fn bytes(row: &Arc<[Arc<Snapshot>]>) -> usize {
        row.len() * SNAPSHOT_BYTES
    }
}

/// Of a snapshot with its settings.
const SNAPSHOT_BYTES: usize = 512;

/// Rows that are for everybody.
macro_rules! keep {
    ($($key:ident => $place:ident, $row:ty, $bytes:expr;)*) => {$(
        impl Keep for $key {
            type Row = $row;

            fn kept(&self) -> Option<KeptKey> {
                Some(KeptKey::$place(self.clone()))
            }

            fn bytes(row: &$row) -> usize {
                $bytes(row)
            }
        }
    )*};
}

keep! {
    OfferingKey => Offering, Offering, offering_bytes;
    ProductId => Product, Offering, offering_bytes;
    WorkloadId => Workload, Offering, offering_bytes;
    LocationKey => Location, Location, location_bytes;
    LocationId => LocationId, Location, location_bytes;
    SliceKey => Slice, Slice, |_: &Slice| 0;
    SliceOf => SliceOf, Slice, |_: &Slice| 0;
    PeerGroupsOf => PeerGroups, PeerGroups, |_: &PeerGroups| 0;
    SnapshotOf => SnapshotOf, Option<Arc<Snapshot>>, |_: &Option<Arc<Snapshot>>| SNAPSHOT_BYTES;
    SnapshotUntil => SnapshotUntil, Option<Arc<Snapshot>>, |_: &Option<Arc<Snapshot>>| SNAPSHOT_BYTES;
}

/// Rows that change without being counted, or that depend on rights in a way of their own.
macro_rules! read_each_time {
    ($($key:ident => $row:ty;)*) => {$(
        impl Keep for $key {
            type Row = $row;

            fn kept(&self) -> Option<KeptKey> {
                None
            }
        }
    )*};
}

read_each_time! {
    ApiKeyKey => ApiKey;
    BatchKey => Batch;
    CountOfScorecards => u64;
    CustomerKey => Customer;
    JobRunKey => JobRun;
    PageOfScorecards => ScorecardRows;
    ReleaseReportOf => Arc<[ReleaseReport]>;
    SlicesOf => Arc<[SliceKey]>;
    SnapshotKey => Snapshot;
    WithheldCountsOf => Arc<[WithheldCount]>;
    WithheldOf => Arc<Rows<Withheld>>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::rights::Visible;

    fn partner(id: i32) -> Partner {
        Partner {
            id,
            partner_id: format!("p{id}"),
            name: "a".repeat(100),
            country: "FR".to_owned(),
            partner_type: None,
            tier: None,
            group_id: None,
        }
    }

    fn at(kept: &KeptRows, answers: i64) -> Known {
        kept.at(Changes { keys: 0, answers }).unwrap()
    }

    #[test]
    fn what_is_kept_holds_at_one_count() {
        let kept = KeptRows::new(1024 * 1024);
        let key = PartnerKey(1);
        at(&kept, 7).keep(&key, &partner(1));
        assert_eq!(at(&kept, 7).get(&key), Some(partner(1)));
        assert_eq!(at(&kept, 8).get(&key), None);
        // What somebody read who began earlier is no news.
        at(&kept, 6).keep(&key, &partner(1));
        assert_eq!(at(&kept, 7).get(&key), None);
        assert_eq!(at(&kept, 7).get(&PartnerId("p1".to_owned())), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let bytes_max = 64 * 1024;
        let kept = KeptRows::new(bytes_max);
        for id in 0..10_000 {
            at(&kept, 1).keep(&PartnerKey(id), &partner(id));
        }
        let cache = kept.0.unwrap();
        cache.run_pending_tasks();
        assert!(cache.weighted_size() <= bytes_max);
        assert!(cache.entry_count() > 10);
        let nothing = Changes {
            keys: 0,
            answers: 1,
        };
        assert!(KeptRows::new(0).at(nothing).is_none());
    }

    #[test]
    fn rows_are_for_whoever_has_the_right() {
        let rights = |partners: Visible| Rights {
            figures: partners.clone(),
            partners,
            operations: false,
            keys: false,
        };
        let (one, two) = (PartnerKey(1), PartnerKey(2));
        let only = rights(Visible::Only([one].into()));
        let nothing = rights(Visible::Nothing);
        let all = rights(Visible::All);
        let card = |partner| ScorecardKey {
            snapshot: SnapshotKey(1),
            slice: SliceKey(1),
            partner,
        };
        let row = |partner| Scorecard {
            key: card(partner),
            measures: Default::default(),
        };
        let id = |id: i32| PartnerId(format!("p{id}"));
        for (rights, sees_one, sees_two) in [
            (only, true, false),
            (nothing, false, false),
            (all, true, true),
        ] {
            assert_eq!(one.is_visible(&partner(1), &rights), sees_one);
            assert_eq!(two.is_visible(&partner(2), &rights), sees_two);
            assert_eq!(id(1).is_visible(&partner(1), &rights), sees_one);
            assert_eq!(id(2).is_visible(&partner(2), &rights), sees_two);
            assert_eq!(card(one).is_visible(&row(one), &rights), sees_one);
            assert_eq!(card(two).is_visible(&row(two), &rights), sees_two);
        }
    }
}

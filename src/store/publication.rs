//! Writing a snapshot: rows that nobody sees until one statement publishes them.

use chrono::{DateTime, Utc};
use entity::{peer_band, peer_group, scorecard, slice, snapshot};
use kernel::{Metric, SliceScores};
use rustc_hash::FxHashMap;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};

use super::claim::{Claim, held_runs};
use super::inputs::Inputs;
use super::{Db, StoreError};

/// Rows of one INSERT: 33 columns of a scorecard stay below SQLite's limit of parameters.
const CHUNK: usize = 500;
/// Scorecards of one transaction: long enough to be quick, short enough that other writers get their turn.
const SCORECARDS_IN_TRANSACTION: usize = 20_000;

/// A snapshot being written.
#[derive(Debug)]
pub struct Building {
    pub id: i64,
    pub as_of: i32,
    pub revision: i32,
    slices: FxHashMap<(i32, i32), i32>,
    pub counts: Counts,
}

/// What a snapshot holds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub fact_rows: i64,
    pub slices: i64,
    pub scorecards: i64,
    pub peer_bands: i64,
}

/// Opens the next revision of the date.
///
/// # Errors
/// Where the database refuses.
pub async fn begin(
    db: &Db,
    as_of: i32,
    settings: String,
    last_sequence: i64,
    claim: &Claim,
    now: DateTime<Utc>,
) -> Result<Building, StoreError> {
    let txn = db.begin().await?;
    let last: Option<Option<i32>> = snapshot::Entity::find()
        .filter(snapshot::Column::AsOf.eq(as_of))
        .select_only()
        .column_as(snapshot::Column::Revision.max(), "last")
        .into_tuple()
        .one(&txn)
        .await?;
    let revision = last.flatten().unwrap_or(0) + 1;
    let model = snapshot::ActiveModel {
        id: ActiveValue::NotSet,
        as_of: Set(as_of),
        revision: Set(revision),
        state: Set(snapshot::State::Building),
        settings: Set(settings),
        last_sequence: Set(last_sequence),
        fact_rows: Set(0),
        slices: Set(0),
        scorecards: Set(0),
        peer_bands: Set(0),
        created_at: Set(now),
        published_at: Set(None),
        run: Set(Some(claim.run)),
    };
    let id = snapshot::Entity::insert(model)
        .exec(&txn)
        .await?
        .last_insert_id;
    txn.commit().await?;
    let slices = slice::Entity::find().all(db.read()).await?;
    Ok(Building {
        id,
        as_of,
        revision,
        slices: slices
            .into_iter()
            .map(|row| ((row.offering, row.location), row.id))
            .collect(),
        counts: Counts::default(),
    })
}

impl Building {
    /// Adds slices, in transactions of a bounded size.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn add(
        &mut self,
        db: &Db,
        inputs: &Inputs,
        scores: &[SliceScores],
    ) -> Result<(), StoreError> {
        let mut from = 0;
        while from < scores.len() {
            let mut rows = 0;
            let len = scores[from..]
                .iter()
                .take_while(|slice| {
                    let fits = rows < SCORECARDS_IN_TRANSACTION;
                    rows += slice.scorecards.len();
                    fits
                })
                .count();
            self.add_some(db, inputs, &scores[from..from + len]).await?;
            from += len;
        }
        Ok(())
    }

    async fn add_some(
        &mut self,
        db: &Db,
        inputs: &Inputs,
        scores: &[SliceScores],
    ) -> Result<(), StoreError> {
        let txn = db.begin().await?;
        let mut groups = Vec::new();
        let mut bands = Vec::new();
        let mut cards = Vec::new();
        for scores in scores {
            let offering = inputs.offerings[scores.slice.offering.0 as usize];
            let location = inputs.locations[scores.slice.location.0 as usize];
            let slice = match self.slices.get(&(offering, location)) {
                Some(slice) => *slice,
                None => {
                    let model = slice::ActiveModel {
                        id: ActiveValue::NotSet,
                        offering: Set(offering),
                        location: Set(location),
                    };
                    let slice = slice::Entity::insert(model)
                        .exec(&txn)
                        .await?
                        .last_insert_id;
                    self.slices.insert((offering, location), slice);
                    slice
                }
            };
            groups.extend(self.peer_groups(slice, scores));
            bands.extend(self.peer_bands(slice, scores));
            for card in &scores.scorecards {
                let partner = inputs.partners[card.partner.0 as usize];
                cards.push(self.scorecard(slice, partner, card));
            }
            self.counts.slices += 1;
        }
        self.counts.scorecards += cards.len() as i64;
        self.counts.peer_bands += bands.len() as i64;
        insert(&txn, groups).await?;
        insert(&txn, bands).await?;
        insert(&txn, cards).await?;
        Ok(txn.commit().await?)
    }

    fn peer_groups(&self, slice: i32, scores: &SliceScores) -> Vec<peer_group::ActiveModel> {
        let with_value = Metric::ALL
            .into_iter()
            .filter(|metric| scores.peers[metric.index()] > 0);
        with_value
            .map(|metric| peer_group::ActiveModel {
                snapshot: Set(self.id),
                slice: Set(slice),
                metric: Set(metric.index() as i16),
                peers: Set(scores.peers[metric.index()].cast_signed()),
                released: Set(scores.released[metric.index()]),
            })
            .collect()
    }

    fn peer_bands(&self, slice: i32, scores: &SliceScores) -> Vec<peer_band::ActiveModel> {
        // Only ratios of 64-bit integers and fixed denominators occur, so that each fits.
        let denominator =
            |value: kernel::Value| i64::try_from(value.denominator()).unwrap_or(i64::MAX);
        let bands = scores.bands.iter();
        bands
            .map(|band| peer_band::ActiveModel {
                snapshot: Set(self.id),
                slice: Set(slice),
                metric: Set(band.metric.index() as i16),
                band: Set(band.band.into()),
                min_numerator: Set(band.min.numerator().to_string()),
                min_denominator: Set(denominator(band.min)),
                max_numerator: Set(band.max.numerator().to_string()),
                max_denominator: Set(denominator(band.max)),
                partners: Set(band.partners.cast_signed()),
            })
            .collect()
    }

    fn scorecard(
        &self,
        slice: i32,
        partner: i32,
        card: &kernel::Scorecard,
    ) -> scorecard::ActiveModel {
        let values = card.values();
        let float = |metric: Metric| values[metric.index()].map(kernel::Value::to_f64);
        let standing = |metric: Metric| card.standings[metric.index()];
        let band = |metric| standing(metric).map(|standing| i16::from(standing.band));
        let rank = |metric| standing(metric).map(|standing| standing.rank.cast_signed());
        let less = |metric| standing(metric).map(|standing| standing.less.cast_signed());
        let totals = card.totals.as_ref();
        scorecard::Model {
            snapshot: self.id,
            slice,
            partner,
            revenue_ten_thousandths: totals
                .map(|totals| totals.revenue_ten_thousandths.to_string()),
            yearly_users: totals.map(|totals| totals.yearly_users),
            assigned_seats: totals.map(|totals| totals.assigned_seats),
            promoters: totals.map(|totals| totals.promoters),
            detractors: totals.map(|totals| totals.detractors),
            responses: totals.map(|totals| totals.responses),
            revenue: float(Metric::Revenue),
            new_customers: totals.map(|totals| totals.new_customers),
            net_paid_seats: totals.map(|totals| totals.net_paid_seats),
            certified_people: card.certified_people,
            production_instances: totals.map(|totals| totals.production_instances),
            monthly_active_users: float(Metric::MonthlyActiveUsers),
            mau_per_assigned_seat: float(Metric::MauPerAssignedSeat),
            net_promoter_score: float(Metric::NetPromoterScore),
            revenue_band: band(Metric::Revenue),
            revenue_rank: rank(Metric::Revenue),
            revenue_less: less(Metric::Revenue),
            new_customers_band: band(Metric::NewCustomers),
            new_customers_rank: rank(Metric::NewCustomers),
            new_customers_less: less(Metric::NewCustomers),
            net_paid_seats_band: band(Metric::NetPaidSeats),
            net_paid_seats_rank: rank(Metric::NetPaidSeats),
            net_paid_seats_less: less(Metric::NetPaidSeats),
            certified_people_band: band(Metric::CertifiedPeople),
            certified_people_rank: rank(Metric::CertifiedPeople),
            certified_people_less: less(Metric::CertifiedPeople),
            production_instances_band: band(Metric::ProductionInstances),
            production_instances_rank: rank(Metric::ProductionInstances),
            production_instances_less: less(Metric::ProductionInstances),
            monthly_active_users_band: band(Metric::MonthlyActiveUsers),
            monthly_active_users_rank: rank(Metric::MonthlyActiveUsers),
            monthly_active_users_less: less(Metric::MonthlyActiveUsers),
            mau_per_assigned_seat_band: band(Metric::MauPerAssignedSeat),
            mau_per_assigned_seat_rank: rank(Metric::MauPerAssignedSeat),
            mau_per_assigned_seat_less: less(Metric::MauPerAssignedSeat),
            net_promoter_score_band: band(Metric::NetPromoterScore),
            net_promoter_score_rank: rank(Metric::NetPromoterScore),
            net_promoter_score_less: less(Metric::NetPromoterScore),
        }
        .into_active_model()
    }

    /// Publishes the snapshot and records the run's success, both or neither. False where the run has been taken over or
    /// cancelled: nothing is published then.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn publish(
        &self,
        db: &Db,
        claim: &Claim,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let txn = db.begin().await?;
        if !claim.succeed(&txn, self.id, self.counts, now).await? {
            txn.rollback().await?;
            return Ok(false);
        }
        let updated = snapshot::Entity::update_many()
            .col_expr(
                snapshot::Column::State,
                Expr::value(snapshot::State::Published),
            )
            .col_expr(snapshot::Column::PublishedAt, Expr::value(now))
            .col_expr(
                snapshot::Column::FactRows,
                Expr::value(self.counts.fact_rows),
            )
            .col_expr(snapshot::Column::Slices, Expr::value(self.counts.slices))
            .col_expr(
                snapshot::Column::Scorecards,
                Expr::value(self.counts.scorecards),
            )
            .col_expr(
                snapshot::Column::PeerBands,
                Expr::value(self.counts.peer_bands),
            )
            .filter(snapshot::Column::Id.eq(self.id))
            .filter(snapshot::Column::State.eq(snapshot::State::Building))
            .exec(&txn)
            .await?;
        if updated.rows_affected != 1 {
            return Err(StoreError::Corrupt(format!("snapshot {} is gone", self.id)));
        }
        match txn.commit().await {
            Ok(()) => Ok(true),
            // The commit may have happened all the same: only reading again can tell.
            Err(error) if is_published(db, self.id).await? => {
                tracing::warn!(%error, snapshot = self.id, "published, though the commit was not confirmed");
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }
}

async fn is_published(db: &Db, id: i64) -> Result<bool, StoreError> {
    let found = snapshot::Entity::find_by_id(id).one(db.read()).await?;
    Ok(found.is_some_and(|found| found.state == snapshot::State::Published))
}

/// Removes what runs that nobody holds any more have left unpublished. Gives how many snapshots that were.
///
/// # Errors
/// Where the database refuses.
pub async fn sweep_unpublished(db: &Db) -> Result<u64, StoreError> {
    let building = snapshot::Entity::find()
        .filter(snapshot::Column::State.eq(snapshot::State::Building))
        .all(db.read())
        .await?;
    if building.is_empty() {
        return Ok(0);
    }
    // Read after the snapshots: a run is claimed before it begins one.
    let held = held_runs(db).await?;
    let is_left = |snapshot: &snapshot::Model| !snapshot.run.is_some_and(|run| held.contains(&run));
    let mut swept = 0;
    for left in building.into_iter().filter(is_left) {
        let txn = db.begin().await?;
        // First, so that a run that wakes late finds its snapshot gone before it can add to it.
        snapshot::Entity::delete_by_id(left.id).exec(&txn).await?;
        scorecard::Entity::delete_many()
            .filter(scorecard::Column::Snapshot.eq(left.id))
            .exec(&txn)
            .await?;
        peer_band::Entity::delete_many()
            .filter(peer_band::Column::Snapshot.eq(left.id))
            .exec(&txn)
            .await?;
        peer_group::Entity::delete_many()
            .filter(peer_group::Column::Snapshot.eq(left.id))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        swept += 1;
    }
    Ok(swept)
}

async fn insert<Model: ActiveModelTrait>(
    txn: &sea_orm::DatabaseTransaction,
    models: Vec<Model>,
) -> Result<(), StoreError> {
    let mut models = models.into_iter().peekable();
    while models.peek().is_some() {
        let some: Vec<Model> = models.by_ref().take(CHUNK).collect();
        Model::Entity::insert_many(some)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

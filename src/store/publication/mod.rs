//! Writing a snapshot: rows that nobody sees until one statement publishes them.

mod rows;
mod scorecard;
mod sweep;

use chrono::{DateTime, Utc};
use entity::{slice, snapshot};
use kernel::SliceScores;
use rustc_hash::FxHashMap;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use super::claim::Claim;
use super::inputs::Inputs;
use super::{Db, StoreError};
pub use rows::Decided;
use rows::Place;
use scorecard::ScorecardRow;
pub use sweep::sweep_unpublished;

/// Scorecards of one transaction: long enough to be quick, short enough that other writers get their turn.
const SCORECARDS_IN_TRANSACTION: usize = 50_000;

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

/// How many scorecards the largest published snapshot has; none where there is no snapshot.
///
/// # Errors
/// Where the database does not answer.
pub async fn most_scorecards(db: &Db) -> Result<Option<i64>, StoreError> {
    let most: Option<Option<i64>> = snapshot::Entity::find()
        .filter(snapshot::Column::State.eq(snapshot::State::Published))
        .select_only()
        .column_as(snapshot::Column::Scorecards.max(), "most")
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(most.flatten())
}

impl Building {
    /// Adds slices, in transactions of a bounded size. `decided` is, for each slice, what protected ranges come to; empty
    /// where the rules of each slice alone decide.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn add(
        &mut self,
        db: &Db,
        inputs: &Inputs,
        scores: &[SliceScores],
        decided: &[Decided],
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
            let decided = decided.get(from..from + len).unwrap_or_default();
            self.add_some(db, inputs, &scores[from..from + len], decided)
                .await?;
            from += len;
        }
        Ok(())
    }

    async fn add_some(
        &mut self,
        db: &Db,
        inputs: &Inputs,
        scores: &[SliceScores],
        decided: &[Decided],
    ) -> Result<(), StoreError> {
        self.number_slices(db, inputs, scores).await?;
        let mut groups = Vec::new();
        let mut bands = Vec::new();
        let mut cards = Vec::new();
        for (at, scores) in scores.iter().enumerate() {
            let Some(slice) = self.slices.get(&numbers_of(inputs, scores)) else {
                return Err(StoreError::Corrupt("a slice has no number".to_owned()));
            };
            let place = Place {
                snapshot: self.id,
                slice: *slice,
            };
            groups.extend(place.peer_groups(scores, decided.get(at)));
            bands.extend(place.peer_bands(scores));
            cards.extend(scores.scorecards.iter().map(|card| ScorecardRow {
                place,
                partner: inputs.numbers.partners[card.partner.0 as usize],
                card,
            }));
        }
        let mut txn = db.begin_bulk().await?;
        // It has not been swept, and will not be before the transaction ends.
        if !txn.holds("snapshot", self.id).await? {
            return Err(StoreError::Corrupt(format!("snapshot {} is gone", self.id)));
        }
        txn.insert(&groups).await?;
        txn.insert(&bands).await?;
        txn.insert(&cards).await?;
        txn.commit().await?;
        self.counts.slices += scores.len() as i64;
        self.counts.scorecards += cards.len() as i64;
        self.counts.peer_bands += bands.len() as i64;
        Ok(())
    }

    /// Gives each slice that never had a scorecard before its number, which all snapshots share.
    async fn number_slices(
        &mut self,
        db: &Db,
        inputs: &Inputs,
        scores: &[SliceScores],
    ) -> Result<(), StoreError> {
        let numbers = scores.iter().map(|scores| numbers_of(inputs, scores));
        let new: Vec<(i32, i32)> = numbers
            .filter(|numbers| !self.slices.contains_key(numbers))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        let txn = db.begin().await?;
        for (offering, location) in new {
            let model = slice::ActiveModel {
                id: ActiveValue::NotSet,
                offering: Set(offering),
                location: Set(location),
            };
            let slice = slice::Entity::insert(model).exec(&txn).await?;
            self.slices
                .insert((offering, location), slice.last_insert_id);
        }
        Ok(txn.commit().await?)
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

/// The numbers of a slice's offering and location.
fn numbers_of(inputs: &Inputs, scores: &SliceScores) -> (i32, i32) {
    let offering = inputs.numbers.offerings[scores.slice.offering.0 as usize];
    let location = inputs.numbers.locations[scores.slice.location.0 as usize];
    (offering, location)
}

async fn is_published(db: &Db, id: i64) -> Result<bool, StoreError> {
    let found = snapshot::Entity::find_by_id(id).one(db.read()).await?;
    Ok(found.is_some_and(|found| found.state == snapshot::State::Published))
}

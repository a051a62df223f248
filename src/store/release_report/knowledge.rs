//! What can be known of values, kept from snapshot to snapshot: packed by columns, under the numbers of the SQL store,
//! which stay the same.

use entity::{release_report, snapshot};
use kernel::{Interval, Knowledge, Known, Metric, Protected, Slice};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::store::inputs::Numbers;
use crate::store::{Db, StoreError};

/// The snapshots whose knowledge still holds of values that are the same on a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The one before, or an earlier revision of the date.
    before: Option<i64>,
    /// Where an old date is computed anew, or a gap is filled: the one after, and the newest.
    later: Vec<i64>,
}

/// # Errors
/// Where the database fails.
pub async fn find_earlier(db: &Db, as_of: i32) -> Result<Earlier, StoreError> {
    let one = async |condition: SimpleExpr, date: Order| {
        let select = snapshot::Entity::find()
            .filter(snapshot::Column::State.eq(snapshot::State::Published))
            .filter(condition)
            .order_by(snapshot::Column::AsOf, date)
            .order_by_desc(snapshot::Column::Revision)
            .limit(1);
        let found = select.one(db.read()).await?;
        Ok::<_, StoreError>(found.map(|one| one.id))
    };
    let before = one(snapshot::Column::AsOf.lte(as_of), Order::Desc).await?;
    let after = one(snapshot::Column::AsOf.gt(as_of), Order::Asc).await?;
    let newest = one(snapshot::Column::AsOf.gt(as_of), Order::Desc).await?;
    let mut later: Vec<i64> = after.into_iter().chain(newest).collect();
    later.dedup();
    Ok(Earlier { before, later })
}

impl Earlier {
    /// What they tell of a metric.
    ///
    /// # Errors
    /// Where the database fails, or what it holds cannot be unpacked.
    pub async fn knowledge(
        &self,
        db: &Db,
        metric: Metric,
        numbers: &Numbers,
    ) -> Result<Vec<Knowledge>, StoreError> {
        let mut knowledge = Vec::new();
        for snapshot in self.before.iter().chain(&self.later) {
            knowledge.extend(load(db.read(), *snapshot, metric, numbers).await?);
        }
        Ok(knowledge)
    }
}

/// Keeps what protecting the metrics of a snapshot came to. What it tells of values that are the same in later ones is
/// known there too.
///
/// # Errors
/// Where the database fails.
pub async fn save(
    db: &Db,
    snapshot: i64,
    earlier: &Earlier,
    numbers: &Numbers,
    protected: &[(Metric, Protected)],
) -> Result<(), StoreError> {
    let txn = db.begin().await?;
    for (metric, protected) in protected {
        let row = release_report::ActiveModel {
            snapshot: Set(snapshot),
            metric: Set(metric.index() as i16),
            values: Set(protected.values.cast_signed()),
            bounded_before: Set(protected.bounded_before.cast_signed()),
            bounded_after: Set(protected.bounded_after.cast_signed()),
            knowledge: Set(pack(&protected.knowledge, numbers)?),
        };
        release_report::Entity::insert(row)
            .exec_without_returning(&txn)
            .await?;
        for later in &earlier.later {
            let Some(mut known) = load(&txn, *later, *metric, numbers).await? else {
                continue;
            };
            known.learn(&protected.knowledge);
            let row = release_report::ActiveModel {
                snapshot: Set(*later),
                metric: Set(metric.index() as i16),
                knowledge: Set(pack(&known, numbers)?),
                ..Default::default()
            };
            release_report::Entity::update(row).exec(&txn).await?;
        }
    }
    Ok(txn.commit().await?)
}

async fn load(
    db: &impl ConnectionTrait,
    snapshot: i64,
    metric: Metric,
    numbers: &Numbers,
) -> Result<Option<Knowledge>, StoreError> {
    let key = (snapshot, metric.index() as i16);
    let found = release_report::Entity::find_by_id(key).one(db).await?;
    let unpacked = |row: release_report::Model| {
        unpack(&row.knowledge, numbers).ok_or_else(|| {
            StoreError::Corrupt(format!("what snapshot {snapshot} tells of {metric}"))
        })
    };
    found.map(unpacked).transpose()
}

/// Bytes of one value: three numbers, the value and two ends.
const BYTES: usize = 3 * 4 + 3 * 8;

fn pack(knowledge: &Knowledge, numbers: &Numbers) -> Result<Vec<u8>, StoreError> {
    let known = knowledge.all();
    let mut bytes = Vec::with_capacity(known.len() * BYTES);
    // Column by column, so that what is alike lies together.
    for one in known {
        let number = numbers.offerings[one.slice.offering.0 as usize];
        bytes.extend(number.to_le_bytes());
    }
    for one in known {
        let number = numbers.locations[one.slice.location.0 as usize];
        bytes.extend(number.to_le_bytes());
    }
    for one in known {
        let number = numbers.partners[one.partner.0 as usize];
        bytes.extend(number.to_le_bytes());
    }
    for of in [
        |one: &Known| one.value,
        |one: &Known| one.interval.lo,
        |one: &Known| one.interval.hi,
    ] {
        bytes.extend(known.iter().flat_map(|one| of(one).to_le_bytes()));
    }
    zstd::encode_all(&bytes[..], zstd::DEFAULT_COMPRESSION_LEVEL)
        .map_err(|error| StoreError::Corrupt(format!("knowledge cannot be packed: {error}")))
}

/// None where the bytes are not what was packed. Values of what is gone from the reference data are left out.
fn unpack(packed: &[u8], numbers: &Numbers) -> Option<Knowledge> {
    let bytes = zstd::decode_all(packed).ok()?;
    let len = bytes.len() / BYTES;
    if len * BYTES != bytes.len() {
        return None;
    }
    let (integers, floats) = bytes.split_at(len * 3 * 4);
    let integer = |column: usize, at: usize| {
        let at = 4 * (column * len + at);
        integers
            .get(at..at + 4)?
            .try_into()
            .ok()
            .map(i32::from_le_bytes)
    };
    let float = |column: usize, at: usize| {
        let at = 8 * (column * len + at);
        floats
            .get(at..at + 8)?
            .try_into()
            .ok()
            .map(f64::from_le_bytes)
    };
    let mut known = Vec::with_capacity(len);
    for at in 0..len {
        let (offering, location) = (integer(0, at)?, integer(1, at)?);
        let place = numbers
            .offering(offering)
            .zip(numbers.location(location))
            .zip(numbers.partner(integer(2, at)?));
        let interval = Interval {
            lo: float(1, at)?,
            hi: float(2, at)?,
        };
        let value = float(0, at)?;
        known.extend(place.map(|((offering, location), partner)| Known {
            slice: Slice { offering, location },
            partner,
            value,
            interval,
        }));
    }
    Some(Knowledge::of(known))
}

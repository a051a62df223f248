//! How a measure went from snapshot to snapshot.

use async_graphql::{Context, Enum, Object};

use super::absence::AbsenceReason;
use super::measure::Measure;
use super::snapshot::Snapshot;
use crate::graphql::error::Failure;
use crate::graphql::reader::reader;
use crate::graphql::scalars::Date;
use crate::graphql::scope::Scope;
use crate::service::absence::Absence;
use crate::service::period::{Every, Period, periods};
use crate::store::kept::SnapshotsBetween;
use crate::store::scorecard::ScorecardKey;

/// The most points of one trend.
const POINTS_MAX: i32 = 400;

/// How far the points of a trend are apart.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "Every")]
pub enum TrendStep {
    /// One point for each day.
    Day,
    /// One for each week, Monday to Sunday.
    Week,
    /// One for each calendar month.
    #[default]
    Month,
}

/// A measure in one period of a trend.
#[derive(Clone, Debug)]
pub struct TrendPoint {
    period: Period,
    scope: Option<Scope>,
    measure: Option<Measure>,
}

/// A measure as the last snapshot of a period has it.
#[Object]
impl TrendPoint {
    /// The first day of the period.
    async fn first_day(&self) -> Date {
        self.period.first.into()
    }

    /// The last day of the period.
    async fn last_day(&self) -> Date {
        self.period.last.into()
    }

    /// The last snapshot of the period, and in the last period the scorecard's own; null where none is published.
    async fn snapshot(&self) -> Option<Snapshot> {
        self.scope.clone().map(Snapshot::new)
    }

    /// The measure then; null where there is no snapshot, or the partner had no scorecard in the slice.
    async fn measure(&self) -> Option<&Measure> {
        self.measure.as_ref()
    }

    /// Why `measure` is null; null where it is not.
    async fn no_measure_reason(&self) -> Option<AbsenceReason> {
        match (&self.scope, &self.measure) {
            (None, _) => Some(Absence::NoSnapshot.into()),
            (_, None) => Some(Absence::NoScorecard.into()),
            _ => None,
        }
    }
}

/// The points of a measure's last periods, the earliest first.
pub(super) async fn trend(
    ctx: &Context<'_>,
    measure: &Measure,
    last: i32,
    every: TrendStep,
) -> Result<Vec<TrendPoint>, Failure> {
    let last = u32::try_from(last)
        .ok()
        .filter(|_| last <= POINTS_MAX)
        .ok_or_else(|| {
            Failure::BadInput(format!("last is {last}; it must be 0 to {POINTS_MAX}"))
        })?;
    let own = &measure.scope.snapshot;
    let periods = periods(every.into(), last, own.as_of);
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else {
        return Ok(Vec::new());
    };
    let reader = reader(ctx);
    // All up to the own one, which stands for its period whatever came after it.
    let snapshots = reader
        .get(SnapshotsBetween(first.first, own.as_of.min(last.last)))
        .await?;
    let points = periods.iter().map(|period| async {
        let within = |snapshot: &&std::sync::Arc<crate::store::snapshot::Snapshot>| {
            (period.first..=period.last).contains(&snapshot.as_of)
        };
        let snapshot = if period.last >= own.as_of {
            Some(own)
        } else {
            snapshots.iter().filter(within).max_by_key(|one| one.as_of)
        };
        let scope = snapshot.map(|snapshot| measure.scope.at(snapshot.clone()));
        let measure = match &scope {
            Some(scope) => measure.in_snapshot(ctx, scope.clone()).await?,
            None => None,
        };
        Ok(TrendPoint {
            period: *period,
            scope,
            measure,
        })
    });
    futures_util::future::try_join_all(points).await
}

impl Measure {
    /// The same measure in another snapshot, if the partner has a scorecard in the slice there.
    pub(super) async fn in_snapshot(
        &self,
        ctx: &Context<'_>,
        scope: Scope,
    ) -> Result<Option<Measure>, Failure> {
        let key = ScorecardKey {
            snapshot: scope.snapshot.key,
            ..self.scorecard.key
        };
        let found = reader(ctx).find(key).await?;
        Ok(found.map(|scorecard| Measure {
            metric: self.metric,
            scorecard: scorecard.into(),
            scope,
        }))
    }
}

//! What changed between two snapshots.

use async_graphql::{Context, Object};
use kernel::Value;

use super::absence::AbsenceReason;
use super::measure::{Measure, exact};
use super::snapshot::Snapshot;
use crate::graphql::error::{Failure, Nullable, nullable};
use crate::graphql::scope::Scope;
use crate::service::absence::Absence;

/// A measure and the same one of an earlier snapshot.
#[derive(Clone, Debug)]
pub struct Change {
    pub(super) now: Measure,
    pub(super) scope_then: Option<Scope>,
    pub(super) then: Option<Measure>,
}

impl Change {
    fn find_difference(&self) -> Option<Value> {
        let then = self.then.as_ref()?.row().value?;
        self.now.row().value?.minus(then)
    }

    /// The measure then, or why there is none.
    fn earlier(&self) -> Result<&Measure, Absence> {
        match (&self.scope_then, &self.then) {
            (None, _) => Err(Absence::NoSnapshot),
            (_, None) => Err(Absence::NoScorecard),
            (_, Some(then)) => Ok(then),
        }
    }

    /// The bands of both snapshots, where the viewer sees both.
    async fn bands(&self, ctx: &Context<'_>) -> Result<Option<(i32, i32)>, Failure> {
        let Some(then) = &self.then else {
            return Ok(None);
        };
        let (now, then) = (self.now.standing(ctx).await?, then.standing(ctx).await?);
        let band = |standing: kernel::Standing| i32::from(standing.band);
        Ok(now.map(band).zip(then.map(band)))
    }

    /// Likewise the ranks.
    async fn ranks(&self, ctx: &Context<'_>) -> Result<Option<(i32, i32)>, Failure> {
        let Some(then) = &self.then else {
            return Ok(None);
        };
        let (now, then) = (self.now.ranked(ctx).await?, then.ranked(ctx).await?);
        // Ranks count partners, of which there are fewer than 2^31.
        let rank = |standing: kernel::Standing| standing.rank.cast_signed();
        Ok(now.map(rank).zip(then.map(rank)))
    }
}

/// How a measure differs from the same one of an earlier snapshot.
#[Object]
impl Change {
    /// The snapshot it is compared with: the newest one of the day named, or of the last day before it that has one.
    /// Null where there is none.
    async fn snapshot(&self) -> Option<Snapshot> {
        self.scope_then.clone().map(Snapshot::new)
    }

    /// The measure then; null where the partner had no scorecard in the slice.
    async fn measure(&self) -> Option<&Measure> {
        self.then.as_ref()
    }

    /// The value now less the value then, in the metric's unit; null where either is null.
    async fn value(&self) -> Option<f64> {
        self.find_difference().map(Value::to_f64)
    }

    /// The same exactly, as `Measure.exact` writes values.
    async fn exact(&self) -> Option<String> {
        let difference = self.find_difference();
        difference.map(|difference| exact(self.now.metric, difference))
    }

    /// The band now less the band then: above 0 is up. Null where either is null.
    async fn band(&self, ctx: &Context<'_>) -> Nullable<i32> {
        let found = self.bands(ctx).await;
        nullable(found.map(|found| found.map(|(now, then)| now - then)))
    }

    /// The rank then less the rank now: above 0 is so many places better. Null where either is null.
    async fn rank(&self, ctx: &Context<'_>) -> Nullable<i32> {
        let found = self.ranks(ctx).await;
        nullable(found.map(|found| found.map(|(now, then)| then - now)))
    }

    /// Why `value` is null; null where it is not.
    async fn no_value_reason(&self) -> Option<AbsenceReason> {
        let absence = match self.earlier() {
            Ok(then) => self.now.absence().or_else(|| then.absence()),
            Err(absence) => Some(absence),
        };
        absence.map(AbsenceReason::from)
    }

    /// Why `band` is null; null where it is not.
    async fn no_band_reason(&self, ctx: &Context<'_>) -> Nullable<AbsenceReason> {
        let absence = match self.earlier() {
            Ok(then) => first_of(self.now.band_absence(ctx), then.band_absence(ctx)).await,
            Err(absence) => Ok(Some(absence)),
        };
        nullable(absence.map(|absence| absence.map(AbsenceReason::from)))
    }

    /// Why `rank` is null; null where it is not.
    async fn no_rank_reason(&self, ctx: &Context<'_>) -> Nullable<AbsenceReason> {
        let absence = match self.earlier() {
            Ok(then) => first_of(self.now.rank_absence(ctx), then.rank_absence(ctx)).await,
            Err(absence) => Ok(Some(absence)),
        };
        nullable(absence.map(|absence| absence.map(AbsenceReason::from)))
    }
}

/// Why the figure of now is absent, else why that of then is.
async fn first_of(
    now: impl Future<Output = Result<Option<Absence>, Failure>>,
    then: impl Future<Output = Result<Option<Absence>, Failure>>,
) -> Result<Option<Absence>, Failure> {
    let (now, then) = futures_util::future::try_join(now, then).await?;
    Ok(now.or(then))
}

//! What reaches the next band.

use async_graphql::Object;
use kernel::{Currency, Metric, Value};

use super::absence::AbsenceReason;
use super::language::Language;
use super::measure::exact;
use crate::service::absence::Absence;
use crate::service::metric::reaching;
use crate::service::next_band::{self, NoNextBand};

/// The way to the next band, or why none is shown.
#[derive(Clone, Copy, Debug)]
pub struct NextBand {
    pub(super) metric: Metric,
    pub(super) currency: Currency,
    pub(super) found: Result<next_band::NextBand, Absence>,
}

impl From<NoNextBand> for Absence {
    fn from(none: NoNextBand) -> Absence {
        match none {
            NoNextBand::Highest => Absence::HighestBand,
            NoNextBand::Rounded => Absence::Rounded,
        }
    }
}

impl NextBand {
    fn next(&self) -> Option<next_band::NextBand> {
        self.found.ok()
    }
}

/// The next band that is not empty, and what is missing to it while the peers stay where they are. Worked out from what
/// the viewer sees of them, and so no more exact than that.
#[Object]
impl NextBand {
    /// The band: 2 to 4.
    async fn band(&self) -> Option<u8> {
        self.next().map(|next| next.band)
    }

    /// The smallest value in it, in the metric's unit; for partners rounded down where the settings say so.
    async fn value(&self) -> Option<f64> {
        self.next().map(|next| next.value.to_f64())
    }

    /// How much more reaches the band, in the metric's unit. Where `mustExceed` and the metric is a ratio: any more than
    /// this. Where not `isExact`: the least that can be missing.
    async fn distance(&self) -> Option<f64> {
        self.next().map(|next| next.distance.to_f64())
    }

    /// The distance exactly, as `Measure.exact` writes values.
    async fn exact_distance(&self) -> Option<String> {
        let written = |distance: Value| exact(self.metric, distance);
        self.next().map(|next| written(next.distance))
    }

    /// Whether it takes more than `value`: the partner leaves those below it, and one less of them is too few. For whole
    /// numbers and revenue the distance has the least step above it.
    async fn must_exceed(&self) -> Option<bool> {
        self.next().map(|next| next.must_exceed)
    }

    /// Whether the distance is enough. It is not known to be where ranges are rounded.
    async fn is_exact(&self) -> Option<bool> {
        self.next().map(|next| next.is_exact)
    }

    /// The distance in a sentence, such as `3 more certified people reach band 3`; at most 4 decimal places, rounded up.
    async fn words(
        &self,
        #[graphql(desc = "The language.", default)] language: Language,
    ) -> Option<String> {
        let next = self.next()?;
        Some(reaching(self.metric, &next, self.currency, language.into()))
    }

    /// Why all other fields are null; null where they are not.
    async fn absent(&self) -> Option<AbsenceReason> {
        self.found.err().map(AbsenceReason::from)
    }
}

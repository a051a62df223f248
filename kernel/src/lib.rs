//! The meaning of Peerband: facts in, measures and peer bands out.
//!
//! Pure functions over plain data. No input or output, clock, async, database or logging happens here; time and ids
//! are arguments, so that the same facts give the same bytes on any machine.
//!
//! A run reads: [`Bucket`]s of [`Facts`] are added to a [`Tally`] under its [`Rules`]; [`Tally::finish`] gives the
//! totals of each offering; [`Scoring::score_offering`] turns them, with [`certified_people`], into the [`SliceScores`] that are
//! published; under [`Ranges::Protected`] [`Protection::protect`] decides how much of them partners are shown.

mod attribution;
mod bits;
mod catalog;
mod certified;
mod day;
mod explain;
mod ids;
mod metric;
mod protect;
mod ranking;
mod rates;
mod release;
mod roll_up;
mod rows;
mod score;
mod subscriptions;
mod tally;
mod totals;

pub use attribution::{Association, Associations};
pub use catalog::Catalog;
pub use certified::{CertifiedPeople, Exams, certified_people};
pub use day::{Day, Month, NotADay, Window};
pub use explain::{
    Explainable, ExplainedFact, FactKind, FactReason, Subject, Sums, explain,
    explain_certified_people,
};
pub use ids::{Currency, Customer, Location, Offering, Partner, Slice};
pub use metric::{Group, Metric, Value};
pub use protect::{
    Attack, Decision, Interval, Knowledge, Known, Protected, Protection, Rule, Shown,
};
pub use rates::Rates;
pub use release::{Bound, Ranges, ReleaseRules};
pub use rows::{
    Certification, Facts, Instances, Revenue, SeatChange, Subscription, Survey, UsageMonth,
};
pub use score::{PeerBand, Scorecard, Scoring, SliceScores, Standing, percentile};
pub use subscriptions::NewestSubscriptions;
pub use tally::{Bucket, Rules, Tallied, Tally, Unpublishable};
pub use totals::Totals;

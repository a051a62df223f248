//! Metrics, and the catalogue that tells what each figure means.

use async_graphql::{Enum, SimpleObject};

use super::language::Language;
use crate::graphql::pagination::list_price;
use crate::service::metric;

/// A metric. `metrics` lists them in the scorecard's order.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "kernel::Metric")]
pub enum Metric {
    /// Net new revenue, in the reporting currency.
    Revenue,
    /// Customers added.
    NewCustomers,
    /// Net paid seat adds.
    NetPaidSeats,
    /// Certified people.
    CertifiedPeople,
    /// Available production instances.
    ProductionInstances,
    /// Monthly active users: yearly unique users ÷ 12.
    MonthlyActiveUsers,
    /// Monthly active users ÷ assigned seats.
    MauPerAssignedSeat,
    /// Net promoter score, −1 to 1.
    NetPromoterScore,
}

/// The price of what is told of each of some metrics, or of all where none are named.
pub(in crate::graphql) fn metrics_price(metrics: Option<&[Metric]>, each: usize) -> usize {
    let all = kernel::Metric::COUNT;
    // One that is named twice is told once.
    let asked = metrics.map_or(all, |metrics| metrics.len().min(all));
    list_price(asked, each)
}

/// A part of the scorecard.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "kernel::Group")]
pub enum MetricGroup {
    /// What the partner sells.
    Performance,
    /// What the partner is able to do.
    Capability,
    /// What becomes of what it sold.
    CustomerSuccess,
}

/// What a metric counts.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "metric::Unit")]
pub enum Unit {
    /// Units of the reporting currency of the snapshot's settings.
    Currency,
    /// Customers.
    Customers,
    /// Paid seats.
    Seats,
    /// People of the partner.
    People,
    /// Production instances.
    Instances,
    /// Users of customers.
    Users,
    /// Users for each seat.
    UsersPerSeat,
    /// A share from −1 to 1.
    Score,
}

/// What a metric means. The same for every snapshot.
#[derive(SimpleObject, Clone, Debug)]
pub struct MetricDefinition {
    /// The metric.
    metric: Metric,
    /// Its name as people say it.
    name: &'static str,
    /// The part of the scorecard it stands in.
    group: MetricGroup,
    /// That part as people say it.
    group_label: &'static str,
    /// What its values count.
    unit: Unit,
    /// That unit as people say it, to stand behind a value. Of revenue what the snapshot's currency is in general.
    unit_label: &'static str,
    /// What it says about a partner, in a sentence.
    definition: &'static str,
    /// How its value is computed.
    formula: &'static str,
    /// Whether its values are whole numbers.
    is_whole: bool,
    /// Whether a greater value is the better one. True for every metric.
    higher_is_better: bool,
    /// Which days it looks at.
    window: &'static str,
}

/// Every metric, in the scorecard's order.
pub(in crate::graphql) fn catalogue(language: Language) -> Vec<MetricDefinition> {
    let all = kernel::Metric::ALL.into_iter();
    all.map(|metric| metric::definition(metric, language.into()).into())
        .collect()
}

impl From<metric::MetricDefinition> for MetricDefinition {
    fn from(of: metric::MetricDefinition) -> MetricDefinition {
        MetricDefinition {
            metric: of.metric.into(),
            name: of.name,
            group: of.metric.group().into(),
            group_label: of.group_label,
            unit: of.unit.into(),
            unit_label: of.unit_label,
            definition: of.definition,
            formula: of.formula,
            is_whole: of.metric.is_whole(),
            higher_is_better: true,
            window: of.window,
        }
    }
}

//! What scorecards are sorted by.

use entity::scorecard::Model;
use kernel::Metric;

use super::row::{less_column, rank_column, standing_columns, value_column, value_key};
use crate::store::paging::{Direction, OrderColumn, Position};
use crate::store::partner::{self, Partner, PartnerField};

/// What scorecards can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScorecardField {
    Partner(PartnerField),
    Value(Metric),
    Rank(Metric),
}

/// One part of an order of scorecards; the partner's id by bytes decides between equals.
pub type ScorecardOrder = (ScorecardField, Direction);

/// The columns that the database sorts by.
pub(super) fn columns(order: &[ScorecardOrder]) -> Vec<OrderColumn> {
    sorted_columns(order)
        .map(|(column, direction)| match column {
            Sorted::Partner(field) => OrderColumn::new(partner::column(field), direction),
            Sorted::Value(metric) => OrderColumn::new(value_column(metric), direction),
            Sorted::Less(metric) => OrderColumn::new(less_column(metric), direction),
            Sorted::Rank(metric) => OrderColumn::new(rank_column(metric), direction),
        })
        .collect()
}

/// A column behind an order.
#[derive(Clone, Copy)]
enum Sorted {
    Partner(PartnerField),
    Value(Metric),
    Less(Metric),
    Rank(Metric),
}

/// The columns of an order. Values are stored as the nearest float: how many peers are smaller tells those apart that
/// share one.
fn sorted_columns(order: &[ScorecardOrder]) -> impl Iterator<Item = (Sorted, Direction)> + '_ {
    let columns = order.iter().flat_map(|(field, direction)| {
        let (first, second) = match field {
            ScorecardField::Partner(field) => (Sorted::Partner(*field), None),
            ScorecardField::Value(metric) => (Sorted::Value(*metric), Some(Sorted::Less(*metric))),
            ScorecardField::Rank(metric) => (Sorted::Rank(*metric), None),
        };
        std::iter::once(first)
            .chain(second)
            .map(|column| (column, *direction))
    });
    let tie_break = (
        Sorted::Partner(PartnerField::PartnerId),
        Direction::Ascending,
    );
    columns.chain(std::iter::once(tie_break))
}

/// A row's place in an order.
pub(super) fn position(row: &Model, partner: &Partner, order: &[ScorecardOrder]) -> Position {
    sorted_columns(order)
        .map(|(column, _)| match column {
            Sorted::Partner(field) => partner::key(partner, field),
            Sorted::Value(metric) => value_key(row, metric),
            Sorted::Less(metric) => standing_columns(row, metric).2.map(i64::from).into(),
            Sorted::Rank(metric) => standing_columns(row, metric).1.map(i64::from).into(),
        })
        .collect()
}

//! `scorecards`: one row for each scorecard.

use kernel::{Day, Metric, percentile};

use super::table::{Cell, Column, Kind, Row};
use crate::store::dump::{PartnerMeasures, SliceIds};

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::new("as_of", Kind::Day),
        Column::new("partner_id", Kind::Text),
        Column::optional("product_id", Kind::Text),
        Column::optional("workload_id", Kind::Text),
        Column::optional("location_id", Kind::Text),
    ];
    for metric in Metric::ALL {
        let name = metric.name().to_ascii_lowercase();
        let value = match metric {
            Metric::Revenue => Kind::Money,
            _ if metric.is_whole() => Kind::Whole,
            _ => Kind::Float,
        };
        columns.extend([
            Column::optional(&name, value),
            Column::optional(format!("{name}_band"), Kind::Band),
            Column::optional(format!("{name}_rank"), Kind::Whole),
            Column::optional(format!("{name}_percentile"), Kind::Float),
            Column::new(format!("{name}_peers"), Kind::Whole),
        ]);
    }
    columns
}

pub(super) fn row<'a>(
    as_of: Day,
    slice: &'a SliceIds,
    scorecard: &'a PartnerMeasures,
    peers: [u32; Metric::COUNT],
) -> Row<'a> {
    let mut cells = vec![
        Cell::Day(as_of),
        Cell::Text(&scorecard.partner_id),
        Cell::id(&slice.product_id),
        Cell::id(&slice.workload_id),
        Cell::id(&slice.location_id),
    ];
    for metric in Metric::ALL {
        let (measure, peers) = (scorecard.measures[metric.index()], peers[metric.index()]);
        let standing = |cell: fn(kernel::Standing, u32) -> Cell<'a>| {
            measure
                .standing
                .map_or(Cell::None, |standing| cell(standing, peers))
        };
        cells.extend([
            measure
                .value
                .map_or(Cell::None, |value| Cell::value(metric, value)),
            standing(|standing, _| Cell::Whole(standing.band.into())),
            standing(|standing, _| Cell::Whole(standing.rank.into())),
            standing(|standing, peers| Cell::Float(percentile(standing.less, peers))),
            Cell::Whole(peers.into()),
        ]);
    }
    cells
}

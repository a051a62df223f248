//! `peer_bands`: one row for each non-empty band.

use kernel::{Day, PeerBand};

use super::table::{Cell, Column, Kind, Row};
use crate::store::dump::SliceIds;

/// The ends of a range are floats in formats with types, for one column holds all metrics: an end of revenue below a
/// hundred thousand million is exact again when rounded to four places.
pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::new("as_of", Kind::Day),
        Column::optional("product_id", Kind::Text),
        Column::optional("workload_id", Kind::Text),
        Column::optional("location_id", Kind::Text),
        Column::new("metric", Kind::Text),
        Column::new("band", Kind::Band),
        Column::new("min", Kind::Float),
        Column::new("max", Kind::Float),
        Column::new("partners", Kind::Whole),
    ]
}

pub(super) fn row<'a>(as_of: Day, slice: &'a SliceIds, band: &PeerBand) -> Row<'a> {
    vec![
        Cell::Day(as_of),
        Cell::id(&slice.product_id),
        Cell::id(&slice.workload_id),
        Cell::id(&slice.location_id),
        Cell::Text(band.metric.name()),
        Cell::Whole(band.band.into()),
        Cell::value(band.metric, band.min),
        Cell::value(band.metric, band.max),
        Cell::Whole(band.partners.into()),
    ]
}

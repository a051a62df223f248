//! The two exports, to the byte but for the line end, [`LINE_END`]. Text cells are written as they are: those that a
//! spreadsheet would take for a formula are not defused here.

use crate::csv::line;
use crate::metrics::Metric;
use crate::ratio::Ratio;
use crate::slice::Slice;
use crate::snapshot::{Measure, Snapshot};

pub use crate::csv::LINE_END;

/// One row for each scorecard, by slice then partner.
pub fn scorecards_csv(snapshot: &Snapshot) -> String {
    let mut header: Vec<String> = [
        "as_of",
        "partner_id",
        "product_id",
        "workload_id",
        "location_id",
    ]
    .map(str::to_owned)
    .to_vec();
    for metric in Metric::ALL {
        let name = metric.name().to_lowercase();
        header.extend(
            ["", "_band", "_rank", "_percentile", "_peers"].map(|what| format!("{name}{what}")),
        );
    }
    let mut text = line(&header);
    for scorecard in &snapshot.scorecards {
        let mut cells = vec![snapshot.as_of.to_string(), scorecard.partner_id.clone()];
        cells.extend(slice_cells(&scorecard.slice));
        cells.extend(scorecard.measures.iter().flat_map(measure_cells));
        text.push_str(&line(&cells));
    }
    text
}

/// One row for each non-empty band, by slice, metric, band; ranges are exact.
pub fn peer_bands_csv(snapshot: &Snapshot) -> String {
    let mut text = line(&[
        "as_of",
        "product_id",
        "workload_id",
        "location_id",
        "metric",
        "band",
        "min",
        "max",
        "partners",
    ]);
    for band in &snapshot.peer_bands {
        let mut cells = vec![snapshot.as_of.to_string()];
        cells.extend(slice_cells(&band.slice));
        cells.push(band.metric.name().to_owned());
        cells.push(band.band.to_string());
        cells.push(value_cell(band.metric, band.min));
        cells.push(value_cell(band.metric, band.max));
        cells.push(band.partners.to_string());
        text.push_str(&line(&cells));
    }
    text
}

/// A value as the exports write it.
pub fn value_cell(metric: Metric, value: Ratio) -> String {
    match metric {
        Metric::Revenue => four_places(value),
        _ => float_cell(value),
    }
}

fn slice_cells(slice: &Slice) -> [String; 3] {
    [
        &slice.offering.product_id,
        &slice.offering.workload_id,
        &slice.location_id,
    ]
    .map(|id| id.clone().unwrap_or_default())
}

fn measure_cells(measure: &Measure) -> [String; 5] {
    let percentile = measure
        .percentile
        .and_then(|(less, count)| Ratio::new(100 * i128::from(less), count.into()));
    [
        measure
            .value
            .map_or_else(String::new, |value| value_cell(measure.metric, value)),
        measure
            .band
            .map_or_else(String::new, |band| band.to_string()),
        measure
            .rank
            .map_or_else(String::new, |rank| rank.to_string()),
        percentile.map_or_else(String::new, float_cell),
        measure.peers.to_string(),
    ]
}

/// The shortest form that reads back; Rust's own is that, without an exponent and without a point where the number is whole.
fn float_cell(value: Ratio) -> String {
    value.nearest_f64().to_string()
}

/// Revenue is held in ten-thousandths, so four places are exact.
fn four_places(value: Ratio) -> String {
    let units = value.num * 10_000 / value.den;
    let sign = if units < 0 { "-" } else { "" };
    let units = units.unsigned_abs();
    format!("{sign}{}.{:04}", units / 10_000, units % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metric: Metric, num: i128, den: i128, cell: &str) {
        assert_eq!(value_cell(metric, Ratio { num, den }), cell);
    }

    #[test]
    fn revenue_has_four_places() {
        check(Metric::Revenue, 0, 10_000, "0.0000");
        check(Metric::Revenue, -1, 10_000, "-0.0001");
        check(Metric::Revenue, 12_345_000, 10_000, "1234.5000");
        check(
            Metric::Revenue,
            9_999_999_999_999_999_999,
            10_000,
            "999999999999999.9999",
        );
    }

    #[test]
    fn floats_are_the_shortest_that_read_back() {
        check(Metric::MonthlyActiveUsers, 12, 12, "1");
        check(Metric::MonthlyActiveUsers, 1, 12, "0.08333333333333333");
        check(Metric::NetPromoterScore, -1, 3, "-0.3333333333333333");
        check(Metric::NetPromoterScore, 0, 3, "0");
        check(
            Metric::MauPerAssignedSeat,
            1,
            12 * 2_147_483_647,
            "0.000000000038805107293714974",
        );
        check(Metric::NetPaidSeats, -12, 1, "-12");
    }
}

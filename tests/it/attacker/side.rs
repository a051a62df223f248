//! What the attacker is assumed to know besides its answers: who the peers of each slice are, in which band each of them
//! lies, and which values of one partner are equal. Taken from what staff exports, with the values that its intervals are
//! held against.

use std::collections::BTreeMap;

use kernel::{Day, Metric};
use peerband::app::App;
use peerband::service::export::{Export, Format};

use super::program;
use crate::harness::exported::export;

/// One partner's figure in one slice.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    /// As it is written, so that equal ones are equal exactly.
    pub(super) text: String,
    pub(super) value: f64,
    pub(super) band: Option<u8>,
}

/// The figures of one date: by slice, as a place in [`program::slices`], and partner, by metric.
pub(super) type Figures = BTreeMap<(usize, usize), [Option<Figure>; Metric::COUNT]>;

pub(super) async fn figures(app: &App, day: Day) -> Figures {
    let mut csv = Vec::new();
    export(app, Export::Scorecards, day, Format::Csv, &mut csv)
        .await
        .unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let column = |name: &str| header.iter().position(|one| *one == name).unwrap();
    let place = ["product_id", "workload_id", "location_id"].map(column);
    let partner = column("partner_id");
    let columns = Metric::ALL.map(|metric| {
        let name = metric.name().to_lowercase();
        (column(&name), column(&format!("{name}_band")))
    });
    let slices = program::slices();
    let mut figures = Figures::new();
    for line in lines {
        let slice = place.map(|column| line[column]);
        let slice = slices.iter().position(|one| *one == slice).unwrap();
        let of_metric = columns.map(|(value, band)| {
            let text = line[value].to_owned();
            Some(Figure {
                value: text.parse().ok()?,
                text,
                band: line[band].parse().ok(),
            })
        });
        figures.insert((slice, line[partner][1..].parse().unwrap()), of_metric);
    }
    figures
}

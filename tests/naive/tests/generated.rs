//! What holds for every generated program, and what the generated programs reach.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use peerband_naive::evaluate::evaluate;
use peerband_naive::export::{peer_bands_csv, scorecards_csv};
use peerband_naive::files::{reference_files, upload_csv};
use peerband_naive::metrics::Metric;
use peerband_naive::program::FactUpload;
use peerband_naive::ratio::Ratio;
use peerband_naive::slice::Slice;
use peerband_naive::snapshot::{Measure, PeerBand, Snapshot};
use peerband_naive::strategy;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

proptest! {
    // A failing case prints its rows; there is no source folder beside an integration test to keep seeds in.
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn snapshots_keep_their_invariants((program, as_of) in strategy::scene()) {
        if let Ok(snapshot) = evaluate(&program, as_of) {
            check_order(&snapshot);
            for (slice, metric, measures) in columns(&snapshot) {
                check_column(&measures);
                let bands: Vec<&PeerBand> =
                    snapshot.peer_bands.iter().filter(|band| band.slice == *slice && band.metric == metric).collect();
                check_bands(&measures, &bands);
            }
            prop_assert_eq!(scorecards_csv(&snapshot).lines().count(), 1 + snapshot.scorecards.len());
            prop_assert_eq!(peer_bands_csv(&snapshot).lines().count(), 1 + snapshot.peer_bands.len());
        }
    }

    #[test]
    fn programs_around_the_base_day_evaluate_too(program in strategy::program(), as_of in strategy::as_of()) {
        if let Err(missing) = evaluate(&program, as_of) {
            prop_assert!(missing.windows(2).all(|pair| pair[0].currency < pair[1].currency));
            prop_assert!(missing.iter().all(|missing| missing.first_date <= as_of));
        }
    }

    /// What each fact weighs is counted once at each level: the world holds the sum of what lies in its products.
    #[test]
    fn no_amount_is_counted_twice((program, as_of) in strategy::scene()) {
        if let Ok(snapshot) = evaluate(&program, as_of) {
            for metric in [Metric::Revenue, Metric::NetPaidSeats, Metric::ProductionInstances] {
                let sum = |product: bool| -> i128 {
                    (snapshot.scorecards.iter())
                        .filter(|card| card.slice.location_id.is_none() && card.slice.offering.workload_id.is_none())
                        .filter(|card| card.slice.offering.product_id.is_some() == product)
                        .filter_map(|card| card.measure(metric).value)
                        .map(|value| value.num)
                        .sum()
                };
                prop_assert_eq!(sum(true), sum(false));
            }
        }
    }

    #[test]
    fn every_row_becomes_a_line_at_least((program, _) in strategy::scene()) {
        for (dataset, text) in reference_files(&program) {
            prop_assert!(text.ends_with('\n') && text.lines().count() > 1, "{dataset}");
        }
        for upload in &program.uploads {
            if let FactUpload::Store { rows, .. } = upload {
                prop_assert!(upload_csv(rows).lines().count() > 1);
            }
        }
    }
}

/// The strategy is only worth something while its programs reach the edges.
#[test]
fn generated_programs_are_dense() {
    const PROGRAMS: u32 = 300;
    let mut runner = TestRunner::deterministic();
    let mut reached: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..PROGRAMS {
        let (program, as_of) = strategy::scene().new_tree(&mut runner).unwrap().current();
        let mut seen = BTreeSet::new();
        let deletes = |upload: &FactUpload| matches!(upload, FactUpload::Delete { .. });
        let mut batches = BTreeSet::new();
        seen.extend(
            program
                .uploads
                .iter()
                .any(deletes)
                .then_some("deleted batch"),
        );
        let mut stored = program.uploads.iter().filter(|upload| !deletes(upload));
        seen.extend(
            stored
                .any(|upload| !batches.insert((upload.dataset(), upload.batch())))
                .then_some("replaced batch"),
        );
        seen.extend(program.locations.is_empty().then_some("built-in tree"));
        match evaluate(&program, as_of) {
            Err(_) => seen.extend(["missing rate"]),
            Ok(snapshot) => {
                seen.extend((!snapshot.scorecards.is_empty()).then_some("scorecard"));
                for card in &snapshot.scorecards {
                    let certified_only = card.measure(Metric::Revenue).value.is_none();
                    seen.extend(certified_only.then_some("certified only"));
                    for measure in &card.measures {
                        if measure.value.is_some_and(|value| value > Ratio::ZERO) {
                            seen.insert(measure.metric.name());
                        }
                        seen.extend(measure.band.map(|_| "band"));
                        seen.extend(
                            (measure.band.is_some() && !measure.withheld)
                                .then_some("released band"),
                        );
                    }
                }
                seen.extend(
                    snapshot
                        .peer_bands
                        .iter()
                        .any(|band| band.min < Ratio::ZERO)
                        .then_some("negative end"),
                );
            }
        }
        for name in seen {
            *reached.entry(name).or_default() += 1;
        }
    }
    eprintln!("{reached:#?}");
    let rare = [
        "missing rate",
        "built-in tree",
        "replaced batch",
        "deleted batch",
        "negative end",
    ];
    for name in rare.iter().chain(&["certified only", "released band"]) {
        assert!(
            reached
                .get(name)
                .is_some_and(|times| *times >= PROGRAMS / 60),
            "{name}: {reached:?}"
        );
    }
    for name in Metric::ALL
        .iter()
        .map(|metric| metric.name())
        .chain(["band"])
    {
        assert!(
            reached
                .get(name)
                .is_some_and(|times| *times >= PROGRAMS / 4),
            "{name}: {reached:?}"
        );
    }
}

/// Each metric of each slice, with one measure for each scorecard.
fn columns(snapshot: &Snapshot) -> Vec<(&Slice, Metric, Vec<Measure>)> {
    let mut columns: BTreeMap<(&Slice, Metric), Vec<Measure>> = BTreeMap::new();
    for card in &snapshot.scorecards {
        assert_eq!(
            card.measures
                .iter()
                .map(|measure| measure.metric)
                .collect::<Vec<_>>(),
            Metric::ALL
        );
        for measure in &card.measures {
            match columns.entry((&card.slice, measure.metric)) {
                Entry::Vacant(column) => drop(column.insert(vec![*measure])),
                Entry::Occupied(mut column) => column.get_mut().push(*measure),
            }
        }
    }
    columns
        .into_iter()
        .map(|((slice, metric), measures)| (slice, metric, measures))
        .collect()
}

fn check_order(snapshot: &Snapshot) {
    let cards = snapshot.scorecards.windows(2);
    cards.for_each(|pair| {
        assert!((&pair[0].slice, &pair[0].partner_id) < (&pair[1].slice, &pair[1].partner_id));
    });
    let bands = snapshot.peer_bands.windows(2);
    bands.for_each(|pair| {
        assert!(
            (&pair[0].slice, pair[0].metric, pair[0].band)
                < (&pair[1].slice, pair[1].metric, pair[1].band)
        );
    });
}

fn check_column(measures: &[Measure]) {
    let values: Vec<Ratio> = measures
        .iter()
        .filter_map(|measure| measure.value)
        .collect();
    let banded = values.len() >= 4 && values.iter().any(|value| *value != values[0]);
    for measure in measures {
        assert_eq!(measure.peers, values.len() as u64);
        assert_eq!(measure.band.is_some(), banded && measure.value.is_some());
        assert_eq!(
            measure.band.is_some(),
            measure.rank.is_some() && measure.percentile.is_some()
        );
        let Some(((rank, (less, n)), value)) =
            measure.rank.zip(measure.percentile).zip(measure.value)
        else {
            continue;
        };
        let equal = values.iter().filter(|other| **other == value).count() as u64;
        assert_eq!((less + equal + rank - 1, n), (n, values.len() as u64));
        for other in measures
            .iter()
            .filter(|other| other.value.is_some_and(|other| other < value))
        {
            assert!(other.band <= measure.band && other.rank > measure.rank);
        }
    }
}

fn check_bands(measures: &[Measure], bands: &[&PeerBand]) {
    let counted: u64 = bands.iter().map(|band| band.partners).sum();
    let banded = measures
        .iter()
        .filter(|measure| measure.band.is_some())
        .count() as u64;
    assert_eq!(counted, banded);
    assert!(
        bands.is_empty() || bands[0].band == 1,
        "the smallest value is always in band 1"
    );
    for band in bands {
        assert!(band.partners > 0 && band.min <= band.max);
        assert!(band.widened.0 <= band.min && band.max <= band.widened.1);
        assert_eq!(band.withheld, measures[0].withheld);
    }
    assert!(bands.windows(2).all(|pair| pair[0].max < pair[1].min));
}

//! From a program and an as-of date to the snapshot.

use std::collections::BTreeSet;

use crate::attribution::{Attributed, WindowFacts};
use crate::bands::standing;
use crate::certified::{certified_people, counting_passes};
use crate::date::Date;
use crate::metrics::{Metric, SliceFacts, Sources};
use crate::new_customers::Adds;
use crate::program::Program;
use crate::ratio::Ratio;
use crate::release::{Member, is_withheld, widened};
use crate::revenue::{MissingRate, missing_rates};
use crate::settle::{Fact, Settled};
use crate::slice::{Offering, Slice};
use crate::snapshot::{Measure, PeerBand, Scorecard, Snapshot};
use crate::window::Window;

/// The snapshot of one as-of date, or the currencies whose missing rates stop publication.
pub fn evaluate(program: &Program, as_of: Date) -> Result<Snapshot, Vec<MissingRate>> {
    let window = Window::of(as_of);
    let settled = Settled::of(program);
    let facts = WindowFacts::of(&settled, window);
    let missing = missing_rates(&settled, &facts);
    if !missing.is_empty() {
        return Err(missing);
    }
    let adds = Adds::of(&settled, window);
    let passes = counting_passes(&settled, as_of);
    let sources = Sources {
        settled,
        facts,
        adds,
        passes,
    };

    let mut snapshot = Snapshot {
        as_of,
        settings: program.settings.clone(),
        scorecards: Vec::new(),
        peer_bands: Vec::new(),
    };
    for slice in slices(&sources) {
        add_slice(&mut snapshot, &sources, &slice);
    }
    Ok(snapshot)
}

/// A partner of a slice with its value of each metric.
struct Row<'a> {
    partner_id: &'a str,
    values: Vec<Option<Ratio>>,
}

/// Every slice with a scorecard, in order: those of a fact, and those of the whole world with a counting pass.
fn slices(sources: &Sources<'_>) -> BTreeSet<Slice> {
    let mut slices = BTreeSet::new();
    let facts = &sources.facts;
    add_slices_of(&mut slices, sources, &facts.revenue);
    add_slices_of(&mut slices, sources, &facts.seat_changes);
    add_slices_of(&mut slices, sources, &facts.subscriptions);
    add_slices_of(&mut slices, sources, &facts.usage);
    add_slices_of(&mut slices, sources, &facts.instances);
    add_slices_of(&mut slices, sources, &facts.surveys);
    for pass in &sources.passes {
        let offerings = Offering::above(pass.product_id, Some(pass.workload_id)).into_iter();
        slices.extend(offerings.map(|offering| Slice {
            offering,
            location_id: None,
        }));
    }
    slices
}

fn add_slices_of<Row: Fact>(
    slices: &mut BTreeSet<Slice>,
    sources: &Sources<'_>,
    facts: &[Attributed<'_, Row>],
) {
    for fact in facts {
        slices.extend(Slice::above(
            fact.row,
            &sources.settled.locations_of(fact.row.customer_id()),
        ));
    }
}

fn add_slice(snapshot: &mut Snapshot, sources: &Sources<'_>, slice: &Slice) {
    let rows = rows(sources, slice);
    let mut measures: Vec<Vec<Measure>> = vec![Vec::new(); rows.len()];
    for metric in Metric::ALL {
        let column = measures_of(snapshot, sources, &rows, metric);
        add_peer_bands(snapshot, slice, metric, &column);
        for (row, measure) in measures.iter_mut().zip(column) {
            row.push(measure);
        }
    }
    for (row, measures) in rows.iter().zip(measures) {
        let partner_id = row.partner_id.to_owned();
        snapshot.scorecards.push(Scorecard {
            slice: slice.clone(),
            partner_id,
            measures,
        });
    }
}

/// The peers of the slice, and in a slice of the whole world those with a counting pass only, by partner_id.
fn rows<'a>(sources: &Sources<'a>, slice: &Slice) -> Vec<Row<'a>> {
    let slice_facts = SliceFacts::of(sources, slice);
    let peers = slice_facts.peers();
    let mut rows = Vec::new();
    for partner_id in sources.settled.partners.keys().copied() {
        let certified = certified_people(&sources.passes, partner_id, &slice.offering);
        let values: Vec<Option<Ratio>> = if peers.contains(partner_id) {
            Metric::ALL
                .iter()
                .map(|metric| slice_facts.value(sources, partner_id, *metric))
                .collect()
        } else if slice.location_id.is_none() && certified > 0 {
            let only = |metric: &Metric| *metric == Metric::CertifiedPeople;
            Metric::ALL
                .iter()
                .map(|metric| only(metric).then(|| Ratio::whole(certified as i128)))
                .collect()
        } else {
            continue;
        };
        rows.push(Row { partner_id, values });
    }
    rows
}

/// One metric of a slice: a measure for each row.
fn measures_of(
    snapshot: &Snapshot,
    sources: &Sources<'_>,
    rows: &[Row<'_>],
    metric: Metric,
) -> Vec<Measure> {
    let column: Vec<Option<Ratio>> = rows.iter().map(|row| row.values[metric as usize]).collect();
    let existing: Vec<Ratio> = column.iter().copied().flatten().collect();
    let standings: Vec<_> = column
        .iter()
        .map(|value| value.and_then(|value| standing(&existing, value)))
        .collect();
    let members: Vec<Member<'_>> = rows
        .iter()
        .zip(&standings)
        .filter(|(row, _)| row.values[metric as usize].is_some())
        .map(|(row, standing)| Member {
            partner_id: row.partner_id,
            group_id: sources.settled.partners[row.partner_id],
            band: standing.map(|standing| standing.band),
        })
        .collect();
    let withheld = is_withheld(&snapshot.settings, &members);
    column
        .into_iter()
        .zip(standings)
        .map(|(value, standing)| Measure {
            metric,
            value,
            band: standing.map(|standing| standing.band),
            rank: standing.map(|standing| standing.rank),
            percentile: standing.map(|standing| standing.percentile),
            peers: existing.len() as u64,
            withheld,
        })
        .collect()
}

fn add_peer_bands(snapshot: &mut Snapshot, slice: &Slice, metric: Metric, column: &[Measure]) {
    for band in 1..=4 {
        let inside: Vec<&Measure> = column
            .iter()
            .filter(|measure| measure.band == Some(band))
            .collect();
        let values = || inside.iter().filter_map(|measure| measure.value);
        let (Some(min), Some(max)) = (values().min(), values().max()) else {
            continue;
        };
        snapshot.peer_bands.push(PeerBand {
            slice: slice.clone(),
            metric,
            band,
            min,
            max,
            partners: inside.len() as u64,
            widened: widened(metric, min, max),
            withheld: inside.iter().any(|measure| measure.withheld),
        });
    }
}

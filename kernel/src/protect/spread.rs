//! What the release of one slice tells of the values in it: the ranges of the bands, and how each band's neighbours
//! compare with their own values.
//!
//! Nobody is known to share what it sees, but who can tell the most of a value differs from slice to slice and from
//! snapshot to snapshot, and one viewer may be that one in each. So the ends are those of whoever can tell the most.

use super::grid;
use super::interval::Interval;
use super::nodes::Nodes;
use super::scale::{domain, end_in_units, in_units, step};
use crate::metric::Metric;
use crate::score::SliceScores;

/// How much of a metric in a slice partners are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    Nothing,
    /// Bands, their ranges and counts; not rank, percentile, and how many share a value.
    NotRanks,
    Everything,
}

/// What is told of the values in a band.
#[derive(Clone, Copy, Debug)]
struct Told {
    /// By bands alone.
    by_band: Interval,
    /// Whoever is the smallest of the band knows by its rank that no other is below it. Its owner knows that of the
    /// others alone.
    smallest: (f64, u32),
    /// Likewise the greatest.
    greatest: (f64, u32),
}

/// What each slice tells.
#[derive(Debug)]
pub(super) struct Spread {
    /// By slice and band.
    told: Vec<[Option<Told>; 4]>,
    /// The values that another owner has too, in the same slice.
    pub(super) tied: Vec<bool>,
    domain: Interval,
}

impl Spread {
    pub(super) fn new(
        metric: Metric,
        scores: &[SliceScores],
        nodes: &Nodes,
        owners: &[u32],
    ) -> Spread {
        let mut spread = Spread {
            told: vec![[None; 4]; scores.len()],
            tied: vec![false; nodes.len()],
            domain: domain(metric),
        };
        let mut sorted = Vec::new();
        for (at, scores) in scores.iter().enumerate() {
            let of_slice = nodes.of_slice(at);
            sorted.clear();
            sorted.extend(of_slice.map(|node| Placed {
                band: nodes.band[node],
                value: nodes.value[node],
                owner: owners[nodes.partner[node] as usize],
                node,
            }));
            sorted.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
            for equal in sorted.chunk_by(|a, b| a.value == b.value) {
                let is_tied = equal.iter().any(|one| one.owner != equal[0].owner);
                for one in equal {
                    spread.tied[one.node] = is_tied;
                }
            }
            spread.told[at] = bands(metric, scores, &sorted);
        }
        spread
    }

    /// What is told of a value of an owner. `shown` is what its slice shows.
    pub(super) fn interval(
        &self,
        nodes: &Nodes,
        node: usize,
        owner: u32,
        shown: Shown,
    ) -> Interval {
        let band = usize::from(nodes.band[node]);
        if shown == Shown::Nothing || band == 0 {
            return self.domain;
        }
        let Some(told) = &self.told[nodes.slice[node] as usize][band - 1] else {
            return self.domain;
        };
        let mut interval = told.by_band;
        if shown == Shown::Everything {
            if told.smallest.1 != owner {
                interval.lo = interval.lo.max(told.smallest.0);
            }
            if told.greatest.1 != owner {
                interval.hi = interval.hi.min(told.greatest.0);
            }
        }
        interval
    }
}

#[derive(Clone, Copy, Debug)]
struct Placed {
    band: u8,
    value: f64,
    owner: u32,
    node: usize,
}

/// `sorted` are the values of the slice, the smallest first.
fn bands(metric: Metric, scores: &SliceScores, sorted: &[Placed]) -> [Option<Told>; 4] {
    let mut told = [None; 4];
    let of_metric: Vec<_> = scores
        .bands
        .iter()
        .filter(|band| band.metric == metric)
        .collect();
    let (domain, step) = (domain(metric), step(metric));
    for (at, band) in of_metric.iter().enumerate() {
        // Where a viewer of a neighbouring band stands tells its own value's side.
        let mut by_band = domain;
        if let Some(below) = at.checked_sub(1).and_then(|at| of_metric.get(at)) {
            let end = end_in_units(metric, grid::below(metric, band.min));
            by_band.lo = end.max(in_units(metric, below.max) + step);
        }
        if let Some(above) = of_metric.get(at + 1) {
            let end = end_in_units(metric, grid::above(metric, band.max));
            by_band.hi = end.min(in_units(metric, above.min)) - step;
        }
        let members = sorted.iter().filter(|one| one.band == band.band);
        let smallest = innermost(members.clone());
        let greatest = innermost(members.rev());
        if let (Some(smallest), Some(greatest)) = (smallest, greatest) {
            told[usize::from(band.band) - 1] = Some(Told {
                by_band: by_band.cut(domain),
                smallest,
                greatest,
            });
        }
    }
    told
}

/// The last value of the owner that comes first, before any other's: all others stand beyond it.
fn innermost<'a>(mut members: impl Iterator<Item = &'a Placed>) -> Option<(f64, u32)> {
    let first = members.next()?;
    let last = members
        .take_while(|one| one.owner == first.owner)
        .last()
        .unwrap_or(first);
    Some((last.value, first.owner))
}

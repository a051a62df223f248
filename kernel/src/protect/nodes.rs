//! All values of one metric as flat arrays, by slice and by partner.

use std::ops::Range;

use super::scale::in_units;
use crate::catalog::Catalog;
use crate::ids::{Location, Offering, Slice};
use crate::metric::Metric;
use crate::score::SliceScores;

/// Stands for none where a place is asked for.
pub(super) const NONE: u32 = u32::MAX;

/// The slices that have a scorecard, and which of them lie above which.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) slices: Vec<Slice>,
    /// For each slice the one of the location above, and the one of the offering above; [`NONE`] at the top.
    pub(super) above: [Vec<u32>; 2],
}

/// The places in [`Tree::above`].
pub(super) const LOCATIONS: usize = 0;
pub(super) const OFFERINGS: usize = 1;

impl Tree {
    /// Slices come in their order.
    pub(super) fn new(scores: &[SliceScores], catalog: &Catalog) -> Tree {
        let slices: Vec<Slice> = scores.iter().map(|scores| scores.slice).collect();
        let place = |slice: Slice| {
            let found = slices.binary_search(&slice);
            found.map_or(NONE, |at| at as u32)
        };
        let above = |slice: &Slice| {
            let location = catalog.locations_above(slice.location).nth(1);
            location.map_or(NONE, |location| place(Slice { location, ..*slice }))
        };
        let beyond = |slice: &Slice| {
            let offering = catalog.offerings_above(slice.offering).nth(1);
            offering.map_or(NONE, |offering| place(Slice { offering, ..*slice }))
        };
        let above = [
            slices.iter().map(above).collect(),
            slices.iter().map(beyond).collect(),
        ];
        Tree { slices, above }
    }

    pub(super) fn is_everything(&self, slice: u32) -> bool {
        self.slices[slice as usize].offering == Offering::EVERYTHING
    }

    pub(super) fn is_world(&self, slice: u32) -> bool {
        self.slices[slice as usize].location == Location::WORLD
    }
}

/// The values that exist, in order of slice, then partner.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) slice: Vec<u32>,
    pub(super) partner: Vec<u32>,
    /// In units.
    pub(super) value: Vec<f64>,
    /// 1 (lowest) to 4; 0 where the values are not split into bands.
    pub(super) band: Vec<u8>,
    /// Where each slice begins, and at last where all end.
    starts: Vec<u32>,
    /// The values by partner, and of one partner in order of slice.
    by_partner: Vec<u32>,
    partner_starts: Vec<u32>,
}

impl Nodes {
    pub(super) fn new(metric: Metric, scores: &[SliceScores], partners: usize) -> Nodes {
        let mut nodes = Nodes::default();
        for (scores, slice) in scores.iter().zip(0..) {
            nodes.starts.push(nodes.slice.len() as u32);
            for card in &scores.scorecards {
                let Some(value) = card.values()[metric.index()] else {
                    continue;
                };
                let standing = card.standing(metric);
                nodes.slice.push(slice);
                nodes.partner.push(card.partner.0);
                nodes.value.push(in_units(metric, value));
                nodes
                    .band
                    .push(standing.map_or(0, |standing| standing.band));
            }
        }
        nodes.starts.push(nodes.slice.len() as u32);
        nodes.sort_by_partner(partners);
        nodes
    }

    fn sort_by_partner(&mut self, partners: usize) {
        let mut starts = vec![0; partners + 1];
        for partner in &self.partner {
            starts[*partner as usize + 1] += 1;
        }
        for at in 0..partners {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        self.by_partner = vec![0; self.partner.len()];
        for (partner, node) in self.partner.iter().zip(0..) {
            let place = &mut next[*partner as usize];
            self.by_partner[*place as usize] = node;
            *place += 1;
        }
        self.partner_starts = starts;
    }

    pub(super) fn len(&self) -> usize {
        self.slice.len()
    }

    pub(super) fn slices(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn of_slice(&self, slice: usize) -> Range<usize> {
        self.starts[slice] as usize..self.starts[slice + 1] as usize
    }

    pub(super) fn partners(&self) -> usize {
        self.partner_starts.len() - 1
    }

    /// The places of a partner's values.
    pub(super) fn of_partner(&self, partner: usize) -> &[u32] {
        let (from, to) = (
            self.partner_starts[partner] as usize,
            self.partner_starts[partner + 1] as usize,
        );
        &self.by_partner[from..to]
    }
}

//! What can be known of values, carried from one snapshot to the next: it still holds of those that have not changed.

use super::interval::Interval;
use super::nodes::{Nodes, Tree};
use super::scale::domain;
use crate::ids::{Partner, Slice};
use crate::metric::Metric;

/// One value and the interval that it is known to lie in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    pub slice: Slice,
    pub partner: Partner,
    /// In units of its metric.
    pub value: f64,
    pub interval: Interval,
}

/// The values of one metric of which more is known than of any value, in order of slice, then partner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Knowledge(Vec<Known>);

impl Knowledge {
    pub(super) fn new(
        metric: Metric,
        tree: &Tree,
        nodes: &Nodes,
        intervals: &[Interval],
    ) -> Knowledge {
        let nothing = domain(metric);
        let known = intervals.iter().enumerate();
        let known = known.filter(|(_, interval)| **interval != nothing);
        let known = known.map(|(node, interval)| Known {
            slice: tree.slices[nodes.slice[node] as usize],
            partner: Partner(nodes.partner[node]),
            value: nodes.value[node],
            interval: *interval,
        });
        Knowledge(known.collect())
    }

    /// In any order.
    #[must_use]
    pub fn of(mut known: Vec<Known>) -> Knowledge {
        known.sort_unstable_by_key(|one| (one.slice, one.partner));
        Knowledge(known)
    }

    #[must_use]
    pub fn all(&self) -> &[Known] {
        &self.0
    }

    /// Takes over what a snapshot of another date tells of values that are the same in both.
    pub fn learn(&mut self, other: &Knowledge) {
        let mut others = other.0.iter().peekable();
        for one in &mut self.0 {
            let key = (one.slice, one.partner);
            while others
                .next_if(|other| (other.slice, other.partner) < key)
                .is_some()
            {}
            let same = others
                .peek()
                .filter(|other| (other.slice, other.partner) == key && other.value == one.value);
            if let Some(same) = same {
                one.interval = one.interval.cut(same.interval);
            }
        }
    }
}

/// What is known of each value that has not changed; empty where nothing is.
pub(super) fn carried(tree: &Tree, nodes: &Nodes, earlier: &[Knowledge]) -> Vec<Option<Interval>> {
    if earlier.iter().all(|knowledge| knowledge.0.is_empty()) {
        return Vec::new();
    }
    let mut carried: Vec<Option<Interval>> = vec![None; nodes.len()];
    for knowledge in earlier {
        let mut known = knowledge.0.iter().peekable();
        for (node, carried) in carried.iter_mut().enumerate() {
            let slice = tree.slices[nodes.slice[node] as usize];
            let key = (slice, Partner(nodes.partner[node]));
            while known
                .next_if(|one| (one.slice, one.partner) < key)
                .is_some()
            {}
            let same = known
                .peek()
                .filter(|one| (one.slice, one.partner) == key && one.value == nodes.value[node]);
            if let Some(same) = same {
                *carried = Some(carried.map_or(same.interval, |one| one.cut(same.interval)));
            }
        }
    }
    carried
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Location, Offering};

    fn known(offering: u32, partner: u32, value: f64, lo: f64, hi: f64) -> Known {
        Known {
            slice: Slice {
                offering: Offering(offering),
                location: Location::WORLD,
            },
            partner: Partner(partner),
            value,
            interval: Interval { lo, hi },
        }
    }

    #[test]
    fn only_values_that_are_the_same_tell_of_each_other() {
        let mut one = Knowledge::of(vec![
            known(1, 2, 7.0, 5.0, 20.0),
            known(0, 3, 8.0, 5.0, 20.0),
            known(1, 4, 9.0, 5.0, 20.0),
        ]);
        one.learn(&Knowledge::of(vec![
            known(0, 3, 8.5, 8.0, 9.0),
            known(1, 1, 7.0, 7.0, 7.0),
            known(1, 2, 7.0, 0.0, 10.0),
        ]));
        let expected = [
            known(0, 3, 8.0, 5.0, 20.0),
            known(1, 2, 7.0, 5.0, 10.0),
            known(1, 4, 9.0, 5.0, 20.0),
        ];
        assert_eq!(one.all(), expected);
    }
}

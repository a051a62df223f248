//! The release of a whole snapshot under `release.ranges` = `protected`: what partners are shown is attacked before it is
//! out, and withheld until the attack fails.
//!
//! The attacker is a partner. It knows its own values, every answer it is given, and all rules; besides, who the peers of
//! each slice are, in which of the bands it is shown each of them lies, and which values of one partner are equal to
//! each other. It must not be able to tell another's value within 10 %. docs/confidentiality.md says it in full.
//!
//! Metrics do not tell of each other, so that each is decided by itself.

mod attack;
mod dominance;
mod family;
pub(crate) mod grid;
mod interval;
mod knowledge;
mod nodes;
mod scale;
mod spread;

use self::attack::Release;
use self::dominance::is_dominated;
use self::nodes::{Nodes, Tree};
use self::scale::is_additive;
use self::spread::Spread;
use crate::catalog::Catalog;
use crate::metric::Metric;
use crate::release::ReleaseRules;
use crate::score::SliceScores;

pub use interval::Interval;
pub use knowledge::{Knowledge, Known};
pub use spread::Shown;

/// Why less than everything is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Too few peers.
    MinPeers,
    /// Too few in a band.
    MinBandMembers,
    /// One or two owners make up too much of the sum.
    Dominance,
    /// Another partner's value could be told within 10 %.
    Attack(Attack),
}

/// How a value could be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// From the ranges of its own slice, and where the teller itself stands.
    OrderStatistics,
    /// From a slice above or below in which it is the same.
    NestedEquality,
    /// From what it is the sum of, or a part of.
    Linear,
    /// From what an earlier snapshot told of it.
    Snapshots,
}

/// What partners are shown of one metric in one slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub shown: Shown,
    /// None where everything is shown.
    pub rule: Option<Rule>,
    /// How many values could have been told otherwise, as far as that was what decided.
    pub values: u32,
}

/// What is decided of one metric.
#[derive(Debug)]
pub struct Protected {
    /// By slice.
    pub decisions: Vec<Decision>,
    /// How many values there are.
    pub values: u64,
    /// How many of them could have been told within 10 % under the other rules alone.
    pub bounded_before: u64,
    /// How many still can: what earlier snapshots have told is not taken back.
    pub bounded_after: u64,
    /// What can be known of each value now.
    pub knowledge: Knowledge,
}

/// What protecting goes by.
#[derive(Clone, Copy, Debug)]
pub struct Protection<'a> {
    pub catalog: &'a Catalog,
    pub release: &'a ReleaseRules,
    /// For each partner a number that companies of one owner share.
    pub owners: &'a [u32],
}

impl Protection<'_> {
    /// Decides what is shown of a metric. `scores` are all slices of the snapshot, in their order; `earlier` is what
    /// earlier snapshots have told.
    #[must_use]
    pub fn protect(
        self,
        metric: Metric,
        scores: &[SliceScores],
        earlier: &[Knowledge],
    ) -> Protected {
        let tree = Tree::new(scores, self.catalog);
        let nodes = Nodes::new(metric, scores, self.owners.len());
        let spread = Spread::new(metric, scores, &nodes, self.owners);
        let earlier = knowledge::carried(&tree, &nodes, earlier);
        let slices = scores.iter().enumerate();
        let mut release = Release {
            metric,
            tree: &tree,
            nodes: &nodes,
            spread: &spread,
            owners: self.owners,
            earlier: &earlier,
            decisions: slices
                .map(|(slice, scores)| self.decide(metric, scores, &nodes, slice))
                .collect(),
        };
        let before = release.attack();
        release.withhold_spreads();
        release.withhold_relatives();
        let after = release.attack();
        Protected {
            decisions: release.decisions,
            values: nodes.len() as u64,
            bounded_before: before.bounded,
            bounded_after: after.bounded,
            knowledge: Knowledge::new(metric, &tree, &nodes, &after.known),
        }
    }

    /// By the rules that look at one slice alone.
    fn decide(self, metric: Metric, scores: &SliceScores, nodes: &Nodes, slice: usize) -> Decision {
        let values = || {
            let of_slice = nodes.of_slice(slice);
            of_slice.map(|node| (self.owners[nodes.partner[node] as usize], nodes.value[node]))
        };
        let withheld = |rule| Decision {
            shown: Shown::Nothing,
            rule: Some(rule),
            values: 0,
        };
        if !scores.released[metric.index()] {
            let mut owners: Vec<u32> = values().map(|(owner, _)| owner).collect();
            owners.sort_unstable();
            owners.dedup();
            return withheld(if owners.len() < self.release.min_peers as usize {
                Rule::MinPeers
            } else {
                Rule::MinBandMembers
            });
        }
        if is_additive(metric) && is_dominated(values()) {
            return withheld(Rule::Dominance);
        }
        // That all are equal, and so not split, would tell every value.
        let mut equal = values();
        let first = equal.next().map(|(_, value)| value);
        if nodes.of_slice(slice).len() > 1 && equal.all(|(_, value)| Some(value) == first) {
            return Decision {
                values: nodes.of_slice(slice).len() as u32,
                ..withheld(Rule::Attack(Attack::OrderStatistics))
            };
        }
        Decision {
            shown: Shown::Everything,
            rule: None,
            values: 0,
        }
    }
}

//! The attack on a release that is not out yet, and what has to be withheld until it fails.

use super::family::{Family, Member, Via};
use super::interval::Interval;
use super::nodes::{Nodes, Tree};
use super::scale::domain;
use super::spread::{Shown, Spread};
use super::{Attack, Decision, Rule};
use crate::metric::Metric;

/// One metric of a release, and everything that tells of it.
#[derive(Debug)]
pub(super) struct Release<'a> {
    pub(super) metric: Metric,
    pub(super) tree: &'a Tree,
    pub(super) nodes: &'a Nodes,
    pub(super) spread: &'a Spread,
    /// For each partner a number that companies of one owner share.
    pub(super) owners: &'a [u32],
    /// What earlier snapshots told of values that have not changed since; empty where there are none.
    pub(super) earlier: &'a [Option<Interval>],
    /// By slice.
    pub(super) decisions: Vec<Decision>,
}

/// What is known of all values.
#[derive(Debug)]
pub(super) struct Attacked {
    pub(super) known: Vec<Interval>,
    pub(super) bounded: u64,
}

impl Release<'_> {
    /// Withholds what a slice would tell of itself. Gives back how many values that were.
    pub(super) fn withhold_spreads(&mut self) {
        for slice in 0..self.nodes.slices() {
            for shown in [Shown::Everything, Shown::NotRanks] {
                if self.decisions[slice].shown != shown {
                    continue;
                }
                let told = |node: &usize| {
                    let is_tied = shown == Shown::Everything && self.spread.tied[*node];
                    is_tied || self.told(*node, shown).is_bounded()
                };
                let values = self.nodes.of_slice(slice).filter(told).count();
                if values > 0 {
                    let attack = Attack::OrderStatistics;
                    // Those that ranks tell are among those that bands tell.
                    self.decisions[slice].values = 0;
                    self.decisions[slice].withhold_more(attack, values as u32);
                }
            }
        }
    }

    /// Attacks partner after partner, and withholds more until no value of each is bounded.
    pub(super) fn withhold_relatives(&mut self) {
        let mut family = Family::default();
        let mut touched = Vec::new();
        for partner in 0..self.nodes.partners() {
            // What is withheld for one partner tells less of those before it too.
            loop {
                self.attack_partner(&mut family, partner, |_| false);
                if !self.withhold_for(&family, &mut touched)
                    && !self.withhold_by_trial(&mut family, partner)
                {
                    break;
                }
            }
        }
    }

    /// Attacks the release as it stands.
    pub(super) fn attack(&self) -> Attacked {
        let mut family = Family::default();
        let domain = domain(self.metric);
        let mut attacked = Attacked {
            known: vec![domain; self.nodes.len()],
            bounded: 0,
        };
        for partner in 0..self.nodes.partners() {
            self.attack_partner(&mut family, partner, |_| false);
            for member in &family.members {
                let node = member.node as usize;
                attacked.known[node] = member.known;
                let shown = self.decisions[member.slice as usize].shown;
                let is_tied = shown == Shown::Everything && self.spread.tied[node];
                attacked.bounded += u64::from(is_tied || member.known.is_bounded());
            }
        }
        attacked
    }

    /// As if nothing were shown of some more slices.
    fn attack_partner(
        &self,
        family: &mut Family,
        partner: usize,
        is_withheld: impl Fn(u32) -> bool,
    ) {
        if self.nodes.of_partner(partner).is_empty() {
            family.members.clear();
            return;
        }
        family.take(partner, self.nodes, self.tree, domain(self.metric));
        for at in 0..family.members.len() {
            let Member { node, slice, .. } = family.members[at];
            let node = node as usize;
            let shown = if is_withheld(slice) {
                Shown::Nothing
            } else {
                self.decisions[slice as usize].shown
            };
            let earlier = self.earlier.get(node).copied().flatten();
            family.know(at, self.told(node, shown), earlier);
        }
        family.spread(self.metric, self.tree);
    }

    /// What the slice of a value tells of it alone.
    fn told(&self, node: usize, shown: Shown) -> Interval {
        let owner = self.owners[self.nodes.partner[node] as usize];
        self.spread.interval(self.nodes, node, owner, shown)
    }

    /// Withholds for the values of a partner that are bounded, one at a time of those that are near each other. Whether
    /// there was anything to withhold.
    fn withhold_for(&mut self, family: &Family, touched: &mut Vec<bool>) -> bool {
        let mut bounded: Vec<usize> = (0..family.members.len())
            .filter(|at| family.members[*at].known.is_bounded())
            .collect();
        if bounded.is_empty() {
            return false;
        }
        // Where few are compared, least is lost.
        let peers = |at: usize| self.nodes.of_slice(family.members[at].slice as usize).len();
        bounded.sort_unstable_by_key(|at| (peers(*at), std::cmp::Reverse(*at)));
        touched.clear();
        touched.resize(family.members.len(), false);
        let mut withheld = false;
        for at in bounded {
            let Some((culprit, attack)) = self.culprit(family, at) else {
                continue;
            };
            if touched[at] || touched[culprit] {
                continue;
            }
            for near in [at, culprit] {
                touched[near] = true;
                family.relatives(near).for_each(|near| touched[near] = true);
            }
            self.withhold(family, culprit, attack);
            withheld = true;
        }
        withheld
    }

    /// Withholds for a value that is bounded where following its ends leads nowhere: to a sum of which an earlier snapshot
    /// told the greater part. Whether there was anything to withhold.
    fn withhold_by_trial(&mut self, family: &mut Family, partner: usize) -> bool {
        let is_bounded = |member: &&Member| member.known.is_bounded();
        let bounded: Vec<Member> = family.members.iter().filter(is_bounded).copied().collect();
        if bounded.is_empty() {
            return false;
        }
        let peers = |slice: &u32| self.nodes.of_slice(*slice as usize).len();
        let slices = family.members.iter().map(|member| member.slice);
        let mut shown: Vec<u32> = slices
            .filter(|slice| self.decisions[*slice as usize].shown != Shown::Nothing)
            .collect();
        shown.sort_unstable_by_key(|slice| (peers(slice), std::cmp::Reverse(*slice)));
        let helps = |family: &mut Family, is_withheld: &dyn Fn(u32) -> bool| {
            self.attack_partner(family, partner, is_withheld);
            let mut before = bounded.iter();
            before.any(|one| {
                let mut now = family.members.iter();
                now.any(|now| now.node == one.node && !now.known.is_bounded())
            })
        };
        // What earlier snapshots told by themselves cannot be taken back.
        if shown.is_empty() || !helps(family, &|_| true) {
            return false;
        }
        let mut trials = shown.iter().copied().take(TRIALS_MAX);
        let culprit = trials.find(|slice| helps(family, &|other| other == *slice));
        let culprit = culprit.unwrap_or(shown[0]);
        let decision = &mut self.decisions[culprit as usize];
        decision.shown = Shown::NotRanks;
        let attack = if self.earlier.is_empty() {
            Attack::Linear
        } else {
            Attack::Snapshots
        };
        decision.withhold_more(attack, 1);
        true
    }

    /// Withholds ranks where it is them that tell, else the metric.
    fn withhold(&mut self, family: &Family, culprit: usize, attack: Attack) {
        let member = &family.members[culprit];
        let node = member.node as usize;
        let decision = &self.decisions[member.slice as usize];
        let is_by_ranks = decision.shown == Shown::Everything
            && self.told(node, Shown::Everything) != self.told(node, Shown::NotRanks);
        let decision = &mut self.decisions[member.slice as usize];
        if decision.shown == Shown::Everything && !is_by_ranks {
            decision.shown = Shown::NotRanks;
        }
        decision.withhold_more(attack, 1);
    }

    /// The member whose release has to go so that another one is not bounded: the bounded one itself, or the one of
    /// those that told the two ends where fewer are compared. None where it was all told earlier.
    fn culprit(&self, family: &Family, at: usize) -> Option<(usize, Attack)> {
        let ends = [0, 1].map(|end| root(family, at, end));
        let is_shown = |at: &usize| {
            let slice = family.members[*at].slice as usize;
            self.decisions[slice].shown != Shown::Nothing
        };
        let peers = |at: &usize| {
            self.nodes
                .of_slice(family.members[*at].slice as usize)
                .len()
        };
        let told = ends.iter().filter(|one| one.via == Some(Via::Slice));
        let culprit = told
            .map(|one| one.at)
            .filter(is_shown)
            .min_by_key(|root| (*root != at, peers(root), *root))?;
        let sources = family.members[at].sources;
        let is_earlier = ends.iter().any(|one| one.via == Some(Via::Snapshot));
        let attack = match sources[0].via.max(sources[1].via) {
            _ if is_earlier => Attack::Snapshots,
            Via::Linear => Attack::Linear,
            Via::Equal => Attack::NestedEquality,
            Via::Slice | Via::Snapshot => Attack::OrderStatistics,
        };
        Some((culprit, attack))
    }
}

/// Slices that are tried one by one; after them the one with the fewest peers goes.
const TRIALS_MAX: usize = 64;

/// Who told an end first.
#[derive(Clone, Copy, Debug)]
struct Root {
    at: usize,
    /// None where ends have tightened each other and it goes round.
    via: Option<Via>,
}

/// Follows an end to who told it first; of a sum, to the part that weighs most.
fn root(family: &Family, at: usize, end: usize) -> Root {
    let mut at = at;
    for _ in 0..family.members.len() {
        let source = family.members[at].sources[end];
        match source.via {
            Via::Slice | Via::Snapshot => {
                let via = Some(source.via);
                return Root { at, via };
            }
            Via::Equal | Via::Linear => at = source.from as usize,
        }
    }
    Root { at, via: None }
}

impl Decision {
    fn withhold_more(&mut self, attack: Attack, values: u32) {
        self.shown = match self.shown {
            Shown::Everything => Shown::NotRanks,
            Shown::NotRanks | Shown::Nothing => Shown::Nothing,
        };
        self.rule = Some(Rule::Attack(attack));
        self.values = self.values.saturating_add(values);
    }
}

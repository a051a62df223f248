//! One partner's values of one metric in all its slices, and what each of them tells of the others.

use super::interval::Interval;
use super::nodes::{LOCATIONS, NONE, Nodes, OFFERINGS, Tree};
use super::scale::{Adding, along_locations, along_offerings, is_never_negative};
use crate::metric::Metric;

/// How an end came to be known. Orders by how far the knowledge was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Via {
    /// The release of the slice itself, or what everybody knows.
    Slice,
    /// An earlier snapshot.
    Snapshot,
    /// The same value in a slice above or below.
    Equal,
    /// The sum, or the union, of which it is a part or the whole.
    Linear,
}

/// Where an end came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub(super) via: Via,
    /// The member that told it; itself where it was not fetched.
    pub(super) from: u32,
}

/// A value and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) node: u32,
    pub(super) slice: u32,
    pub(super) value: f64,
    pub(super) known: Interval,
    /// Of the lower and the upper end.
    pub(super) sources: [Source; 2],
}

/// The members by place, in order of slice.
#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) members: Vec<Member>,
    /// Along each tree: the member above, the first one below, and the next one beside.
    above: [Vec<u32>; 2],
    first_below: [Vec<u32>; 2],
    beside: [Vec<u32>; 2],
    /// By slice, the member in it; [`NONE`] between two families.
    member_of: Vec<u32>,
}

/// Sweeps after which what is left to gain is dust: each sweep goes up and down both trees.
const SWEEPS_MAX: usize = 40;

/// Gains below this share of an end are dust.
const DUST: f64 = 1e-7;

impl Family {
    /// Takes a partner's values. What is known of them is for the caller to say.
    pub(super) fn take(&mut self, partner: usize, nodes: &Nodes, tree: &Tree, nothing: Interval) {
        self.member_of.resize(tree.slices.len(), NONE);
        self.members.clear();
        for (node, at) in nodes.of_partner(partner).iter().zip(0..) {
            let slice = nodes.slice[*node as usize];
            self.member_of[slice as usize] = at;
            let source = Source {
                via: Via::Slice,
                from: at,
            };
            self.members.push(Member {
                node: *node,
                slice,
                value: nodes.value[*node as usize],
                known: nothing,
                sources: [source; 2],
            });
        }
        for along in [LOCATIONS, OFFERINGS] {
            let len = self.members.len();
            for list in [
                &mut self.above[along],
                &mut self.first_below[along],
                &mut self.beside[along],
            ] {
                list.clear();
                list.resize(len, NONE);
            }
            for (at, member) in self.members.iter().enumerate() {
                let above = tree.above[along][member.slice as usize];
                let parent = match above {
                    NONE => NONE,
                    above => self.member_of[above as usize],
                };
                if parent != NONE {
                    self.above[along][at] = parent;
                    self.beside[along][at] = self.first_below[along][parent as usize];
                    self.first_below[along][parent as usize] = at as u32;
                }
            }
        }
        for member in &self.members {
            self.member_of[member.slice as usize] = NONE;
        }
    }

    /// Says what is known of a member without looking at the others.
    pub(super) fn know(&mut self, at: usize, told: Interval, earlier: Option<Interval>) {
        let member = &mut self.members[at];
        let from = at as u32;
        let by_slice = Source {
            via: Via::Slice,
            from,
        };
        let by_snapshot = Source {
            via: Via::Snapshot,
            from,
        };
        member.known = told;
        member.sources = [by_slice; 2];
        if let Some(earlier) = earlier {
            if earlier.lo > told.lo {
                member.sources[0] = by_snapshot;
            }
            if earlier.hi < told.hi {
                member.sources[1] = by_snapshot;
            }
            member.known = told.cut(earlier);
        }
    }

    /// Lets all members tell of each other until nothing more comes out.
    pub(super) fn spread(&mut self, metric: Metric, tree: &Tree) {
        for _ in 0..SWEEPS_MAX {
            let mut gained = false;
            // Slices below come after those above.
            for at in (0..self.members.len()).rev() {
                gained |= self.relate(metric, tree, at);
            }
            if !gained {
                return;
            }
            gained = false;
            for at in 0..self.members.len() {
                gained |= self.relate(metric, tree, at);
            }
            if !gained {
                return;
            }
        }
    }

    /// The members one step above and below.
    pub(super) fn relatives(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        [LOCATIONS, OFFERINGS].into_iter().flat_map(move |along| {
            let above = self.above[along][at];
            let above = (above != NONE).then_some(above as usize);
            above.into_iter().chain(self.below(along, at))
        })
    }

    fn below(&self, along: usize, at: usize) -> impl Iterator<Item = usize> + '_ {
        let known = |at: u32| (at != NONE).then_some(at);
        let first = known(self.first_below[along][at]);
        std::iter::successors(first, move |at| known(self.beside[along][*at as usize]))
            .map(|at| at as usize)
    }

    /// Relates a member with those below it, along both trees. Whether anything came out.
    fn relate(&mut self, metric: Metric, tree: &Tree, at: usize) -> bool {
        let slice = self.members[at].slice;
        let mut gained = false;
        for along in [LOCATIONS, OFFERINGS] {
            if self.first_below[along][at] == NONE {
                continue;
            }
            gained |= self.equal(along, at);
            let adding = match along {
                LOCATIONS => along_locations(metric),
                _ => along_offerings(metric, tree.is_everything(slice), tree.is_world(slice)),
            };
            gained |= match adding {
                Adding::Sum => self.sum(along, at, is_never_negative(metric)),
                Adding::Union { covers } => self.union(along, at, covers),
                Adding::Not => false,
            };
        }
        gained
    }

    /// Those below that have the same value know the same.
    fn equal(&mut self, along: usize, at: usize) -> bool {
        let mut gained = false;
        let mut child = self.first_below[along][at];
        while child != NONE {
            let below = child as usize;
            child = self.beside[along][below];
            if self.members[below].value == self.members[at].value {
                let (over, under) = (self.members[at].known, self.members[below].known);
                gained |= self.raise(at, under.lo, Via::Equal, below);
                gained |= self.lower(at, under.hi, Via::Equal, below);
                gained |= self.raise(below, over.lo, Via::Equal, at);
                gained |= self.lower(below, over.hi, Via::Equal, at);
            }
        }
        gained
    }

    /// A whole and its parts. What lies in no part is never negative, or it is nothing.
    fn sum(&mut self, along: usize, at: usize, never_negative: bool) -> bool {
        let parts = self.parts(along, at);
        let is_whole = parts.value == self.members[at].value;
        let mut gained = false;
        if never_negative || is_whole {
            if let Some((lo, from)) = parts.lo.all() {
                gained |= self.raise(at, lo, Via::Linear, from);
            }
            gained |= self.part_ends(along, at, &parts.lo, 0);
        }
        if is_whole {
            if let Some((hi, from)) = parts.hi.all() {
                gained |= self.lower(at, hi, Via::Linear, from);
            }
            gained |= self.part_ends(along, at, &parts.hi, 1);
        }
        gained
    }

    /// A whole whose parts overlap.
    fn union(&mut self, along: usize, at: usize, covers: bool) -> bool {
        let parts = self.parts(along, at);
        let mut gained = false;
        let mut child = self.first_below[along][at];
        while child != NONE {
            let below = child as usize;
            child = self.beside[along][below];
            let (over, under) = (self.members[at].known, self.members[below].known);
            gained |= self.raise(at, under.lo, Via::Linear, below);
            gained |= self.lower(below, over.hi, Via::Linear, at);
        }
        if covers {
            if let Some((hi, from)) = parts.hi.all() {
                gained |= self.lower(at, hi, Via::Linear, from);
            }
            gained |= self.part_ends(along, at, &parts.hi, 1);
        }
        gained
    }

    /// What the whole's other end leaves for each part: of lower ends (0) the upper ones, and the other way round.
    fn part_ends(&mut self, along: usize, at: usize, ends: &Ends, end: usize) -> bool {
        let whole = self.members[at].known;
        let of_whole = if end == 0 { whole.hi } else { whole.lo };
        if of_whole.is_infinite() {
            return false;
        }
        let mut gained = false;
        let mut child = self.first_below[along][at];
        while child != NONE {
            let below = child as usize;
            child = self.beside[along][below];
            // Ends of other parts may have moved since they were added up; they only let less out than they could.
            let own = ends.of(self.members[below].known, end);
            let Some(others) = ends.but(own) else {
                continue;
            };
            gained |= if end == 0 {
                self.lower(below, of_whole - others, Via::Linear, at)
            } else {
                self.raise(below, of_whole - others, Via::Linear, at)
            };
        }
        gained
    }

    fn parts(&self, along: usize, at: usize) -> Parts {
        let mut parts = Parts::default();
        for below in self.below(along, at) {
            let member = &self.members[below];
            parts.value += member.value;
            parts.lo.add(member.known.lo, below);
            parts.hi.add(member.known.hi, below);
        }
        parts
    }

    fn raise(&mut self, at: usize, lo: f64, via: Via, from: usize) -> bool {
        let member = &mut self.members[at];
        if !gains(lo - member.known.lo, lo) {
            return false;
        }
        member.known.lo = lo;
        member.sources[0] = Source {
            via,
            from: from as u32,
        };
        true
    }

    fn lower(&mut self, at: usize, hi: f64, via: Via, from: usize) -> bool {
        let member = &mut self.members[at];
        if !gains(member.known.hi - hi, hi) {
            return false;
        }
        member.known.hi = hi;
        member.sources[1] = Source {
            via,
            from: from as u32,
        };
        true
    }
}

fn gains(gain: f64, end: f64) -> bool {
    // Infinities that are equal have no difference.
    gain > DUST * end.abs().min(f64::MAX) && !gain.is_nan()
}

/// What the parts of a whole add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    value: f64,
    lo: Ends,
    hi: Ends,
}

/// The lower, or the upper, ends of parts.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    finite: f64,
    infinite: u32,
    /// The greatest in size, and whose it is.
    greatest: f64,
    from: u32,
}

impl Ends {
    fn add(&mut self, end: f64, from: usize) {
        if end.is_infinite() {
            self.infinite += 1;
            return;
        }
        self.finite += end;
        if end.abs() >= self.greatest {
            (self.greatest, self.from) = (end.abs(), from as u32);
        }
    }

    fn all(&self) -> Option<(f64, usize)> {
        (self.infinite == 0).then_some((self.finite, self.from as usize))
    }

    /// All but one of them.
    fn but(&self, own: f64) -> Option<f64> {
        match (self.infinite, own.is_infinite()) {
            (0, _) => Some(self.finite - own),
            (1, true) => Some(self.finite),
            _ => None,
        }
    }

    fn of(&self, known: Interval, end: usize) -> f64 {
        if end == 0 { known.lo } else { known.hi }
    }
}

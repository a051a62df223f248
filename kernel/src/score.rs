//! From totals to scorecards: values, peer bands, ranks and percentiles of every slice (DATA.md, 'Peers, bands,
//! ranks').

use std::ops::Range;

use crate::catalog::Catalog;
use crate::certified::CertifiedPeople;
use crate::ids::{Location, Offering, Partner, Slice};
use crate::metric::{Metric, Value};
use crate::release::ReleaseRules;
use crate::totals::{Totals, certified_only_values, values};

/// The fewest values that are split into bands.
const BANDED_PEERS_MIN: usize = 4;

/// Where a value stands among its peers'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// 1 (lowest) to 4.
    pub band: u8,
    /// 1 plus how many peers are strictly greater.
    pub rank: u32,
    /// How many peers are strictly smaller.
    pub less: u32,
}

/// 100 × less ÷ peers, as the nearest float.
#[must_use]
pub fn percentile(less: u32, peers: u32) -> f64 {
    (100 * u64::from(less)) as f64 / f64::from(peers)
}

/// One partner's measures in one slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scorecard {
    pub partner: Partner,
    /// None where the partner has a counting pass in the offering and no fact in the slice.
    pub totals: Option<Totals>,
    pub certified_people: i64,
    pub standings: [Option<Standing>; Metric::COUNT],
}

impl Scorecard {
    #[must_use]
    pub fn values(&self) -> [Option<Value>; Metric::COUNT] {
        match &self.totals {
            Some(totals) => values(totals, self.certified_people),
            None => certified_only_values(self.certified_people),
        }
    }
}

/// A non-empty quartile of a metric in a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerBand {
    pub metric: Metric,
    pub band: u8,
    pub min: Value,
    pub max: Value,
    pub partners: u32,
}

/// Everything published for one slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceScores {
    pub slice: Slice,
    /// How many values each metric has.
    pub peers: [u32; Metric::COUNT],
    /// Whether partners may see the bands, count, rank and percentile of each metric.
    pub released: [bool; Metric::COUNT],
    /// In order of partner.
    pub scorecards: Vec<Scorecard>,
    /// In order of metric, then band.
    pub bands: Vec<PeerBand>,
}

/// What scoring knows besides totals.
#[derive(Debug, Clone, Copy)]
pub struct Scoring<'a> {
    pub catalog: &'a Catalog,
    pub certified: &'a CertifiedPeople,
    pub release: &'a ReleaseRules,
    /// For each partner a number that companies of one owner share.
    pub owners: &'a [u32],
}

impl<'a> Scoring<'a> {
    /// Every slice that has a scorecard, in slice order. `totals` are those of [`crate::Tally::finish`]: sorted, at
    /// the customers' own locations.
    pub fn score(
        self,
        totals: &'a [(Slice, Partner, Totals)],
    ) -> impl Iterator<Item = SliceScores> + 'a {
        let offerings = (0..self.catalog.offerings()).map(|at| Offering(at as u32));
        offerings.flat_map(move |offering| self.score_offering(offering, totals))
    }

    /// Every slice of one offering that has a scorecard, in order of location. Offerings can be scored in any order, and
    /// side by side.
    #[must_use]
    pub fn score_offering(
        self,
        offering: Offering,
        totals: &[(Slice, Partner, Totals)],
    ) -> Vec<SliceScores> {
        let from = totals.partition_point(|(slice, ..)| slice.offering < offering);
        let to = totals.partition_point(|(slice, ..)| slice.offering <= offering);
        let certified: Vec<(Partner, i64)> = self.certified.of(offering).collect();
        let mut rows = self.roll_up(&totals[from..to]);
        let holders_only = |(partner, _): &&(Partner, i64)| {
            let key = (Location::WORLD, *partner);
            rows.binary_search_by_key(&key, |(location, partner, _)| (*location, *partner))
                .is_err()
        };
        let holders: Vec<_> = certified
            .iter()
            .filter(holders_only)
            .map(|(partner, _)| (Location::WORLD, *partner, None))
            .collect();
        rows.extend(holders);
        rows.sort_unstable_by_key(|(location, partner, _)| (*location, *partner));

        let ranges = ranges_by(&rows, |(location, ..)| *location);
        let score = |range: Range<usize>| {
            let rows = &rows[range];
            let location = rows[0].0;
            let scorecards = rows
                .iter()
                .map(|(_, partner, totals)| Scorecard {
                    partner: *partner,
                    totals: *totals,
                    certified_people: certified
                        .binary_search_by_key(partner, |(holder, _)| *holder)
                        .map_or(0, |at| certified[at].1),
                    standings: [None; Metric::COUNT],
                })
                .collect();
            self.rank(Slice { offering, location }, scorecards)
        };
        ranges.into_iter().map(score).collect()
    }

    /// Adds each location's totals to those above it. Sorted by location, then partner.
    fn roll_up(
        self,
        totals: &[(Slice, Partner, Totals)],
    ) -> Vec<(Location, Partner, Option<Totals>)> {
        let mut rows: Vec<(Location, Partner, Option<Totals>)> =
            Vec::with_capacity(totals.len() * 4);
        for (slice, partner, totals) in totals {
            let above = self.catalog.locations_above(slice.location);
            rows.extend(above.map(|location| (location, *partner, Some(*totals))));
        }
        rows.sort_unstable_by_key(|(location, partner, _)| (*location, *partner));
        rows.dedup_by(|next, first| {
            let same = (next.0, next.1) == (first.0, first.1);
            if let (true, Some(into), Some(more)) = (same, &mut first.2, &next.2) {
                into.add(more);
            }
            same
        });
        rows
    }

    fn rank(self, slice: Slice, mut scorecards: Vec<Scorecard>) -> SliceScores {
        let values: Vec<_> = scorecards.iter().map(Scorecard::values).collect();
        let mut peers = [0; Metric::COUNT];
        let mut released = [false; Metric::COUNT];
        let mut bands = Vec::new();
        let mut ranked: Vec<(Value, usize)> = Vec::with_capacity(scorecards.len());
        for metric in Metric::ALL {
            let index = metric.index();
            ranked.clear();
            ranked.extend(
                values
                    .iter()
                    .enumerate()
                    .filter_map(|(at, v)| Some((v[index]?, at))),
            );
            ranked.sort_unstable();
            peers[index] = ranked.len() as u32;

            let mut owners_by_band = [const { Vec::new() }; 4];
            let is_banded =
                ranked.len() >= BANDED_PEERS_MIN && ranked[0].0 != ranked[ranked.len() - 1].0;
            if is_banded {
                for equal in ranges_by(&ranked, |(value, _)| *value) {
                    let standing = standing_of(&equal, ranked.len());
                    for (_, at) in &ranked[equal] {
                        scorecards[*at].standings[index] = Some(standing);
                    }
                }
                bands.extend(bands_of(metric, &ranked, &scorecards));
                for (_, at) in &ranked {
                    let scorecard = &scorecards[*at];
                    if let Some(standing) = scorecard.standings[index] {
                        owners_by_band[usize::from(standing.band) - 1]
                            .push(self.owner(scorecard.partner));
                    }
                }
            }
            let all_owners = ranked
                .iter()
                .map(|(_, at)| self.owner(scorecards[*at].partner));
            released[index] = self.release.allow(all_owners.collect(), owners_by_band);
        }
        SliceScores {
            slice,
            peers,
            released,
            scorecards,
            bands,
        }
    }

    fn owner(self, partner: Partner) -> u32 {
        self.owners[partner.0 as usize]
    }
}

/// The standing shared by the equal values that fill this range of the `peers` sorted values.
fn standing_of(equal: &Range<usize>, peers: usize) -> Standing {
    Standing {
        band: (1 + 4 * equal.start / peers) as u8,
        rank: (1 + peers - equal.end) as u32,
        less: equal.start as u32,
    }
}

fn bands_of<'a>(
    metric: Metric,
    ranked: &'a [(Value, usize)],
    scorecards: &'a [Scorecard],
) -> impl Iterator<Item = PeerBand> + 'a {
    let band_of =
        move |at: usize| scorecards[at].standings[metric.index()].map(|standing| standing.band);
    let ranges = ranges_by(ranked, move |(_, at)| band_of(*at));
    ranges.into_iter().filter_map(move |range| {
        let members = &ranked[range];
        Some(PeerBand {
            metric,
            band: band_of(members[0].1)?,
            min: members[0].0,
            max: members[members.len() - 1].0,
            partners: members.len() as u32,
        })
    })
}

/// The runs of neighbours with an equal key.
fn ranges_by<Item, Key: PartialEq>(
    items: &[Item],
    key: impl Fn(&Item) -> Key,
) -> Vec<Range<usize>> {
    let mut start = 0;
    items
        .chunk_by(|a, b| key(a) == key(b))
        .map(|run| {
            let range = start..start + run.len();
            start = range.end;
            range
        })
        .collect()
}

//! From totals to scorecards: values, peer bands, ranks and percentiles of every slice (DATA.md, 'Peers, bands,
//! ranks').

use std::num::NonZeroU32;

use crate::catalog::Catalog;
use crate::certified::CertifiedPeople;
use crate::ids::{Location, Offering, Partner, Slice};
use crate::metric::{Metric, Value};
use crate::ranking::{Placed, Ranking};
use crate::release::ReleaseRules;
use crate::roll_up::roll_up;
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
    pub(crate) places: [Option<Place>; Metric::COUNT],
}

/// A standing as it is kept of each of very many values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    rank: NonZeroU32,
    /// Four times how many peers are strictly smaller, plus the band less one: there are fewer than 2^30 peers, whose
    /// scorecards would fit no memory.
    less_and_band: u32,
}

impl Place {
    /// The place shared by the equal values from `less` to `end` of the `peers` sorted values.
    fn new(less: usize, end: usize, peers: usize) -> Option<Place> {
        let band = 4 * less / peers;
        Some(Place {
            rank: NonZeroU32::new((1 + peers - end) as u32)?,
            less_and_band: (4 * less + band) as u32,
        })
    }

    fn band(self) -> u8 {
        (self.less_and_band % 4) as u8 + 1
    }
}

impl Scorecard {
    /// Where the value of a metric stands, if the slice's values are split into bands.
    #[must_use]
    pub fn standing(&self, metric: Metric) -> Option<Standing> {
        self.places[metric.index()].map(|place| Standing {
            band: place.band(),
            rank: place.rank.get(),
            less: place.less_and_band / 4,
        })
    }

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
    /// Every slice that has a scorecard, in slice order. `totals` are those of [`crate::Tallied::rows`]: sorted, at
    /// the customers' own locations.
    pub fn score(
        self,
        totals: &'a [(Slice, Partner, Totals)],
    ) -> impl Iterator<Item = SliceScores> + 'a {
        let offerings = (0..self.catalog.offerings()).map(|at| Offering(at as u32));
        offerings.flat_map(move |offering| {
            let from = totals.partition_point(|(slice, ..)| slice.offering < offering);
            let to = totals.partition_point(|(slice, ..)| slice.offering <= offering);
            self.score_offering(offering, &totals[from..to], (0, 1))
        })
    }

    /// Of one offering every slice that has a scorecard, in order of location. `totals` are those of
    /// [`crate::Tallied::of`]. Offerings can be scored in any order, and side by side, as can stretches of the locations of
    /// one: a stretch is given by its place among so many.
    #[must_use]
    pub fn score_offering(
        self,
        offering: Offering,
        totals: &[(Slice, Partner, Totals)],
        stretch: (usize, usize),
    ) -> Vec<SliceScores> {
        let certified = self.certified.of(offering);
        let mut ranking = Ranking::default();
        let mut scored: Vec<SliceScores> = Vec::new();
        roll_up(self.catalog, totals, stretch, |location, rows| {
            let scorecards = scorecards(location, rows, certified);
            scored.push(self.rank(Slice { offering, location }, scorecards, &mut ranking));
        });
        // Whoever has facts has them in the whole world.
        if totals.is_empty() && stretch.0 == 0 && !certified.is_empty() {
            let location = Location::WORLD;
            let scorecards = scorecards(location, &[], certified);
            scored.push(self.rank(Slice { offering, location }, scorecards, &mut ranking));
        }
        scored
    }

    fn rank(
        self,
        slice: Slice,
        mut scorecards: Vec<Scorecard>,
        ranking: &mut Ranking,
    ) -> SliceScores {
        let mut peers = [0; Metric::COUNT];
        let mut released = [false; Metric::COUNT];
        let mut bands = Vec::new();
        for metric in Metric::ALL {
            let index = metric.index();
            let ranked = ranking.sort(metric, &scorecards);
            peers[index] = ranked.len() as u32;
            let first_band = bands.len();
            if is_banded(ranked) {
                let mut less = 0;
                for equal in ranked.chunk_by(|a, b| a.key == b.key) {
                    let place = Place::new(less, less + equal.len(), ranked.len());
                    less += equal.len();
                    for one in equal {
                        scorecards[one.at()].places[index] = place;
                    }
                }
                let band_of = |one: &Placed| scorecards[one.at()].places[index].map(Place::band);
                let of_bands = ranked.chunk_by(|a, b| band_of(a) == band_of(b));
                bands.extend(of_bands.filter_map(|members| {
                    let (first, last) = (members.first()?, members.last()?);
                    Some(PeerBand {
                        metric,
                        band: band_of(first)?,
                        min: scorecards[first.at()].values()[index]?,
                        max: scorecards[last.at()].values()[index]?,
                        partners: members.len() as u32,
                    })
                }));
            }
            let owner = |one: &Placed| self.owners[scorecards[one.at()].partner.0 as usize];
            let mut rest = ranked;
            let owners_by_band = bands[first_band..].iter().map(|band| {
                let (members, after) = rest.split_at(band.partners as usize);
                rest = after;
                members.iter().map(owner)
            });
            released[index] = self.release.allow(ranked.iter().map(owner), owners_by_band);
        }
        SliceScores {
            slice,
            peers,
            released,
            scorecards,
            bands,
        }
    }
}

/// The scorecards of a location, in order of partner; `certified` are the offering's, wherever they are. Without a fact a
/// partner with certified people is a peer in the whole world only.
fn scorecards(
    location: Location,
    rows: &[(Partner, Totals)],
    certified: &[(Partner, i64)],
) -> Vec<Scorecard> {
    let scorecard = |partner, totals, certified_people| Scorecard {
        partner,
        totals,
        certified_people,
        places: [None; Metric::COUNT],
    };
    let is_world = location == Location::WORLD;
    let without_facts = if is_world { certified.len() } else { 0 };
    let mut scorecards = Vec::with_capacity(rows.len() + without_facts);
    let mut certified = certified.iter().copied().peekable();
    for (partner, totals) in rows {
        while let Some((holder, people)) = certified.next_if(|(holder, _)| holder < partner) {
            if is_world {
                scorecards.push(scorecard(holder, None, people));
            }
        }
        let people = certified.next_if(|(holder, _)| holder == partner);
        let people = people.map_or(0, |(_, people)| people);
        scorecards.push(scorecard(*partner, Some(*totals), people));
    }
    if is_world {
        scorecards.extend(certified.map(|(holder, people)| scorecard(holder, None, people)));
    }
    scorecards
}

/// Whether there are enough unlike values to be split into bands.
fn is_banded(ranked: &[Placed]) -> bool {
    match (ranked.first(), ranked.last()) {
        (Some(first), Some(last)) => ranked.len() >= BANDED_PEERS_MIN && first.key != last.key,
        _ => false,
    }
}

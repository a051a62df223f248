//! A small program: everything holds the products `p` and `r`, `p` the workload `w`; the world holds `A` and `B`.

use peerband_kernel::{
    Catalog, CertifiedPeople, Decision, Knowledge, Location, Metric, Offering, Partner, Protected,
    Protection, Ranges, ReleaseRules, Scoring, Slice, SliceScores, Totals,
};

pub(super) const EVERYTHING: u32 = 0;
pub(super) const P: u32 = 1;
pub(super) const W: u32 = 2;
pub(super) const R: u32 = 3;
pub(super) const WORLD: u32 = 0;
pub(super) const A: u32 = 1;
pub(super) const B: u32 = 2;

/// Facts of a partner that lie at a workload or product, and a location.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) partner: u32,
    pub(super) offering: u32,
    pub(super) location: u32,
    pub(super) totals: Totals,
}

/// So many production instances.
pub(super) fn instances(partner: u32, offering: u32, location: u32, count: i64) -> Held {
    Held {
        partner,
        offering,
        location,
        totals: Totals {
            production_instances: count,
            ..Totals::default()
        },
    }
}

pub(super) struct Scene {
    pub(super) catalog: Catalog,
    pub(super) owners: Vec<u32>,
    pub(super) release: ReleaseRules,
}

impl Scene {
    pub(super) fn new(partners: u32) -> Scene {
        let offering_parents = [0, 0, 1, 0].map(Offering).to_vec();
        let location_parents = [0, 0, 0].map(Location).to_vec();
        Scene {
            catalog: Catalog::new(offering_parents, location_parents, Vec::new()),
            owners: (0..partners).collect(),
            release: ReleaseRules {
                min_peers: 4,
                min_band_members: 1,
                ranges: Ranges::Protected,
            },
        }
    }

    pub(super) fn score(&self, held: &[Held]) -> Vec<SliceScores> {
        let mut totals: Vec<(Slice, Partner, Totals)> = Vec::new();
        for one in held {
            for offering in self.catalog.offerings_above(Offering(one.offering)) {
                let slice = Slice {
                    offering,
                    location: Location(one.location),
                };
                totals.push((slice, Partner(one.partner), one.totals));
            }
        }
        totals.sort_by_key(|(slice, partner, _)| (*slice, *partner));
        let mut merged: Vec<(Slice, Partner, Totals)> = Vec::new();
        for (slice, partner, totals) in totals {
            match merged.last_mut() {
                Some(last) if (last.0, last.1) == (slice, partner) => last.2.add(&totals),
                _ => merged.push((slice, partner, totals)),
            }
        }
        let scoring = Scoring {
            catalog: &self.catalog,
            certified: &CertifiedPeople::default(),
            release: &self.release,
            owners: &self.owners,
        };
        scoring.score(&merged).collect()
    }

    pub(super) fn protect(
        &self,
        metric: Metric,
        scores: &[SliceScores],
        earlier: &[Knowledge],
    ) -> Protected {
        let protection = Protection {
            catalog: &self.catalog,
            release: &self.release,
            owners: &self.owners,
        };
        protection.protect(metric, scores, earlier)
    }
}

pub(super) fn slice(offering: u32, location: u32) -> Slice {
    Slice {
        offering: Offering(offering),
        location: Location(location),
    }
}

/// What is decided of a slice.
pub(super) fn decision(
    scores: &[SliceScores],
    protected: &Protected,
    offering: u32,
    location: u32,
) -> Decision {
    let wanted = slice(offering, location);
    let at = scores.iter().position(|scores| scores.slice == wanted);
    protected.decisions[at.expect("the slice has scorecards")]
}

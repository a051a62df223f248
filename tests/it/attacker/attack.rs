//! A partner that works out what it can of others' figures, from a month of answers.

use std::collections::BTreeMap;

use kernel::Metric;
use serde_json::Value;

use super::answers::Answers;
use super::program::{self, Tree};
use super::side::{Figure, Figures};
use super::system::{System, Unknown};

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// Others' figures, each in each slice and snapshot.
    pub(super) values: usize,
    /// Those that are known within 10 %.
    pub(super) bounded: usize,
    /// Others' figures that are known to be the viewer's own, without knowing whose they are.
    pub(super) tied: usize,
}

/// One partner, what it was told, and what it knows besides.
pub(super) struct Attacker<'a> {
    pub(super) viewer: usize,
    pub(super) tree: &'a Tree,
    /// By date, the earliest first.
    pub(super) answers: &'a [Answers],
    pub(super) figures: &'a [Figures],
    /// Upper ends are above all values of their band, and not the greatest of them.
    pub(super) ends_are_beyond: bool,
}

impl Attacker<'_> {
    pub(super) fn attack(&self) -> Found {
        let mut found = Found::default();
        for metric in Metric::ALL {
            for other in 0..program::PARTNERS {
                if program::owner(other) != program::owner(self.viewer) {
                    self.attack_partner(metric, other, &mut found);
                }
            }
            found.tied += self.ties(metric);
        }
        found
    }

    fn attack_partner(&self, metric: Metric, other: usize, found: &mut Found) {
        let mut system = System::default();
        let unknowns = self.unknowns(metric, other, &mut system);
        for (at, unknown) in &unknowns {
            let (low, high) = self.told(metric, other, *at);
            system.learn(*unknown, low, high);
        }
        for date in 0..self.answers.len() {
            self.relate(metric, other, date, &unknowns, &mut system);
        }
        system.solve();
        for ((date, slice), unknown) in &unknowns {
            let (low, high) = system.ends[*unknown];
            let value = self.figure(metric, *date, *slice, other).unwrap().value;
            let slack = 1e-6 * (1.0 + value.abs());
            assert!(
                low - slack <= value && value <= high + slack,
                "{metric} of {other} in slice {slice} on date {date} is {value}, not {low} to {high}"
            );
            found.values += 1;
            let greater = low.abs().max(high.abs());
            if greater.is_finite() && high - low <= 0.1 * greater + 1e-9 {
                found.bounded += 1;
            }
        }
    }

    fn figure(&self, metric: Metric, date: usize, slice: usize, partner: usize) -> Option<&Figure> {
        self.figures[date].get(&(slice, partner))?[metric.index()].as_ref()
    }

    /// One unknown for all that are known to be equal: from one date to the next, and in slices one above the other.
    fn unknowns(
        &self,
        metric: Metric,
        other: usize,
        system: &mut System,
    ) -> BTreeMap<(usize, usize), Unknown> {
        let domain = match metric {
            Metric::NetPromoterScore => (-1.0, 1.0),
            Metric::Revenue | Metric::NetPaidSeats => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (0.0, f64::INFINITY),
        };
        let mut places = BTreeMap::new();
        let mut texts = Vec::new();
        for date in 0..self.figures.len() {
            for slice in 0..self.tree.slices.len() {
                if let Some(figure) = self.figure(metric, date, slice, other) {
                    places.insert((date, slice), texts.len());
                    texts.push(figure.text.as_str());
                }
            }
        }
        let mut first: Vec<usize> = (0..texts.len()).collect();
        let mut join = |one: usize, two: Option<&usize>| {
            let Some(two) = two.filter(|two| texts[one] == texts[**two]) else {
                return;
            };
            let root = |mut at: usize, first: &[usize]| {
                while first[at] != at {
                    at = first[at];
                }
                at
            };
            let (one, two) = (root(one, &first), root(*two, &first));
            first[one.max(two)] = one.min(two);
        };
        for ((date, slice), at) in &places {
            join(*at, places.get(&(date + 1, *slice)));
            for above in self.tree.above[*slice].into_iter().flatten() {
                join(*at, places.get(&(*date, above)));
            }
        }
        let mut unknowns: Vec<Unknown> = Vec::new();
        for (at, first) in first.iter().enumerate() {
            let unknown = if *first == at {
                system.unknown(domain.0, domain.1)
            } else {
                unknowns[*first]
            };
            unknowns.push(unknown);
        }
        places
            .into_iter()
            .map(|(place, at)| (place, unknowns[at]))
            .collect()
    }

    /// What the answers of one date say of a value by themselves.
    fn told(&self, metric: Metric, other: usize, (date, slice): (usize, usize)) -> (f64, f64) {
        let answers = &self.answers[date];
        let group = &answers.peers[slice][metric.index()];
        let own = answers.own[slice].as_ref().map(|own| &own[metric.index()]);
        let own_value = own.and_then(|own| own["value"].as_f64());
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut learn = |from: f64, to: f64| {
            low = low.max(from);
            high = high.min(to);
        };
        if group["noRangesReason"] == "ALL_EQUAL"
            && let Some(value) = own_value
        {
            learn(value, value);
        }
        let band = self.figure(metric, date, slice, other).unwrap().band;
        let (Some(bands), Some(band)) = (group["bands"].as_array(), band) else {
            return (low, high);
        };
        let step = step(metric);
        let number = |value: &Value| value.as_u64().unwrap();
        for one in bands
            .iter()
            .filter(|one| number(&one["band"]) == u64::from(band))
        {
            let beyond = if self.ends_are_beyond { step } else { 0.0 };
            learn(
                one["min"].as_f64().unwrap_or(f64::NEG_INFINITY),
                one["max"]
                    .as_f64()
                    .map_or(f64::INFINITY, |max| max - beyond),
            );
        }
        let (Some(own), Some(value)) = (own, own_value) else {
            return (low, high);
        };
        let Some(own_band) = own["band"].as_u64() else {
            return (low, high);
        };
        if u64::from(band) > own_band {
            learn(value + step, f64::INFINITY);
        } else if u64::from(band) < own_band {
            learn(f64::NEG_INFINITY, value - step);
        } else if let (Some(rank), Some(peers)) = (own["rank"].as_u64(), own["peers"].as_u64()) {
            let same = own["sameValuePeers"].as_u64().unwrap();
            let higher = bands.iter().filter(|one| number(&one["band"]) > own_band);
            let higher: u64 = higher.map(|one| number(&one["partners"])).sum();
            let lower = bands.iter().filter(|one| number(&one["band"]) < own_band);
            let lower: u64 = lower.map(|one| number(&one["partners"])).sum();
            let apart = if same == 1 { step } else { 0.0 };
            if rank - 1 == higher {
                learn(f64::NEG_INFINITY, value - apart);
            }
            if peers - (rank - 1) - same == lower {
                learn(value + apart, f64::INFINITY);
            }
        }
        (low, high)
    }

    /// What holds between the slices of one date.
    fn relate(
        &self,
        metric: Metric,
        other: usize,
        date: usize,
        unknowns: &BTreeMap<(usize, usize), Unknown>,
        system: &mut System,
    ) {
        for whole in 0..self.tree.slices.len() {
            let Some(unknown) = unknowns.get(&(date, whole)) else {
                continue;
            };
            let value = |slice| self.figure(metric, date, slice, other).unwrap().value;
            for tree in 0..2 {
                let mut parts = self.tree.below[whole][tree].clone();
                parts.retain(|part| unknowns.contains_key(&(date, *part)));
                if parts.is_empty() {
                    continue;
                }
                let of_parts: Vec<Unknown> =
                    parts.iter().map(|part| unknowns[&(date, *part)]).collect();
                let sum: f64 = parts.iter().map(|part| value(*part)).sum();
                let is_exact = (sum - value(whole)).abs() < 1e-6;
                let is_world = self.tree.slices[whole][2].is_empty();
                let is_everything = self.tree.slices[whole][0].is_empty();
                match (metric, tree) {
                    (Metric::Revenue | Metric::NetPaidSeats, _) if is_exact => {
                        system.whole(*unknown, &of_parts, false);
                    }
                    (Metric::ProductionInstances, _)
                    | (Metric::NewCustomers | Metric::MonthlyActiveUsers, 0) => {
                        system.whole(*unknown, &of_parts, !is_exact);
                    }
                    (Metric::MonthlyActiveUsers | Metric::CertifiedPeople, 1) => {
                        for part in &of_parts {
                            system.whole(*unknown, &[*part], true);
                        }
                        let covers = match metric {
                            Metric::CertifiedPeople => is_world,
                            _ => is_everything,
                        };
                        if covers {
                            system.covered(*unknown, &of_parts);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// How many figures of others equal the viewer's own by its answers; those of its owner's companies are its own.
    fn ties(&self, metric: Metric) -> usize {
        let mut tied = 0;
        for (date, answers) in self.answers.iter().enumerate() {
            for (slice, own) in answers.own.iter().enumerate() {
                let Some(own) = own.as_ref().map(|own| &own[metric.index()]) else {
                    continue;
                };
                let Some(same) = own["sameValuePeers"].as_u64() else {
                    continue;
                };
                let text = self
                    .figure(metric, date, slice, self.viewer)
                    .map(|own| &own.text);
                let owners = (0..program::PARTNERS)
                    .filter(|partner| program::owner(*partner) == program::owner(self.viewer));
                let ours = owners.filter(|partner| {
                    self.figure(metric, date, slice, *partner)
                        .map(|one| &one.text)
                        == text
                });
                tied += same as usize - ours.count();
            }
        }
        tied
    }
}

/// The least by which two values differ; nothing for ratios.
fn step(metric: Metric) -> f64 {
    match metric {
        Metric::Revenue => 0.0001,
        Metric::MonthlyActiveUsers => 1.0 / 12.0,
        Metric::MauPerAssignedSeat | Metric::NetPromoterScore => 0.0,
        _ => 1.0,
    }
}

/// How much is shown: metrics of slices with bands, and with ranks too.
pub(super) fn shown(answers: &[Answers]) -> (usize, usize, usize) {
    let (mut all, mut bands, mut ranks) = (0, 0, 0);
    for answers in answers {
        for (slice, groups) in answers.peers.iter().enumerate() {
            for (metric, group) in groups.iter().enumerate() {
                all += 1;
                if group["bands"]
                    .as_array()
                    .is_some_and(|bands| !bands.is_empty())
                {
                    bands += 1;
                    let own = answers.own[slice].as_ref().map(|own| &own[metric]);
                    ranks += usize::from(own.is_some_and(|own| own["rank"].is_u64()));
                }
            }
        }
    }
    (all, bands, ranks)
}

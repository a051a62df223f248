//! Certified people of each partner in each offering. No window and no location: DATA.md, `CERTIFIED_PEOPLE`.

use crate::bits::{all_above, take_each, words_of};
use crate::catalog::Catalog;
use crate::day::Day;
use crate::ids::{Offering, Partner};
use crate::rows::Certification;

/// For each exam, the workloads it counts for and the first day its passes no longer count there.
#[derive(Debug, Clone, Default)]
pub struct Exams {
    pub workloads: Vec<Vec<(Offering, Day)>>,
}

/// How many people of a partner are certified in an offering. None is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertifiedPeople {
    /// By offering, in order of partner.
    counts: Vec<Vec<(Partner, i64)>>,
}

impl CertifiedPeople {
    /// Partners with at least one certified person in the offering, in order.
    pub(crate) fn of(&self, offering: Offering) -> &[(Partner, i64)] {
        let counts = self.counts.get(offering.0 as usize);
        counts.map_or(&[], Vec::as_slice)
    }
}

/// Counts distinct people with a counting pass on the as-of date.
#[must_use]
pub fn certified_people(
    catalog: &Catalog,
    exams: &Exams,
    certifications: &[Certification],
    as_of: Day,
) -> CertifiedPeople {
    let counts = |pass: &&Certification| pass.passed_on <= as_of && as_of < pass.expires_on;
    let passes = certifications.iter().filter(counts);
    let mut passes: Vec<(Partner, u128, u32)> = passes
        .map(|pass| (pass.partner, pass.person, pass.exam))
        .collect();
    passes.sort_unstable_by_key(|(partner, person, _)| (*partner, *person));
    let words = words_of(catalog);
    let above = all_above(catalog);
    let mut certified_in = vec![0; words];
    let mut people = vec![0; catalog.offerings()];
    let mut counts = vec![Vec::new(); catalog.offerings()];
    for of_partner in passes.chunk_by(|a, b| a.0 == b.0) {
        for of_person in of_partner.chunk_by(|a, b| a.1 == b.1) {
            for (_, _, exam) in of_person {
                let workloads = exams.workloads.get(*exam as usize);
                for (workload, counts_until) in workloads.into_iter().flatten() {
                    if as_of < *counts_until {
                        let above = &above[workload.0 as usize * words..][..words];
                        let in_words = certified_in.iter_mut().zip(above);
                        in_words.for_each(|(word, above)| *word |= above);
                    }
                }
            }
            take_each(&mut certified_in, |offering| {
                people[offering.0 as usize] += 1;
            });
        }
        for (people, counts) in people.iter_mut().zip(&mut counts) {
            if *people > 0 {
                counts.push((of_partner[0].0, std::mem::take(people)));
            }
        }
    }
    CertifiedPeople { counts }
}

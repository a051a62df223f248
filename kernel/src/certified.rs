//! Certified people of each partner in each offering. No window and no location: DATA.md, `CERTIFIED_PEOPLE`.

use crate::catalog::Catalog;
use crate::day::Day;
use crate::ids::{Offering, Partner};
use crate::rows::Certification;

/// For each exam, the workloads it counts for and the first day its passes no longer count there.
#[derive(Debug, Clone, Default)]
pub struct Exams {
    pub workloads: Vec<Vec<(Offering, Day)>>,
}

/// How many people of a partner are certified in an offering. Sorted by offering, then partner; none is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertifiedPeople {
    counts: Vec<(Offering, Partner, i64)>,
}

impl CertifiedPeople {
    /// Partners with at least one certified person in the offering, in order.
    pub(crate) fn of(&self, offering: Offering) -> impl Iterator<Item = (Partner, i64)> + '_ {
        let from = self.counts.partition_point(|(of, _, _)| *of < offering);
        self.counts[from..]
            .iter()
            .take_while(move |(of, _, _)| *of == offering)
            .map(|(_, partner, people)| (*partner, *people))
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
    let mut holders: Vec<(Offering, Partner, u128)> = Vec::new();
    for pass in certifications {
        if pass.passed_on > as_of || as_of >= pass.expires_on {
            continue;
        }
        let Some(workloads) = exams.workloads.get(pass.exam as usize) else {
            continue;
        };
        for (workload, counts_until) in workloads {
            if as_of < *counts_until {
                let above = catalog.offerings_above(*workload);
                holders.extend(above.map(|offering| (offering, pass.partner, pass.person)));
            }
        }
    }
    holders.sort_unstable();
    holders.dedup();
    let counts = holders
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .map(|people| (people[0].0, people[0].1, people.len() as i64))
        .collect();
    CertifiedPeople { counts }
}

//! Certified people: passes have no customer and no window.

use std::collections::BTreeSet;

use super::{ExplainedFact, FactKind, FactReason, Subject};
use crate::catalog::Catalog;
use crate::certified::Exams;
use crate::day::Day;
use crate::rows::Certification;

/// Tells every pass of the partner whose exam is for the offering, for each workload it counts for.
pub fn explain_certified_people(
    catalog: &Catalog,
    exams: &Exams,
    certifications: &[Certification],
    as_of: Day,
    subject: Subject,
    tell: &mut dyn FnMut(ExplainedFact),
) {
    let mut counted = BTreeSet::new();
    let passes = certifications
        .iter()
        .filter(|pass| pass.partner == subject.partner);
    for pass in passes {
        let workloads = exams.workloads.get(pass.exam as usize);
        for (workload, counts_until) in workloads.into_iter().flatten() {
            let mut above = catalog.offerings_above(*workload);
            if !above.any(|offering| offering == subject.slice.offering) {
                continue;
            }
            let reason = if pass.passed_on > as_of {
                FactReason::NotPassedYet
            } else if as_of >= pass.expires_on {
                FactReason::Expired
            } else if as_of >= *counts_until {
                FactReason::ExamRetired
            } else if counted.insert(pass.person) {
                FactReason::Counted
            } else {
                FactReason::AlreadyCounted
            };
            tell(ExplainedFact {
                kind: FactKind::Certification,
                customer: None,
                offering: *workload,
                day: pass.passed_on,
                reason,
                is_of_record: true,
                numerator: i128::from(reason == FactReason::Counted),
                denominator: 0,
            });
        }
    }
}

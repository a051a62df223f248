//! Passes that count on the as-of date.

use std::collections::BTreeSet;

use crate::date::Date;
use crate::program::{CertificationRow, ExamRow};
use crate::settle::Settled;
use crate::slice::Offering;

/// A person of a partner with a pass that counts for a workload.
#[derive(Clone, Copy, Debug)]
pub struct CountingPass<'a> {
    pub partner_id: &'a str,
    pub person_id: &'a str,
    pub workload_id: &'a str,
    pub product_id: &'a str,
}

/// Every pass with every workload that it counts for.
pub fn counting_passes<'a>(settled: &Settled<'a>, as_of: Date) -> Vec<CountingPass<'a>> {
    let mut passes = Vec::new();
    for certification in settled.certifications.iter().copied() {
        for exam in settled
            .exams
            .iter()
            .copied()
            .filter(|exam| exam.exam_id == certification.exam_id)
        {
            if counts(certification, exam, as_of) {
                passes.push(CountingPass {
                    partner_id: &certification.partner_id,
                    person_id: &certification.person_id,
                    workload_id: &exam.workload_id,
                    product_id: settled.workloads[&*exam.workload_id],
                });
            }
        }
    }
    passes
}

/// Distinct certified people of a partner in an offering; the location does not filter them.
pub fn certified_people(
    passes: &[CountingPass<'_>],
    partner_id: &str,
    offering: &Offering,
) -> usize {
    let people: BTreeSet<&str> = passes
        .iter()
        .filter(|pass| {
            pass.partner_id == partner_id && offering.holds(pass.product_id, Some(pass.workload_id))
        })
        .map(|pass| pass.person_id)
        .collect();
    people.len()
}

fn counts(certification: &CertificationRow, exam: &ExamRow, as_of: Date) -> bool {
    certification.passed_on <= as_of
        && certification
            .expires_on
            .is_none_or(|expires_on| as_of < expires_on)
        && exam
            .counts_until
            .is_none_or(|counts_until| as_of < counts_until)
}

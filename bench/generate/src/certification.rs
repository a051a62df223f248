//! Certifications: who passed what; some people more, some partners many.

use std::ops::RangeInclusive;

use kernel::Day;

use crate::chance::{Chance, Topic};
use crate::error::Error;
use crate::exam;
use crate::ids::Id;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};

pub(crate) const COLUMNS: &[Column] = &[
    Column::text("person_id"),
    Column::text("partner_id"),
    Column::text("exam_id"),
    Column::day("passed_on"),
    Column::optional_day("expires_on"),
];

/// Passes reach this far back, from the last day of those that can be asked for.
const YEARS: i32 = 4;
/// A pass that ends does so after this many days.
const VALID_DAYS: i32 = 730;

pub(crate) fn write(
    program: &Program,
    days: RangeInclusive<Day>,
    sheet: &mut Sheet,
) -> Result<(), Error> {
    let exams: Vec<String> = (0..exam::COUNT).map(exam::exam_id).collect();
    let last = crate::LAST_DAY.0 + 28;
    let (mut person_id, mut partner_id) = (Id::default(), Id::default());
    for partner in 0..program.scale.partners() {
        let mut size = Chance::of(Topic::Certification, partner.into(), 0);
        let people = size.log_normal(10.0, 1.1).min(2_000.0) as u32;
        for person in 0..people {
            let mut chance =
                Chance::of(Topic::Certification, partner.into(), 1 + u64::from(person));
            let first = chance.below(exam::COUNT as u32) as usize;
            // Exams next to each other, so that nobody passes one twice.
            // Steps of seven meet no exam twice, so that no key comes twice.
            for place in 0..=chance.below(3).min(chance.below(3)) as usize {
                let exam = &exams[(first + place * 7) % exam::COUNT];
                let passed_on = Day(chance.between(last - 365 * YEARS, last));
                let expires_on = chance.hits(0.6).then_some(Day(passed_on.0 + VALID_DAYS));
                if !days.contains(&passed_on) {
                    continue;
                }
                sheet.row(&[
                    Cell::Text(person_id.numbered("H-", partner.into(), person)),
                    Cell::Text(partner_id.partner(partner)),
                    Cell::Text(exam),
                    Cell::Day(passed_on),
                    Cell::day(expires_on),
                ])?;
            }
        }
    }
    Ok(())
}

//! Rows of `certifications`: who of which partner passed what. Passes are older than the other facts, for they last.

use kernel::Day;

use super::Program;
use super::calendar::{Span, plus};
use super::catalog::EXAMS;
use super::dice::Dice;
use super::names::code;
use super::sheet::{Cell, Folder, Layout};

/// How many days before the end of the span the oldest pass lies.
pub(super) const OLDEST_DAYS: i32 = 1_100;

struct Row {
    person: usize,
    partner: usize,
    exam: usize,
    passed_on: Day,
    expires_on: Option<Day>,
}

const LAYOUT: Layout = Layout {
    dataset: "certifications",
    endings: &["csv"],
    columns: &[
        "person_id",
        "partner_id",
        "exam_id",
        "passed_on",
        "expires_on",
    ],
};

pub(super) fn write(folder: &mut Folder, program: &Program) -> anyhow::Result<()> {
    let Program {
        span,
        seed,
        partners,
        ..
    } = program;
    let mut dice = Dice::of(*seed, "certifications");
    let mut rows = Vec::new();
    let mut person = 0;
    for (place, partner) in partners.iter().enumerate() {
        let people = if partner.traits.only_certified {
            dice.between(2, 9)
        } else {
            let expected =
                4.2 * (partner.traits.size + 0.1).powf(0.75) * (0.5 + partner.traits.quality);
            dice.log_normal(expected, 0.45).round() as i32
        };
        // A partner's people learn what it sells most.
        let (strong, second) = (dice.place(4), dice.place(4));
        for _ in 0..people {
            person += 1;
            let mut passed: Vec<usize> = Vec::new();
            for _ in 0..=dice.count(0.9) {
                let exam = dice.place(EXAMS.len());
                let product = EXAMS[exam].product();
                let fits = product == strong || product == second || dice.chance(0.35);
                if (fits || passed.is_empty()) && !passed.contains(&exam) {
                    passed.push(exam);
                    rows.push(pass(person, place, exam, *span, &mut dice));
                }
            }
        }
    }
    rows.sort_by_key(|row| row.passed_on);
    folder.one(LAYOUT, &rows, |sheet, row| {
        sheet.row(&[
            Cell::Text(&format!("VH-{}", code(row.person))),
            Cell::Text(&partners[row.partner].id),
            Cell::Text(EXAMS[row.exam].id),
            Cell::Day(row.passed_on),
            Cell::day(row.expires_on),
        ])
    })
}

fn pass(person: usize, partner: usize, exam: usize, span: Span, dice: &mut Dice) -> Row {
    // Recent passes are more frequent than old ones.
    let passed_on = plus(
        span.last,
        -(f64::from(OLDEST_DAYS) * dice.unit().powf(1.4)) as i32,
    );
    let days = if dice.chance(0.7) { 730 } else { 365 };
    Row {
        person,
        partner,
        exam,
        passed_on,
        expires_on: dice.chance(0.85).then(|| plus(passed_on, days)),
    }
}

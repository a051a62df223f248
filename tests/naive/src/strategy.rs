//! Generated programs: small, valid, and dense in the edges of DATA.md.
//!
//! A program is drawn as plain numbers (`raw`) and then spelt out as rows (`build`): indexes are taken modulo what there
//! is and days are an anchor and a step, so that shrinking removes rows and moves days without drawing anything anew.

mod associations;
mod build;
mod days;
mod facts;
mod history;
mod pools;
mod raw;

use proptest::prelude::*;

use crate::date::Date;
use crate::program::Program;

/// The day that [`program`] puts its rows around: a leap day.
pub const BASE: (i32, u32, u32) = (2024, 2, 29);

/// As-of dates that have something to them; shrinks to the first.
const AS_OFS: [(i32, u32, u32); 10] = [
    BASE,
    (2025, 2, 28),
    (2024, 3, 31),
    (2024, 12, 31),
    (2024, 1, 1),
    (2023, 2, 28),
    (2026, 11, 22),
    (2000, 2, 29),
    (2023, 5, 30),
    (1970, 12, 31),
];

/// A program whose rows lie around [`BASE`].
pub fn program() -> impl Strategy<Value = Program> {
    raw::raw_program().prop_map(|raw| build::build(&raw, date(BASE)))
}

/// An as-of date for [`program`]: mostly [`BASE`] itself, else a day around it.
pub fn as_of() -> impl Strategy<Value = Date> {
    prop_oneof![4 => Just(0), 2 => -3..=3i32, 1 => -400..=400i32]
        .prop_map(|days| date(BASE).plus(days))
}

/// A program and an as-of date that its rows lie around, among month ends, leap days and year ends.
pub fn scene() -> impl Strategy<Value = (Program, Date)> {
    (raw::raw_program(), 0..AS_OFS.len()).prop_map(|(raw, as_of)| {
        let as_of = date(AS_OFS[as_of]);
        (build::build(&raw, as_of), as_of)
    })
}

fn date((year, month, day): (i32, u32, u32)) -> Date {
    Date::new(year, month, day)
}

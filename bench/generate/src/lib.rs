//! A large invented program for benchmarks: Parquet files in the formats of DATA.md, the same bytes from every run.
//!
//! Few partners are large and many are small, and so are customers, products and places. Facts reach from October 2025
//! to October 2026; each month of each dataset is one file, so that memory holds the customers and never the facts.
//! [`write_day`] makes one more day of the same program, for the daily step.
//!
//! Every fact is a pure function of its place (dataset, customer, month), so files can be made in any order and at the
//! same time. Figures are invented; that they look like a program's is all that is claimed. For a program to look at,
//! with names and a story, there is the demo.

mod association;
mod certification;
mod chance;
mod customer;
mod error;
mod exam;
mod fx_rate;
mod holding;
mod ids;
mod instance;
mod offering;
mod partner;
mod place;
mod plan;
mod program;
mod revenue;
mod scale;
mod seat_change;
mod subscription;
mod survey;
mod table;
mod usage;

use std::path::Path;

use kernel::Day;

pub use error::Error;
pub use plan::Written;
pub use scale::{Scale, UnknownScale};

use program::{Program, SETTINGS};

/// The first day with facts; what customers held before is told by rows of the day before.
pub const FIRST_DAY: Day = Day(20_362);
/// The last day with facts, the end of a month.
pub const LAST_DAY: Day = Day(20_757);

/// Writes a whole program into a folder that is empty or does not exist yet: one Parquet file for each reference
/// dataset, a folder of monthly files for each fact dataset, and `peerband.toml` with the settings it is meant for.
///
/// # Errors
/// Where the folder holds something already or a file cannot be written.
pub fn write_program(
    dir: &Path,
    scale: Scale,
    told: &(dyn Fn(&str, u64) + Sync),
) -> Result<Written, Error> {
    plan::prepare(dir)?;
    let program = Program::invent(scale);
    std::fs::write(dir.join("peerband.toml"), SETTINGS).map_err(|error| Error::io(dir, error))?;
    plan::write(dir, &plan::whole(&program), told)
}

/// Writes one day of facts after [`LAST_DAY`], as one file for each dataset, into such a folder.
///
/// # Errors
/// As [`write_program`]; also where the day is not one of the 28 after the last day.
pub fn write_day(
    dir: &Path,
    scale: Scale,
    day: Day,
    told: &(dyn Fn(&str, u64) + Sync),
) -> Result<Written, Error> {
    if day <= LAST_DAY || day.0 > LAST_DAY.0 + 28 {
        return Err(Error::Day(day));
    }
    plan::prepare(dir)?;
    let program = Program::invent(scale);
    plan::write(dir, &plan::day(&program, day), told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_those_that_the_manual_names() {
        assert_eq!(FIRST_DAY.to_string(), "2025-10-01");
        assert_eq!(LAST_DAY.to_string(), "2026-10-31");
    }
}

//! A believable partner program for `peerband demo`: files in the formats of DATA.md, made from a seed.
//!
//! The program is invented from the outside in: partners of very unlike sizes, the customers they win, lose and take
//! over from each other, what those hold, and from that every fact. This module only writes the folder that
//! `peerband ingest --dir` takes; taking it in is left to the same code that takes in what users send.
//!
//! The same plan gives the same bytes. Names, people and figures are invented; the vendor Varnholt does not exist.

mod association;
mod calendar;
mod catalog;
mod certifications;
mod customer;
mod dice;
mod fx_rates;
mod holding;
mod instances;
mod names;
mod partner;
mod places;
mod revenue;
mod seat_changes;
mod sheet;
mod spotlight;
mod subscriptions;
mod surveys;
mod usage;

#[cfg(test)]
mod tests;

use std::path::Path;

use kernel::Day;

use calendar::Span;
use customer::Customer;
use holding::Holding;
use partner::Partner;
use sheet::Folder;
pub use spotlight::Spotlight;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// 1 to [`Plan::PARTNERS_MAX`]; everything else scales with it.
    pub partners: u32,
    pub seed: u64,
    /// The last day with facts: yesterday.
    pub last_day: Day,
}

impl Plan {
    pub const PARTNERS_MAX: u32 = 20_000;
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub partners: u64,
    pub customers: u64,
    /// Rows of all fact datasets.
    pub facts: u64,
    /// Rows by dataset, in the order in which they can be loaded.
    pub datasets: Vec<(&'static str, u64)>,
    /// The first day with facts. As-of dates that lie twelve months later have a complete window.
    pub first_day: Day,
    /// The partner that examples show.
    pub spotlight: Spotlight,
}

/// Writes the files of a program into a folder that is empty or does not exist yet.
///
/// # Errors
/// Where the plan is out of bounds, the folder holds something already, or a file cannot be written.
pub fn write_program(dir: &Path, plan: &Plan) -> anyhow::Result<Made> {
    anyhow::ensure!(
        (1..=Plan::PARTNERS_MAX).contains(&plan.partners),
        "a demo has 1 to {} partners, not {}",
        Plan::PARTNERS_MAX,
        plan.partners
    );
    // Passes reach some years back, and their expiry some years ahead.
    anyhow::ensure!(
        (1980..=2190).contains(&plan.last_day.civil().0),
        "a demo ends between the years 1980 and 2190, not on {}",
        plan.last_day
    );
    let mut folder = Folder::create(dir)?;
    let program = Program::invent(plan);

    catalog::write_offerings(&mut folder)?;
    places::write(&mut folder)?;
    partner::write(&mut folder, &program)?;
    customer::write(&mut folder, &program)?;
    catalog::write_exams(&mut folder, program.span)?;
    fx_rates::write(&mut folder, &program)?;
    association::write(&mut folder, &program)?;
    let references = folder.datasets.len();
    revenue::write(&mut folder, &program)?;
    seat_changes::write(&mut folder, &program)?;
    subscriptions::write(&mut folder, &program)?;
    usage::write(&mut folder, &program)?;
    instances::write(&mut folder, &program)?;
    surveys::write(&mut folder, &program)?;
    certifications::write(&mut folder, &program)?;

    Ok(Made {
        partners: program.partners.len() as u64,
        customers: program.customers.len() as u64,
        facts: folder.datasets[references..]
            .iter()
            .map(|(_, rows)| rows)
            .sum(),
        datasets: folder.datasets,
        first_day: program.span.first,
        spotlight: spotlight::choose(&program),
    })
}

/// Everything that facts come from.
#[derive(Debug)]
struct Program {
    span: Span,
    seed: u64,
    partners: Vec<Partner>,
    customers: Vec<Customer>,
    holdings: Vec<Holding>,
}

impl Program {
    fn invent(plan: &Plan) -> Program {
        let (span, seed) = (Span::ending(plan.last_day), plan.seed);
        let partners = partner::make(plan.partners, seed);
        let customers = customer::make(&partners, span, seed);
        let holdings = holding::make(&customers, span, seed);
        Program {
            span,
            seed,
            partners,
            customers,
            holdings,
        }
    }
}

//! Which files a program consists of, and writing them on all cores.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kernel::{Day, Month};

use crate::error::Error;
use crate::offering::{PRODUCT_IDS, WORKLOAD_IDS};
use crate::place::Place;
use crate::program::Program;
use crate::table::{Cell, Column, Sheet};
use crate::{
    FIRST_DAY, LAST_DAY, association, certification, customer, exam, fx_rate, instance, partner,
    revenue, seat_change, subscription, survey, usage,
};

/// How many rows were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub files: u64,
    pub reference_rows: u64,
    pub usage_rows: u64,
    pub other_fact_rows: u64,
}

type WriteReference = fn(&Program, &mut Sheet) -> Result<(), Error>;
type WriteFacts = fn(&Program, RangeInclusive<Day>, &mut Sheet) -> Result<(), Error>;

/// One file to be written.
pub(crate) struct File<'a> {
    /// Within the folder.
    path: String,
    dataset: &'static str,
    columns: &'static [Column],
    rows: Rows<'a>,
}

enum Rows<'a> {
    Reference(&'a Program, WriteReference),
    Facts(&'a Program, RangeInclusive<Day>, WriteFacts),
}

const PRODUCTS: &[Column] = &[Column::text("product_id"), Column::text("name")];
const WORKLOADS: &[Column] = &[
    Column::text("workload_id"),
    Column::text("product_id"),
    Column::text("name"),
];
const LOCATIONS: &[Column] = &[
    Column::text("location_id"),
    Column::optional_text("parent_id"),
    Column::text("name"),
];

const REFERENCES: [(&str, &[Column], WriteReference); 8] = [
    ("products", PRODUCTS, write_products),
    ("workloads", WORKLOADS, write_workloads),
    ("locations", LOCATIONS, write_locations),
    ("partners", partner::COLUMNS, partner::write),
    ("customers", customer::COLUMNS, customer::write),
    ("exams", exam::COLUMNS, exam::write),
    ("fx_rates", fx_rate::COLUMNS, fx_rate::write),
    ("associations", association::COLUMNS, association::write),
];

/// The largest first, so that the cores end at about the same time.
const FACTS: [(&str, &[Column], WriteFacts); 6] = [
    ("usage", usage::COLUMNS, usage::write),
    ("subscriptions", subscription::COLUMNS, subscription::write),
    ("revenue", revenue::COLUMNS, revenue::write),
    ("seat_changes", seat_change::COLUMNS, seat_change::write),
    ("instances", instance::COLUMNS, instance::write),
    ("surveys", survey::COLUMNS, survey::write),
];

/// All files of a program.
pub(crate) fn whole(program: &Program) -> Vec<File<'_>> {
    let mut files = Vec::new();
    for (dataset, columns, write) in FACTS {
        for month in FIRST_DAY.month().0..=LAST_DAY.month().0 {
            let month = Month(month);
            let days = month.first_day()..=month.last_day();
            files.push(facts(program, dataset, columns, write, days));
        }
    }
    // What was held before the first day, and every pass.
    let eve = Day(FIRST_DAY.0 - 1);
    let before = eve.month().first_day()..=eve;
    files.push(facts(
        program,
        "seat_changes",
        seat_change::COLUMNS,
        seat_change::write,
        before,
    ));
    files.push(File {
        path: "certifications.parquet".to_owned(),
        dataset: "certifications",
        columns: certification::COLUMNS,
        rows: Rows::Facts(program, Day::FIRST..=LAST_DAY, certification::write),
    });
    for (dataset, columns, write) in REFERENCES {
        files.push(File {
            path: format!("{dataset}.parquet"),
            dataset,
            columns,
            rows: Rows::Reference(program, write),
        });
    }
    files
}

/// The files of one day.
pub(crate) fn day(program: &Program, day: Day) -> Vec<File<'_>> {
    let certifications = (
        "certifications",
        certification::COLUMNS,
        certification::write as WriteFacts,
    );
    let datasets = FACTS.into_iter().chain([certifications]);
    datasets
        .map(|(dataset, columns, write)| File {
            path: format!("{dataset}/{day}.parquet"),
            ..facts(program, dataset, columns, write, day..=day)
        })
        .collect()
}

fn facts<'a>(
    program: &'a Program,
    dataset: &'static str,
    columns: &'static [Column],
    write: WriteFacts,
    days: RangeInclusive<Day>,
) -> File<'a> {
    let (year, month, _) = days.start().civil();
    File {
        path: format!("{dataset}/{year}-{month:02}.parquet"),
        dataset,
        columns,
        rows: Rows::Facts(program, days, write),
    }
}

/// Makes an empty folder, or checks that it is one: files left from another program would be taken in with this one.
pub(crate) fn prepare(dir: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|error| Error::io(dir, error))?;
    let mut entries = std::fs::read_dir(dir).map_err(|error| Error::io(dir, error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Error::NotEmpty(dir.to_owned())),
    }
}

/// Writes files, as many at once as there are cores, and tells of each when it is done.
pub(crate) fn write(
    dir: &Path,
    files: &[File<'_>],
    told: &(dyn Fn(&str, u64) + Sync),
) -> Result<Written, Error> {
    for file in files {
        let path = dir.join(&file.path);
        let folder = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    }
    let next = AtomicUsize::new(0);
    let written = Mutex::new(Written::default());
    let work = || -> Result<(), Error> {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let rows = file.write(dir)?;
            told(&file.path, rows);
            // Adding numbers does not panic, so the lock is never poisoned.
            let mut written = written
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            written.files += 1;
            match file.rows {
                Rows::Reference(..) => written.reference_rows += rows,
                Rows::Facts(..) if file.dataset == "usage" => written.usage_rows += rows,
                Rows::Facts(..) => written.other_fact_rows += rows,
            }
        }
        Ok(())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let ended = threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| Error::Lost)?);
        ended.collect::<Result<Vec<()>, Error>>()
    })?;
    Ok(*written
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner))
}

impl File<'_> {
    fn write(&self, dir: &Path) -> Result<u64, Error> {
        let mut sheet = Sheet::create(&dir.join(&self.path), self.columns)?;
        match &self.rows {
            Rows::Reference(program, write) => write(program, &mut sheet)?,
            Rows::Facts(program, days, write) => write(program, days.clone(), &mut sheet)?,
        }
        sheet.finish()
    }
}

fn write_products(_: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    for id in PRODUCT_IDS {
        sheet.row(&[Cell::Text(id), Cell::Text(id)])?;
    }
    Ok(())
}

fn write_workloads(_: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    for (product_id, workloads) in PRODUCT_IDS.into_iter().zip(WORKLOAD_IDS) {
        for id in workloads {
            sheet.row(&[Cell::Text(id), Cell::Text(product_id), Cell::Text(id)])?;
        }
    }
    Ok(())
}

fn write_locations(_: &Program, sheet: &mut Sheet) -> Result<(), Error> {
    for place in Place::all() {
        let parent = place.parent().map(Place::location_id);
        let id = place.location_id();
        sheet.row(&[
            Cell::Text(&id),
            Cell::text(parent.as_deref()),
            Cell::Text(&id),
        ])?;
    }
    Ok(())
}

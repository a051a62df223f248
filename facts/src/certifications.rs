//! Reading certifications, which know no customer and no window.

use std::cmp::Reverse;

use kernel::Certification;

use crate::block::Block;
use crate::column::{Date, Hash, Id, Ordinal};
use crate::dataset::Dataset;
use crate::error::Error;
use crate::file::FileRef;
use crate::places::Places;
use crate::scan::{ALL_CUSTOMERS, Sink};
use crate::store::FactStore;
use crate::table::ORDINAL;

impl FactStore {
    /// All passes, one for each person, exam and day, sorted by these; `exam` is the stored id. Files of other
    /// datasets may be among the given and are not read.
    ///
    /// # Errors
    /// Where a file cannot be read or names a partner without a place.
    pub async fn read_certifications(
        &self,
        files: &[FileRef],
        places: &Places,
    ) -> Result<Vec<Certification>, Error> {
        let files = files
            .iter()
            .filter(|file| file.dataset == Dataset::Certifications)
            .cloned()
            .collect();
        let passes = Passes {
            places: places.clone(),
            rows: Vec::new(),
        };
        let passes = self.scan(files, ALL_CUSTOMERS, passes).await?;
        let settled = tokio::task::spawn_blocking(move || settled(&passes.rows));
        Ok(settled.await?)
    }
}

/// A pass with the sequence of its batch and its ordinal there.
type Placed = (Certification, (u64, u32));

/// Of each key the one committed last, in order of key.
fn settled(rows: &[Placed]) -> Vec<Certification> {
    let key = |row: &Certification| (row.person, row.exam, row.passed_on);
    // Numbers that name the rows are sorted, since rows are large; a person has few of them.
    let number = |(at, (row, _)): (usize, &Placed)| row.person >> 64 << 32 | at as u128;
    let mut numbers: Vec<u128> = rows.iter().enumerate().map(number).collect();
    numbers.sort_unstable();
    let mut settled = Vec::with_capacity(rows.len());
    let mut of_some = Vec::new();
    for same in numbers.chunk_by(|a, b| a >> 32 == b >> 32) {
        of_some.clear();
        of_some.extend(same.iter().map(|number| &rows[*number as u32 as usize]));
        of_some.sort_unstable_by_key(|(row, place)| (key(row), Reverse(*place)));
        of_some.dedup_by(|(same, _), (kept, _)| key(same) == key(kept));
        settled.extend(of_some.iter().map(|(row, _)| *row));
    }
    settled
}

struct Passes {
    places: Places,
    rows: Vec<Placed>,
}

impl Sink for Passes {
    const COLUMNS: &'static [&'static str] = &[
        "person",
        "partner",
        "exam",
        "passed_on",
        "expires_on",
        ORDINAL,
    ];

    fn take(&mut self, block: &Block<'_>) -> Result<(), Error> {
        let people = block.column::<Hash>("person")?;
        let partners = block.column::<Id>("partner")?;
        let exams = block.column::<Id>("exam")?;
        let passed = block.column::<Date>("passed_on")?;
        let expires = block.column::<Date>("expires_on")?;
        let ordinals = block.column::<Ordinal>(ORDINAL)?;
        let batches = block.batches()?;
        for at in 0..block.len() {
            let row = Certification {
                partner: self.places.partner(partners.get(at)?, &block.file.path)?,
                person: people.get(at)?,
                exam: exams.get(at)?,
                passed_on: passed.get(at)?,
                expires_on: expires.get(at)?,
            };
            self.rows
                .push((row, (batches.sequence(at)?, ordinals.get(at)?)));
        }
        Ok(())
    }
}

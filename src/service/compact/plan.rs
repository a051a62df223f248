//! What is merged next: files of one dataset, and of one month where it is usage.

use std::collections::BTreeMap;

use facts::{Dataset, FileRef};
use kernel::Month;

/// The most files that are merged at once, since a row group of each is held.
const INPUTS_MAX: usize = 64;

/// When files are merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    /// More small files than this of a dataset and month become few.
    pub(super) small_files_max: usize,
    /// A file of fewer rows is small.
    pub(super) small_rows: u64,
}

/// The files to merge next; none where nothing is due. Whatever is given, merging it leaves fewer small files, or none
/// with rows of batches that are gone: doing it again and again ends.
pub(super) fn next(files: &[FileRef], policy: Policy) -> Option<Vec<FileRef>> {
    due(files, policy).into_iter().next().map(|mut due| {
        due.truncate(INPUTS_MAX);
        due
    })
}

/// How many rows are to be merged, should all fit at once.
pub(super) fn rows_due(files: &[FileRef], policy: Policy) -> u64 {
    let due = due(files, policy).into_iter().flatten();
    due.map(|file| file.rows).sum()
}

/// The files to merge of each dataset and month, those of earlier batches first.
fn due(files: &[FileRef], policy: Policy) -> Vec<Vec<FileRef>> {
    let mut groups: BTreeMap<(Dataset, Option<Month>), Vec<&FileRef>> = BTreeMap::new();
    for file in files {
        let is_split = file.dataset == Dataset::Usage;
        let month = is_split.then(|| file.first_day.month());
        groups.entry((file.dataset, month)).or_default().push(file);
    }
    let merged = groups.into_values().filter_map(|files| {
        let is_small = |file: &FileRef| file.counted_rows() < policy.small_rows;
        let small = files.iter().filter(|file| is_small(file)).count();
        let are_too_many = small > policy.small_files_max.max(1);
        let mut due: Vec<FileRef> = files
            .into_iter()
            .filter(|file| has_withdrawn(file) || are_too_many && is_small(file))
            .cloned()
            .collect();
        due.sort_by_key(|file| file.sequences().into_iter().min());
        (!due.is_empty()).then_some(due)
    });
    merged.collect()
}

/// Whether it holds rows of batches that are gone, which are to go from the disk too.
fn has_withdrawn(file: &FileRef) -> bool {
    file.rows != file.counted_rows()
}

#[cfg(test)]
mod tests {
    use facts::{BatchRows, FileBatches};
    use kernel::Day;

    use super::*;

    const POLICY: Policy = Policy {
        small_files_max: 2,
        small_rows: 100,
    };

    fn file(dataset: Dataset, first_day: i32, sequence: u64, rows: u64) -> FileRef {
        FileRef {
            path: format!("{dataset} {first_day} {sequence}"),
            dataset,
            batches: FileBatches::One(sequence),
            rows,
            bytes: 1,
            first_customer: 0,
            last_customer: 9,
            first_day: Day(first_day),
            last_day: Day(first_day),
        }
    }

    fn check(files: &[FileRef], expected: &[&str]) {
        let next = next(files, POLICY).unwrap_or_default();
        let paths: Vec<&str> = next.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn many_small_files_are_merged_and_few_are_not() {
        let surveys = |count| (1..=count).map(|at| file(Dataset::Surveys, 3, at, 99));
        check(&[], &[]);
        check(&surveys(2).collect::<Vec<_>>(), &[]);
        let mut files: Vec<FileRef> = surveys(3).rev().collect();
        files.push(file(Dataset::Surveys, 3, 9, 100));
        check(&files, &["surveys 3 1", "surveys 3 2", "surveys 3 3"]);
    }

    #[test]
    fn usage_is_merged_month_by_month() {
        let files = [0, 1, 40, 41, 42].map(|day| file(Dataset::Usage, day, day as u64, 5));
        check(&files, &["usage 40 40", "usage 41 41", "usage 42 42"]);
    }

    #[test]
    fn rows_of_batches_that_are_gone_go_however_large_the_file() {
        let mut large = file(Dataset::Surveys, 3, 1, 1_000);
        let batch = |sequence| {
            Some(BatchRows {
                sequence,
                rows: 500,
            })
        };
        large.batches = FileBatches::Several([batch(1), batch(2)].into());
        check(&[large.clone()], &[]);
        large.batches = FileBatches::Several([batch(1), None].into());
        check(&[large.clone()], &["surveys 3 1"]);
        assert_eq!(rows_due(&[large], POLICY), 1_000);
    }

    #[test]
    fn what_is_merged_at_once_is_bounded() {
        let files: Vec<FileRef> = (0..200)
            .map(|at| file(Dataset::Revenue, 3, at, 5))
            .collect();
        assert_eq!(next(&files, POLICY).unwrap().len(), INPUTS_MAX);
    }
}

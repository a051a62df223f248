//! Cutting all customers into buckets of about equal work.

use std::ops::Range;

use crate::bucket::WALKED;
use crate::dataset::Dataset;
use crate::file::FileRef;
use crate::gather::SIDE_BY_SIDE_FILES;

/// The rows of a bucket whose rows are gathered, some fifty megabytes: what is held of many files must not grow with them.
const GATHERED_ROWS_MAX: u64 = 2 * 1024 * 1024;

/// Whether few enough files stand side by side for a walk over a bucket to go on to the next one. Then small buckets cost
/// no more than large ones.
#[must_use]
pub fn walks_on(files: &[FileRef]) -> bool {
    let of = |dataset| files.iter().filter(move |file| file.dataset == dataset);
    (WALKED.into_iter()).all(|dataset| of(dataset).count() <= SIDE_BY_SIDE_FILES)
}

/// Ranges of customers, in order and without gaps from 0 to the last customer of any file, that hold about
/// `target_rows` rows each, or fewer where there are many files. None where no file has a customer.
///
/// The manifest tells only each file's first and last customer, so that its rows are taken as evenly spread between
/// them. Certifications have no customer and take no part.
#[must_use]
pub fn buckets(all_files: &[FileRef], target_rows: u64) -> Vec<Range<u32>> {
    let files = || {
        all_files
            .iter()
            .filter(|file| file.dataset != Dataset::Certifications)
    };
    let Some(last_customer) = files().map(|file| file.last_customer).max() else {
        return Vec::new();
    };
    let end = last_customer.saturating_add(1);
    // Where the number of rows for each customer changes, and by how much.
    let mut steps: Vec<(u64, f64)> = files()
        .flat_map(|file| {
            let first = u64::from(file.first_customer);
            let end = u64::from(file.last_customer).max(first) + 1;
            let density = file.rows as f64 / (end - first) as f64;
            [(first, density), (end, -density)]
        })
        .collect();
    steps.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));

    let target_rows = match walks_on(all_files) {
        true => target_rows,
        false => target_rows.min(GATHERED_ROWS_MAX),
    };
    let target = target_rows.max(1) as f64;
    let mut buckets = Vec::new();
    let mut start = 0_u32;
    let (mut at, mut density, mut held) = (0_u64, 0.0_f64, 0.0_f64);
    for (next, change) in steps {
        while at < next {
            // The first customer at which the bucket holds enough, if that is before the density changes.
            let needed = ((target - held) / density).ceil().max(1.0);
            if density <= 0.0 || needed >= (next - at) as f64 {
                held += density.max(0.0) * (next - at) as f64;
                at = next;
            } else {
                at += needed as u64;
                held = target;
            }
            if held >= target && at < u64::from(end) {
                // Below `end`, which is a u32.
                buckets.push(start..at as u32);
                start = at as u32;
                held = 0.0;
            }
        }
        density += change;
    }
    buckets.push(start..end);
    buckets
}

#[cfg(test)]
mod tests {
    use kernel::Day;
    use proptest::prelude::*;

    use super::*;

    fn file(first_customer: u32, last_customer: u32, rows: u64) -> FileRef {
        FileRef {
            path: String::new(),
            dataset: Dataset::Usage,
            batches: crate::FileBatches::One(1),
            rows,
            bytes: 1,
            first_customer,
            last_customer,
            first_day: Day::FIRST,
            last_day: Day::LAST,
        }
    }

    #[test]
    fn no_files_have_no_buckets() {
        assert_eq!(buckets(&[], 10), Vec::<Range<u32>>::new());
    }

    #[test]
    fn rows_are_shared_out_evenly() {
        let files = [file(0, 99, 500), file(0, 99, 500)];
        let expected: Vec<Range<u32>> = (0..10).map(|at| at * 10..at * 10 + 10).collect();
        assert_eq!(buckets(&files, 100), expected);
    }

    #[test]
    fn of_many_files_buckets_hold_few_rows() {
        let few = vec![file(0, 999_999, 1_000_000); 64];
        assert_eq!(buckets(&few, u64::MAX).len(), 1);
        let many = vec![file(0, 999_999, 1_000_000); 65];
        assert_eq!(buckets(&many, u64::MAX).len(), 31);
        assert_eq!(buckets(&many, 1_000_000).len(), 65);
    }

    #[test]
    fn one_customer_is_never_cut() {
        assert_eq!(buckets(&[file(5, 5, 1_000_000)], 10), vec![0..6]);
        let files = [file(5, 5, 1_000_000), file(6, 6, 1_000_000)];
        assert_eq!(buckets(&files, 10), vec![0..6, 6..7]);
    }

    #[test]
    fn the_largest_customer_number_is_inside() {
        assert_eq!(
            buckets(&[file(0, u32::MAX - 1, 4)], 2)
                .last()
                .map(|range| range.end),
            Some(u32::MAX)
        );
    }

    proptest! {
        #[test]
        fn buckets_cover_all_customers_once(
            files in prop::collection::vec((0_u32..10_000, 0_u32..10_000, 1_u64..100_000), 1..20),
            target_rows in 0_u64..50_000,
        ) {
            let files: Vec<FileRef> = files
                .into_iter()
                .map(|(a, b, rows)| file(a.min(b), a.max(b), rows))
                .collect();
            let buckets = buckets(&files, target_rows);
            let last = files.iter().map(|file| file.last_customer).max().unwrap();
            prop_assert_eq!(buckets[0].start, 0);
            prop_assert_eq!(buckets.last().unwrap().end, last + 1);
            for pair in buckets.windows(2) {
                prop_assert_eq!(pair[0].end, pair[1].start);
            }
            for bucket in &buckets {
                prop_assert!(bucket.start < bucket.end);
            }
            let total: u64 = files.iter().map(|file| file.rows).sum();
            prop_assert!(buckets.len() as u64 <= total / target_rows.max(1) + 1);
        }
    }
}

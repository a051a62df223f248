//! What is not needed is not read. Counted by a store that notes every request and has nothing listed.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use kernel::{Day, Facts};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use peerband_facts::{
    Dataset, Error, FactStore, FileRef, LicenseType, RevenueRow, Settled, Sizes, UsageRow, Wanted,
    buckets,
};

use crate::harness::{DAYS, places};

#[derive(Debug, Default)]
struct Counting {
    inner: InMemory,
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl Counting {
    fn take_bytes(&self) -> u64 {
        self.bytes.swap(0, Ordering::Relaxed)
    }

    fn take_requests(&self) -> u64 {
        self.requests.swap(0, Ordering::Relaxed)
    }

    fn count(&self, bytes: u64) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl std::fmt::Display for Counting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("counting")
    }
}

#[async_trait::async_trait]
impl ObjectStore for Counting {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, how: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(at, bytes, how).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Result<GetResult> {
        let found = self.inner.get_opts(at, how).await?;
        self.count(found.range.end - found.range.start);
        Ok(found)
    }

    async fn get_ranges(&self, at: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.count(ranges.iter().map(|range| range.end - range.start).sum());
        self.inner.get_ranges(at, ranges).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(paths)
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        panic!("the store was listed")
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        panic!("the store was listed")
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, how).await
    }
}

struct Counted {
    objects: Arc<Counting>,
    store: FactStore,
}

impl Counted {
    fn new() -> Counted {
        let objects = Arc::new(Counting::default());
        let store = FactStore::new(objects.clone(), Path::from("program/facts"));
        let store = store.with_sizes(Sizes {
            chunk_rows: 40_000,
            usage_chunk_rows: 40_000,
            row_group_rows: 1_000,
            ..Sizes::default()
        });
        Counted { objects, store }
    }

    /// Twenty rows of each of 2,000 customers, over the first ten months of 1970.
    async fn revenue(&self) -> Vec<FileRef> {
        let mut batch = self.store.write_batch(Dataset::Revenue);
        for at in 0..40_000_u32 {
            let row = RevenueRow {
                key: u128::from(at).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
                customer: at % 2_000,
                offering: at % 60,
                license_type: LicenseType::Web,
                occurred_on: Day((at % 300) as i32),
                amount_ten_thousandths: i128::from(at) * 12_345,
                currency: *b"USD",
                counts_as_new: true,
            };
            batch.push(row).await.unwrap();
        }
        let files = batch.finish().await.unwrap();
        files
            .into_iter()
            .map(|file| FileRef::new(file, 1))
            .collect()
    }
}

#[tokio::test]
async fn a_bucket_reads_its_row_groups_and_no_keys() {
    let counted = Counted::new();
    let files = counted.revenue().await;
    let settled = counted.store.settle(&files).await.unwrap();
    // The file's end is read once, with the first bucket.
    let first = counted
        .store
        .read_bucket(&files, 0..1, DAYS, &settled, &places())
        .await;
    assert_eq!(first.unwrap().revenue.len(), 20);
    counted.objects.take_bytes();
    let mut read = Vec::new();
    for customers in [0..2_000, 0..100, 1_900..2_000, 77..78, 5_000..6_000] {
        let wanted = customers.clone();
        let facts = counted
            .store
            .read_bucket(&files, customers, DAYS, &settled, &places())
            .await;
        let facts = facts.unwrap();
        assert_eq!(facts.revenue.len() as u32 % 20, 0);
        assert!(
            facts
                .revenue
                .iter()
                .all(|row| wanted.contains(&row.customer.0))
        );
        let rows = 20 * wanted.end.min(2_000).saturating_sub(wanted.start) as usize;
        assert_eq!(facts.revenue.len(), rows);
        read.push(counted.objects.take_bytes());
    }
    let whole: u64 = files.iter().map(|file| file.bytes).sum();
    // A key takes 16 bytes and is never wanted here.
    assert!(read[0] < whole - 16 * 40_000, "{read:?} of {whole}");
    // 100 of 2,000 customers lie in 2 of 40 row groups.
    assert!(read[1] < read[0] / 10 && read[2] < read[0] / 10, "{read:?}");
    assert!(read[3] < read[0] / 20, "{read:?}");
    assert_eq!(read[4], 0);
}

#[tokio::test]
async fn one_file_needs_no_settling_and_a_footer_is_read_once() {
    let counted = Counted::new();
    let files = counted.revenue().await;
    assert_eq!(files.len(), 1);
    counted.objects.take_requests();
    let settled = counted.store.settle(&files).await.unwrap();
    assert_eq!(counted.objects.take_requests(), 0);
    for requests in [2, 1, 1] {
        let facts = counted
            .store
            .read_bucket(&files, 3..4, DAYS, &settled, &places())
            .await;
        assert_eq!(facts.unwrap().revenue.len(), 20);
        assert_eq!(counted.objects.take_requests(), requests);
    }
}

#[tokio::test]
async fn files_outside_the_days_are_not_opened() {
    let counted = Counted::new();
    let mut batch = counted.store.write_batch(Dataset::Usage);
    for at in 0..600_u32 {
        let row = UsageRow {
            customer: at % 7,
            user: at.into(),
            offering: 1,
            active_on: Day((at % 300) as i32),
        };
        batch.push(row).await.unwrap();
    }
    let files: Vec<FileRef> = batch
        .finish()
        .await
        .unwrap()
        .into_iter()
        .map(|file| FileRef::new(file, 1))
        .collect();
    assert_eq!(files.len(), 10);
    counted.objects.take_requests();
    let february = Day(31)..=Day(58);
    let facts = counted
        .store
        .read_bucket(&files, 0..7, february, &Settled::default(), &places())
        .await;
    assert_eq!(facts.unwrap().usage.len(), 56);
    // The end of one file and the columns of one row group.
    assert_eq!(counted.objects.take_requests(), 2);
}

#[tokio::test]
async fn buckets_add_up_to_the_whole() {
    let counted = Counted::new();
    let files = counted.revenue().await;
    let settled = counted.store.settle(&files).await.unwrap();
    let buckets = buckets(&files, 4_000);
    assert_eq!(buckets.len(), 10);
    let mut amounts = 0;
    for customers in buckets {
        let store = counted.store.clone();
        let (files, settled) = (files.clone(), settled.clone());
        // A task of its own: reading can move between threads.
        let facts = tokio::spawn(async move {
            store
                .read_bucket(&files, customers, DAYS, &settled, &places())
                .await
        })
        .await;
        let revenue = facts.unwrap().unwrap().revenue;
        assert!((3_000..5_000).contains(&revenue.len()));
        amounts += revenue
            .iter()
            .map(|row| row.amount_ten_thousandths)
            .sum::<i128>();
    }
    assert_eq!(amounts, 12_345 * (40_000 * 39_999 / 2));
}

#[tokio::test]
async fn a_walk_from_bucket_to_bucket_reads_nothing_twice() {
    let counted = Counted::new();
    let files = counted.revenue().await;
    let settled = counted.store.settle(&files).await.unwrap();
    let mut read = Vec::new();
    // The file's end is read once, with the first walk.
    for target_rows in [u64::MAX, u64::MAX, 900] {
        counted.objects.take_bytes();
        let wanted = Wanted {
            files: &files,
            customers: 0..u32::MAX,
            days: DAYS,
            settled: &settled,
            places: &places(),
        };
        let add = |rows: &mut usize, facts: &mut Facts| {
            *rows += facts.revenue.len();
            Ok::<_, Error>(())
        };
        let buckets = buckets(&files, target_rows);
        read.push(buckets.len() as u64);
        let folded = counted.store.fold_buckets(wanted, buckets, 0, add).await;
        assert_eq!(folded.unwrap(), 40_000);
        read.push(counted.objects.take_bytes());
    }
    let [1, _, 1, whole, 40..=50, in_buckets] = read[..] else {
        panic!("{read:?}");
    };
    assert_eq!(whole, in_buckets);
}

#[tokio::test]
async fn removed_files_are_gone() {
    let counted = Counted::new();
    let files = counted.revenue().await;
    let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    for _ in 0..2 {
        counted.store.remove(&paths).await.unwrap();
    }
    assert!(counted.store.read_rows(&files[0]).await.is_err());
}

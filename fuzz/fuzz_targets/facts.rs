//! Whatever lies where a fact file should, reading it gives rows or an error: no panic, no stack overflow, bounded memory.
//!
//! A file that was damaged by accident fails its checksums, which is no news. So the checksums of what is read here are made
//! to match first: the footer's in the file's name, and those of the column chunks in the footer. The first byte says which
//! dataset the manifest takes the file for; the rest is the file.
#![no_main]

use std::{cell::RefCell, panic, sync::Arc};

use facts::{Dataset, FactStore, FileBatches, FileRef, Places, Wanted};
use kernel::{Day, Facts, Offering, Partner, Window};
use libfuzzer_sys::fuzz_target;
use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory, path::Path};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use tokio::runtime::{Builder, Runtime};

const DATASETS: [Dataset; 7] = [
    Dataset::Revenue,
    Dataset::SeatChanges,
    Dataset::Subscriptions,
    Dataset::Usage,
    Dataset::Instances,
    Dataset::Surveys,
    Dataset::Certifications,
];

thread_local! {
    static RUNTIME: RefCell<Runtime> = RefCell::new(Builder::new_current_thread().build().unwrap());
}

fuzz_target!(
    init: {
        // What panics while pages are decoded is caught, and a task's panic is an error: see below for what is not.
        panic::set_hook(Box::new(|info| {
            let is_ours = info.location().is_none_or(|at| at.file().contains("facts/src"));
            if is_ours {
                eprintln!("{info}");
                std::process::abort();
            }
        }));
    },
    |input: &[u8]| {
        let [dataset, bytes @ ..] = input else {
            return;
        };
        let dataset = DATASETS[usize::from(*dataset) % DATASETS.len()];
        let mut bytes = bytes.to_vec();
        // A footer that does not parse must be refused by the store as well.
        let rows = footer_of(&bytes).map_or(1, |(start, metadata)| {
            match_checksums(&mut bytes, start, &metadata);
            metadata.file_metadata().num_rows().unsigned_abs()
        });
        RUNTIME.with_borrow(|runtime| runtime.block_on(read(dataset, rows, bytes)));
    }
);

async fn read(dataset: Dataset, rows: u64, bytes: Vec<u8>) {
    let end = footer_start(&bytes).unwrap_or(0);
    let path = format!("x-{:08x}.parquet", crc32fast::hash(&bytes[end..]));
    let file = FileRef {
        path: path.clone(),
        dataset,
        batches: FileBatches::One(1),
        rows,
        bytes: bytes.len() as u64,
        first_customer: 0,
        last_customer: u32::MAX - 1,
        first_day: Day::FIRST,
        last_day: Day::LAST,
    };
    let objects = InMemory::new();
    objects.put(&Path::from(path), bytes.into()).await.unwrap();
    let store = FactStore::new(Arc::new(objects) as Arc<dyn ObjectStore>, Path::default());
    let _ = store.read_rows(&file).await;
    let places = Places::new(vec![Some(Offering(0)); 8], vec![Some(Partner(0)); 8]);
    let files = [file];
    let _ = store.read_certifications(&files, &places).await;
    let window = Window::ending(Day(20_000));
    let _ = store.newest_subscriptions(&files, &[window], &places).await;
    if let Ok(settled) = store.settle(&files).await {
        let wanted = Wanted {
            files: &files,
            customers: 0..2000,
            days: window.first..=window.last,
            settled: &settled,
            places: &places,
        };
        let add = |_: &mut (), _: &mut Facts| Ok::<(), facts::Error>(());
        let _ = store
            .fold_buckets(wanted, std::iter::once(3..1000), (), add)
            .await;
    }
}

/// Where the footer begins, by the file's own word.
fn footer_start(bytes: &[u8]) -> Option<usize> {
    let [length @ .., _, _, _, _] = bytes.last_chunk::<8>()?;
    let length = u32::from_le_bytes(*length.first_chunk::<4>()?) as usize;
    bytes.len().checked_sub(length.checked_add(8)?)
}

fn footer_of(bytes: &[u8]) -> Option<(usize, ParquetMetaData)> {
    let start = footer_start(bytes)?;
    let content = &bytes[start..bytes.len() - 8];
    let parsed = panic::catch_unwind(|| ParquetMetaDataReader::decode_metadata(content));
    Some((start, parsed.ok()?.ok()?))
}

/// Writes the sums of the column chunks over those that the footer holds.
fn match_checksums(bytes: &mut [u8], footer: usize, metadata: &ParquetMetaData) {
    let entries = metadata.file_metadata().key_value_metadata();
    let old =
        entries.and_then(|entries| entries.iter().find(|entry| entry.key == "peerband.crc32"));
    let Some(old) = old
        .and_then(|entry| entry.value.as_deref())
        .filter(|old| !old.is_empty())
    else {
        return;
    };
    let sums: String = (metadata.row_groups().iter())
        .flat_map(|group| group.columns())
        .map(|chunk| {
            let start = chunk
                .dictionary_page_offset()
                .unwrap_or(chunk.data_page_offset());
            let range = usize::try_from(start)
                .ok()
                .zip(usize::try_from(chunk.compressed_size()).ok());
            let range =
                range.and_then(|(start, length)| bytes.get(start..start.checked_add(length)?));
            format!("{:08x}", range.map_or(0, crc32fast::hash))
        })
        .collect();
    let place = bytes[footer..]
        .windows(old.len())
        .position(|window| window == old.as_bytes());
    if let Some(place) = place.filter(|_| sums.len() == old.len()) {
        bytes[footer + place..][..sums.len()].copy_from_slice(sums.as_bytes());
    }
}

//! Whatever the bytes, the answer is rows, rejects or an error; never a panic.

use parquet::{
    basic::{BrotliLevel, GzipLevel, ZstdLevel},
    file::properties::{WriterProperties, WriterVersion},
};
use peerband_intake::{Compression, Dataset, Limits, Problem};
use proptest::prelude::*;

use crate::harness::{full_row, pack, problem, read_bytes, try_read};

const ENDINGS: [&str; 7] = [
    "csv",
    "csv.gz",
    "csv.zst",
    "ndjson",
    "ndjson.gz",
    "ndjson.zst",
    "parquet",
];

fn survives(dataset: Dataset, ending: &str, bytes: &[u8]) {
    // The outcome is anybody's guess; that there is one is the point.
    let _ = try_read(dataset, ending, bytes, &Limits::default());
}

fn whole_file(dataset: Dataset, ending: &str) -> Vec<u8> {
    let mut table = full_row(dataset);
    let row = table.rows[0].clone();
    table.rows.extend(std::iter::repeat_n(row, 20));
    let (format, packing) = ending.split_once('.').unwrap_or((ending, ""));
    let bytes = match format {
        "csv" => table.csv(),
        "ndjson" => table.ndjson(true),
        _ => table.parquet_with(Some(parquet_properties(dataset))),
    };
    let compression = match packing {
        "gz" => Compression::Gzip,
        "zst" => Compression::Zstd,
        _ => Compression::None,
    };
    pack(&bytes, compression)
}

/// Each dataset's file is written in another way, so that all ways get damaged.
fn parquet_properties(dataset: Dataset) -> WriterProperties {
    let number = dataset as usize;
    let codecs = [
        parquet::basic::Compression::UNCOMPRESSED,
        parquet::basic::Compression::GZIP(GzipLevel::default()),
        parquet::basic::Compression::ZSTD(ZstdLevel::default()),
        parquet::basic::Compression::SNAPPY,
        parquet::basic::Compression::BROTLI(BrotliLevel::default()),
    ];
    let versions = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0];
    WriterProperties::builder()
        .set_compression(codecs[number % codecs.len()])
        .set_writer_version(versions[number % 2])
        // Without dictionaries the second version would write encodings that are refused at once.
        .set_dictionary_enabled(number % 2 == 1 || number.is_multiple_of(3))
        .set_data_page_row_count_limit(8)
        .set_write_batch_size(4)
        .build()
}

fn any_dataset() -> impl Strategy<Value = Dataset> {
    (0..Dataset::ALL.len()).prop_map(|index| Dataset::ALL[index])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 600 } else { 20_000 }))]

    #[test]
    fn random_bytes(
        dataset in any_dataset(),
        ending in 0..ENDINGS.len(),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        survives(dataset, ENDINGS[ending], &bytes);
    }

    #[test]
    fn random_text_below_a_good_header(
        dataset in any_dataset(),
        text in "[a-z0-9,\"\r\n{}:.\\- \u{e9}]{0,300}",
    ) {
        let mut csv = full_row(dataset).csv();
        csv.extend(text.as_bytes());
        survives(dataset, "csv", &csv);
        survives(dataset, "ndjson", text.as_bytes());
    }

    #[test]
    fn damaged_files(
        dataset in any_dataset(),
        ending in 0..ENDINGS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let mut bytes = whole_file(dataset, ENDINGS[ending]);
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(dataset, ENDINGS[ending], &bytes);
    }
}

/// Every single byte of a small Parquet file set to each of a few telling values.
#[test]
fn damaged_parquet_byte_by_byte() {
    let whole = full_row(Dataset::Exams).parquet();
    assert_eq!(read_bytes(Dataset::Exams, "parquet", &whole).rows.len(), 1);
    for index in 0..whole.len() {
        for byte in [
            0x00,
            0x7f,
            0xff,
            whole[index] ^ 1,
            whole[index].wrapping_add(0x10),
        ] {
            let mut bytes = whole.clone();
            bytes[index] = byte;
            survives(Dataset::Exams, "parquet", &bytes);
        }
    }
}

#[test]
fn a_footer_that_claims_more_than_the_file_holds() {
    let mut bytes = whole_file(Dataset::Products, "parquet");
    let end = bytes.len();
    for length in [u32::MAX, i32::MAX as u32, end as u32] {
        bytes[end - 8..end - 4].copy_from_slice(&length.to_le_bytes());
        let problem = problem(Dataset::Products, "parquet", &bytes, &Limits::default());
        assert!(
            problem
                .to_string()
                .contains("its footer is longer than the file"),
            "{problem}"
        );
    }
    for bytes in [b"".as_slice(), b"PAR1", b"PAR1PAR1", b"PAR1\0\0\0\0PAR1"] {
        let problem = problem(Dataset::Products, "parquet", bytes, &Limits::default());
        assert!(matches!(problem, Problem::Parquet { .. }), "{problem}");
    }
}

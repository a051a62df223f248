//! Parquet's own types, and its claims.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array,
        Decimal256Array, DictionaryArray, Float64Array, Int16Array, Int32Array, Int64Array,
        LargeStringArray, ListArray, NullArray, StringArray, StringViewArray,
        TimestampMicrosecondArray, UInt64Array,
    },
    datatypes::{Int32Type, i256},
};
use parquet::{
    basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel},
    file::properties::{WriterProperties, WriterVersion},
};
use peerband_intake::{Dataset, Limits, Problem};

use crate::harness::{Got, full_row, parquet_of, problem, read_bytes};

/// A file of the dataset's full row, one column replaced by this array, the others repeated as often.
fn file_with(
    dataset: Dataset,
    column: &str,
    array: &ArrayRef,
    properties: Option<WriterProperties>,
) -> Vec<u8> {
    let table = full_row(dataset);
    let columns = table
        .columns
        .iter()
        .zip(&table.rows[0])
        .map(|(name, text)| {
            let repeated = StringArray::from_iter_values(std::iter::repeat_n(text, array.len()));
            (
                *name,
                if *name == column {
                    Arc::clone(array)
                } else {
                    Arc::new(repeated) as ArrayRef
                },
            )
        });
    parquet_of(&columns.collect::<Vec<_>>(), properties)
}

fn read_with(dataset: Dataset, column: &str, array: impl Into<ArrayRef>) -> Got {
    read_bytes(
        dataset,
        "parquet",
        file_with(dataset, column, &array.into(), None),
    )
}

fn check(dataset: Dataset, column: &str, array: impl arrow::array::Array + 'static, shown: &str) {
    let got = read_with(dataset, column, Arc::new(array) as ArrayRef);
    assert!(
        got.texts()[0].contains(&format!("{column}: {shown}")),
        "{:?}",
        got.rows
    );
}

fn check_reject(
    dataset: Dataset,
    column: &str,
    array: impl arrow::array::Array + 'static,
    value: &str,
    reason: &str,
) {
    let got = read_with(dataset, column, Arc::new(array) as ArrayRef);
    assert_eq!(got.reject(), (1, column, value, reason));
}

fn check_type(dataset: Dataset, column: &str, array: impl arrow::array::Array + 'static) {
    let bytes = file_with(dataset, column, &(Arc::new(array) as ArrayRef), None);
    let problem = problem(dataset, "parquet", bytes, &Limits::default());
    assert!(
        matches!(problem, Problem::ColumnType { column: found, .. } if found == column),
        "{problem}"
    );
}

#[test]
fn texts() {
    let products = Dataset::Products;
    check(
        products,
        "product_id",
        LargeStringArray::from(vec!["a"]),
        "\"a\"",
    );
    check(
        products,
        "product_id",
        StringViewArray::from(vec!["a"]),
        "\"a\"",
    );
    check(
        products,
        "product_id",
        BinaryArray::from(vec![b"a".as_slice()]),
        "\"a\"",
    );
    check_reject(
        products,
        "product_id",
        BinaryArray::from(vec![b"a\xff".as_slice()]),
        "a\u{fffd}",
        "is not UTF-8",
    );
    let dictionary: DictionaryArray<Int32Type> = vec!["a", "b"].into_iter().collect();
    let got = read_with(products, "product_id", Arc::new(dictionary) as ArrayRef);
    assert!(got.texts()[1].contains("product_id: \"b\""));
    check(products, "product_id", Int32Array::from(vec![-7]), "\"-7\"");
    check(
        products,
        "product_id",
        Int64Array::from(vec![i64::MAX]),
        "\"9223372036854775807\"",
    );
    check(
        products,
        "product_id",
        UInt64Array::from(vec![u64::MAX]),
        "\"18446744073709551615\"",
    );
    let number = Decimal128Array::from(vec![42])
        .with_precision_and_scale(38, 0)
        .unwrap();
    check(products, "product_id", number, "\"42\"");
    check_type(products, "product_id", Float64Array::from(vec![1.0]));
    check_type(products, "product_id", BooleanArray::from(vec![true]));
    check_type(
        products,
        "name",
        ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]),
    );
}

#[test]
fn numbers() {
    let seats = Dataset::SeatChanges;
    check(seats, "seats_added", Int16Array::from(vec![7]), "7,");
    check(seats, "seats_added", UInt64Array::from(vec![7]), "7,");
    check_reject(
        seats,
        "seats_added",
        Int64Array::from(vec![-7]),
        "-7",
        "must not be negative",
    );
    check_reject(
        seats,
        "seats_added",
        UInt64Array::from(vec![u64::MAX]),
        "18446744073709551615",
        "must be below 2147483648",
    );
    check_reject(
        seats,
        "seats_added",
        Int64Array::from(vec![None]),
        "",
        "is required",
    );
    check_type(seats, "seats_added", Float64Array::from(vec![7.0]));
    check_type(seats, "seats_added", BooleanArray::from(vec![true]));
    let amount = |value, scale| {
        Decimal128Array::from(vec![value])
            .with_precision_and_scale(38, scale)
            .unwrap()
    };
    check(
        Dataset::Revenue,
        "amount",
        amount(-1_234_500, 5),
        "Amount { ten_thousandths: -123450 }",
    );
    check_reject(
        Dataset::Revenue,
        "amount",
        amount(1, 5),
        "0.00001",
        "has more than 4 decimal places",
    );
    check(
        Dataset::Revenue,
        "amount",
        Int32Array::from(vec![3]),
        "Amount { ten_thousandths: 30000 }",
    );
    let wide = i256::from_i128(10i128.pow(38)).wrapping_mul(i256::from_i128(5));
    let wide = Decimal256Array::from(vec![wide])
        .with_precision_and_scale(76, 38)
        .unwrap();
    check(
        Dataset::Revenue,
        "amount",
        wide,
        "Amount { ten_thousandths: 50000 }",
    );
    let long = Decimal256Array::from(vec![i256::MAX.wrapping_div(i256::from_i128(10))]);
    let long = long.with_precision_and_scale(76, 4).unwrap();
    check_reject(Dataset::Revenue, "amount", long, "", "has too many digits");
    check_type(Dataset::FxRates, "rate", Float64Array::from(vec![1.5]));
}

#[test]
fn dates() {
    let usage = Dataset::Usage;
    check(
        usage,
        "active_on",
        Date32Array::from(vec![20_089]),
        "Day(20089)",
    );
    check(
        usage,
        "active_on",
        Date64Array::from(vec![20_089 * 86_400_000]),
        "Day(20089)",
    );
    let midnight = 20_089 * 86_400_000_000;
    check(
        usage,
        "active_on",
        TimestampMicrosecondArray::from(vec![midnight]),
        "Day(20089)",
    );
    check(
        usage,
        "active_on",
        TimestampMicrosecondArray::from(vec![midnight]).with_timezone("UTC"),
        "Day(20089)",
    );
    let noon = TimestampMicrosecondArray::from(vec![midnight + 43_200_000_000]);
    check_reject(
        usage,
        "active_on",
        noon,
        "2025-01-01T12:00:00",
        "must be a day without a time",
    );
    let out = "must be from 1970-01-01 to 2199-12-31";
    check_reject(
        usage,
        "active_on",
        Date32Array::from(vec![-1]),
        "1969-12-31",
        out,
    );
    check_reject(
        usage,
        "active_on",
        Date32Array::from(vec![i32::MAX]),
        "day 2147483647 after 1970-01-01",
        out,
    );
    check(
        Dataset::Associations,
        "ends_on",
        Date32Array::from(vec![2_932_896]),
        "None",
    );
    check(Dataset::Associations, "ends_on", NullArray::new(1), "None");
    check_type(usage, "active_on", Int32Array::from(vec![20_250_101]));
}

#[test]
fn flags() {
    check(
        Dataset::SeatChanges,
        "paid",
        BooleanArray::from(vec![false]),
        "false",
    );
    check(
        Dataset::SeatChanges,
        "paid",
        BooleanArray::from(vec![None]),
        "true",
    );
    check_type(Dataset::SeatChanges, "paid", Int32Array::from(vec![1]));
}

#[test]
fn every_codec_and_page_version() {
    let ids: Vec<_> = (0..5000).map(|number| format!("id-{number}")).collect();
    let ids: ArrayRef = Arc::new(StringArray::from(ids));
    let codecs = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::LZ4_RAW,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::ZSTD(ZstdLevel::default()),
    ];
    for codec in codecs {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let properties = WriterProperties::builder()
                .set_compression(codec)
                .set_writer_version(version)
                .set_column_encoding("product_id".into(), Encoding::PLAIN)
                .set_column_encoding("name".into(), Encoding::PLAIN)
                .set_data_page_size_limit(4096)
                .set_write_batch_size(256)
                .set_max_row_group_row_count(Some(2000))
                .build();
            let bytes = file_with(Dataset::Products, "product_id", &ids, Some(properties));
            let got = read_bytes(Dataset::Products, "parquet", bytes);
            assert_eq!(got.texts().len(), 5000);
            assert_eq!(got.rows[4999].0, 5000);
            assert!(got.rows[4999].1.contains("\"id-4999\""));
        }
    }
}

#[test]
fn encodings_whose_size_is_not_known_beforehand_are_refused() {
    for encoding in [
        Encoding::DELTA_BYTE_ARRAY,
        Encoding::DELTA_LENGTH_BYTE_ARRAY,
    ] {
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(false)
            .set_column_encoding("product_id".into(), encoding)
            .build();
        let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let bytes = file_with(Dataset::Products, "product_id", &ids, Some(properties));
        let problem = problem(Dataset::Products, "parquet", bytes, &Limits::default());
        assert!(
            problem.to_string().contains(&format!(
                "product_id has a page with the encoding {encoding}"
            )),
            "{problem}"
        );
    }
}

#[test]
fn headers_name_the_columns_of_the_dataset() {
    let id: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let columns = |names: &[&str]| {
        let columns: Vec<_> = names.iter().map(|name| (*name, Arc::clone(&id))).collect();
        problem(
            Dataset::Products,
            "parquet",
            parquet_of(&columns, None),
            &Limits::default(),
        )
    };
    let unknown = columns(&["product_id", "name", "colour"]);
    assert!(
        unknown
            .to_string()
            .starts_with("there is no column \"colour\""),
        "{unknown}"
    );
    assert!(matches!(
        columns(&["name"]),
        Problem::MissingColumn {
            column: "product_id",
            ..
        }
    ));
    assert!(matches!(
        columns(&["name", "product_id", "name"]),
        Problem::DuplicateColumn { column: "name" }
    ));
}

#[test]
fn a_value_that_a_dictionary_repeats_is_held_once_and_long_pages_are_refused() {
    let long = "x".repeat(1 << 20);
    let many: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
        &long, 100,
    )));
    let bytes = file_with(Dataset::Products, "name", &many, None);
    let problem = problem(Dataset::Products, "parquet", bytes, &Limits::default());
    assert!(
        matches!(&problem, Problem::PageTooLarge { column } if column == "name"),
        "{problem}"
    );
}

#[test]
fn packed_repetition_is_refused() {
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let name = "x".repeat(9_000);
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(
        &name, 20_000,
    )));
    let bytes = file_with(Dataset::Products, "name", &names, Some(properties));
    assert!(matches!(
        problem(Dataset::Products, "parquet", bytes, &Limits::default()),
        Problem::Ratio { .. }
    ));
}

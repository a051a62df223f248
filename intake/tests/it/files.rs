//! What each format allows and refuses beside its values, and the limits on whole files.

use peerband_intake::{Dataset, Limits, Problem, ReadError};

use crate::harness::{Got, full_row, pack, problem, read_bytes, try_read_into};
use peerband_intake::Compression;

const PRODUCTS: Dataset = Dataset::Products;

fn default_problem(ending: &str, bytes: impl AsRef<[u8]>) -> Problem {
    problem(PRODUCTS, ending, bytes, &Limits::default())
}

#[test]
fn csv_lines_are_counted_as_an_editor_counts_them() {
    for end in ["\n", "\r\n"] {
        let text = [
            "\u{feff}name,product_id",
            "",
            "\"two",
            "lines\",a",
            "x,b",
            "",
            "",
            "\"\",c",
            "y, d",
        ]
        .join(end);
        let got = read_bytes(PRODUCTS, "csv", text);
        let places: Vec<_> = got
            .rejects
            .iter()
            .map(|(line, column, ..)| (*line, *column))
            .collect();
        assert_eq!(
            places,
            [(3, "name"), (8, "name"), (9, "product_id")],
            "{end:?}"
        );
        assert_eq!(got.rows[0].0, 5);
    }
}

#[test]
fn csv_records_of_another_length_are_rejected() {
    let got = read_bytes(
        PRODUCTS,
        "csv",
        "product_id,name\na\nb,B\nc,C,more,and more\n d,D\n",
    );
    let places: Vec<_> = got
        .rejects
        .iter()
        .map(|(line, column, value, _)| (*line, *column, value.as_str()))
        .collect();
    assert_eq!(
        places,
        [(2, "", "a"), (4, "", "c"), (5, "product_id", " d")]
    );
    assert_eq!(got.rejects[1].3, "the record has 4 fields, the header 2");
    assert_eq!(got.rows.len(), 1);
}

#[test]
fn csv_that_is_not_utf8_is_rejected_by_the_row() {
    let got = read_bytes(PRODUCTS, "csv", b"product_id,name\na,caf\xe9\nb,B\n");
    assert_eq!(got.reject(), (2, "name", "caf\u{fffd}", "is not UTF-8"));
    assert!(matches!(
        default_problem("csv", b"product_id,n\xe9me\n"),
        Problem::HeaderNotUtf8
    ));
}

#[test]
fn csv_headers_name_the_columns_of_the_dataset() {
    assert!(matches!(
        default_problem("csv", ""),
        Problem::NoHeader { .. }
    ));
    assert!(matches!(
        default_problem("csv", "\u{feff}\n\n"),
        Problem::NoHeader { .. }
    ));
    let unknown = default_problem("csv", "product_id,name,colour\n");
    assert!(
        unknown
            .to_string()
            .contains("no column \"colour\"; the columns of products are: product_id, name")
    );
    let missing = default_problem("csv", "product_id\n");
    assert!(matches!(
        missing,
        Problem::MissingColumn { column: "name", .. }
    ));
    let twice = default_problem("csv", "product_id,name,name\n");
    assert!(matches!(twice, Problem::DuplicateColumn { column: "name" }));
    let limits = Limits {
        columns: 2,
        ..Limits::default()
    };
    assert!(matches!(
        problem(PRODUCTS, "csv", "a,b,c\n", &limits),
        Problem::TooManyColumns { limit: 2, .. }
    ));
    assert_eq!(read_bytes(PRODUCTS, "csv", "product_id,name").rows.len(), 0);
}

#[test]
fn a_quote_that_never_closes_ends_at_the_limit() {
    let text = format!("product_id,name\na,\"{}", "x,\n".repeat(1 << 20));
    assert!(matches!(
        default_problem("csv", text),
        Problem::LineTooLong { line: 2, .. }
    ));
    let got = read_bytes(PRODUCTS, "csv", "product_id,name\na,\"b\nc,d\n");
    assert_eq!(got.reject().1, "name");
}

#[test]
fn ndjson_lines() {
    let lines = [
        "\u{feff}{\"product_id\": 7, \"name\": \"\\u00e9\\\"\"}",
        "",
        "  ",
        "[1]",
        "{\"product_id\": \"a\"}",
        "{\"product_id\": \"a\", \"name\": {\"en\": \"A\"}}",
        "{\"product_id\": \"a\", \"name\": \"A\", \"name\": \"B\"}",
        "{\"product_id\": true, \"name\": \"A\"}",
        "{\"product_id\": \"a\", \"name\": \"A\"} {}",
        "{\"product_id\": \"a\", \"name\": \"A\"",
        "{\"product_id\": \"\\ud800\", \"name\": \"A\"}",
        "{\"product_\\u0069d\": \"b\", \"name\": \"B\"}\r",
        "null",
    ];
    let got = read_bytes(PRODUCTS, "ndjson", lines.join("\n"));
    let rejects: Vec<_> = got
        .rejects
        .iter()
        .map(|(line, column, _, reason)| (*line, *column, reason.as_str()))
        .collect();
    assert_eq!(
        rejects,
        [
            (4, "", "the line is no JSON object"),
            (5, "name", "is required"),
            (6, "name", "must be one value, not an object or array"),
            (7, "name", "is given twice"),
            (8, "product_id", "must be text, not true or false"),
            (9, "", "the line is no JSON object"),
            (10, "", "the line is no JSON object"),
            (11, "product_id", "holds an escape that is no character"),
            (13, "", "the line is no JSON object"),
        ]
    );
    assert_eq!(got.rejects[3].2, "B");
    assert!(
        got.rows[0].1.contains(r#"product_id: "7", name: "é\"""#),
        "{:?}",
        got.rows
    );
    assert_eq!(got.rows[1].0, 12);
}

#[test]
fn ndjson_files() {
    let unknown = default_problem(
        "ndjson",
        "{\"product_id\":\"a\",\"name\":\"A\"}\n{\"Name\":1}\n",
    );
    assert!(
        unknown
            .to_string()
            .starts_with("line 2: there is no column \"Name\""),
        "{unknown}"
    );
    assert_eq!(read_bytes(PRODUCTS, "ndjson", "").rows.len(), 0);
    let got = read_bytes(PRODUCTS, "ndjson", b"{\"name\": \"\xff\"}\n");
    assert_eq!(
        got.reject(),
        (1, "", "{\"name\": \"\u{fffd}\"}", "the line is not UTF-8")
    );
    let long = "x".repeat((1 << 20) + 1);
    assert!(matches!(
        default_problem("ndjson", long),
        Problem::LineTooLong { line: 1, .. }
    ));
    let deep = format!("{{\"name\": {}", "[".repeat(1_000_000));
    assert_eq!(
        read_bytes(PRODUCTS, "ndjson", deep).reject().3,
        "the line is no JSON object"
    );
}

#[test]
fn json_numbers_are_read_from_their_text() {
    let check = |amount: &str, expected: Result<&str, &str>| {
        let line = format!(
            "{{\"event_id\":1,\"customer_id\":2.50,\"product_id\":\"p\",\"license_type\":\"EA\",\
             \"occurred_on\":\"2025-01-01\",\"amount\":{amount},\"currency\":\"USD\"}}"
        );
        let got = read_bytes(Dataset::Revenue, "ndjson", line);
        match expected {
            Ok(shown) => {
                assert!(
                    got.texts()[0].contains(&format!("ten_thousandths: {shown} ")),
                    "{amount}"
                );
                assert!(got.texts()[0].contains("customer_id: \"2.50\""));
            }
            Err(reason) => assert!(
                got.reject().3.starts_with(reason),
                "{amount}: {:?}",
                got.rejects
            ),
        }
    };
    check("99999999999999.9999", Ok("999999999999999999"));
    check("0.1000000000000000000000000", Ok("1000"));
    check("1E2", Err("is no number"));
    check("1e-2", Err("is no number"));
    check("true", Err("must be a number"));
    check("[1]", Err("must be one value"));
}

#[test]
fn damaged_packings_are_refused() {
    let csv = full_row(PRODUCTS).csv().repeat(100);
    for (ending, compression) in [
        ("csv.gz", Compression::Gzip),
        ("csv.zst", Compression::Zstd),
    ] {
        let packed = pack(&csv, compression);
        for cut in [0, 1, 5, packed.len() / 2, packed.len() - 1] {
            let problem = default_problem(ending, &packed[..cut]);
            assert!(
                matches!(problem, Problem::Corrupt { .. }),
                "{ending} {cut} {problem}"
            );
        }
        assert!(matches!(
            default_problem(ending, &csv),
            Problem::Corrupt { .. }
        ));
        let mut twice = pack(b"product_id,name\na,A\n", compression);
        twice.extend(pack(b"b,B\n", compression));
        assert_eq!(read_bytes(PRODUCTS, ending, twice).rows.len(), 2);
    }
}

#[test]
fn what_unpacks_too_far_is_refused() {
    let mut csv = b"product_id,name\n".to_vec();
    csv.resize(50 << 20, b'\n');
    for (ending, compression) in [
        ("csv.gz", Compression::Gzip),
        ("csv.zst", Compression::Zstd),
    ] {
        assert!(matches!(
            default_problem(ending, pack(&csv, compression)),
            Problem::Ratio { ratio: 100 }
        ));
        // Small files may: there is nothing to fear from them.
        read_bytes(PRODUCTS, ending, pack(&csv[..1_000_000], compression));
    }
}

#[test]
fn files_and_rows_have_limits() {
    let csv = "product_id,name\na,A\nb,B\n";
    let limits = Limits {
        file_bytes: 10,
        ..Limits::default()
    };
    for ending in ["csv", "ndjson", "parquet", "csv.gz"] {
        assert!(matches!(
            problem(PRODUCTS, ending, csv, &limits),
            Problem::FileTooLarge {
                bytes: 24,
                limit: 10
            }
        ));
    }
    let limits = Limits {
        rows: 1,
        ..Limits::default()
    };
    assert!(matches!(
        problem(PRODUCTS, "csv", csv, &limits),
        Problem::TooManyRows { limit: 1 }
    ));
    let mut table = full_row(PRODUCTS);
    table.rows.push(table.rows[0].clone());
    assert!(matches!(
        problem(PRODUCTS, "ndjson", table.ndjson(false), &limits),
        Problem::TooManyRows { .. }
    ));
    assert!(matches!(
        problem(PRODUCTS, "parquet", table.parquet(), &limits),
        Problem::TooManyRows { .. }
    ));
}

#[test]
fn the_visitor_can_stop() {
    let mut table = full_row(PRODUCTS);
    table.rows.push(table.rows[0].clone());
    for (ending, bytes) in [
        ("csv", table.csv()),
        ("ndjson", table.ndjson(false)),
        ("parquet", table.parquet()),
    ] {
        let mut got = Got {
            stop_after: Some(1),
            ..Got::default()
        };
        let result = try_read_into(&mut got, PRODUCTS, ending, &bytes, &Limits::default());
        assert!(matches!(result, Err(ReadError::Stopped)));
        assert_eq!(got.rows.len(), 1);
    }
}

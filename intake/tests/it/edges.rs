//! Every bound of DATA.md on a value, from all formats alike.

use peerband_intake::Dataset;

use crate::harness::{FORMATS, read_bytes, row_with, written};

fn check_reject(dataset: Dataset, column: &'static str, value: &str, reason: &str) {
    for format in FORMATS {
        let (ending, bytes) = written(&row_with(dataset, column, value), format);
        let got = read_bytes(dataset, ending, bytes);
        let line = if ending == "csv" { 2 } else { 1 };
        let shown = if value.len() > 200 {
            format!("{}…", &value[..200])
        } else {
            value.to_owned()
        };
        assert_eq!(
            got.reject(),
            (line, column, shown.as_str(), reason),
            "{ending} {column} {shown}"
        );
    }
}

fn check_taken(dataset: Dataset, column: &str, value: &str, shown: &str) {
    for format in FORMATS {
        let (ending, bytes) = written(&row_with(dataset, column, value), format);
        let got = read_bytes(dataset, ending, bytes);
        let row = got.texts()[0].to_owned();
        assert!(
            row.contains(&format!("{column}: {shown}")),
            "{ending} {column} {value}: {row}"
        );
    }
}

#[test]
fn required_columns_need_a_value() {
    for dataset in Dataset::ALL {
        for column in dataset.columns().iter().filter(|column| !column.optional) {
            check_reject(dataset, column.name, "", "is required");
        }
    }
}

#[test]
fn ids() {
    let revenue = Dataset::Revenue;
    for id in [
        "a",
        "A b",
        "é",
        "x".repeat(128).as_str(),
        "-",
        "0",
        "a\u{a0}b",
    ] {
        check_taken(revenue, "event_id", id, &format!("{id:?}"));
    }
    check_reject(
        revenue,
        "event_id",
        &"x".repeat(129),
        "is longer than 128 bytes",
    );
    check_reject(
        revenue,
        "event_id",
        &"é".repeat(65),
        "is longer than 128 bytes",
    );
    for id in [" a", "a ", "\u{a0}a", " "] {
        check_reject(revenue, "event_id", id, "begins or ends with a space");
    }
    for id in ["a\tb", "a\nb", "\u{7f}", "a\u{85}b", "\u{0}"] {
        check_reject(revenue, "event_id", id, "holds a control character");
    }
    check_reject(revenue, "workload_id", " w", "begins or ends with a space");
    check_reject(
        Dataset::Usage,
        "user_id",
        "ann ",
        "begins or ends with a space",
    );
    check_reject(
        Dataset::Partners,
        "country",
        "D\tE",
        "holds a control character",
    );
}

#[test]
fn names() {
    let name = "n".repeat(10_000);
    check_taken(Dataset::Products, "name", &name, &format!("{name:?}"));
    check_taken(Dataset::Products, "name", " padded ", "\" padded \"");
    check_reject(
        Dataset::Products,
        "name",
        &"n".repeat(10_001),
        "is longer than 10000 bytes",
    );
    check_reject(
        Dataset::Customers,
        "name",
        "a\nb",
        "holds a control character",
    );
}

#[test]
fn dates() {
    check_taken(Dataset::Usage, "active_on", "1970-01-01", "Day(0)");
    check_taken(Dataset::Usage, "active_on", "2199-12-31", "Day(84005)");
    check_taken(Dataset::Usage, "active_on", "2024-02-29", "Day(19782)");
    for day in ["1969-12-31", "2200-01-01", "9999-12-31", "0001-01-01"] {
        check_reject(
            Dataset::Usage,
            "active_on",
            day,
            "must be from 1970-01-01 to 2199-12-31",
        );
    }
    for text in [
        "2025-02-29",
        "2025-1-01",
        "01/02/2025",
        "20250101",
        "2025-01-01T00:00:00",
        " 2025-01-01",
        "today",
    ] {
        check_reject(
            Dataset::Usage,
            "active_on",
            text,
            "is no date of the form YYYY-MM-DD",
        );
    }
}

#[test]
fn end_dates() {
    let columns = [
        (Dataset::Exams, "counts_until"),
        (Dataset::Associations, "ends_on"),
        (Dataset::Certifications, "expires_on"),
    ];
    for (dataset, column) in columns {
        check_taken(dataset, column, "9999-12-31", "None");
        check_taken(dataset, column, "", "None");
        check_taken(dataset, column, "2199-12-31", "Some(Day(84005))");
        check_reject(
            dataset,
            column,
            "2200-01-01",
            "must be from 1970-01-01 to 2199-12-31",
        );
    }
    check_taken(
        Dataset::Associations,
        "ends_on",
        "2025-01-01",
        "Some(Day(20089))",
    );
    check_reject(
        Dataset::Associations,
        "ends_on",
        "2024-12-31",
        "is before starts_on",
    );
}

#[test]
fn counts() {
    let columns = [
        (Dataset::SeatChanges, "seats_added"),
        (Dataset::SeatChanges, "seats_lost"),
        (Dataset::Subscriptions, "seats_assigned"),
        (Dataset::Instances, "production_instances"),
    ];
    for (dataset, column) in columns {
        let taken = [
            ("0", "0"),
            ("-0", "0"),
            ("007", "7"),
            ("3.0", "3"),
            ("3.000", "3"),
            ("2147483647", "2147483647"),
        ];
        for (text, shown) in taken {
            check_taken(dataset, column, text, &format!("{shown},"));
        }
        for text in [
            "2147483648",
            "4294967296",
            "99999999999999999999999999999999999999999999",
        ] {
            check_reject(dataset, column, text, "must be below 2147483648");
        }
        check_reject(dataset, column, "-1", "must not be negative");
        check_reject(dataset, column, "1.5", "must be a whole number");
        for text in [
            "+3", " 3", "3 ", "1e3", ".5", "5.", "1,000", "0x10", "three", "-", "٣", "1.2.3", "NaN",
        ] {
            let reason =
                "is no number (digits with at most one point, no exponent, sign + or space)";
            check_reject(dataset, column, text, reason);
        }
    }
}

#[test]
fn scores() {
    check_taken(Dataset::Surveys, "score", "0", "0 ");
    check_taken(Dataset::Surveys, "score", "9.0", "9 ");
    check_reject(Dataset::Surveys, "score", "11", "must be from 0 to 10");
    check_reject(Dataset::Surveys, "score", "-1", "must not be negative");
    check_reject(Dataset::Surveys, "score", "9.5", "must be a whole number");
}

#[test]
fn amounts() {
    let taken = [
        ("0", "0"),
        ("-0.0000", "0"),
        ("0.0001", "1"),
        ("-12.5", "-125000"),
        ("1.10000000000000000000000000000000000000000000000", "11000"),
        ("999999999999999999", "9999999999999999990000"),
        ("-99999999999999.9999", "-999999999999999999"),
        ("000000000000000000000000000000000000000000000001", "10000"),
    ];
    for (text, shown) in taken {
        check_taken(
            Dataset::Revenue,
            "amount",
            text,
            &format!("Amount {{ ten_thousandths: {shown} }}"),
        );
    }
    check_reject(
        Dataset::Revenue,
        "amount",
        "0.00001",
        "has more than 4 decimal places",
    );
    check_reject(
        Dataset::Revenue,
        "amount",
        "1000000000000000000",
        "has more than 18 digits in all",
    );
    check_reject(
        Dataset::Revenue,
        "amount",
        "100000000000000.0001",
        "has more than 18 digits in all",
    );
    check_reject(
        Dataset::Revenue,
        "amount",
        &"9".repeat(50),
        "has too many digits",
    );
    for text in ["1e2", "$5", "1,5", "+1", "", "∞"]
        .into_iter()
        .filter(|text| !text.is_empty())
    {
        let reason = "is no number (digits with at most one point, no exponent, sign + or space)";
        check_reject(Dataset::Revenue, "amount", text, reason);
    }
}

#[test]
fn rates() {
    check_taken(
        Dataset::FxRates,
        "rate",
        "0.000000001",
        "Rate { billionths: 1 }",
    );
    check_taken(
        Dataset::FxRates,
        "rate",
        "999999999.999999999",
        "Rate { billionths: 999999999999999999 }",
    );
    check_taken(
        Dataset::FxRates,
        "rate",
        "100000000000000000",
        "Rate { billionths: 100000000000000000000000000 }",
    );
    check_reject(
        Dataset::FxRates,
        "rate",
        "0.0000000001",
        "has more than 9 decimal places",
    );
    check_reject(
        Dataset::FxRates,
        "rate",
        "1000000000.000000001",
        "has more than 18 digits in all",
    );
    for text in ["0", "-1", "-0", "0.000"] {
        check_reject(Dataset::FxRates, "rate", text, "must be above zero");
    }
}

#[test]
fn words_and_currencies() {
    check_reject(
        Dataset::Revenue,
        "license_type",
        "ea",
        "must be one of: EA CSP WEB DIRECT",
    );
    check_reject(
        Dataset::Associations,
        "association_type",
        "dpor",
        "must be one of: DPOR CPOR CSP",
    );
    let statuses = "must be one of: active grace suspended expired cancelled";
    check_reject(Dataset::Subscriptions, "status", "Active", statuses);
    for text in ["usd", "US", "USDX", "ZZZ", "€"] {
        let reason = "is no currency code of ISO 4217 (three capital letters)";
        check_reject(Dataset::Revenue, "currency", text, reason);
        check_reject(Dataset::FxRates, "currency", text, reason);
    }
}

#[test]
fn flags() {
    for (text, shown) in [
        ("TRUE", "true"),
        ("False", "false"),
        ("true", "true"),
        ("", "true"),
    ] {
        check_taken(Dataset::Revenue, "counts_as_new", text, shown);
        check_taken(Dataset::SeatChanges, "paid", text, shown);
    }
    for text in ["1", "0", "yes", " true"] {
        check_reject(Dataset::SeatChanges, "paid", text, "must be true or false");
    }
}

#[test]
fn a_row_has_one_reject_for_its_first_bad_column() {
    let mut table = row_with(Dataset::Revenue, "amount", "x");
    table.rows[0][2] = " p".to_owned();
    table.columns.reverse();
    table.rows[0].reverse();
    for format in FORMATS {
        let (ending, bytes) = written(&table, format);
        assert_eq!(
            read_bytes(Dataset::Revenue, ending, bytes).reject().1,
            "product_id"
        );
    }
}

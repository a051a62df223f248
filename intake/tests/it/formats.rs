//! The same rows in any format and packing are the same rows.

use peerband_intake::Dataset;

use crate::harness::{PACKINGS, Table, full_row, pack, read_bytes};

fn check_all_formats(dataset: Dataset, table: &Table) {
    let expected = read_bytes(dataset, "csv", table.csv());
    let expected = expected.texts();
    assert_eq!(expected.len(), table.rows.len());
    for (ending, compression) in PACKINGS {
        let check = |format: &str, bytes: &[u8]| {
            let got = read_bytes(
                dataset,
                &format!("{format}{ending}"),
                pack(bytes, compression),
            );
            assert_eq!(got.texts(), expected, "{dataset} {format}{ending}");
        };
        check("csv", &table.csv());
        check("ndjson", &table.ndjson(false));
        check("ndjson", &table.ndjson(true));
    }
    assert_eq!(
        read_bytes(dataset, "parquet", table.parquet()).texts(),
        expected,
        "{dataset} parquet"
    );
}

#[test]
fn every_dataset_reads_alike_from_every_format() {
    for dataset in Dataset::ALL {
        let mut table = full_row(dataset);
        let mut minimal = table.rows[0].clone();
        for (value, column) in minimal.iter_mut().zip(dataset.columns()) {
            if column.optional {
                value.clear();
            }
        }
        table.rows.push(minimal);
        check_all_formats(dataset, &table);
        // Columns in another order.
        table.columns.reverse();
        table.rows.iter_mut().for_each(|row| row.reverse());
        check_all_formats(dataset, &table);
    }
}

#[test]
fn optional_columns_may_be_absent() {
    for dataset in Dataset::ALL {
        let mut table = full_row(dataset);
        for (position, column) in dataset.columns().iter().enumerate().rev() {
            if column.optional {
                table.columns.remove(position);
                table.rows[0].remove(position);
            }
        }
        check_all_formats(dataset, &table);
    }
}

#[test]
fn values_are_what_the_contract_says() {
    let row = |dataset| read_bytes(dataset, "csv", full_row(dataset).csv()).texts()[0].to_owned();
    assert_eq!(
        row(Dataset::Revenue),
        " Revenue(RevenueRow { event_id: \"42\", customer_id: \"c\", product_id: \"p\", workload_id: Some(\"w\"), \
         license_type: Ea, occurred_on: Day(20089), amount: Amount { ten_thousandths: -123400 }, currency: \
         Currency(USD), counts_as_new: false })"
    );
    assert_eq!(
        row(Dataset::FxRates),
        " FxRates(FxRateRow { currency: Currency(EUR), rate_date: Day(20089), rate: Rate { billionths: 1089425000 } })"
    );
    assert_eq!(
        row(Dataset::Certifications),
        "ann Certifications(CertificationRow { person_id: PersonalId(…), partner_id: \"P 1\", exam_id: \"e\", \
         passed_on: Day(20089), expires_on: None })"
    );
    assert_eq!(
        row(Dataset::SeatChanges),
        " SeatChanges(SeatChangeRow { event_id: \"e1\", customer_id: \"c\", product_id: \"p\", workload_id: \
         Some(\"w\"), license_type: Csp, occurred_on: Day(20089), seats_added: 3, seats_lost: 0, paid: true })"
    );
    assert!(row(Dataset::Products).contains(r#"name: "Mail, \"the\" product""#));
}

//! What a sender would send.

use peerband_naive::files::{reference_files, upload_csv};
use peerband_naive::program::{FactUpload, Program};

use crate::harness::case;

#[test]
fn reference_files_come_in_an_order_that_names_known_ids() {
    let case = case()
        .exams("x1 W1 2025-01-01")
        .rates("EUR 2024-01-01 1.50");
    let files = reference_files(&case.program);
    let names: Vec<&str> = files.iter().map(|(dataset, _)| *dataset).collect();
    let order = [
        "products",
        "workloads",
        "locations",
        "partners",
        "customers",
        "exams",
        "fx_rates",
        "associations",
    ];
    assert_eq!(names, order);
    assert_eq!(
        files[5].1,
        "exam_id,workload_id,counts_until\nx1,W1,2025-01-01\n"
    );
    assert_eq!(files[6].1, "currency,rate_date,rate\nEUR,2024-01-01,1.50\n");
    assert!(
        files[2]
            .1
            .starts_with("location_id,parent_id,name\nparis,FR,paris\n")
    );
    assert!(files[7].1.contains("\nc1,p1,DPOR,,2000-01-01,\n"));
}

#[test]
fn a_dataset_without_rows_has_no_file() {
    assert!(reference_files(&Program::default()).is_empty());
}

#[test]
fn a_batch_is_a_file() {
    let case =
        case().revenue("e1 c1 P - 2024-05-01 1.50 USD -\ne,2 c1 P W1 2024-05-02 -1 USD false");
    let FactUpload::Store { rows, .. } = &case.program.uploads[0] else {
        panic!("a batch is stored")
    };
    let expected = "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency,counts_as_new\n\
                    e1,c1,P,,EA,2024-05-01,1.50,USD,\n\
                    \"e,2\",c1,P,W1,EA,2024-05-02,-1,USD,false\n";
    assert_eq!(upload_csv(rows), expected);
}

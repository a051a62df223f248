//! `peerband ingest`.

use super::{HEADER, Sender, json, row, stderr, text};
use crate::harness::parquet;

#[test]
fn a_rejected_row_refuses_its_batch_or_only_itself() {
    let sender = Sender::new();
    let file = format!(
        "{HEADER}{}{}",
        row("e1", "c", "10.5", "USD"),
        row("e2", "nobody", "1", "USD")
    );
    let rejects = sender.path("rejects.csv");
    let refused = sender.ingest("revenue", "a.csv", &file, &["--rejects", text(&rejects)]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("line 3"), "{}", stderr(&refused));
    let told = std::fs::read_to_string(&rejects).unwrap();
    assert_eq!(
        told,
        "dataset,file,line,column,value,reason\nrevenue,a.csv,3,customer_id,nobody,is unknown\n"
    );
    let listed = sender.run(&["batches", "list", "revenue"]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 1);

    let stored = sender.ingest("revenue", "a.csv", &file, &["--on-reject", "row"]);
    assert_eq!(stored.status.code(), Some(2));
    assert_eq!(sender.revenue(), "10.5000");
}

#[test]
fn files_that_cannot_be_taken_are_refused_with_the_reason() {
    let sender = Sender::new();
    let unknown = sender.ingest(
        "products",
        "p.csv",
        "product_id,name,colour\nx,X,red\n",
        &[],
    );
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("colour"), "{}", stderr(&unknown));

    let circle = "location_id,parent_id,name\na,b,A\nb,a,B\n";
    let refused = sender.ingest("locations", "l.csv", circle, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("circle"), "{}", stderr(&refused));

    // The customer in France must lie in the sent tree.
    let homeless = sender.ingest("locations", "l.csv", "location_id,name\nx,X\n", &[]);
    assert_eq!(homeless.status.code(), Some(2));
    assert!(stderr(&homeless).contains("FR"), "{}", stderr(&homeless));
    let sent = sender.ingest(
        "locations",
        "l.csv",
        "location_id,name\nFR,Frankreich\n",
        &[],
    );
    assert_eq!(sent.status.code(), Some(0), "{}", stderr(&sent));
}

#[test]
fn several_files_are_one_batch_named_by_the_first_or_as_told() {
    let sender = Sender::new();
    let (first, second) = (sender.path("2026-10.csv"), sender.path("more.ndjson"));
    std::fs::write(&first, format!("{HEADER}{}", row("e1", "c", "1", "USD"))).unwrap();
    let object = r#"{"event_id":"e2","customer_id":"c","product_id":"suite","license_type":"WEB","occurred_on":"2026-10-02","amount":2,"currency":"USD"}"#;
    std::fs::write(&second, object).unwrap();
    let call = ["ingest", "revenue", text(&first), text(&second)];
    let told = sender.run(&[&call[..], &["--format", "json"]].concat());
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
    assert_eq!(stderr(&told), "");
    assert_eq!(
        json(&told),
        serde_json::json!({
            "stored": 1, "refused": 0, "rows": 2, "rejected": 0,
            "batches": [{
                "dataset": "revenue", "batch": "2026-10", "outcome": "stored", "rows": 2, "rejected": 0
            }],
        })
    );
    // The same id again replaces the batch.
    let again = sender.run(&["ingest", "revenue", text(&first)]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(sender.revenue(), "1.0000");
    let named = sender.run(&["ingest", "revenue", text(&second), "--batch", "late"]);
    assert_eq!(
        String::from_utf8_lossy(&named.stdout),
        "revenue late: 1 row stored\n"
    );
    assert_eq!(sender.revenue(), "3.0000");
    let spaced = sender.run(&["ingest", "revenue", text(&second), "--batch", "late "]);
    assert_eq!(spaced.status.code(), Some(2));
    assert!(
        stderr(&spaced).contains("\"late \" begins or ends with a space"),
        "{}",
        stderr(&spaced)
    );
}

#[test]
fn files_that_are_not_there_or_tell_no_format_are_refused_and_nothing_is_stored() {
    let sender = Sender::new();
    let good = sender.path("good.csv");
    std::fs::write(&good, format!("{HEADER}{}", row("e", "c", "1", "USD"))).unwrap();
    let folder = sender.path("folder.csv");
    std::fs::create_dir(&folder).unwrap();
    let absent = sender.path("absent.csv");
    for (file, says) in [
        (text(&absent), "absent.csv: cannot be read"),
        (text(&folder), "folder.csv: is no regular file"),
        ("notes.txt", "notes.txt: the ending tells no format"),
        ("-", "save it as a file"),
    ] {
        let refused = sender.run(&["ingest", "revenue", text(&good), file]);
        assert_eq!(refused.status.code(), Some(2), "{file}");
        assert!(stderr(&refused).contains(says), "{}", stderr(&refused));
    }
    let listed = sender.run(&["batches", "list", "revenue", "--format", "json"]);
    assert_eq!(listed.status.code(), Some(0));
    assert!(listed.stdout.is_empty());
}

#[test]
fn what_was_stored_before_a_refused_batch_is_told_and_stays() {
    let sender = Sender::new();
    let program = sender.path("program");
    std::fs::create_dir_all(program.join("revenue")).unwrap();
    let write = |name: &str, content: String| std::fs::write(program.join(name), content).unwrap();
    write(
        "revenue/1.csv",
        format!("{HEADER}{}", row("e1", "c", "1", "USD")),
    );
    write(
        "revenue/2.csv",
        format!("{HEADER}{}", row("e2", "x", "1", "USD")),
    );
    write("revenue/3.csv", "event_id,colour\n".to_owned());
    write(
        "revenue/4.csv",
        format!("{HEADER}{}", row("e4", "c", "4", "USD")),
    );
    let told = sender.run(&["ingest", "--dir", text(&program), "--format", "json"]);
    assert_eq!(told.status.code(), Some(2));
    let summary = json(&told);
    let outcomes: Vec<String> = summary["batches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|batch| format!("{} {}", batch["batch"], batch["outcome"]))
        .collect();
    assert_eq!(
        outcomes,
        [
            r#""1" "stored""#,
            r#""2" "refused""#,
            r#""3" "refused""#,
            r#""4" "stored""#
        ]
    );
    assert_eq!(summary["rejected"], 1);
    let reason = summary["batches"][2]["reason"].as_str().unwrap();
    assert!(reason.contains("colour"), "{reason}");
    assert!(
        stderr(&told).ends_with("2 of 4 batches refused; the others are stored\n"),
        "{}",
        stderr(&told)
    );
    assert_eq!(sender.revenue(), "5.0000");
}

#[test]
fn a_failure_is_told_as_such() {
    let sender = Sender::new();
    let file = sender.path("a.csv");
    std::fs::write(&file, format!("{HEADER}{}", row("e", "c", "1", "USD"))).unwrap();
    // Where the fact store should be, there is a file.
    let facts = sender.path("data").join("facts");
    std::fs::remove_dir_all(&facts).unwrap();
    std::fs::write(&facts, "").unwrap();
    let failed = sender.run(&["ingest", "revenue", text(&file)]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        stderr(&failed).starts_with("error: "),
        "{}",
        stderr(&failed)
    );

    let unwritable = sender.path("absent/rejects.csv");
    let failed = sender.run(&[
        "ingest",
        "revenue",
        text(&file),
        "--rejects",
        text(&unwritable),
    ]);
    assert_eq!(failed.status.code(), Some(1));
    let nothing = sender.run(&["ingest", "revenue"]);
    assert_eq!(nothing.status.code(), Some(2));
    let unknown = sender.run(&["ingest", "revenues", text(&file)]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        stderr(&unknown).contains("seat_changes"),
        "{}",
        stderr(&unknown)
    );
}

/// Columns of usage are looked up in another way than rows; what cannot be taken is told of all the same.
#[test]
fn a_rejected_row_of_parquet_usage_is_told_of_as_one_of_csv() {
    let sender = Sender::new();
    let long = "a user whose id is longer than twelve bytes";
    let mut csv = "customer_id,user_id,product_id,workload_id,active_on\n".to_owned();
    for day in 1..=28 {
        csv.push_str(&format!(
            "c,u{day},suite,,2026-02-{day:02}\nc,{long},suite,,2026-02-{day:02}\n"
        ));
    }
    let good = csv.clone();
    csv.push_str(
        "nobody,u,suite,,2026-02-01\nc,u,nothing,,2026-02-01\nc,u,suite,none,2026-02-01\n",
    );
    csv.push_str("a customer of more bytes,u,suite,,2026-02-01\n");
    let rejects = |file: &str, content: &[u8]| {
        let path = sender.path(file);
        std::fs::write(&path, content).unwrap();
        let told = sender.path("rejects.csv");
        let args = [
            "ingest",
            "usage",
            text(&path),
            "--on-reject",
            "row",
            "--rejects",
            text(&told),
        ];
        let stored = sender.run(&args);
        assert!(
            stderr(&stored).contains("56 rows stored, 4 rejected"),
            "{}",
            stderr(&stored)
        );
        let told = std::fs::read_to_string(&told).unwrap();
        let rows: Vec<(String, String)> = csv::Reader::from_reader(told.as_bytes())
            .records()
            .map(|row| row.unwrap())
            .map(|row| {
                (
                    row[2].to_owned(),
                    format!("{} {} {}", &row[3], &row[4], &row[5]),
                )
            })
            .collect();
        rows
    };
    // The header is CSV's first line.
    let lines_from = |rows: Vec<(String, String)>, first: u64| -> Vec<(u64, String)> {
        let number = |line: String| line.parse::<u64>().unwrap() - first;
        rows.into_iter()
            .map(|(line, told)| (number(line), told))
            .collect()
    };
    let by_row = lines_from(rejects("rows.csv", csv.as_bytes()), 2);
    let by_column = lines_from(rejects("columns.parquet", &parquet::usage(&csv)), 1);
    assert_eq!(by_column, by_row);
    assert_eq!(
        by_column[0],
        (56, "customer_id nobody is unknown".to_owned())
    );
    let path = sender.path("good.parquet");
    std::fs::write(&path, parquet::usage(&good)).unwrap();
    let stored = sender.run(&["ingest", "usage", text(&path)]);
    assert_eq!(
        String::from_utf8_lossy(&stored.stdout),
        "usage good: 56 rows stored\n"
    );
    // A row that names no product may be the first, and the only one.
    for rows in [
        "c,u,,,2026-02-01\n",
        "c,u,,,2026-02-01\nc,u,suite,,2026-02-01\n",
    ] {
        let csv = format!("customer_id,user_id,product_id,workload_id,active_on\n{rows}");
        let path = sender.path("nameless.parquet");
        std::fs::write(&path, parquet::usage(&csv)).unwrap();
        let refused = sender.run(&["ingest", "usage", text(&path)]);
        assert!(!refused.status.success());
        assert!(
            stderr(&refused).contains("product_id"),
            "{}",
            stderr(&refused)
        );
    }
}

/// The next batch is read while one is stored; what is told keeps their order all the same.
#[test]
fn batches_are_told_of_in_their_order() {
    let sender = Sender::new();
    let folder = sender.path("program");
    std::fs::create_dir_all(folder.join("revenue")).unwrap();
    for batch in 0..12 {
        let mut content = HEADER.to_owned();
        for event in 0..300 {
            content.push_str(&row(&format!("{batch}-{event}"), "c", "1", "USD"));
        }
        if batch % 3 == 1 {
            content.push_str(&row(&format!("{batch}-x"), "nobody", "1", "USD"));
        }
        std::fs::write(folder.join(format!("revenue/{batch:02}.csv")), content).unwrap();
    }
    let told = sender.run(&["ingest", "--dir", text(&folder)]);
    assert_eq!(told.status.code(), Some(2));
    let expected: Vec<String> = (0..12)
        .filter(|batch| batch % 3 != 1)
        .map(|batch| format!("revenue {batch:02}: 300 rows stored"))
        .collect();
    let stored = String::from_utf8_lossy(&told.stdout);
    assert_eq!(stored.lines().collect::<Vec<_>>(), expected);
    let mut expected = Vec::new();
    for batch in (1..12).step_by(3) {
        expected.push(format!(
            "{batch:02}.csv: line 302: customer_id \"nobody\" is unknown"
        ));
        expected.push(format!("revenue {batch:02}: refused, nothing stored: 1 row rejected; mend what was rejected, or leave it out with --on-reject row"));
    }
    expected.push("4 of 12 batches refused; the others are stored".to_owned());
    assert_eq!(stderr(&told).lines().collect::<Vec<_>>(), expected);
    assert_eq!(sender.revenue(), "2400.0000");
}

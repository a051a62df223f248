//! What a made program must be like, read back from its files as a sender's would be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kernel::Day;
use tempfile::TempDir;

use super::calendar::{MONTHS, weekday};
use super::certifications::OLDEST_DAYS;
use super::{Made, Plan, write_program};

/// Values by column; what is none is absent.
type Row = BTreeMap<String, String>;

const FACTS: [(&str, &str); 6] = [
    ("revenue", "occurred_on"),
    ("seat_changes", "occurred_on"),
    ("subscriptions", "observed_on"),
    ("usage", "active_on"),
    ("instances", "observed_on"),
    ("surveys", "responded_on"),
];

fn plan(partners: u32, seed: u64) -> Plan {
    Plan {
        partners,
        seed,
        last_day: "2026-11-22".parse().unwrap(),
    }
}

fn made(plan: &Plan) -> (TempDir, Made) {
    let dir = tempfile::tempdir().unwrap();
    let made = write_program(dir.path(), plan).unwrap();
    (dir, made)
}

/// The files of a dataset in the order in which they are taken in.
fn files(dir: &Path, dataset: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == dataset {
            files.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if name.split('.').next() == Some(dataset) {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn rows(dir: &Path, dataset: &str) -> Vec<Row> {
    files(dir, dataset)
        .iter()
        .flat_map(|path| rows_of(path))
        .collect()
}

fn rows_of(path: &Path) -> Vec<Row> {
    let name = path.to_str().unwrap();
    let mut bytes = fs::read(path).unwrap();
    if name.ends_with(".gz") {
        let mut unpacked = Vec::new();
        GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut unpacked)
            .unwrap();
        bytes = unpacked;
    }
    if name.contains(".ndjson") {
        let lines = std::str::from_utf8(&bytes).unwrap().lines();
        return lines.map(object).collect();
    }
    csv::Reader::from_reader(bytes.as_slice())
        .deserialize::<Row>()
        .map(|row| {
            row.unwrap()
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect()
        })
        .collect()
}

fn object(line: &str) -> Row {
    let object: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
    let text = |value: serde_json::Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    object
        .into_iter()
        .map(|(column, value)| (column, text(value)))
        .collect()
}

fn ids(dir: &Path, dataset: &str, column: &str) -> BTreeSet<String> {
    rows(dir, dataset)
        .iter()
        .map(|row| row[column].clone())
        .collect()
}

fn day(row: &Row, column: &str) -> Day {
    row[column].parse().unwrap()
}

fn number(row: &Row, column: &str) -> i64 {
    row[column].parse().unwrap()
}

/// Every file by its path within the folder.
fn bytes(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(
                    path.strip_prefix(dir).unwrap().to_owned(),
                    fs::read(&path).unwrap(),
                );
            }
        }
    }
    found
}

/// Revenue of each partner in US dollars, as the partners of record had it.
fn revenue_by_partner(dir: &Path) -> BTreeMap<String, f64> {
    let mut associations: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows(dir, "associations")
        .into_iter()
        .filter(|row| row["association_type"] == "DPOR")
    {
        associations
            .entry(row["customer_id"].clone())
            .or_default()
            .push(row);
    }
    let of_record = |row: &Row| {
        let on = day(row, "occurred_on");
        let held = associations.get(&row["customer_id"])?.iter();
        let held = held.filter(|held| day(held, "starts_on") <= on);
        let held = held.filter(|held| {
            held.get("ends_on")
                .is_none_or(|ends_on| on < ends_on.parse().unwrap())
        });
        let held = held.filter(|held| {
            held.get("workload_id")
                .is_none_or(|id| Some(id) == row.get("workload_id"))
        });
        let winner =
            held.max_by_key(|held| (held.contains_key("workload_id"), held["starts_on"].clone()))?;
        Some(winner["partner_id"].clone())
    };
    let rates: BTreeMap<String, f64> = rows(dir, "fx_rates")
        .into_iter()
        .map(|row| (row["currency"].clone(), row["rate"].parse().unwrap()))
        .collect();
    let mut revenue = BTreeMap::new();
    for row in rows(dir, "revenue")
        .iter()
        .filter(|row| row["counts_as_new"] == "true")
    {
        if let Some(partner) = of_record(row) {
            let amount: f64 = row["amount"].parse().unwrap();
            *revenue.entry(partner).or_insert(0.0) +=
                amount * rates.get(&row["currency"]).unwrap_or(&1.0);
        }
    }
    revenue
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_others() {
    let (first, made_first) = made(&plan(25, 7));
    let (second, made_second) = made(&plan(25, 7));
    let (other, _) = made(&plan(25, 8));
    assert_eq!(made_first, made_second);
    assert!(bytes(first.path()) == bytes(second.path()));
    assert!(bytes(first.path()) != bytes(other.path()));
}

#[test]
fn what_was_made_is_what_the_files_hold() {
    let (dir, made) = made(&plan(40, 1));
    for (dataset, count) in &made.datasets {
        assert_eq!(rows(dir.path(), dataset).len() as u64, *count, "{dataset}");
    }
    assert_eq!(made.datasets.len(), 15);
    assert_eq!(made.partners, 40);
    let facts: u64 = made.datasets[8..].iter().map(|(_, rows)| rows).sum();
    assert_eq!(made.facts, facts);
}

#[test]
fn facts_name_known_ids_on_days_of_the_span() {
    let plan = plan(60, 3);
    let (dir, made) = made(&plan);
    let dir = dir.path();
    let customers = ids(dir, "customers", "customer_id");
    let products = ids(dir, "products", "product_id");
    let workloads: BTreeMap<String, String> = rows(dir, "workloads")
        .into_iter()
        .map(|row| (row["workload_id"].clone(), row["product_id"].clone()))
        .collect();
    let first = Day(plan.last_day.months_before(MONTHS).0 + 1);
    assert_eq!(made.first_day, first);
    for (dataset, dated) in FACTS {
        for row in rows(dir, dataset) {
            assert!(customers.contains(&row["customer_id"]), "{dataset} {row:?}");
            assert!(products.contains(&row["product_id"]), "{dataset} {row:?}");
            if let Some(workload) = row.get("workload_id") {
                assert_eq!(
                    workloads.get(workload),
                    Some(&row["product_id"]),
                    "{dataset} {row:?}"
                );
            }
            let opening = if dataset == "seat_changes" { 1 } else { 0 };
            let on = day(&row, dated);
            assert!(
                Day(first.0 - opening) <= on && on <= plan.last_day,
                "{dataset} {row:?}"
            );
        }
    }
    let partners = ids(dir, "partners", "partner_id");
    let exams = ids(dir, "exams", "exam_id");
    for row in rows(dir, "certifications") {
        assert!(
            partners.contains(&row["partner_id"]) && exams.contains(&row["exam_id"]),
            "{row:?}"
        );
        let passed_on = day(&row, "passed_on");
        assert!(
            plan.last_day.0 - OLDEST_DAYS <= passed_on.0 && passed_on <= plan.last_day,
            "{row:?}"
        );
    }
    assert!(partners.contains(&made.spotlight.partner_id));
}

#[test]
fn references_name_known_ids() {
    let (dir, made) = made(&plan(60, 4));
    let dir = dir.path();
    let customers = ids(dir, "customers", "customer_id");
    let partners = ids(dir, "partners", "partner_id");
    let workloads = ids(dir, "workloads", "workload_id");
    let locations = ids(dir, "locations", "location_id");
    let parents = rows(dir, "locations")
        .into_iter()
        .filter_map(|row| row.get("parent_id").cloned());
    assert!(parents.collect::<BTreeSet<_>>().is_subset(&locations));
    assert!(ids(dir, "customers", "location_id").is_subset(&locations));
    assert!(ids(dir, "partners", "country").is_subset(&locations));
    assert!(ids(dir, "exams", "workload_id").is_subset(&workloads));
    assert!(locations.contains(&made.spotlight.location_id));
    for row in rows(dir, "associations") {
        assert!(
            customers.contains(&row["customer_id"]) && partners.contains(&row["partner_id"]),
            "{row:?}"
        );
        assert!(
            row.get("workload_id")
                .is_none_or(|id| workloads.contains(id)),
            "{row:?}"
        );
        if row.contains_key("ends_on") {
            assert!(day(&row, "starts_on") <= day(&row, "ends_on"), "{row:?}");
        }
    }
}

#[test]
fn keys_are_unique() {
    let keys: [(&str, &[&str]); 15] = [
        ("products", &["product_id"]),
        ("workloads", &["workload_id"]),
        ("locations", &["location_id"]),
        ("partners", &["partner_id"]),
        ("customers", &["customer_id"]),
        ("exams", &["exam_id", "workload_id"]),
        ("fx_rates", &["currency", "rate_date"]),
        (
            "associations",
            &[
                "customer_id",
                "partner_id",
                "association_type",
                "workload_id",
                "starts_on",
            ],
        ),
        ("revenue", &["event_id"]),
        ("seat_changes", &["event_id"]),
        ("subscriptions", &["subscription_id", "observed_on"]),
        (
            "usage",
            &[
                "customer_id",
                "user_id",
                "product_id",
                "workload_id",
                "active_on",
            ],
        ),
        (
            "instances",
            &["customer_id", "product_id", "workload_id", "observed_on"],
        ),
        ("surveys", &["response_id"]),
        ("certifications", &["person_id", "exam_id", "passed_on"]),
    ];
    let (dir, _) = made(&plan(60, 5));
    for (dataset, columns) in keys {
        let mut seen = BTreeSet::new();
        for row in rows(dir.path(), dataset) {
            let key: Vec<Option<String>> = columns
                .iter()
                .map(|column| row.get(*column).cloned())
                .collect();
            assert!(seen.insert(key), "{dataset} {row:?}");
        }
        assert!(!seen.is_empty(), "{dataset}");
    }
    let names = ids(dir.path(), "partners", "name");
    assert_eq!(names.len(), 60);
}

#[test]
fn every_amount_has_a_rate() {
    // The newest rate for the first day, a Sunday, is from before the span.
    let plan = Plan {
        last_day: "2026-10-31".parse().unwrap(),
        ..plan(60, 6)
    };
    let (dir, made) = made(&plan);
    assert_eq!(weekday(made.first_day), 6);
    let mut first_rates: BTreeMap<String, Day> = BTreeMap::new();
    for row in rows(dir.path(), "fx_rates") {
        let first = first_rates
            .entry(row["currency"].clone())
            .or_insert(Day::LAST);
        *first = day(&row, "rate_date").min(*first);
    }
    let mut currencies = BTreeSet::new();
    for row in rows(dir.path(), "revenue") {
        let currency = &row["currency"];
        let rated = first_rates
            .get(currency)
            .is_some_and(|first| *first <= day(&row, "occurred_on"));
        assert!(rated || currency == "USD", "{row:?}");
        currencies.insert(currency.clone());
    }
    assert!(currencies.len() >= 6, "{currencies:?}");
}

#[test]
fn seats_never_fall_below_zero() {
    let (dir, _) = made(&plan(60, 7));
    let mut changes = rows(dir.path(), "seat_changes");
    changes.sort_by_key(|row| day(row, "occurred_on"));
    let mut totals: BTreeMap<(String, String, Option<String>, String), i64> = BTreeMap::new();
    for row in changes {
        let key = (
            row["customer_id"].clone(),
            row["product_id"].clone(),
            row.get("workload_id").cloned(),
            row["paid"].clone(),
        );
        let total = totals.entry(key).or_default();
        *total += number(&row, "seats_added") - number(&row, "seats_lost");
        assert!(*total >= 0, "{row:?}");
    }
}

#[test]
fn users_are_no_more_than_seats_ever_held() {
    let (dir, _) = made(&plan(60, 8));
    let mut held: BTreeMap<(String, String, Option<String>), i64> = BTreeMap::new();
    for row in rows(dir.path(), "seat_changes") {
        let key = (
            row["customer_id"].clone(),
            row["product_id"].clone(),
            row.get("workload_id").cloned(),
        );
        *held.entry(key).or_default() += number(&row, "seats_added");
    }
    let mut users: BTreeMap<(String, String, Option<String>), BTreeSet<String>> = BTreeMap::new();
    for row in rows(dir.path(), "usage") {
        let key = (
            row["customer_id"].clone(),
            row["product_id"].clone(),
            row.get("workload_id").cloned(),
        );
        users.entry(key).or_default().insert(row["user_id"].clone());
    }
    for (key, users) in users {
        assert!(users.len() as i64 <= held[&key], "{key:?}");
    }
}

#[test]
fn the_top_tenth_holds_most_and_the_rest_something() {
    for seed in [1, 2] {
        let (dir, _) = made(&plan(120, seed));
        let mut revenue: Vec<f64> = revenue_by_partner(dir.path()).into_values().collect();
        revenue.sort_by(|left, right| right.total_cmp(left));
        let top: f64 = revenue[..12].iter().sum();
        let share = top / revenue.iter().sum::<f64>();
        assert!((0.4..0.9).contains(&share), "seed {seed}: {share}");
        assert!(revenue.len() > 100, "seed {seed}: {}", revenue.len());
    }
}

#[test]
fn the_smallest_program_can_be_made_and_bad_plans_are_refused() {
    let (dir, made) = made(&plan(1, 1));
    assert_eq!(made.partners, 1);
    assert!(made.facts > 0);
    let full = write_program(dir.path(), &plan(1, 1))
        .unwrap_err()
        .to_string();
    assert!(full.contains("not empty"), "{full}");
    let dir = tempfile::tempdir().unwrap();
    let nobody = write_program(dir.path(), &plan(0, 1))
        .unwrap_err()
        .to_string();
    assert!(nobody.contains("1 to 20000"), "{nobody}");
    let early = Plan {
        last_day: Day::FIRST,
        ..plan(1, 1)
    };
    assert!(write_program(dir.path(), &early).is_err());
}

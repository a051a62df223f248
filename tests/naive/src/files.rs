//! The files a sender would send for a program.

use crate::csv::line;
use crate::date::Date;
use crate::program::{FactRows, FactUpload, Program};

/// The reference datasets with their CSV text, in an order in which every id is known before it is named. A dataset without
/// rows has no file.
pub fn reference_files(program: &Program) -> Vec<(&'static str, String)> {
    let files = [
        ("products", products(program)),
        ("workloads", workloads(program)),
        ("locations", locations(program)),
        ("partners", partners(program)),
        ("customers", customers(program)),
        ("exams", exams(program)),
        ("fx_rates", fx_rates(program)),
        ("associations", associations(program)),
    ];
    files
        .into_iter()
        .filter(|(_, lines)| lines.len() > 1)
        .map(|(dataset, lines)| (dataset, lines.concat()))
        .collect()
}

/// A whole program as text, for people: its settings, then what was sent, in order.
pub fn listing(program: &Program) -> String {
    let mut text = format!("{:?}\n", program.settings);
    for (dataset, csv) in reference_files(program) {
        text += &format!("-- {dataset}\n{csv}");
    }
    for upload in &program.uploads {
        let (dataset, batch) = (upload.dataset().name(), upload.batch());
        match upload {
            FactUpload::Store { rows, .. } => {
                text += &format!("-- {dataset}, {batch}\n{}", upload_csv(rows));
            }
            FactUpload::Delete { .. } => text += &format!("-- {dataset}, {batch} deleted\n"),
        }
    }
    text
}

/// One batch of facts as CSV.
pub fn upload_csv(rows: &FactRows) -> String {
    match rows {
        FactRows::Revenue(rows) => file(
            "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency,counts_as_new",
            rows.iter().map(|row| {
                line(&[
                    &*row.event_id,
                    &row.customer_id,
                    &row.product_id,
                    optional(&row.workload_id),
                    row.license_type.name(),
                    &row.occurred_on.to_string(),
                    &row.amount.text,
                    &row.currency,
                    flag(row.counts_as_new),
                ])
            }),
        ),
        FactRows::SeatChanges(rows) => file(
            "event_id,customer_id,product_id,workload_id,license_type,occurred_on,seats_added,seats_lost,paid",
            rows.iter().map(|row| {
                line(&[
                    &*row.event_id,
                    &row.customer_id,
                    &row.product_id,
                    optional(&row.workload_id),
                    row.license_type.name(),
                    &row.occurred_on.to_string(),
                    &row.seats_added.to_string(),
                    &row.seats_lost.to_string(),
                    flag(row.paid),
                ])
            }),
        ),
        FactRows::Subscriptions(rows) => file(
            "subscription_id,customer_id,product_id,workload_id,status,seats_assigned,observed_on",
            rows.iter().map(|row| {
                line(&[
                    &*row.subscription_id,
                    &row.customer_id,
                    &row.product_id,
                    optional(&row.workload_id),
                    row.status.name(),
                    &row.seats_assigned.to_string(),
                    &row.observed_on.to_string(),
                ])
            }),
        ),
        FactRows::Usage(rows) => file(
            "customer_id,user_id,product_id,workload_id,active_on",
            rows.iter().map(|row| {
                line(&[
                    &*row.customer_id,
                    &row.user_id,
                    &row.product_id,
                    optional(&row.workload_id),
                    &row.active_on.to_string(),
                ])
            }),
        ),
        FactRows::Instances(rows) => file(
            "customer_id,product_id,workload_id,production_instances,observed_on",
            rows.iter().map(|row| {
                line(&[
                    &*row.customer_id,
                    &row.product_id,
                    optional(&row.workload_id),
                    &row.production_instances.to_string(),
                    &row.observed_on.to_string(),
                ])
            }),
        ),
        FactRows::Surveys(rows) => file(
            "response_id,customer_id,product_id,workload_id,responded_on,score",
            rows.iter().map(|row| {
                line(&[
                    &*row.response_id,
                    &row.customer_id,
                    &row.product_id,
                    optional(&row.workload_id),
                    &row.responded_on.to_string(),
                    &row.score.to_string(),
                ])
            }),
        ),
        FactRows::Certifications(rows) => file(
            "person_id,partner_id,exam_id,passed_on,expires_on",
            rows.iter().map(|row| {
                line(&[
                    &*row.person_id,
                    &row.partner_id,
                    &row.exam_id,
                    &row.passed_on.to_string(),
                    &date(row.expires_on),
                ])
            }),
        ),
    }
    .concat()
}

fn products(program: &Program) -> Vec<String> {
    file(
        "product_id,name",
        program
            .products
            .iter()
            .map(|row| line(&[&row.product_id, &row.name])),
    )
}

fn workloads(program: &Program) -> Vec<String> {
    let rows = program
        .workloads
        .iter()
        .map(|row| line(&[&row.workload_id, &row.product_id, &row.name]));
    file("workload_id,product_id,name", rows)
}

fn locations(program: &Program) -> Vec<String> {
    let rows = program
        .locations
        .iter()
        .map(|row| line(&[&*row.location_id, optional(&row.parent_id), &row.name]));
    file("location_id,parent_id,name", rows)
}

fn partners(program: &Program) -> Vec<String> {
    let rows = program.partners.iter().map(|row| {
        line(&[
            &*row.partner_id,
            &row.name,
            &row.country,
            optional(&row.partner_type),
            optional(&row.tier),
            optional(&row.group_id),
        ])
    });
    file("partner_id,name,country,partner_type,tier,group_id", rows)
}

fn customers(program: &Program) -> Vec<String> {
    let rows = program
        .customers
        .iter()
        .map(|row| line(&[&*row.customer_id, &row.location_id, optional(&row.name)]));
    file("customer_id,location_id,name", rows)
}

fn exams(program: &Program) -> Vec<String> {
    let rows = program
        .exams
        .iter()
        .map(|row| line(&[&*row.exam_id, &row.workload_id, &date(row.counts_until)]));
    file("exam_id,workload_id,counts_until", rows)
}

fn fx_rates(program: &Program) -> Vec<String> {
    let rows = program
        .fx_rates
        .iter()
        .map(|row| line(&[&*row.currency, &row.rate_date.to_string(), &row.rate.text]));
    file("currency,rate_date,rate", rows)
}

fn associations(program: &Program) -> Vec<String> {
    let rows = program.associations.iter().map(|row| {
        line(&[
            &*row.customer_id,
            &row.partner_id,
            row.association_type.name(),
            optional(&row.workload_id),
            &row.starts_on.to_string(),
            &date(row.ends_on),
        ])
    });
    file(
        "customer_id,partner_id,association_type,workload_id,starts_on,ends_on",
        rows,
    )
}

/// The header and the rows, each a line.
fn file(header: &str, rows: impl Iterator<Item = String>) -> Vec<String> {
    let cells: Vec<&str> = header.split(',').collect();
    std::iter::once(line(&cells)).chain(rows).collect()
}

fn optional(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

fn date(date: Option<Date>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}

fn flag(flag: Option<bool>) -> &'static str {
    match flag {
        None => "",
        Some(true) => "true",
        Some(false) => "false",
    }
}

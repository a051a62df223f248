//! The program that the tour asks about: sixteen partners with facts that were sent, computed for three months, so that
//! its figures can be explained.

use std::fmt::Write;

use peerband::service::audit::Actor;
use peerband::service::recompute::recompute;
use peerband::service::run::Stopper;

use crate::harness::product::Product;

/// By their ids; the name is the same with a capital.
const PARTNERS: [&str; 16] = [
    "alder", "birch", "cedar", "elm", "fir", "hazel", "juniper", "larch", "maple", "oak", "pine",
    "rowan", "spruce", "walnut", "willow", "yew",
];

const REFERENCE: [(&str, &str); 4] = [
    ("products", "product_id,name\ncloud,Contoso Cloud\n"),
    (
        "workloads",
        "workload_id,product_id,name\nanalytics,cloud,Analytics\nstorage,cloud,Storage\n",
    ),
    ("exams", "exam_id,workload_id\nexpert,analytics\n"),
    ("fx_rates", "currency,rate_date,rate\nEUR,2025-01-01,1.1\n"),
];

/// Of hazel: what is renewed, what is too old, what a later batch has another amount of, and what another partner was of
/// record for.
const OF_HAZEL: &str = "october,c06,cloud,analytics,CSP,2026-10-05,490,USD,true\n\
    renewal,c06,cloud,analytics,EA,2026-04-01,500,USD,false\n\
    old,c06,cloud,storage,EA,2025-06-15,800,USD,true\n\
    moved,c17,cloud,storage,EA,2026-08-01,30,USD,true\n";

/// The program with its facts, and published for the ends of August, September and October 2026.
pub(super) async fn start() -> Product {
    let product = Product::empty(&[]).await;
    for (dataset, csv) in REFERENCE {
        product.send(dataset, "reference", csv).await;
    }
    let mut partners = "partner_id,name,country,tier\n".to_owned();
    let mut customers = "customer_id,location_id,name\nc17,FR,Harbour Mills\n".to_owned();
    let mut associations = "customer_id,partner_id,association_type,starts_on,ends_on\n\
        c17,hazel,DPOR,2025-01-01,2026-07-01\nc17,juniper,DPOR,2026-07-01,\n"
        .to_owned();
    let mut revenue = "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency,counts_as_new\n"
        .to_owned();
    let mut seats = "event_id,customer_id,product_id,workload_id,license_type,occurred_on,seats_added,seats_lost\n"
        .to_owned();
    let mut certifications = "person_id,partner_id,exam_id,passed_on\n".to_owned();
    let header = revenue.clone();
    for (id, at) in PARTNERS.iter().zip(1..) {
        let name = id[..1].to_uppercase() + &id[1..];
        let country = ["DE", "FR", "US"][at % 3];
        let tier = ["gold", "silver"][at % 2];
        writeln!(partners, "{id},{name},{country},{tier}").unwrap();
        let location = ["DE", "FR"][at % 2];
        writeln!(customers, "c{at:02},{location},Customer of {name}").unwrap();
        writeln!(associations, "c{at:02},{id},DPOR,2025-01-01,").unwrap();
        let of = format!("c{at:02},cloud,analytics,CSP");
        let spring = 1200 * at;
        writeln!(revenue, "spring-{id},{of},2026-03-10,{spring},USD,true").unwrap();
        let autumn = 350 * at;
        writeln!(revenue, "autumn-{id},{of},2026-09-15,{autumn},EUR,true").unwrap();
        writeln!(seats, "more-{id},{of},2026-02-01,{},0", 7 * at).unwrap();
        writeln!(seats, "fewer-{id},{of},2026-05-01,0,20").unwrap();
        for person in 0..=at % 7 {
            writeln!(certifications, "{id}-{person},{id},expert,2026-01-15").unwrap();
        }
    }
    // A later batch has it right.
    let wrong = revenue.replace("2026-03-10,7200,USD", "2026-03-10,7000,USD") + OF_HAZEL;
    let right = format!("{header}spring-hazel,c06,cloud,analytics,CSP,2026-03-10,7200,USD,true\n");
    for (dataset, batch_id, csv) in [
        ("partners", "reference", &partners),
        ("customers", "reference", &customers),
        ("associations", "reference", &associations),
        ("revenue", "2026", &wrong),
        ("revenue", "corrections", &right),
        ("seat_changes", "2026", &seats),
        ("certifications", "2026", &certifications),
    ] {
        product.send(dataset, batch_id, csv).await;
    }
    for day in ["2026-08-31", "2026-09-30", "2026-10-31"] {
        let (by, asked) = (Actor::command_line(), Stopper::default().listen());
        recompute(&product.app, &by, day.parse().unwrap(), None, asked)
            .await
            .unwrap();
    }
    product
}

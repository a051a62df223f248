//! Explanations: for every scorecard of generated programs they add up to what was published, and each kind of fact that
//! is left out has its reason.

use std::sync::Arc;

use async_graphql::Request;
use kernel::{FactReason, Metric, Sums};
use peerband::app::App;
use peerband::config::{Config, DataDir};
use peerband::graphql::schema;
use peerband::service::audit::Actor;
use peerband::service::explain::{ExplainOf, Explaining};
use peerband::service::identity::{Principal, authenticate_key};
use peerband::service::ingest::delete_batch;
use peerband::service::operation::Operations;
use peerband::service::recompute::recompute;
use peerband::service::run::Stopper;
use peerband::store::api_key::Role;
use peerband::store::loader::row_loader;
use peerband::store::location::LocationKey;
use peerband::store::offering::OfferingKey;
use peerband::store::partner::PartnerKey;
use peerband::store::scorecard::ScorecardKey;
use peerband::store::slice::{SliceKey, SliceOf};
use peerband::store::snapshot::{SnapshotKey, find_snapshot};
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, TestCaseResult, TestError, TestRunner};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::agree::{send, take_in};
use crate::compact::compact_all;
use crate::harness::database;
use crate::harness::keys::key;

async fn admin(app: &App) -> Arc<Principal> {
    let key = key(app.db(), Role::Admin, &[]).await;
    Arc::new(authenticate_key(app.db(), &key).await.unwrap())
}

/// Every value of a snapshot.
async fn everything(app: &App, as_of: kernel::Day, sees_others: bool) -> Vec<ExplainOf> {
    let snapshot = find_snapshot(app.db(), Some(as_of)).await.unwrap();
    let snapshot = Arc::new(snapshot.unwrap());
    let rows = entity::scorecard::Entity::find().all(app.db().read()).await;
    let slices = entity::slice::Entity::find().all(app.db().read()).await;
    let slices = slices.unwrap();
    let principal = admin(app).await;
    let loader = row_loader(app.db(), principal.rights());
    let mut asked = Vec::new();
    for row in rows.unwrap() {
        let key = ScorecardKey {
            snapshot: SnapshotKey(row.snapshot),
            slice: SliceKey(row.slice),
            partner: PartnerKey(row.partner),
        };
        if key.snapshot != snapshot.key {
            continue;
        }
        let slice = slices.iter().find(|slice| slice.id == row.slice).unwrap();
        let scorecard = loader.load_one(key).await.unwrap().unwrap();
        let scorecard = Arc::new(scorecard);
        asked.extend(Metric::ALL.map(|metric| ExplainOf {
            snapshot: snapshot.clone(),
            scorecard: scorecard.clone(),
            slice: SliceOf {
                offering: OfferingKey(slice.offering),
                location: LocationKey(slice.location),
            },
            metric,
            sees_others,
        }));
    }
    asked
}

async fn check(
    program: &naive::program::Program,
    as_of: naive::date::Date,
) -> Result<usize, TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let url = database::url().await;
    let app = take_in(program, folder.path(), &url).await;
    let day = as_of.to_string().parse::<kernel::Day>().unwrap();
    let mut checked = 0;
    // Without a rate nothing is published, and there is nothing to explain.
    if recompute(
        &app,
        &Actor::command_line(),
        day,
        None,
        Stopper::default().listen(),
    )
    .await
    .is_ok()
    {
        let explaining = Explaining::new(&app);
        for sees_others in [true, false] {
            // Merging files changes nothing of what is explained.
            if !sees_others {
                compact_all(&app).await;
            }
            let asked = everything(&app, day, sees_others).await;
            let explained = explaining.explain("a test", &asked).await;
            let explained = explained.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(explained.len(), asked.len());
            for (asked, explained) in explained {
                let Ok(explained) = explained else {
                    let told = format!("{} is not explained: {explained:?}", asked.metric);
                    return Err(TestCaseError::fail(told));
                };
                let mut sums = Sums::default();
                for ((_, reason), line) in &explained.lines {
                    sums.numerator += line.sums.numerator;
                    sums.denominator += line.sums.denominator;
                    prop_assert!(line.facts > 0);
                    prop_assert!(*reason == FactReason::Counted || line.sums == Sums::default());
                    prop_assert!(sees_others || *reason != FactReason::OtherPartner);
                }
                prop_assert_eq!(sums, explained.sums);
                let published = asked.scorecard.measures[asked.metric.index()].value;
                if let Some(published) = published {
                    prop_assert_eq!(sums.numerator, published.numerator());
                    checked += 1;
                }
            }
        }
    }
    drop(app);
    database::remove(&url).await;
    Ok(checked)
}

#[test]
fn explanations_of_generated_programs_add_up_to_what_was_published() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cases = std::env::var("PEERBAND_TEST_PROGRAMS").map_or(30, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Cases {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        max_shrink_time: 60_000,
        ..Cases::default()
    });
    let checked = std::cell::Cell::new(0);
    let outcome = runner.run(
        &naive::strategy::scene(),
        |(program, as_of)| -> TestCaseResult {
            let found = runtime.block_on(check(&program, as_of))?;
            checked.set(checked.get() + found);
            Ok(())
        },
    );
    match outcome {
        Ok(()) => assert!(checked.get() > 100, "{} values", checked.get()),
        Err(TestError::Fail(difference, (program, as_of))) => {
            panic!(
                "{difference}\n\nas of {as_of}:\n{}",
                naive::files::listing(&program)
            )
        }
        Err(error) => panic!("{error}"),
    }
}

struct Sent {
    app: App,
    folder: TempDir,
}

const FILES: [(&str, &str); 8] = [
    ("products", "product_id,name\nsuite,Suite\n"),
    (
        "workloads",
        "workload_id,product_id,name\nmail,suite,Mail\n",
    ),
    (
        "partners",
        "partner_id,name,country\nalder,Alder,GB\nbirch,Birch,FR\n",
    ),
    (
        "customers",
        "customer_id,location_id,name\nc1,GB,Harbour Mills\nc2,FR,\n",
    ),
    (
        "associations",
        "customer_id,partner_id,association_type,starts_on,ends_on\nc1,alder,DPOR,2026-01-01,2026-07-01\n\
         c1,birch,DPOR,2026-07-01,\nc2,birch,DPOR,2026-01-01,\n",
    ),
    ("fx_rates", "currency,rate_date,rate\nEUR,2020-01-01,1.5\n"),
    (
        "revenue",
        "event_id,customer_id,product_id,workload_id,license_type,occurred_on,amount,currency,counts_as_new\n\
         a,c1,suite,mail,EA,2026-02-01,100,EUR,true\n\
         b,c1,suite,,EA,2026-03-01,7.5,USD,\n\
         c,c1,suite,mail,EA,2026-04-01,50,USD,false\n\
         d,c1,suite,mail,EA,2025-12-31,11,USD,\n\
         e,c1,suite,mail,EA,2024-02-01,12,USD,\n\
         f,c1,suite,mail,EA,2026-08-01,1000,USD,\n",
    ),
    (
        "seat_changes",
        "event_id,customer_id,product_id,workload_id,license_type,occurred_on,seats_added,seats_lost,paid\n\
         s1,c1,suite,mail,EA,2026-02-01,10,2,true\n\
         s2,c1,suite,mail,EA,2026-02-02,5,0,true\n\
         s3,c1,suite,mail,EA,2026-02-03,3,0,false\n\
         s4,c1,suite,mail,EA,2026-02-04,0,1,true\n",
    ),
];

impl Sent {
    async fn new() -> Sent {
        let folder = tempfile::tempdir().unwrap();
        let url = database::url().await;
        let env = [("PEERBAND_DATABASE_URL".to_owned(), url)];
        let config = Config::load(None, env).unwrap();
        let data_dir = DataDir::new(folder.path().join("data"));
        let app = App::open(config, data_dir).await.unwrap();
        let sent = Sent { app, folder };
        for (dataset, csv) in FILES {
            sent.send(dataset, "first", csv).await;
        }
        // Takes the place of an earlier row.
        let header = "event_id,customer_id,product_id,license_type,occurred_on,amount,currency";
        let csv = format!("{header}\nb,c1,suite,EA,2026-03-01,8.25,USD\n");
        sent.send("revenue", "second", &csv).await;
        sent.recompute().await;
        sent
    }

    async fn recompute(&self) {
        let day = "2026-10-31".parse().unwrap();
        let asked = Stopper::default().listen();
        recompute(&self.app, &Actor::command_line(), day, None, asked)
            .await
            .unwrap();
    }

    async fn send(&self, dataset: &str, batch: &str, csv: &str) {
        send(&self.app, self.folder.path(), dataset, batch, csv).await;
    }

    async fn explain(&self, metric: &str, audience: &str) -> Value {
        let fields = "exact numerator denominator months unexplained customerCount lines {kind reason facts numerator}
            customers {customerId name facts numerator} newest: facts(first: 9, reasons: [OTHER_PARTNER, NOT_NEW]) {reason numerator}
            none: facts(reasons: []) {reason} facts(first: 1) {kind reason day customerId product {productId}
            workload {workloadId} numerator denominator}";
        let query = format!(
            r#"{{scorecard(partnerId: "alder", audience: {audience}) {{measure(metric: {metric}) {{explain {{{fields}}}}}}}}}"#
        );
        let answer = schema(&Operations::new(&self.app))
            .execute(Request::new(query).data(admin(&self.app).await))
            .await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        let data = answer.data.into_json().unwrap();
        data["scorecard"]["measure"]["explain"].clone()
    }
}

fn line(kind: &str, reason: &str, facts: u64, numerator: &str) -> Value {
    json!({"kind": kind, "reason": reason, "facts": facts, "numerator": numerator})
}

#[tokio::test]
async fn revenue_is_told_fact_by_fact() {
    let sent = Sent::new().await;
    let staff = sent.explain("REVENUE", "STAFF").await;
    assert_eq!(
        staff["lines"],
        json!([
            line("REVENUE", "COUNTED", 2, "158.2500"),
            line("REVENUE", "SUPERSEDED", 1, "0.0000"),
            line("REVENUE", "OTHER_PARTNER", 1, "0.0000"),
            line("REVENUE", "OUTSIDE_WINDOW", 1, "0.0000"),
            line("REVENUE", "NO_PARTNER_OF_RECORD", 1, "0.0000"),
            line("REVENUE", "NOT_NEW", 1, "0.0000"),
        ])
    );
    assert_eq!(staff["exact"], "158.2500");
    assert_eq!(staff["numerator"], "158.2500");
    assert_eq!(
        (&staff["denominator"], &staff["months"]),
        (&json!(null), &json!(1))
    );
    assert_eq!(
        staff["customers"],
        json!([{"customerId": "c1", "name": "Harbour Mills", "facts": 2, "numerator": "158.2500"}])
    );
    assert_eq!(
        staff["facts"],
        json!([{"kind": "REVENUE", "reason": "COUNTED", "day": "2026-02-01", "customerId": "c1",
                "product": {"productId": "suite"}, "workload": {"workloadId": "mail"}, "numerator": "150.0000",
                "denominator": null}])
    );
    // Those left out can be asked for, however many count.
    let reasons = |of: &Value| -> Vec<String> {
        let facts = of["newest"].as_array().unwrap().iter();
        let mut reasons: Vec<String> = facts.map(|fact| fact["reason"].to_string()).collect();
        reasons.sort_unstable();
        reasons
    };
    assert_eq!(reasons(&staff), ["\"NOT_NEW\"", "\"OTHER_PARTNER\""]);
    assert_eq!(staff["none"], json!([]));
    // What belongs to another, or to nobody, is not the partner's to see.
    let partner = sent.explain("REVENUE", "PARTNER").await;
    assert_eq!(reasons(&partner), ["\"NOT_NEW\""]);
    assert_eq!(
        partner["lines"],
        json!([
            line("REVENUE", "COUNTED", 2, "158.2500"),
            line("REVENUE", "SUPERSEDED", 1, "0.0000"),
            line("REVENUE", "NOT_NEW", 1, "0.0000"),
        ])
    );
}

/// Facts of customers that changed hands, that nobody has any more, and that were never or not yet the partner's.
const CHANGED_HANDS: [(&str, &str); 5] = [
    (
        "customers",
        "customer_id,location_id,name\nc3,GB,\nc4,GB,\nc5,GB,\nc6,GB,\n",
    ),
    (
        "associations",
        "customer_id,partner_id,association_type,starts_on,ends_on\nc3,alder,DPOR,2026-01-01,2026-05-01\n\
         c3,birch,DPOR,2026-05-01,2026-09-01\nc4,alder,DPOR,2026-03-01,2026-03-01\nc5,alder,DPOR,2026-11-15,\n\
         c6,birch,DPOR,2026-01-01,2026-08-15\nc6,alder,DPOR,2026-08-15,\n",
    ),
    (
        "instances",
        "customer_id,product_id,workload_id,production_instances,observed_on\nc3,suite,mail,4,2026-03-01\n\
         c3,suite,mail,5,2026-06-01\nc3,suite,mail,6,2026-10-01\nc4,suite,mail,7,2026-03-01\n\
         c5,suite,mail,8,2026-10-01\nc6,suite,mail,2,2026-06-01\nc6,suite,mail,3,2026-07-01\n",
    ),
    (
        "subscriptions",
        "subscription_id,customer_id,product_id,workload_id,status,seats_assigned,observed_on\n\
         s1,c3,suite,mail,active,10,2026-06-01\ns2,c6,suite,mail,suspended,20,2026-07-01\n\
         s3,c6,suite,mail,active,4,2026-07-01\ns4,c6,suite,mail,suspended,30,2026-09-01\n",
    ),
    (
        "usage",
        "customer_id,user_id,product_id,workload_id,active_on\nc6,u1,suite,mail,2026-07-20\n\
         c6,u1,suite,mail,2026-08-20\nc6,u1,suite,,2026-08-20\n",
    ),
];

#[tokio::test]
async fn a_partner_is_told_of_nothing_that_happened_in_anothers_time() {
    let sent = Sent::new().await;
    for (dataset, csv) in CHANGED_HANDS {
        sent.send(dataset, "hands", csv).await;
    }
    sent.recompute().await;
    let told = |explained: &Value| explained["lines"].clone();
    let instances = |reason, facts, numerator| line("INSTANCES", reason, facts, numerator);
    let staff = sent.explain("PRODUCTION_INSTANCES", "STAFF").await;
    assert_eq!(
        told(&staff),
        json!([
            instances("COUNTED", 1, "3"),
            instances("NO_PARTNER_OF_RECORD", 3, "0"),
            instances("OLDER_OBSERVATION", 1, "0"),
        ])
    );
    // What was observed in another's time is told where it counts, so that the value still adds up.
    let partner = sent.explain("PRODUCTION_INSTANCES", "PARTNER").await;
    assert_eq!(partner["exact"], "3");
    assert_eq!(
        told(&partner),
        json!([
            instances("COUNTED", 1, "3"),
            instances("NO_PARTNER_OF_RECORD", 1, "0")
        ])
    );
    let staff = sent.explain("MAU_PER_ASSIGNED_SEAT", "STAFF").await;
    assert_eq!(
        told(&staff),
        json!([
            line("SUBSCRIPTION", "COUNTED", 1, "0"),
            line("SUBSCRIPTION", "NO_PARTNER_OF_RECORD", 1, "0"),
            line("SUBSCRIPTION", "NOT_ASSIGNED", 2, "0"),
            line("USAGE", "COUNTED", 1, "1"),
            line("USAGE", "ALREADY_COUNTED", 1, "0"),
            line("USAGE", "OTHER_PARTNER", 1, "0"),
        ])
    );
    // The month of usage began in another's time; the day of it that is told of did not.
    let partner = sent.explain("MAU_PER_ASSIGNED_SEAT", "PARTNER").await;
    assert_eq!(
        told(&partner),
        json!([
            line("SUBSCRIPTION", "COUNTED", 1, "0"),
            line("SUBSCRIPTION", "NOT_ASSIGNED", 1, "0"),
            line("USAGE", "COUNTED", 1, "1"),
            line("USAGE", "ALREADY_COUNTED", 1, "0"),
        ])
    );
}

#[tokio::test]
async fn seats_are_told_fact_by_fact() {
    let sent = Sent::new().await;
    let net = sent.explain("NET_PAID_SEATS", "PARTNER").await;
    assert_eq!(
        net["lines"],
        json!([
            line("SEAT_CHANGE", "COUNTED", 3, "12"),
            line("SEAT_CHANGE", "UNPAID", 1, "0")
        ])
    );
    let new = sent.explain("NEW_CUSTOMERS", "PARTNER").await;
    assert_eq!(
        new["lines"],
        json!([
            line("SEAT_CHANGE", "COUNTED", 1, "1"),
            line("SEAT_CHANGE", "UNPAID", 1, "0"),
            line("SEAT_CHANGE", "NO_SEATS_ADDED", 1, "0"),
            line("SEAT_CHANGE", "SEATS_HELD_BEFORE", 1, "0"),
        ])
    );
    let none = sent.explain("NET_PROMOTER_SCORE", "PARTNER").await;
    assert_eq!(
        (&none["exact"], &none["lines"], &none["denominator"]),
        (&json!(null), &json!([]), &json!("0"))
    );
}

#[tokio::test]
async fn other_facts_than_those_of_the_snapshot_explain_nothing() {
    let sent = Sent::new().await;
    // What came later is not looked at.
    let header = "event_id,customer_id,product_id,license_type,occurred_on,amount,currency";
    let csv = format!("{header}\nz,c1,suite,EA,2026-03-01,1,USD\n");
    sent.send("revenue", "third", &csv).await;
    assert_eq!(
        sent.explain("REVENUE", "STAFF").await["numerator"],
        "158.2500"
    );
    // Reference data that gives the same value does no harm; other does.
    sent.send(
        "fx_rates",
        "again",
        "currency,rate_date,rate\nEUR,2026-09-01,9\n",
    )
    .await;
    assert_eq!(
        sent.explain("REVENUE", "STAFF").await["numerator"],
        "158.2500"
    );
    sent.send(
        "fx_rates",
        "other",
        "currency,rate_date,rate\nEUR,2026-02-01,9\n",
    )
    .await;
    let explanation = sent.explain("REVENUE", "STAFF").await;
    assert_eq!(explanation["unexplained"], "REFERENCE_CHANGED");
    assert_eq!(explanation["exact"], "158.2500");
    assert_eq!(explanation["numerator"], json!(null));

    delete_batch(
        &sent.app,
        &Actor::command_line(),
        intake::Dataset::Revenue,
        "second",
    )
    .await
    .unwrap();
    for metric in ["REVENUE", "NET_PAID_SEATS"] {
        let explanation = sent.explain(metric, "STAFF").await;
        assert_eq!(explanation["unexplained"], "FACTS_CHANGED");
        assert_eq!(explanation["lines"], json!([]));
    }
}

//! Mutations: what they change, and what they refuse.

use std::time::Duration;

use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::harness::Server;

async fn change(server: &Server, field: &str, input: Value, selection: &str) -> Value {
    let mut initial = field.chars();
    let kind: String = initial
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(initial)
        .collect();
    let query =
        format!("mutation ($input: {kind}Input!) {{{field}(input: $input) {{{selection}}}}}");
    let answer = server.ask_with(&query, json!({ "input": input })).await;
    answer.data()[field].clone()
}

const UPLOAD: &str = "outcome rowCount rejectedCount rejects {line column value reason} reason";

fn stored(rows: u64) -> Value {
    json!({"outcome": "STORED", "rowCount": rows, "rejectedCount": 0, "rejects": [], "reason": null})
}

#[tokio::test]
async fn reference_data_is_stored_by_its_key() {
    let server = Server::start().await;
    let server = &server;
    for (field, rows) in [
        (
            "upsertProducts",
            json!([{"productId": "new", "name": "New"}]),
        ),
        (
            "upsertWorkloads",
            json!([{"workloadId": "w", "productId": "new", "name": "W"}]),
        ),
        (
            "upsertPartners",
            json!([{"partnerId": "A-1", "name": "Changed", "country": "IT"}, {"partnerId": "zz", "name": "ZZ", "country": "FR", "tier": "gold"}]),
        ),
        (
            "upsertCustomers",
            json!([{"customerId": "c", "locationId": "FR"}]),
        ),
        (
            "upsertExams",
            json!([{"examId": "e", "workloadId": "w", "countsUntil": "2030-01-01"}]),
        ),
        (
            "upsertFxRates",
            json!([{"currency": "EUR", "rateDate": "2026-01-01", "rate": "1.125"}]),
        ),
        (
            "upsertAssociations",
            json!([{"customerId": "c", "partnerId": "zz", "associationType": "DPOR", "startsOn": "2026-01-01"}]),
        ),
    ] {
        let count = rows.as_array().unwrap().len() as u64;
        let input = json!({"batchId": "api", "rows": rows});
        let mut payload = change(
            server,
            field,
            input,
            &format!("{UPLOAD} batch {{batchId rowCount}}"),
        )
        .await;
        let batch = json!({"batchId": "api", "rowCount": count});
        assert_eq!(payload["batch"], batch, "{field}");
        payload.as_object_mut().unwrap().remove("batch");
        assert_eq!(payload, stored(count), "{field}");
    }
    let data = server
        .ask(r#"{a: partner(by: {partnerId: "A-1"}) {name tier} b: partner(by: {partnerId: "zz"}) {tier} workloads(productId: "new") {name} batches(dataset: PARTNERS) {nodes {batchId}}}"#)
        .await
        .data();
    assert_eq!(data["a"], json!({"name": "Changed", "tier": null}));
    assert_eq!(data["b"]["tier"], "gold");
    assert_eq!(data["workloads"], json!([{"name": "W"}]));
    assert_eq!(data["batches"]["nodes"][0]["batchId"], "api");
}

#[tokio::test]
async fn locations_replace_the_tree() {
    let server = Server::start().await;
    let rows = json!([{"locationId": "FR", "parentId": "eu", "name": "France"}, {"locationId": "eu", "name": "Europe"}]);
    let input = json!({"batchId": "tree", "rows": rows});
    let payload = change(&server, "upsertLocations", input, UPLOAD).await;
    assert_eq!(payload, stored(2));
}

#[tokio::test]
async fn rejected_rows_are_told_and_refuse_the_rest_unless_asked_otherwise() {
    let server = Server::start().await;
    let rows = json!([{"customerId": "ok", "locationId": "FR"}, {"customerId": "bad", "locationId": "nowhere"}]);
    let input = json!({"batchId": "b", "rows": rows});
    let payload = change(&server, "upsertCustomers", input, UPLOAD).await;
    assert_eq!(payload["outcome"], "REFUSED");
    assert_eq!(
        (&payload["rowCount"], &payload["rejectedCount"]),
        (&json!(0), &json!(1))
    );
    let reject = &payload["rejects"][0];
    assert_eq!(
        (&reject["line"], &reject["column"]),
        (&json!(2), &json!("location_id"))
    );
    assert_eq!(reject["value"], "nowhere");

    let input = json!({"batchId": "b", "rows": rows, "onReject": "ROW"});
    let payload = change(
        &server,
        "upsertCustomers",
        input,
        "outcome rowCount rejectedCount",
    )
    .await;
    assert_eq!(
        payload,
        json!({"outcome": "STORED", "rowCount": 1, "rejectedCount": 1})
    );
}

#[tokio::test]
async fn batches_of_facts_are_replaced_and_deleted() {
    let server = Server::start().await;
    let server = &server;
    let customers = json!({"batchId": "c", "rows": [{"customerId": "c", "locationId": "FR"}]});
    change(server, "upsertCustomers", customers, "outcome").await;
    let columns = "event_id,customer_id,product_id,license_type,occurred_on,amount,currency";
    let csv =
        format!("{columns}\na,c,cloud,EA,2026-10-01,5.25,USD\nb,c,cloud,EA,2026-10-01,6,USD\n");
    let input = json!({"dataset": "REVENUE", "batchId": "mine", "format": "CSV", "content": csv});
    let sent = format!("{UPLOAD} batch {{id batchId rowCount}} replacedId");
    let first = change(server, "replaceBatch", input, &sent).await;
    let batch = &first["batch"];
    assert_eq!(
        (&batch["batchId"], &batch["rowCount"], &first["replacedId"]),
        (&json!("mine"), &json!(2), &Value::Null)
    );
    let line = json!({"event_id": "a", "customer_id": "c", "product_id": "cloud", "license_type": "EA",
        "occurred_on": "2026-10-01", "amount": "7", "currency": "USD"});
    let input = json!({"dataset": "REVENUE", "batchId": "mine", "content": line.to_string()});
    let second = change(server, "replaceBatch", input, &sent).await;
    assert_eq!(second["replacedId"], batch["id"]);
    let batch = &second["batch"];
    assert_eq!(batch["rowCount"], 1);
    let listed = "{batches(dataset: REVENUE, first: 1) {nodes {id batchId rowCount}}}";
    let data = server.ask(listed).await.data();
    assert_eq!(data["batches"]["nodes"], json!([batch]));

    let input = json!({"dataset": "REVENUE", "batchId": "mine"});
    let payload = change(server, "deleteBatch", input, "dataset batchId deletedId").await;
    assert_eq!(
        payload,
        json!({"dataset": "REVENUE", "batchId": "mine", "deletedId": batch["id"]})
    );
    let data = server.ask(listed).await.data();
    assert_ne!(data["batches"]["nodes"][0]["batchId"], "mine");

    for (mutation, code, says) in [
        (
            r#"deleteBatch(input: {dataset: REVENUE, batchId: "mine"})"#,
            "NOT_FOUND",
            "mine",
        ),
        (
            r#"deleteBatch(input: {dataset: PARTNERS, batchId: "x"})"#,
            "BAD_INPUT",
            "upsert",
        ),
    ] {
        let answer = server
            .ask(&format!("mutation {{{mutation} {{batchId}}}}"))
            .await;
        answer.fails(code, says);
    }
    let unreadable = r#"mutation {replaceBatch(input: {dataset: REVENUE, batchId: "x", format: CSV, content: "nothing,known\n"}) {outcome reason batch {id}}}"#;
    let payload = server.ask(unreadable).await.data()["replaceBatch"].clone();
    assert_eq!(payload["outcome"], "UNREADABLE");
    assert_eq!(payload["batch"], Value::Null);
    assert!(
        payload["reason"].as_str().unwrap().contains("nothing"),
        "{payload}"
    );
}

#[tokio::test]
async fn a_job_is_run_and_publishes() {
    let server = Server::start().await;
    // Somebody else computes until the run has been seen: it could have ended before.
    let lock = peerband::service::lock::computing(server.app.data_dir())
        .await
        .unwrap();
    let input = json!({"job": "recompute_snapshot", "asOf": "2026-11-22"});
    let payload = change(&server, "runJob", input, "jobRun {id state trigger asOf}").await;
    let run = &payload["jobRun"];
    assert_eq!(
        (&run["state"], &run["trigger"], &run["asOf"]),
        (&json!("RUNNING"), &json!("OPERATOR"), &json!("2026-11-22"))
    );
    drop(lock);
    let query = format!(
        "{{node(id: {}) {{... on JobRun {{state error snapshot {{asOf}}}}}}}}",
        run["id"]
    );
    for _ in 0..200 {
        let data = server.ask(&query).await.data();
        let run = &data["node"];
        if run["state"] != "RUNNING" {
            assert_eq!(
                *run,
                json!({"state": "SUCCEEDED", "error": null, "snapshot": {"asOf": "2026-11-22"}})
            );
            let answer = server
                .ask(&format!(
                    "mutation {{cancelJobRun(input: {{id: {}}}) {{jobRun {{id}}}}}}",
                    payload["jobRun"]["id"]
                ))
                .await;
            return answer.fails("BAD_INPUT", "not under way");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the run does not end");
}

#[tokio::test]
async fn a_run_under_way_is_asked_to_stop() {
    let server = Server::start().await;
    // Somebody else computes, so that the run waits.
    let lock = peerband::service::lock::computing(server.app.data_dir())
        .await
        .unwrap();
    let input = json!({"job": "recompute_snapshot", "asOf": "2026-11-22"});
    let payload = change(&server, "runJob", input, "jobRun {id}").await;
    let id = payload["jobRun"]["id"].clone();
    let input = json!({ "id": id });
    let cancelled = change(
        &server,
        "cancelJobRun",
        input,
        "jobRun {id cancelRequested}",
    )
    .await;
    assert_eq!(
        cancelled["jobRun"],
        json!({ "id": id, "cancelRequested": true })
    );
    let data = server
        .ask("{jobRuns(first: 2) {nodes {cancelRequested}}}")
        .await
        .data();
    let requested = [true, false].map(|is| json!({ "cancelRequested": is }));
    assert_eq!(data["jobRuns"]["nodes"], json!(requested));
    let run = entity::job_run::Entity::find()
        .order_by_desc(entity::job_run::Column::Id)
        .one(server.db.read())
        .await
        .unwrap()
        .unwrap();
    assert!(run.cancel_requested, "{run:?}");
    drop(lock);
}

#[tokio::test]
async fn every_job_that_is_listed_can_be_run() {
    let server = Server::start().await;
    let jobs = server.ask("{jobs {name}}").await.data();
    for job in jobs["jobs"].as_array().unwrap() {
        let mut input = json!({ "job": job["name"] });
        if job["name"] == "recompute_snapshot" {
            input["asOf"] = json!("2026-11-22");
        }
        let payload = change(&server, "runJob", input, "jobRun {id job trigger}").await;
        let run = &payload["jobRun"];
        assert_eq!(
            (&run["job"], &run["trigger"]),
            (&job["name"], &json!("OPERATOR"))
        );
        let query = format!(
            "{{node(id: {}) {{... on JobRun {{state error}}}}}}",
            run["id"]
        );
        let ended = async {
            loop {
                let node = server.ask(&query).await.data()["node"].clone();
                if node["state"] != "RUNNING" {
                    return node;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(20), ended).await;
        assert_eq!(
            ended.unwrap(),
            json!({ "state": "SUCCEEDED", "error": null })
        );
    }
}

#[tokio::test]
async fn jobs_that_do_not_exist_are_refused() {
    let server = Server::start().await;
    for (input, says) in [
        (r#"job: "recompute_snapshot""#, "needs the date"),
        (
            r#"job: "compact_facts", asOf: "2026-11-22""#,
            "leave it out",
        ),
    ] {
        let query = format!("mutation {{runJob(input: {{{input}}}) {{jobRun {{id}}}}}}");
        server.ask(&query).await.fails("BAD_INPUT", says);
    }
    server
        .ask(r#"mutation {runJob(input: {job: "make_coffee", asOf: "2026-11-22"}) {jobRun {id}}}"#)
        .await
        .fails("NOT_FOUND", "make_coffee");
    server
        .ask(r#"mutation {cancelJobRun(input: {id: "nobody"}) {jobRun {id}}}"#)
        .await
        .fails("NOT_FOUND", "nobody");
}

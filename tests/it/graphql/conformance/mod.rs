//! Answers are what schema.graphql says they are, and stay so wherever something fails: a failure makes null of the field
//! it is in or of the nearest above it that may be null, is told once, with its path, and leaves everything else.

mod check;
mod failures;
mod lists;
mod narrow;
mod program;
mod sdl;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::parser::parse_query;
use async_graphql::{PathSegment, Response, Value};
use futures_util::StreamExt;

use check::{at, conforms, nulled, shape, without};
use program::{INJECTED, Program, Seen, Wire};
use sdl::Sdl;

/// What fields that need arguments are asked with.
fn arguments(parent: &str, field: &str) -> String {
    let text = match (parent, field) {
        ("Query", "partner") => r#"by: {partnerId: "p"}"#,
        ("Query", "product") => r#"productId: "suite""#,
        ("Query", "workload") => r#"workloadId: "mail""#,
        ("Query", "location") => r#"locationId: "FR""#,
        ("Query" | "Snapshot", "scorecard") => r#"partnerId: "p""#,
        ("Scorecard", "measure") => "metric: REVENUE",
        ("Scorecard", "measures") => "metrics: [REVENUE, MAU_PER_ASSIGNED_SEAT]",
        ("Measure", "change") => r#"since: "2026-10-29""#,
        ("Measure", "trend") => "last: 2, every: DAY",
        ("Query" | "Snapshot", "peerBands") => "metrics: [REVENUE]",
        ("Explanation", "customers" | "facts")
        | ("ReleaseReport", "withheld")
        | ("Query" | "Snapshot", "scorecards")
        | ("Query", "partners" | "snapshots" | "batches" | "jobRuns" | "apiKeys" | "auditLog") => {
            "first: 2"
        }
        _ => return String::new(),
    };
    format!("({text})")
}

/// One document for each root field of queries.
async fn queries(sdl: &Sdl, program: &Program) -> Vec<String> {
    let ids = program
        .texts(
            "{partners(first: 1) {nodes {id scorecard {id snapshot {id}}}} products {id workloads {id}}
              locations {id} batches(first: 1) {nodes {id}} jobRuns(first: 1) {nodes {id}}
              apiKeys(first: 1) {nodes {id}}}",
            "id",
        )
        .await;
    let fields = sdl.fields("Query").iter();
    let wide = fields.map(|field| {
        let arguments = |parent: &str, field: &str| match (parent, field) {
            ("Query", "node") => format!("(id: {:?})", ids[0]),
            ("Query", "nodes") => format!("(ids: {ids:?})"),
            _ => arguments(parent, field),
        };
        format!("{{{}}}", sdl.wide("Query", &field.name.node, &arguments))
    });
    wide.collect()
}

/// Of each field that is resolved, and of its items, one place.
fn places(wire: &Wire) -> BTreeMap<String, Seen> {
    let seen = wire.seen.lock().unwrap();
    let seen = seen.iter().rev().cloned();
    seen.map(|one| (one.field.clone(), one)).collect()
}

/// Checks an answer in which one place has failed, beside the answer in which nothing has.
fn check_failed(
    sdl: &Sdl,
    root: &str,
    query: &str,
    good: &Value,
    seen: &Seen,
    answer: &async_graphql::Response,
) -> Result<(), String> {
    conforms(sdl, &parse_query(query).unwrap(), &answer.data)?;
    let [error] = &answer.errors[..] else {
        return Err(format!("there is not one error: {:?}", answer.errors));
    };
    if (error.message.as_str(), &error.path) != (INJECTED, &seen.path) {
        return Err(format!("the error is {error:?}"));
    }
    let expected = without(good, &seen.path[..nulled(sdl, root, good, &seen.path)]);
    if shape(&expected) != shape(&answer.data) {
        return Err(format!("{}, expected {expected}", answer.data));
    }
    Ok(())
}

fn assert_none(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn queries_answer_as_the_schema_says_and_fail_as_the_specification_says() {
    let (sdl, program) = (Sdl::read(), Program::start().await);
    let mut wrong = Vec::new();
    let mut resolved = BTreeSet::new();
    let mut failed = 0;
    let mut tried = BTreeMap::new();
    for query in queries(&sdl, &program).await {
        let wire = Wire::default();
        let good = program.ask(&query, &wire).await;
        assert!(good.is_ok(), "{query}: {:?}", good.errors);
        if let Err(why) = conforms(&sdl, &parse_query(&query).unwrap(), &good.data) {
            wrong.push(format!("{query}: {why}"));
        }
        let places = places(&wire);
        resolved.extend(places.keys().cloned());
        // The failures of those that may be null are their resolvers' own: the next test has them.
        let is_strict =
            |seen: &&Seen| nulled(&sdl, "Query", &good.data, &seen.path) < seen.path.len();
        for seen in places.values().filter(is_strict) {
            // The same field fails alike below other roots: three of them are enough.
            let times = tried.entry(seen.field.clone()).or_insert(0);
            if *times == 3 {
                continue;
            }
            *times += 1;
            let answer = program.ask(&query, &Wire::failing(&seen.path)).await;
            failed += 1;
            if let Err(why) = check_failed(&sdl, "Query", &query, &good.data, seen, &answer) {
                wrong.push(format!("{}: {why}", seen.field));
            }
        }
    }
    assert_none(&wrong);
    assert!(failed > 250, "{failed} failures");
    // Payloads and events are in the tests of mutations and subscriptions.
    let of_others = ["Mutation.", "Subscription.", "RejectedRow."];
    let unresolved = sdl.every_field().into_iter().filter(|field| {
        !resolved.contains(field)
            && !field.contains("Payload.")
            && !of_others.iter().any(|other| field.starts_with(other))
    });
    assert_none(&unresolved.collect::<Vec<_>>());
}

/// What each mutation is sent, and how often it can be.
fn mutation(field: &str, at: usize, run: &str, key: &str) -> String {
    let rows =
        |row: &str| format!(r#"input: {{batchId: "{field} {at}", onReject: ROW, rows: [{row}]}}"#);
    match field {
        "cancelJobRun" => format!(r#"input: {{id: "{run}"}}"#),
        "createApiKey" => r#"input: {name: "made", role: PARTNER, partnerIds: ["p"]}"#.to_owned(),
        "rotateApiKey" | "revokeApiKey" => format!(r#"input: {{id: "{key}"}}"#),
        "deleteBatch" => format!(r#"input: {{dataset: REVENUE, batchId: "made {at}"}}"#),
        "replaceBatch" => format!(
            r#"input: {{dataset: REVENUE, batchId: "made {}", format: CSV, onReject: ROW, content: "event_id,customer_id,product_id,license_type,occurred_on,amount,currency\nm{at},c,suite,WEB,2026-10-01,1,USD\nn,nobody,suite,WEB,2026-10-01,1,USD\n"}}"#,
            at + 1
        ),
        "runJob" => r#"input: {job: "recompute_snapshot", asOf: "2026-10-31"}"#.to_owned(),
        "upsertAssociations" => rows(
            r#"{customerId: "c", partnerId: "p", associationType: DPOR, startsOn: "2020-01-01"}"#,
        ),
        "upsertCustomers" => rows(r#"{customerId: "c", locationId: "FR"}"#),
        "upsertExams" => rows(r#"{examId: "e", workloadId: "mail"}"#),
        "upsertFxRates" => rows(r#"{currency: "EUR", rateDate: "2026-01-01", rate: "1.1"}"#),
        // The built-in tree stays while none is taken.
        "upsertLocations" => rows(r#"{locationId: " ", name: "refused"}"#),
        "upsertPartners" => rows(r#"{partnerId: "p", name: "P Ltd", country: "FR"}"#),
        "upsertProducts" => rows(r#"{productId: "suite", name: "Suite"}"#),
        "upsertWorkloads" => rows(r#"{workloadId: "mail", productId: "suite", name: "Mail"}"#),
        other => panic!("nothing is known to send to {other}"),
    }
}

#[tokio::test]
async fn mutations_answer_as_the_schema_says_and_fail_as_the_specification_says() {
    let (sdl, program) = (Sdl::read(), Program::start().await);
    let mut wrong = Vec::new();
    let mut resolved = BTreeSet::new();
    let mut times = 0;
    // The batch that is deleted first.
    for field in sdl
        .fields("Mutation")
        .iter()
        .map(|field| field.name.node.as_str())
        .rev()
    {
        let mut at = 0;
        let mut places_left: Option<Vec<Seen>> = None;
        loop {
            times += 1;
            let made =
                r#"mutation {createApiKey(input: {name: "k", role: ANALYST}) {apiKey {id}}}"#;
            let key = program.texts(made, "id").await.remove(0);
            let run = "{jobRuns(first: 1) {nodes {id}}}";
            let run = program.texts(run, "id").await.remove(0);
            if field == "cancelJobRun" {
                program.sql("UPDATE job_run SET state = 'running'").await;
            }
            if field == "deleteBatch" {
                let batch = mutation("replaceBatch", at.max(1) - 1, "", "");
                let batch = format!("mutation {{replaceBatch({batch}) {{outcome}}}}");
                program.texts(&batch, "none").await;
            }
            let sent = mutation(field, at.max(1), &run, &key);
            at += 1;
            let arguments = |parent: &str, name: &str| match (parent, name) {
                ("Mutation", _) => format!("({sent})"),
                _ => arguments(parent, name),
            };
            let query = format!("mutation {{{}}}", sdl.wide("Mutation", field, &arguments));
            let next = places_left.as_mut().map(Vec::pop);
            let wire = match &next {
                None => Wire::default(),
                Some(None) => break,
                Some(Some(seen)) => Wire::failing(&seen.path),
            };
            let answer = program.ask(&query, &wire).await;
            if field == "cancelJobRun" {
                program.sql("UPDATE job_run SET state = 'succeeded'").await;
            }
            program.settle().await;
            let places = places(&wire);
            let Some(Some(seen)) = next else {
                assert!(answer.is_ok(), "{query}: {:?}", answer.errors);
                if let Err(why) = conforms(&sdl, &parse_query(&query).unwrap(), &answer.data) {
                    wrong.push(format!("{query}: {why}"));
                }
                resolved.extend(places.keys().cloned());
                // What is below is the same as in queries but for its own types.
                let own = places.into_values().filter(|seen| {
                    // A run that is under way has no snapshot yet.
                    let is_late = seen
                        .path
                        .contains(&PathSegment::Field("snapshot".to_owned()));
                    !seen.is_nullable && seen.path.len() <= 4 && !is_late
                });
                places_left = Some(own.collect());
                continue;
            };
            // The answers of mutations differ by what they do: only what has failed is looked at.
            let check =
                conforms(&sdl, &parse_query(&query).unwrap(), &answer.data).and_then(|()| {
                    let [error] = &answer.errors[..] else {
                        return Err(format!("there is not one error: {:?}", answer.errors));
                    };
                    let to = nulled(&sdl, "Mutation", &Value::Null, &seen.path);
                    let is_null = at_null(&answer.data, &error.path[..to]);
                    (error.path == seen.path && error.message == INJECTED && is_null)
                        .then_some(())
                        .ok_or_else(|| format!("{error:?} in {}", answer.data))
                });
            if let Err(why) = check {
                wrong.push(format!("{}: {why}", seen.field));
            }
        }
    }
    assert_none(&wrong);
    assert!(times > 60, "{times} mutations");
    let unresolved = sdl.every_field().into_iter().filter(|field| {
        let own = ["Mutation.", "RejectedRow."];
        let is_own = field.contains("Payload.") || own.iter().any(|own| field.starts_with(own));
        is_own && !resolved.contains(field)
    });
    assert_none(&unresolved.collect::<Vec<_>>());
}

fn at_null(data: &Value, path: &[PathSegment]) -> bool {
    at(data, path) == Some(&Value::Null)
}

#[tokio::test]
async fn events_answer_as_the_schema_says_and_fail_as_the_specification_says() {
    let (sdl, program) = (Sdl::read(), Program::start().await);
    let run = r#"mutation {runJob(input: {job: "recompute_snapshot", asOf: "2026-10-31"}) {jobRun {id}}}"#;
    for field in ["jobRunProgressed", "snapshotPublished"] {
        let query = format!(
            "subscription {{{}}}",
            sdl.wide("Subscription", field, &arguments)
        );
        // What a run is told of last: a slow one is told of while it is under way, too, and has no snapshot then.
        let is_last = |event: &Response| {
            let snapshot = ["jobRunProgressed", "snapshot"];
            let snapshot = snapshot.map(|name| PathSegment::Field(name.to_owned()));
            let is_under_way = at(&event.data, &snapshot) == Some(&Value::Null);
            event.is_err() || !is_under_way
        };
        let listen = async |wires: Vec<Wire>| {
            let (over, is_over) = tokio::sync::watch::channel(false);
            let told = AtomicUsize::new(0);
            let told = &told;
            let waiting = wires.iter().map(|wire| {
                let mut events = program.schema.execute_stream(program.request(&query, wire));
                let mut is_over = is_over.clone();
                async move {
                    let mut last = None;
                    loop {
                        tokio::select! {
                            Some(event) = events.next() => {
                                let is_told = last.as_ref().is_some_and(is_last);
                                if !is_told && is_last(&event) {
                                    told.fetch_add(1, Ordering::Relaxed);
                                }
                                last = Some(event);
                            }
                            _ = is_over.wait_for(|over| *over) => return last.unwrap(),
                        }
                    }
                }
            });
            let waiting = futures_util::future::join_all(waiting);
            let (answers, ()) = tokio::join!(waiting, async {
                // They listen once they have been polled.
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                program.texts(run, "none").await;
                program.settle().await;
                // Events are looked for once a second, and told when a slow machine comes to it.
                for _ in 0..600 {
                    if told.load(Ordering::Relaxed) == wires.len() {
                        break;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                over.send(true).unwrap();
            });
            answers
        };
        let wire = Wire::default();
        let good = listen(vec![wire.clone()]).await.remove(0);
        assert!(good.is_ok(), "{query}: {:?}", good.errors);
        conforms(&sdl, &parse_query(&query).unwrap(), &good.data).unwrap();
        let mut places: Vec<Seen> = places(&wire).into_values().collect();
        places
            .retain(|seen| nulled(&sdl, "Subscription", &good.data, &seen.path) < seen.path.len());
        assert!(places.len() >= 8, "{places:?}");
        let mut wrong = Vec::new();
        // Few at a time: each asks for explanations, of which a key can only have so many under way.
        for places in places.chunks(4) {
            let wires = places.iter().map(|seen| Wire::failing(&seen.path));
            for (seen, answer) in places.iter().zip(listen(wires.collect()).await) {
                let checked = check_failed(&sdl, "Subscription", &query, &good.data, seen, &answer);
                if let Err(why) = checked {
                    wrong.push(format!("{}: {why}", seen.field));
                }
            }
        }
        assert_none(&wrong);
    }
}

//! Failures of the resolvers' own: each field that may be null and can fail has failed once, and nothing but it is null then.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::Value;
use async_graphql::parser::parse_query;
use peerband::service::identity::Principal;

use super::check::{at, conforms, nulled, shape, without};
use super::narrow::{nested, reached, two_levels};
use super::program::{Program, Wire};
use super::sdl::Sdl;
use super::{assert_none, queries};

/// The tables that queries read.
const TABLES: [&str; 20] = [
    "api_key",
    "api_key_partner",
    "association",
    "audit_entry",
    "batch",
    "customer",
    "exam_workload",
    "fact_file",
    "fx_rate",
    "job_run",
    "location",
    "merged_file",
    "offering",
    "partner",
    "peer_band",
    "peer_group",
    "release_report",
    "scorecard",
    "slice",
    "snapshot",
];

#[tokio::test]
async fn what_fails_in_the_store_is_null_with_an_error_and_nothing_else_is() {
    let (sdl, program) = (Sdl::read(), Program::start().await);
    let queries = queries(&sdl, &program).await;
    let mut good = Vec::new();
    for query in &queries {
        good.push(program.ask(query, &Wire::default()).await.data);
    }
    let mut wrong = Vec::new();
    for table in TABLES {
        program.take_away(table).await;
        for (query, good) in queries.iter().zip(&good) {
            let wire = Wire::default();
            let answer = program.ask(query, &wire).await;
            let mut note = |why: String| wrong.push(format!("without {table}, {query}: {why}"));
            if let Err(why) = conforms(&sdl, &parse_query(query).unwrap(), &answer.data) {
                note(why);
            }
            for seen in wire.seen.lock().unwrap().iter() {
                if seen.is_nullable && seen.has_failed {
                    note(format!(
                        "{} may be null and fails with its parent",
                        seen.field
                    ));
                }
            }
            for error in &answer.errors {
                let above = (0..=error.path.len())
                    .rev()
                    .map(|to| at(&answer.data, &error.path[..to]));
                if above.flatten().next() != Some(&Value::Null) {
                    note(format!("{error:?} has left something"));
                }
            }
            // Errors are cut off at ten: then some nulls are left without theirs.
            if answer.errors.len() < 10 {
                let mut expected = good.clone();
                for error in &answer.errors {
                    let to = nulled(&sdl, "Query", &expected, &error.path);
                    if at(&expected, &error.path[..to]).is_some() {
                        expected = without(&expected, &error.path[..to]);
                    }
                }
                if shape(&expected) != shape(&answer.data) {
                    note(format!("{} is not {expected}", answer.data));
                }
            }
        }
        program.give_back(table).await;
    }
    assert_none(&wrong);
}

/// What fails by its arguments, in the scorecard of a partner.
const MISTAKES: [&str; 4] = [
    r#"measure(metric: REVENUE) {change(since: "2100-01-01") {value}}"#,
    "measure(metric: REVENUE) {trend(last: 401) {firstDay}}",
    "measure(metric: REVENUE) {explain {facts(first: 201) {day}}}",
    "measure(metric: REVENUE) {explain {customers(first: 201) {facts}}}",
];

/// What reads more for a partner than for staff, or is refused to it.
const OF_PARTNERS: [&str; 7] = [
    "{viewer {partners {id}}}",
    "{jobs {name}}",
    r#"{scorecard(partnerId: "p") {measure(metric: REVENUE) {band}}}"#,
    r#"{scorecard(partnerId: "p") {measure(metric: REVENUE) {rank}}}"#,
    r#"{scorecard(partnerId: "p") {measure(metric: REVENUE) {withheld}}}"#,
    r#"{scorecard(partnerId: "p") {measure(metric: REVENUE) {change(since: "2026-10-29") {band}}}}"#,
    r#"{scorecard(partnerId: "p") {measure(metric: REVENUE) {change(since: "2026-10-29") {rank}}}}"#,
];

/// Numbers beyond GraphQL's Int.
const HUGE: [&str; 2] = [
    "UPDATE snapshot SET fact_rows = 3000000000, slices = 3000000000, scorecards = 3000000000, peer_bands = 3000000000",
    "UPDATE job_run SET fact_rows = 3000000000, scorecards = 3000000000, peer_bands = 3000000000",
];

/// The fields that may be null and never fail, by why they do not.
const NEVER: [(&str, &[&str]); 4] = [
    (
        "stands in the row that its parent is",
        &[
            "ApiKey.expiresAt",
            "ApiKey.lastUsedAt",
            "ApiKey.revokedAt",
            "AuditEntry.address",
            "AuditEntry.after",
            "AuditEntry.before",
            "JobRun.endedAt",
            "JobRun.error",
            "Partner.groupId",
            "Partner.partnerType",
            "Partner.tier",
            "Viewer.expiresAt",
            "WithheldMetric.attack",
        ],
    ),
    (
        "is worked out from what its parent was made of",
        &[
            "Change.exact",
            "Change.measure",
            "Change.noValueReason",
            "Change.snapshot",
            "Change.value",
            "ExplainedCustomer.denominator",
            "ExplainedFact.denominator",
            "Explanation.customerCount",
            "Explanation.denominator",
            "Explanation.exact",
            "Explanation.numerator",
            "Explanation.unexplained",
            "ExplanationLine.denominator",
            "Job.nextRunAt",
            "Measure.exact",
            "Measure.noValueReason",
            "Measure.value",
            "NextBand.absent",
            "NextBand.band",
            "NextBand.distance",
            "NextBand.exactDistance",
            "NextBand.isExact",
            "NextBand.mustExceed",
            "NextBand.value",
            "NextBand.words",
            "PageInfo.endCursor",
            "PageInfo.startCursor",
            "PeerBand.max",
            "PeerBand.min",
            "PeerBand.noMaxReason",
            "PeerBand.noMinReason",
            "PeerGroup.bands",
            "PeerGroup.noRangesReason",
            "PeerGroup.peers",
            "PeerGroup.withheld",
            "Query.rateLimit",
            "ReleaseReportCount.attack",
            "TrendPoint.measure",
            "TrendPoint.noMeasureReason",
            "TrendPoint.snapshot",
        ],
    ),
    (
        "counts the rows of which its parent is a page, which fails first",
        &[
            "ApiKeyConnection.totalCount",
            "AuditEntryConnection.totalCount",
            "BatchConnection.totalCount",
            "JobRunConnection.totalCount",
            "PartnerConnection.totalCount",
            "ScorecardConnection.totalCount",
            "SnapshotConnection.totalCount",
            "WithheldMetricConnection.totalCount",
        ],
    ),
    (
        "reads a table that was read for its parent, which fails first",
        &[
            "ApiKey.partners",
            "ApiKey.replacedBy",
            "ExplainedCustomer.name",
            "ExplainedFact.customerId",
            "ExplainedFact.product",
            "ExplainedFact.workload",
            "Location.parent",
        ],
    ),
];

#[tokio::test]
async fn each_field_that_can_fail_has_failed() {
    let (sdl, program) = (Sdl::read(), Program::start().await);
    let mut nullable = BTreeSet::new();
    let mut asked = Vec::new();
    for (kind, path) in reached(&sdl, "Query", 2) {
        let fields = sdl.fields(&kind).iter();
        for field in fields.filter(|field| field.ty.node.nullable) {
            let name = field.name.node.as_str();
            nullable.insert(format!("{kind}.{name}"));
            let alone = two_levels(&sdl, &kind, 2, |other| other == name);
            asked.push(format!("{{{}}}", nested(&path, &alone)));
        }
    }
    let card = r#"{scorecard(partnerId: "p", slice: {workload: "mail", location: "FR"}) {id}}"#;
    let card = program.texts(card, "id").await.remove(0);
    // By its id, nothing of its slice is read before.
    let of_slice = |field: &str| {
        format!("{{node(id: {card:?}) {{... on Scorecard {{slice {{{field} {{id}}}}}}}}}}")
    };
    asked.extend(["product", "location"].map(of_slice));
    asked.push(format!("{{nodes(ids: {:?}) {{id}}}}", vec![&card; 101]));
    asked.extend(MISTAKES.map(|wrong| format!("{{scorecard(partnerId: \"p\") {{{wrong}}}}}")));
    let staff = asked
        .iter()
        .map(|query| (query.as_str(), &program.principal));
    let partner = OF_PARTNERS.map(|query| (query, &program.partner));
    let asked: Vec<_> = staff.chain(partner).collect();

    let mut failed = BTreeSet::new();
    for table in TABLES {
        program.take_away(table).await;
        failed.extend(failures(&program, &asked).await);
        program.give_back(table).await;
    }
    for statement in HUGE {
        program.sql(statement).await;
    }
    failed.extend(failures(&program, &asked).await);

    let never = NEVER.iter().flat_map(|(_, fields)| *fields);
    let never: BTreeSet<String> = never.map(|field| (*field).to_owned()).collect();
    let silent = nullable.difference(&failed).cloned().collect();
    let missing = |one: &BTreeSet<String>, other: &BTreeSet<String>, what: &str| -> Vec<String> {
        let missing = one.difference(other);
        missing.map(|field| format!("{field} {what}")).collect()
    };
    let mut wrong = missing(&silent, &never, "has not failed");
    wrong.extend(missing(&never, &silent, "is said never to fail"));
    assert_none(&wrong);
}

/// The fields that fail where these are asked.
async fn failures(program: &Program, asked: &[(&str, &Arc<Principal>)]) -> BTreeSet<String> {
    let mut failed = BTreeSet::new();
    for (query, principal) in asked {
        let wire = Wire::default();
        let answer = program.ask_as(principal, query, &wire).await;
        let seen = wire.seen.lock().unwrap();
        for error in &answer.errors {
            let place = seen.iter().find(|seen| seen.path == error.path);
            failed.extend(place.map(|seen| seen.field.clone()));
        }
    }
    failed
}

//! How many SQL statements an answer takes: a constant number, however long the page.

use peerband::service::identity::authenticate_key;
use peerband::store::loader::row_loader;
use peerband::store::partner::PartnerId;

use crate::harness::Server;

/// Where rows are kept from one request to the next, what is counted would depend on what was asked before.
async fn forgetful() -> Server {
    Server::start_with(&[("PEERBAND_GRAPHQL_KEPT_ROWS_MEGABYTES", "0")]).await
}

async fn statements(server: &Server, query: &str) -> usize {
    server.take_reads();
    server.ask(query).await.data();
    server.statements().len()
}

#[tokio::test]
async fn nested_reads_do_not_grow_with_the_page() {
    let server = forgetful().await;
    let everything_below = "nodes {partner {name scorecard(slice: {location: \"europe\"}) {measures {percentile bands {min}}}}
        slice {product {name} workload {name} location {name}} snapshot {asOf}
        groups {measures {value band rank percentile peers withheld bands {band min max partners}}}}";
    for (query, at_most) in [
        (format!("scorecards(first: N) {{{everything_below}}}"), 12),
        (
            format!(
                "scorecards(first: N, slice: {{workload: \"analytics\"}}) {{totalCount {everything_below}}}"
            ),
            17,
        ),
        (
            "scorecards(first: N) {nodes {measures {nextBand {words absent} noBandReason sameValueShare}}}".to_owned(),
            6,
        ),
        (
            "scorecards(first: N) {nodes {measure(metric: REVENUE) {change(since: \"2026-11-20\") {value band rank snapshot {asOf}}
                trend(every: DAY) {snapshot {asOf} measure {value band rank percentile bands {min}}}}}}"
                .to_owned(),
            13,
        ),
        (
            "scorecards(first: N) {nodes {measure(metric: REVENUE) {explain {unexplained}}}}".to_owned(),
            8,
        ),
        (
            "partners(first: N) {totalCount nodes {scorecard {partner {name} measures {peers}}}}"
                .to_owned(),
            6,
        ),
        (
            "partners(first: N) {nodes {slices {name} analytics: slices(workload: \"analytics\") {location {name}}}}".to_owned(),
            10,
        ),
        ("jobRuns(first: N) {nodes {snapshot {asOf}}}".to_owned(), 2),
        (
            "snapshots(first: N, superseded: true) {nodes {asOf}}".to_owned(),
            1,
        ),
    ] {
        let few = statements(&server, &format!("{{{}}}", query.replace("first: N", "first: 8"))).await;
        let many = statements(&server, &format!("{{{}}}", query.replace("first: N", "first: 25"))).await;
        assert!(
            many <= few + 1 && many <= at_most,
            "{query}: {few}, {many}: {:#?}",
            server.statements()
        );
    }
}

#[tokio::test]
async fn a_snapshot_is_settled_once_for_a_request() {
    let server = forgetful().await;
    let fields: String = (0..20)
        .map(|at| format!("s{at}: snapshot {{asOf}} "))
        .collect();
    assert_eq!(statements(&server, &format!("{{{fields}}}")).await, 1);
}

#[tokio::test]
async fn locations_are_read_level_by_level() {
    let server = forgetful().await;
    let few = statements(
        &server,
        "{locations {children {children {name parent {name}}}}}",
    )
    .await;
    assert!(few <= 4, "{:#?}", server.statements());
    let ids = ["FR", "DE", "JP", "asia", "europe", "nowhere"];
    let each: String = (0..ids.len())
        .map(|at| format!("l{at}: location(locationId: {:?}) {{name}} ", ids[at]))
        .collect();
    assert_eq!(statements(&server, &format!("{{{each}}}")).await, 1);
    assert_eq!(
        statements(&server, "{products {workloads {product {name}}}}").await,
        3
    );
}

#[tokio::test]
async fn a_total_is_counted_only_when_it_is_selected() {
    let server = forgetful().await;
    assert_eq!(statements(&server, "{partners {nodes {name}}}").await, 1);
    assert_eq!(
        statements(&server, "{partners {totalCount nodes {name}}}").await,
        2
    );
}

/// What `bench/api` measures, with `N` for how much of it.
#[tokio::test]
async fn what_is_measured_takes_a_constant_number_and_none_again() {
    let server = forgetful().await;
    let slice = "slice: {workload: \"analytics\", location: \"europe\"}";
    for (query, at_most) in [
        (
            format!(
                "scorecard(partnerId: \"b\", {slice}) {{measures {{metric value band rank percentile peers
                    bands {{band min max partners}}}}}} partners(first: N) {{nodes {{name}}}}"
            ),
            9,
        ),
        (
            format!(
                "scorecards({slice}, first: N) {{nodes {{partner {{partnerId name country}} measures {{metric value band rank}}}}}}"
            ),
            5,
        ),
        (
            format!(
                "scorecards({slice}, filter: {{measure: {{metric: REVENUE, band: [4]}}}},
                    orderBy: [{{field: VALUE, metric: REVENUE, direction: DESC}}], first: N)
                    {{nodes {{partner {{partnerId name country tier}} measure(metric: REVENUE) {{value rank}}}}}}"
            ),
            5,
        ),
        (
            format!(
                "scorecard(partnerId: \"b\", {slice}) {{measure(metric: REVENUE) {{trend(last: N, every: MONTH)
                    {{snapshot {{asOf}} measure {{value band rank}}}}}}}}"
            ),
            8,
        ),
    ] {
        let with = |count: &str| format!("{{{}}}", query.replace(": N", &format!(": {count}")));
        let few = statements(&server, &with("3")).await;
        let many = statements(&server, &with("24")).await;
        assert!(
            few > 0 && many <= few + 1 && many <= at_most,
            "{query}: {few}, {many}: {:#?}",
            server.statements()
        );
        assert_eq!(statements(&server, &with("24")).await, 0);
    }
}

/// Of those who ask together one reads for all. Where it goes away, another does.
#[tokio::test]
async fn whoever_reads_for_all_may_go_away() {
    let server = Server::start().await;
    let principal = authenticate_key(&server.db, &server.key).await.unwrap();
    let loader = row_loader(&server.db, principal.rights());
    let mut first = Box::pin(loader.load_one(PartnerId("a".to_owned())));
    let mut second = Box::pin(loader.load_one(PartnerId("b".to_owned())));
    let mut third = Box::pin(loader.load_one(PartnerId("c".to_owned())));
    for asked in [&mut first, &mut second, &mut third] {
        assert!(futures_util::poll!(asked).is_pending());
    }
    drop(first);
    server.take_reads();
    let (second, third) = tokio::join!(second, third);
    assert_eq!(second.unwrap().unwrap().partner_id, "b");
    assert_eq!(third.unwrap().unwrap().partner_id, "c");
    assert_eq!(server.take_reads(), 1, "{:#?}", server.statements());
    // What was found, or not, is what it is for the whole request.
    for (id, there) in [("b", true), ("nobody", false), ("nobody", false)] {
        let found = loader.load_one(PartnerId(id.to_owned())).await.unwrap();
        assert_eq!(found.is_some(), there, "{id}");
    }
    assert_eq!(server.take_reads(), 1);
}

//! Pages of `scorecards` and `partners`, forward and back, over ties and missing values.

use std::cmp::Ordering;

use kernel::{Metric, Scorecard};
use serde_json::{Value, json};

use crate::harness::Server;

/// Reads a whole connection page by page: `field` holds `PAGE` where the paging arguments go.
async fn read_through(server: &Server, field: &str, size: usize, from_back: bool) -> Vec<Value> {
    let (count, cursor, has_more) = match from_back {
        false => ("first", "after", "hasNextPage"),
        true => ("last", "before", "hasPreviousPage"),
    };
    let mut nodes: Vec<Value> = Vec::new();
    let mut at: Option<String> = None;
    loop {
        let place = at.map_or(String::new(), |at| format!(", {cursor}: \"{at}\""));
        let query = field.replace("PAGE", &format!("{count}: {size}{place}"));
        let answer = server.ask(&format!("{{page: {query}}}")).await;
        let page = &answer.data()["page"];
        let found = page["nodes"].as_array().unwrap();
        let edges = page["edges"].as_array().unwrap();
        assert_eq!(
            edges.iter().map(|edge| &edge["node"]).collect::<Vec<_>>(),
            found.iter().collect::<Vec<_>>()
        );
        if from_back {
            nodes.splice(0..0, found.iter().cloned());
        } else {
            nodes.extend(found.iter().cloned());
        }
        let info = &page["pageInfo"];
        assert_eq!(
            info["startCursor"],
            edges
                .first()
                .map_or(Value::Null, |edge| edge["cursor"].clone())
        );
        assert_eq!(
            info["endCursor"],
            edges
                .last()
                .map_or(Value::Null, |edge| edge["cursor"].clone())
        );
        if info[has_more] == json!(false) {
            return nodes;
        }
        assert_eq!(found.len(), size);
        at = info[if from_back {
            "startCursor"
        } else {
            "endCursor"
        }]
        .as_str()
        .map(str::to_owned);
    }
}

const PAGE: &str = "pageInfo {hasNextPage hasPreviousPage startCursor endCursor}";

fn by_value(metric: Metric, descending: bool) -> impl Fn(&Scorecard, &Scorecard) -> Ordering {
    move |a, b| {
        nulls_last(
            a.values()[metric.index()],
            b.values()[metric.index()],
            descending,
        )
    }
}

fn nulls_last<T: Ord>(a: Option<T>, b: Option<T>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.cmp(&a),
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

async fn check(server: &Server, order: &str, compare: impl Fn(&Scorecard, &Scorecard) -> Ordering) {
    let program = &server.program;
    let mut expected: Vec<&Scorecard> = program.scorecards("", "", "").iter().collect();
    let id = |card: &Scorecard| program.partner(card.partner).partner_id.clone();
    expected.sort_by(|a, b| compare(a, b).then_with(|| id(a).cmp(&id(b))));
    let expected: Vec<Value> = expected
        .iter()
        .map(|card| json!({ "partner": { "partnerId": id(card) } }))
        .collect();
    assert!(expected.len() > 20);
    let node = "{partner {partnerId}}";
    let field = format!(
        "scorecards(orderBy: {order}, PAGE) {{nodes {node} edges {{cursor node {node}}} {PAGE}}}"
    );
    for size in [1, 7, 26, 200] {
        for from_back in [false, true] {
            let found = read_through(server, &field, size, from_back).await;
            assert_eq!(
                found, expected,
                "{order}, {size} at a time, from the back: {from_back}"
            );
        }
    }
}

#[tokio::test]
async fn scorecards_page_through_every_order() {
    let server = Server::start().await;
    let program = &server.program;
    check(&server, "[]", |_, _| Ordering::Equal).await;
    check(&server, "[{field: PARTNER_ID, direction: DESC}]", |a, b| {
        b.partner.cmp(&a.partner)
    })
    .await;
    for metric in Metric::ALL {
        for (direction, descending) in [("ASC", false), ("DESC", true)] {
            let order = format!("[{{field: VALUE, metric: {metric}, direction: {direction}}}]");
            check(&server, &order, by_value(metric, descending)).await;
        }
    }
    let group = |card: &Scorecard| program.partner(card.partner).group_id.clone();
    check(
        &server,
        "[{field: PARTNER_GROUP_ID, direction: DESC}]",
        |a, b| nulls_last(group(a), group(b), true),
    )
    .await;
    let name = |card: &Scorecard| program.partner(card.partner).name.clone();
    let rank = |card: &Scorecard| {
        card.standing(Metric::NewCustomers)
            .map(|standing| standing.rank)
    };
    check(
        &server,
        "[{field: RANK, metric: NEW_CUSTOMERS}, {field: VALUE, metric: MAU_PER_ASSIGNED_SEAT, direction: DESC}, {field: PARTNER_NAME}]",
        |a, b| {
            nulls_last(rank(a), rank(b), false)
                .then_with(|| by_value(Metric::MauPerAssignedSeat, true)(a, b))
                .then_with(|| name(a).cmp(&name(b)))
        },
    )
    .await;
}

#[tokio::test]
async fn partners_page_through_every_order() {
    let server = Server::start().await;
    type Text = fn(&entity::partner::Model) -> Option<String>;
    let fields: [(&str, Text); 6] = [
        ("PARTNER_ID", |row| Some(row.partner_id.clone())),
        ("NAME", |row| Some(row.name.clone())),
        ("COUNTRY", |row| Some(row.country.clone())),
        ("PARTNER_TYPE", |row| row.partner_type.clone()),
        ("TIER", |row| row.tier.clone()),
        ("GROUP_ID", |row| row.group_id.clone()),
    ];
    for (field, text) in fields {
        for (direction, descending) in [("ASC", false), ("DESC", true)] {
            let mut expected: Vec<_> = server.program.partners.iter().collect();
            expected.sort_by(|a, b| {
                nulls_last(text(a), text(b), descending)
                    .then_with(|| a.partner_id.cmp(&b.partner_id))
            });
            let expected: Vec<Value> = expected
                .iter()
                .map(|row| json!({ "partnerId": row.partner_id }))
                .collect();
            let query = format!(
                "partners(orderBy: [{{field: {field}, direction: {direction}}}], PAGE)
                 {{nodes {{partnerId}} edges {{cursor node {{partnerId}}}} {PAGE}}}"
            );
            for (size, from_back) in [(4, false), (4, true), (26, false), (27, true)] {
                assert_eq!(
                    read_through(&server, &query, size, from_back).await,
                    expected,
                    "{field} {direction}"
                );
            }
        }
    }
}

#[tokio::test]
async fn pages_can_lie_between_two_cursors() {
    let server = Server::start().await;
    let data = server
        .ask("{partners(first: 26) {edges {cursor node {partnerId}}}}")
        .await
        .data();
    let edges = data["partners"]["edges"].as_array().unwrap();
    let (after, before) = (&edges[3]["cursor"], &edges[8]["cursor"]);
    for (size, expected) in [
        ("first: 2", 4..6),
        ("last: 2", 6..8),
        ("first: 9", 4..8),
        ("first: 0", 4..4),
    ] {
        let query = format!(
            "{{partners(after: {after}, before: {before}, {size}) {{nodes {{partnerId}}}}}}"
        );
        let data = server.ask(&query).await.data();
        let expected: Vec<&Value> = edges[expected].iter().map(|edge| &edge["node"]).collect();
        assert_eq!(data["partners"]["nodes"], json!(expected), "{size}");
    }
}

#[tokio::test]
async fn sizes_and_cursors_are_checked() {
    let server = Server::start().await;
    let data = server
        .ask("{partners(first: 1) {pageInfo {endCursor}}}")
        .await
        .data();
    let cursor = &data["partners"]["pageInfo"]["endCursor"];
    for (arguments, says) in [
        ("first: 1, last: 1".to_owned(), "exclude"),
        ("first: -1".to_owned(), "first is -1"),
        ("last: 201".to_owned(), "0 to 200"),
        (r#"after: "nonsense""#.to_owned(), "after is no cursor"),
        (r#"before: """#.to_owned(), "before is no cursor"),
        (
            format!("after: {cursor}, orderBy: [{{field: NAME}}]"),
            "after is no cursor",
        ),
    ] {
        let answer = server
            .ask(&format!("{{partners({arguments}) {{nodes {{name}}}}}}"))
            .await;
        answer.fails("BAD_INPUT", says);
        assert_eq!(answer.error().1, "partners");
    }
    for order in ["{field: VALUE}", "{field: PARTNER_ID, metric: REVENUE}"] {
        let answer = server
            .ask(&format!(
                "{{scorecards(orderBy: [{order}]) {{nodes {{id}}}}}}"
            ))
            .await;
        answer.fails("BAD_INPUT", "orderBy.metric");
    }
    let nine = "{field: NAME}".repeat(9);
    let answer = server
        .ask(&format!("{{partners(orderBy: [{nine}]) {{nodes {{id}}}}}}"))
        .await;
    answer.fails("BAD_INPUT", "orderBy");
}

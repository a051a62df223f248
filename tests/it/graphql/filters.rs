//! Filters of `partners` and `scorecards`, compared with the same tests in memory.

use entity::partner::Model as Partner;
use kernel::{Metric, Scorecard, Value};
use serde_json::json;

use crate::harness::Server;

async fn check_partners(server: &Server, filter: &str, holds: impl Fn(&Partner) -> bool) {
    let rows = server.program.partners.iter().filter(|row| holds(row));
    let expected: Vec<_> = rows
        .map(|row| json!({ "partnerId": row.partner_id }))
        .collect();
    let data = server
        .ask(&format!(
            "{{partners(filter: {filter}, first: 200) {{totalCount nodes {{partnerId}}}}}}"
        ))
        .await
        .data();
    assert_eq!(
        data["partners"],
        json!({ "totalCount": expected.len(), "nodes": expected }),
        "{filter}"
    );
}

#[tokio::test]
async fn partners_are_filtered_by_their_texts() {
    let server = Server::start().await;
    let server = &server;
    let is = |text: &Option<String>, value: &str| text.as_deref() == Some(value);
    check_partners(server, "{}", |_| true).await;
    check_partners(
        server,
        r#"{partnerId: {in: ["A-1", "é", "nobody"]}}"#,
        |row| ["A-1", "é"].contains(&row.partner_id.as_str()),
    )
    .await;
    check_partners(server, r#"{partnerId: {in: []}}"#, |_| false).await;
    check_partners(server, r#"{partnerId: {eq: "a-1"}}"#, |row| {
        row.partner_id == "a-1"
    })
    .await;
    check_partners(server, r#"{partnerId: {contains: "A-1"}}"#, |row| {
        row.partner_id.to_ascii_lowercase().contains("a-1")
    })
    .await;
    check_partners(server, r#"{name: {contains: "CONTOSO 100%_"}}"#, |row| {
        row.name.starts_with("contoso")
    })
    .await;
    check_partners(server, r#"{name: {contains: "0_%"}}"#, |_| false).await;
    check_partners(server, r#"{name: {contains: "\\"}}"#, |_| false).await;
    check_partners(server, r#"{partnerId: {contains: "Ó"}}"#, |_| false).await;
    check_partners(server, r#"{partnerId: {contains: "óDŹ"}}"#, |_| false).await;
    check_partners(server, r#"{partnerId: {contains: "óD"}}"#, |row| {
        row.partner_id == "Łódź"
    })
    .await;
    check_partners(server, r#"{tier: {isNull: true}}"#, |row| {
        row.tier.is_none()
    })
    .await;
    check_partners(server, r#"{groupId: {isNull: false}}"#, |row| {
        row.group_id.is_some()
    })
    .await;
    check_partners(
        server,
        r#"{country: {eq: "FR"}, tier: {eq: "gold"}}"#,
        |row| row.country == "FR" && is(&row.tier, "gold"),
    )
    .await;
    check_partners(server, r#"{tier: {in: ["gold"], isNull: true}}"#, |_| false).await;
    // What has no tier is not gold.
    check_partners(server, r#"{not: {tier: {eq: "gold"}}}"#, |row| {
        !is(&row.tier, "gold")
    })
    .await;
    check_partners(server, r#"{not: {not: {tier: {contains: "OL"}}}}"#, |row| {
        is(&row.tier, "gold")
    })
    .await;
    check_partners(
        server,
        r#"{or: [{tier: {eq: "gold"}}, {partnerType: {eq: "integrator"}, not: {country: {eq: "DE"}}}], and: [{name: {contains: "a"}}, {}]}"#,
        |row| {
            (is(&row.tier, "gold") || (is(&row.partner_type, "integrator") && row.country != "DE"))
                && row.name.to_ascii_lowercase().contains('a')
        },
    )
    .await;
    check_partners(server, "{or: []}", |_| false).await;
    check_partners(server, "{not: {or: []}}", |_| true).await;
    check_partners(server, "{and: [], not: {}}", |_| false).await;
    check_partners(
        server,
        "{partnerId: null, and: null, or: null, not: null}",
        |_| true,
    )
    .await;
}

async fn check_scorecards(
    server: &Server,
    slice: (&str, &str, &str),
    filter: &str,
    holds: impl Fn(&Scorecard) -> bool,
) {
    let (product, workload, location) = slice;
    let cards = server
        .program
        .scorecards(product, workload, location)
        .iter();
    let cards = cards.filter(|card| holds(card));
    let expected: Vec<_> = cards
        .map(|card| json!({ "partner": { "partnerId": server.program.partner(card.partner).partner_id } }))
        .collect();
    let or_null = |id: &str| {
        if id.is_empty() {
            "null".to_owned()
        } else {
            format!("{id:?}")
        }
    };
    let slice = format!(
        "{{product: {}, workload: {}, location: {}}}",
        or_null(product),
        or_null(workload),
        or_null(location)
    );
    let query = format!(
        "{{scorecards(slice: {slice}, filter: {filter}, first: 200) {{totalCount nodes {{partner {{partnerId}}}}}}}}"
    );
    let data = server.ask(&query).await.data();
    assert_eq!(
        data["scorecards"],
        json!({ "totalCount": expected.len(), "nodes": expected }),
        "{slice} {filter}"
    );
}

#[tokio::test]
async fn scorecards_are_filtered_by_their_measures() {
    let server = Server::start().await;
    let server = &server;
    let program = &server.program;
    let band =
        |card: &Scorecard, metric: Metric| card.standing(metric).map(|standing| standing.band);
    let value = |card: &Scorecard, metric: Metric| card.values()[metric.index()].map(Value::to_f64);
    for slice in [
        ("", "", ""),
        ("cloud", "", ""),
        ("cloud", "analytics", "europe"),
        ("", "", "asia"),
        ("office", "", "asia"),
    ] {
        check_scorecards(server, slice, "{}", |_| true).await;
        for metric in Metric::ALL {
            check_scorecards(
                server,
                slice,
                &format!("{{measure: {{metric: {metric}, band: [1, 4]}}}}"),
                |card| matches!(band(card, metric), Some(1 | 4)),
            )
            .await;
            check_scorecards(
                server,
                slice,
                &format!("{{not: {{measure: {{metric: {metric}, band: [4]}}}}}}"),
                |card| band(card, metric) != Some(4),
            )
            .await;
            check_scorecards(
                server,
                slice,
                &format!("{{measure: {{metric: {metric}, min: 0.5, max: 3}}}}"),
                |card| value(card, metric).is_some_and(|value| (0.5..=3.0).contains(&value)),
            )
            .await;
            check_scorecards(
                server,
                slice,
                &format!("{{not: {{measure: {{metric: {metric}, min: 0}}}}}}"),
                |card| value(card, metric).is_none_or(|value| value < 0.0),
            )
            .await;
            check_scorecards(
                server,
                slice,
                &format!("{{measure: {{metric: {metric}, hasValue: false}}}}"),
                |card| value(card, metric).is_none(),
            )
            .await;
            check_scorecards(
                server,
                slice,
                &format!("{{measure: {{metric: {metric}, maxRank: 3}}}}"),
                |card| {
                    card.standing(metric)
                        .is_some_and(|standing| standing.rank <= 3)
                },
            )
            .await;
            let (product, workload, location) = slice;
            let cards = program.scorecards(product, workload, location);
            let peers = cards.iter().filter(|card| value(card, metric).is_some());
            let peers = peers.count() as i32;
            for (test, holds) in [
                (format!("minPeers: {peers}"), true),
                (format!("minPeers: {}", peers + 1), false),
                (format!("maxPeers: {peers}"), true),
                (format!("maxPeers: {}", peers - 1), false),
                ("minPeers: 0".to_owned(), true),
            ] {
                let filter = format!("{{measure: {{metric: {metric}, {test}}}}}");
                check_scorecards(server, slice, &filter, |_| holds).await;
            }
        }
        check_scorecards(
            server,
            slice,
            r#"{partner: {country: {eq: "FR"}}, or: [{measure: {metric: REVENUE, band: [3, 4]}}, {and: [
                {measure: {metric: NEW_CUSTOMERS, min: 1}}, {measure: {metric: NET_PROMOTER_SCORE, hasValue: true}}]}]}"#,
            |card| {
                program.partner(card.partner).country == "FR"
                    && (matches!(band(card, Metric::Revenue), Some(3 | 4))
                        || (value(card, Metric::NewCustomers).is_some_and(|value| value >= 1.0)
                            && value(card, Metric::NetPromoterScore).is_some()))
            },
        )
        .await;
        check_scorecards(
            server,
            slice,
            r#"{not: {partner: {tier: {eq: "gold"}}}}"#,
            |card| program.partner(card.partner).tier.as_deref() != Some("gold"),
        )
        .await;
    }
}

#[tokio::test]
async fn filters_that_nobody_means_are_refused() {
    let server = Server::start().await;
    let query = "query ($filter: PartnerFilter) {partners(filter: $filter) {totalCount}}";
    let wide = json!({ "filter": { "or": vec![json!({}); 200] } });
    server
        .ask_with(query, wide)
        .await
        .fails("BAD_INPUT", "200 tests");
    let long = json!({ "filter": { "partnerId": { "in": vec!["x"; 1_001] } } });
    server
        .ask_with(query, long)
        .await
        .fails("BAD_INPUT", "1000 entries");
    let allowed = json!({ "filter": { "partnerId": { "in": vec!["x"; 1_000] } } });
    assert_eq!(
        server.ask_with(query, allowed).await.data()["partners"]["totalCount"],
        0
    );
    let deep = (0..50).fold(json!({}), |filter, _| json!({ "not": filter }));
    assert_eq!(
        server
            .ask_with(query, json!({ "filter": deep }))
            .await
            .data()["partners"]["totalCount"],
        26
    );
    for bands in ["[0]", "[5]", "[1, 2, 3, 4, 4]"] {
        let query = format!(
            "{{scorecards(filter: {{measure: {{metric: REVENUE, band: {bands}}}}}) {{totalCount}}}}"
        );
        server.ask(&query).await.fails("BAD_INPUT", "measure.band");
    }
}

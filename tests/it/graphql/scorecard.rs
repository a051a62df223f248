//! `scorecard`.

use kernel::{Group, Metric};
use serde_json::{Value, json};

use crate::harness::Server;

const MEASURE: &str =
    "metric value exact band rank percentile peers withheld bands {band min max partners}";

#[tokio::test]
async fn a_scorecard_shows_what_was_computed() {
    let server = Server::start().await;
    for partner_id in ["A-1", "A-10", "k", "日本"] {
        let data = server
            .ask(&format!(
                r#"{{scorecard(partnerId: "{partner_id}") {{partner {{partnerId}} slice {{product {{name}} workload {{name}} location {{name}} name}}
                     groups {{group measures {{{MEASURE}}}}} measures {{{MEASURE}}} measure(metric: REVENUE) {{{MEASURE}}}
                     some: measures(metrics: [NET_PROMOTER_SCORE, REVENUE]) {{metric}}}}}}"#
            ))
            .await
            .data();
        let scorecard = &data["scorecard"];
        assert_eq!(scorecard["partner"]["partnerId"], partner_id);
        assert_eq!(
            scorecard["slice"],
            json!({ "product": null, "workload": null, "location": null, "name": "Everything · World" })
        );
        let scores = server.program.scores("", "", "");
        let card = scores
            .scorecards
            .iter()
            .find(|card| server.program.partner(card.partner).partner_id == partner_id);
        let card = card.unwrap();
        let measures: Vec<Value> = Metric::ALL
            .into_iter()
            .map(|metric| {
                let (value, standing) = (card.values()[metric.index()], card.standing(metric));
                let peers = scores.peers[metric.index()];
                let bands = scores.bands.iter().filter(|band| band.metric == metric);
                let bands = bands.map(|band| {
                    json!({ "band": band.band, "min": band.min.to_f64(), "max": band.max.to_f64(), "partners": band.partners })
                });
                json!({
                    "metric": metric.name(),
                    "value": value.map(kernel::Value::to_f64),
                    "exact": value.map(|value| match metric {
                        Metric::Revenue => value.to_four_places(),
                        _ if metric.is_whole() => value.numerator().to_string(),
                        _ => format!("{}/{}", value.numerator(), value.denominator()),
                    }),
                    "band": standing.map(|standing| standing.band),
                    "rank": standing.map(|standing| standing.rank),
                    "percentile": standing.map(|standing| kernel::percentile(standing.less, peers)),
                    "peers": peers,
                    "withheld": null,
                    "bands": bands.collect::<Vec<_>>(),
                })
            })
            .collect();
        assert_eq!(scorecard["measures"], json!(measures));
        assert_eq!(scorecard["measure"], measures[0]);
        assert_eq!(
            scorecard["some"],
            json!([{ "metric": "REVENUE" }, { "metric": "NET_PROMOTER_SCORE" }])
        );
        let groups = [
            (Group::Performance, "PERFORMANCE"),
            (Group::Capability, "CAPABILITY"),
            (Group::CustomerSuccess, "CUSTOMER_SUCCESS"),
        ];
        let groups = groups.map(|(group, name)| {
            let of_group = Metric::ALL.into_iter().zip(&measures).filter(|(metric, _)| metric.group() == group);
            json!({ "group": name, "measures": of_group.map(|(_, measure)| measure).collect::<Vec<_>>() })
        });
        assert_eq!(scorecard["groups"], json!(groups));
    }
}

#[tokio::test]
async fn a_slice_is_named_by_the_senders_ids() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{a: scorecard(partnerId: "B", slice: {workload: "mail", location: "europe"}) {slice {product {productId} workload {workloadId} location {locationId} name}}
               b: scorecard(partnerId: "B", slice: {product: "office", workload: "mail", location: "europe"}) {slice {name}}
               c: scorecard(partnerId: "B", slice: {product: "office"}) {slice {product {productId} workload {workloadId} name}}
               none: scorecard(partnerId: "B", slice: {product: "cloud"}) {id}
               nulls: scorecard(partnerId: "B", slice: {product: null, workload: null, location: null}) {slice {name}}}"#,
        )
        .await
        .data();
    let name = "Office · Mail · Europe";
    assert_eq!(
        data["a"]["slice"],
        json!({ "product": { "productId": "office" }, "workload": { "workloadId": "mail" }, "location": { "locationId": "europe" }, "name": name })
    );
    assert_eq!(data["b"]["slice"]["name"], name);
    assert_eq!(
        data["c"]["slice"],
        json!({ "product": { "productId": "office" }, "workload": null, "name": "Office · World" })
    );
    assert!(data["none"].is_null());
    assert_eq!(data["nulls"]["slice"]["name"], "Everything · World");
}

#[tokio::test]
async fn what_does_not_exist_is_named() {
    let server = Server::start().await;
    for (arguments, code, says) in [
        (r#"partnerId: "nobody""#, "NOT_FOUND", "partnerId"),
        (
            r#"partnerId: "B", slice: {product: "x"}"#,
            "NOT_FOUND",
            "slice.product",
        ),
        (
            r#"partnerId: "B", slice: {product: ""}"#,
            "NOT_FOUND",
            "slice.product",
        ),
        (
            r#"partnerId: "B", slice: {workload: ""}"#,
            "NOT_FOUND",
            "slice.workload",
        ),
        (
            r#"partnerId: "B", slice: {location: ""}"#,
            "NOT_FOUND",
            "slice.location",
        ),
        (
            r#"partnerId: "B", slice: {product: "cloud", workload: "mail"}"#,
            "BAD_INPUT",
            "slice.workload",
        ),
        (r#"partnerId: "B", asOf: "2026-11-22""#, "NOT_FOUND", "asOf"),
        (
            r#"partnerId: "B", asOf: "yesterday""#,
            "BAD_INPUT",
            "YYYY-MM-DD",
        ),
    ] {
        let answer = server
            .ask(&format!(
                "{{program {{timezone}} scorecard({arguments}) {{id}}}}"
            ))
            .await;
        answer.fails(code, says);
        if code == "NOT_FOUND" {
            assert_eq!(answer.error().1, "scorecard");
            // The failure of one field leaves the others alone.
            assert_eq!(
                answer.0["data"],
                json!({ "program": { "timezone": "UTC" }, "scorecard": null })
            );
        }
    }
}

#[tokio::test]
async fn partners_see_their_own_values_and_only_what_is_released_of_others() {
    let server = Server::start().await;
    let scores = server.program.scores("", "", "");
    assert!(
        scores.released.contains(&true) && scores.released.contains(&false),
        "the sample must show both"
    );
    let data = server
        .ask(&format!(
            r#"{{staff: scorecard(partnerId: "k") {{measures {{{MEASURE}}}}}
                partner: scorecard(partnerId: "k", audience: PARTNER) {{measures {{{MEASURE}}} partner {{scorecard {{measures {{withheld}}}} previewed: scorecard(audience: PARTNER) {{measures {{withheld}}}}}}}}}}"#
        ))
        .await
        .data();
    for metric in Metric::ALL {
        let (staff, partner) = (
            &data["staff"]["measures"][metric.index()],
            &data["partner"]["measures"][metric.index()],
        );
        assert_eq!(
            (&staff["value"], &staff["exact"]),
            (&partner["value"], &partner["exact"])
        );
        let about_peers = ["band", "rank", "percentile", "peers", "bands"];
        if !scores.released[metric.index()] {
            assert_eq!(partner["withheld"], "WITHHELD");
            for field in about_peers {
                assert!(partner[field].is_null(), "{metric} {field}");
            }
            continue;
        }
        assert!(partner["withheld"].is_null());
        for field in &about_peers[..4] {
            assert_eq!(staff[field], partner[field], "{metric} {field}");
        }
        let (staff, partner) = (
            staff["bands"].as_array().unwrap(),
            partner["bands"].as_array().unwrap(),
        );
        assert_eq!(staff.len(), partner.len());
        for (staff, partner) in staff.iter().zip(partner) {
            assert!(
                partner["min"].as_f64() <= staff["min"].as_f64()
                    && staff["max"].as_f64() <= partner["max"].as_f64()
            );
        }
        assert!(
            metric != Metric::Revenue || staff != partner,
            "rounding must show somewhere"
        );
    }
    // A partner has the same fields whichever way it was reached.
    let nested = &data["partner"]["partner"];
    let withheld =
        Metric::ALL.map(|metric| (!scores.released[metric.index()]).then_some("WITHHELD"));
    for (field, withheld) in [("scorecard", [None; 8]), ("previewed", withheld)] {
        assert_eq!(
            nested[field]["measures"],
            json!(withheld.map(|reason| json!({ "withheld": reason })))
        );
    }
}

#[tokio::test]
async fn no_path_leads_a_partner_to_the_figures_of_another() {
    let server = Server::start().await;
    let below = r#"snapshot {scorecards {totalCount nodes {partner {partnerId}}}
        own: scorecard(partnerId: "k", audience: STAFF) {measure(metric: NET_PROMOTER_SCORE) {withheld}}
        other: scorecards(slice: {product: "office", location: "asia"}) {nodes {partner {partnerId}}}}"#;
    let query = format!(r#"{{scorecard(partnerId: "k", audience: PARTNER) {{{below}}}}}"#);
    let data = server.ask(&query).await.data();
    let snapshot = &data["scorecard"]["snapshot"];
    let own = json!({ "partner": { "partnerId": "k" } });
    assert_eq!(
        snapshot["scorecards"],
        json!({ "totalCount": 1, "nodes": [own] })
    );
    assert_eq!(snapshot["other"]["nodes"], json!([]));
    assert_eq!(snapshot["own"]["measure"]["withheld"], "WITHHELD");

    // What a filter picks, or a cursor holds, would tell what is withheld.
    for argument in [
        "filter: {measure: {metric: NET_PROMOTER_SCORE, band: [4]}}",
        "orderBy: [{field: RANK, metric: NET_PROMOTER_SCORE}]",
    ] {
        let query = format!(
            r#"{{scorecard(partnerId: "k", audience: PARTNER) {{snapshot {{scorecards({argument}) {{totalCount}}}}}}}}"#
        );
        server
            .ask(&query)
            .await
            .fails("BAD_INPUT", "its own scorecard only");
    }

    // One that is hidden looks as if it did not exist.
    for partner_id in ["l", "nobody"] {
        let query = format!(
            r#"{{scorecard(partnerId: "k", audience: PARTNER) {{snapshot {{scorecard(partnerId: "{partner_id}") {{id}}}}}}}}"#
        );
        let answer = server.ask(&query).await;
        answer.fails(
            "NOT_FOUND",
            &format!("there is no partner \"{partner_id}\""),
        );
    }
}

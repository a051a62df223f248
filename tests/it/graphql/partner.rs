//! `partner`.

use peerband::store::api_key::Role;
use serde_json::json;

use crate::harness::{Server, keys};

#[tokio::test]
async fn partner_is_found_by_either_id() {
    let server = Server::start().await;
    let data = server
        .ask(r#"{partner(by: {partnerId: "Łódź"}) {id partnerId name country partnerType tier groupId}}"#)
        .await
        .data();
    let row = server
        .program
        .partners
        .iter()
        .find(|row| row.partner_id == "Łódź")
        .unwrap();
    let partner = &data["partner"];
    assert_eq!(partner["name"], json!(row.name));
    assert_eq!(partner["tier"], json!(row.tier));
    assert_eq!(partner["groupId"], json!(null));
    let by = json!({ "by": { "id": partner["id"] } });
    let again = server
        .ask_with("query ($by: PartnerBy!) {partner(by: $by) {id partnerId name country partnerType tier groupId}}", by)
        .await
        .data();
    assert_eq!(again["partner"], *partner);
}

#[tokio::test]
async fn unknown_partners_are_null_and_ids_compare_by_bytes() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{a: partner(by: {partnerId: "łódź"}) {name} b: partner(by: {id: "x"}) {name}
               c: partner(by: {partnerId: "A-1"}) {partnerId} d: partner(by: {partnerId: "a-1"}) {partnerId}}"#,
        )
        .await
        .data();
    assert!(data["a"].is_null() && data["b"].is_null());
    assert_eq!(data["c"]["partnerId"], "A-1");
    assert_eq!(data["d"]["partnerId"], "a-1");
    server
        .ask(r#"{partner(by: {partnerId: "x", id: "y"}) {name}}"#)
        .await
        .fails("BAD_INPUT", "");
}

/// Caches of clients keep one partner: what it has must not depend on the way it was reached.
#[tokio::test]
async fn a_partners_scorecard_is_the_same_whichever_way_the_partner_was_reached() {
    let server = Server::start().await;
    let below = r#"partner {id scorecard {id} then: scorecard(asOf: "2026-11-20") {id snapshot {asOf}}
        previewed: scorecard(audience: PARTNER) {id}}"#;
    let data = server
        .ask(&format!(
            r#"{{{} then: scorecard(partnerId: "k", asOf: "2026-11-20") {{{below}}}
                previewed: scorecard(partnerId: "k", audience: PARTNER) {{{below}}}}}"#,
            below.replacen("partner", r#"partner(by: {partnerId: "k"})"#, 1)
        ))
        .await
        .data();
    let partner = &data["partner"];
    assert_eq!(partner["then"]["snapshot"]["asOf"], "2026-11-20");
    assert_ne!(partner["scorecard"]["id"], partner["then"]["id"]);
    assert_ne!(partner["scorecard"]["id"], partner["previewed"]["id"]);
    for way in ["then", "previewed"] {
        assert_eq!(data[way]["partner"], *partner, "{way}");
    }
}

#[tokio::test]
async fn a_partners_scorecard_is_the_newest() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{partner(by: {partnerId: "B"}) {scorecard(slice: {location: "europe"}) {snapshot {asOf revision} partner {partnerId}}
                 nowhere: scorecard(slice: {location: "asia"}) {id}}}"#,
        )
        .await
        .data();
    assert_eq!(
        data["partner"]["scorecard"]["snapshot"],
        json!({ "asOf": "2026-11-21", "revision": 2 })
    );
    assert_eq!(data["partner"]["scorecard"]["partner"]["partnerId"], "B");
    assert!(data["partner"]["nowhere"].is_null());
}

#[tokio::test]
async fn a_partner_tells_in_which_slices_it_has_a_scorecard() {
    let server = Server::start().await;
    let program = &server.program;
    // The whole world first, then by the bytes of the id.
    let locations = ["", "DE", "FR", "JP", "asia", "europe"];
    let mut found = 0;
    for (product, workload) in [("", ""), ("cloud", ""), ("cloud", "analytics")] {
        let named = [("product", product), ("workload", workload)]
            .into_iter()
            .filter(|(_, id)| !id.is_empty());
        let mut arguments: String = named.map(|(name, id)| format!("{name}: {id:?} ")).collect();
        arguments += "asOf: \"2026-11-21\"";
        let query = format!(
            "{{partners(first: 26) {{nodes {{partnerId slices({arguments}) {{
                product {{productId}} workload {{workloadId}} location {{locationId}}}}}}}}}}"
        );
        let data = server.ask(&query).await.data();
        for node in data["partners"]["nodes"].as_array().unwrap() {
            let has_card = |location: &&str| {
                let mut cards = program.scorecards(product, workload, location).iter();
                cards.any(|card| program.partner(card.partner).partner_id == node["partnerId"])
            };
            let id =
                |name: &str, id: &str| (!id.is_empty()).then(|| json!({ format!("{name}Id"): id }));
            let slices = locations
                .iter()
                .copied()
                .filter(|location| has_card(location));
            let slices = slices.map(|location| {
                json!({ "product": id("product", product), "workload": id("workload", workload),
                    "location": id("location", location) })
            });
            let slices: Vec<_> = slices.collect();
            found += slices.len();
            assert_eq!(node["slices"], json!(slices), "{node}");
        }
    }
    assert!(found > 100, "{found} slices");
    let query = |arguments: &str| {
        format!("{{partner(by: {{partnerId: \"k\"}}) {{slices({arguments}) {{name}}}}}}")
    };
    for (arguments, code, says) in [
        ("product: \"mail\"", "NOT_FOUND", "product: there is no"),
        (
            "product: \"office\", workload: \"storage\"",
            "BAD_INPUT",
            "workload: ",
        ),
        ("asOf: \"1999-01-01\"", "NOT_FOUND", "asOf"),
    ] {
        server.ask(&query(arguments)).await.fails(code, says);
    }
    // Where a partner has figures is for those who may see them.
    let key = keys::key(&server.db, Role::Operator, &[]).await;
    let answer = server
        .ask_as(&key, &query("product: \"office\""), json!({}))
        .await;
    answer.fails("FORBIDDEN", "figures are for the roles");
}

//! What each role sees over GraphQL: hidden and absent look the same.

use peerband::store::api_key::Role;
use serde_json::{Value, json};

use crate::harness::client::Answer;
use crate::harness::{Server, keys};

/// Each with a key; the partner is two.
async fn all_roles(server: &Server) -> Vec<(Role, String)> {
    let mut all = Vec::new();
    for role in [
        Role::Admin,
        Role::Operator,
        Role::Analyst,
        Role::Partner,
        Role::Integrator,
    ] {
        let partner_ids: &[&str] = match role {
            Role::Partner => &["k", "B"],
            _ => &[],
        };
        all.push((role, keys::key(&server.db, role, partner_ids).await));
    }
    all
}

async fn ask(server: &Server, key: &str, query: &str) -> Answer {
    server.ask_as(key, query, json!({})).await
}

#[tokio::test]
async fn the_viewer_is_told_who_it_is() {
    let server = Server::start().await;
    for (role, key) in all_roles(&server).await {
        let query = "{viewer {name role partners {partnerId} exports expiresAt}}";
        let viewer = ask(&server, &key, query).await.data()["viewer"].take();
        assert_eq!(viewer["role"], role.name().to_uppercase());
        assert_eq!(viewer["name"], format!("test {}", role.name()));
        let partners = match role {
            Role::Partner => json!([{ "partnerId": "B" }, { "partnerId": "k" }]),
            _ => json!([]),
        };
        assert_eq!(viewer["partners"], partners);
        let exports = match role {
            Role::Integrator => json!(["SCORECARDS", "PEER_BANDS"]),
            _ => json!([]),
        };
        assert_eq!(viewer["exports"], exports);
        assert!(viewer["expiresAt"].is_string());
    }
}

/// Whether each role gets an answer; where not, the error says FORBIDDEN.
#[tokio::test]
async fn each_role_is_answered_what_is_for_it() {
    let server = Server::start().await;
    let (operators, readers) = (
        [Role::Admin, Role::Operator],
        [Role::Admin, Role::Analyst, Role::Partner],
    );
    for (query, roles) in [
        ("{batches {totalCount}}", &operators[..]),
        ("{jobs {name lastRun {state}}}", &operators),
        ("{jobRuns {totalCount}}", &operators),
        ("{scorecards {totalCount}}", &readers),
        ("{scorecard(partnerId: \"k\") {id}}", &readers),
        ("{peerBands {peers}}", &readers),
        ("{snapshot {scorecards {totalCount}}}", &readers),
        ("{snapshot {scorecard(partnerId: \"k\") {id}}}", &readers),
        ("{snapshot {peerBands {peers}}}", &readers),
    ] {
        for (role, key) in all_roles(&server).await {
            let answer = ask(&server, &key, query).await;
            if roles.contains(&role) {
                answer.data();
            } else {
                answer.fails("FORBIDDEN", "are for the roles");
            }
        }
    }
    // Everybody learns how the program is set up, and what there are snapshots of.
    let everybody = "{program {timezone newestSnapshot {asOf settings {timezone}}} metrics {metric}
        products {name workloads {name}} workloads {name} locations {name} snapshot {asOf revision publishedAt}
        snapshots {totalCount}}";
    for (_, key) in all_roles(&server).await {
        ask(&server, &key, everybody).await.data();
    }
}

#[tokio::test]
async fn a_partner_sees_itself_and_nobody_else() {
    let server = Server::start().await;
    let key = keys::key(&server.db, Role::Partner, &["k", "B"]).await;
    let data = ask(
        &server,
        &key,
        "{partners {totalCount nodes {partnerId scorecard {partner {partnerId}}}}
          none: partners(filter: {partnerId: {eq: \"l\"}}) {totalCount nodes {name}}
          others: partners(filter: {not: {partnerId: {in: [\"k\", \"B\"]}}}) {totalCount nodes {name}}
          own: partner(by: {partnerId: \"k\"}) {name} other: partner(by: {partnerId: \"l\"}) {name}
          nobody: partner(by: {partnerId: \"nobody\"}) {name}
          scorecards {totalCount nodes {partner {partnerId}}}
          nested: snapshot {scorecards {totalCount nodes {partner {partnerId}}}}
          size: snapshot {factRowCount sliceCount scorecardCount peerBandCount}}",
    )
    .await
    .data();
    let own = json!({ "totalCount": 2, "nodes": [{ "partner": { "partnerId": "B" } }, { "partner": { "partnerId": "k" } }] });
    assert_eq!(data["scorecards"], own);
    assert_eq!(data["nested"]["scorecards"], own);
    let listed = data["partners"]["nodes"].as_array().unwrap();
    let ids: Vec<&Value> = listed.iter().map(|node| &node["partnerId"]).collect();
    assert_eq!(
        (ids, &data["partners"]["totalCount"]),
        (vec![&json!("B"), &json!("k")], &json!(2))
    );
    for none in ["none", "others"] {
        assert_eq!(data[none], json!({ "totalCount": 0, "nodes": [] }));
    }
    assert!(data["own"]["name"].is_string());
    assert_eq!(
        (&data["other"], &data["nobody"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        data["size"],
        json!({ "factRowCount": null, "sliceCount": null, "scorecardCount": null, "peerBandCount": null })
    );
    for query in [
        "{scorecard(partnerId: \"X\") {id}}",
        "{snapshot {scorecard(partnerId: \"X\") {id}}}",
    ] {
        let hidden = ask(&server, &key, &query.replace('X', "l")).await;
        let absent = ask(&server, &key, &query.replace('X', "nobody")).await;
        hidden.fails("NOT_FOUND", "there is no partner \"l\"");
        let hidden = hidden.0.to_string().replace("\\\"l\\\"", "\\\"nobody\\\"");
        assert_eq!(hidden, absent.0.to_string());
    }
}

#[tokio::test]
async fn a_partners_figures_are_those_of_its_preview() {
    let server = Server::start().await;
    let key = keys::key(&server.db, Role::Partner, &["k"]).await;
    for slice in [
        "",
        "slice: {location: \"asia\"}",
        "slice: {product: \"cloud\"}",
    ] {
        let measures = "measures {metric value exact band rank percentile peers withheld bands {band min max partners}}";
        let bands = "peerBands(ARGS) {metric peers withheld bands {band min max partners}}";
        let query = format!(
            "{{scorecard(partnerId: \"k\" ARGS) {{{measures}}} {bands}
            snapshot {{scorecard(partnerId: \"k\" ARGS) {{{measures}}} {bands}}}}}"
        );
        let own = query
            .replace("(ARGS)", if slice.is_empty() { "" } else { "(ARGS)" })
            .replace("ARGS", slice);
        let preview = query.replace("ARGS", &format!("{slice} audience: PARTNER"));
        let shown = ask(&server, &key, &own).await.data();
        assert_eq!(shown, server.ask(&preview).await.data());
        // Nor does asking for more show more.
        let more = query.replace("ARGS", &format!("{slice} audience: STAFF"));
        assert_eq!(shown, ask(&server, &key, &more).await.data());
    }
    for argument in [
        "filter: {measure: {metric: REVENUE, min: 1}}",
        "orderBy: [{field: RANK, metric: REVENUE}]",
    ] {
        let answer = ask(
            &server,
            &key,
            &format!("{{scorecards({argument}) {{totalCount}}}}"),
        )
        .await;
        answer.fails("BAD_INPUT", "its own scorecard only");
    }
}

#[tokio::test]
async fn what_is_hidden_has_no_node() {
    let server = Server::start().await;
    let ids = server
        .ask(
            "{own: partner(by: {partnerId: \"k\"}) {id} other: partner(by: {partnerId: \"l\"}) {id}
              ownCard: scorecard(partnerId: \"k\") {id} otherCard: scorecard(partnerId: \"l\") {id}
              product: products {id} jobRuns(first: 1) {nodes {id}} batches(first: 1) {nodes {id}}}",
        )
        .await
        .data();
    let kinds = [
        ("Partner", &ids["own"]["id"]),
        ("Partner", &ids["other"]["id"]),
        ("Scorecard", &ids["ownCard"]["id"]),
        ("Scorecard", &ids["otherCard"]["id"]),
        ("Product", &ids["product"][0]["id"]),
        ("JobRun", &ids["jobRuns"]["nodes"][0]["id"]),
        ("Batch", &ids["batches"]["nodes"][0]["id"]),
    ];
    let all: Vec<&Value> = kinds.iter().map(|(_, id)| *id).collect();
    for (role, key) in all_roles(&server).await {
        let seen = match role {
            Role::Admin => [true; 7],
            Role::Operator => [true, true, false, false, true, true, true],
            Role::Analyst => [true, true, true, true, true, false, false],
            Role::Partner => [true, false, true, false, true, false, false],
            Role::Integrator => [false, false, false, false, true, false, false],
        };
        let expected: Vec<Value> = kinds
            .iter()
            .zip(seen)
            .map(|((kind, id), seen)| {
                if seen {
                    json!({ "__typename": kind, "id": id })
                } else {
                    Value::Null
                }
            })
            .collect();
        let query = "query ($ids: [ID!]!) {nodes(ids: $ids) {__typename id}}";
        let answer = server.ask_as(&key, query, json!({ "ids": all })).await;
        assert_eq!(answer.data()["nodes"], json!(expected), "{role:?}");
        let query = "query ($id: ID!) {node(id: $id) {__typename id}}";
        for (id, expected) in all.iter().zip(expected) {
            let answer = server.ask_as(&key, query, json!({ "id": id })).await;
            assert_eq!(answer.data()["node"], expected, "{role:?}");
        }
    }
}

#[tokio::test]
async fn a_superseded_revision_is_there_for_staff_alone() {
    let server = Server::start().await;
    let ids = server
        .ask(
            r#"{old: snapshot(asOf: "2026-11-21", revision: 1) {id scorecard(partnerId: "k") {id}}
               new: snapshot(asOf: "2026-11-21", revision: 2) {id scorecard(partnerId: "k") {id}}}"#,
        )
        .await
        .data();
    let id = |which: &str| ids[which]["id"].as_str().unwrap().to_owned();
    let card = |which: &str| ids[which]["scorecard"]["id"].clone();
    let query = format!(
        r#"{{old: snapshot(asOf: "2026-11-21", revision: 1) {{revision}}
            new: snapshot(asOf: "2026-11-21", revision: 2) {{revision}}
            first: snapshot(revision: 1) {{asOf}} second: snapshot(revision: 2) {{asOf}}
            snapshots(superseded: true) {{totalCount nodes {{asOf revision}}}}
            node(id: "{}") {{id}} nodes(ids: ["{}", "{}"]) {{id}}}}"#,
        id("old"),
        id("old"),
        id("new")
    );
    for (role, key) in all_roles(&server).await {
        let data = ask(&server, &key, &query).await.data();
        let is_staff = !matches!(role, Role::Partner | Role::Integrator);
        let of_staff = |value: Value| if is_staff { value } else { Value::Null };
        assert_eq!(data["old"], of_staff(json!({ "revision": 1 })), "{role:?}");
        assert_eq!(data["new"], json!({ "revision": 2 }));
        let first = if is_staff { "2026-11-21" } else { "2026-11-20" };
        assert_eq!(data["first"]["asOf"], first);
        assert_eq!(data["second"]["asOf"], "2026-11-21");
        let of = |as_of: &str, revision: i32| json!({ "asOf": as_of, "revision": revision });
        let mut listed = vec![
            of("2026-11-21", 2),
            of("2026-11-21", 1),
            of("2026-11-20", 1),
        ];
        if !is_staff {
            listed.remove(1);
        }
        let listed = json!({ "totalCount": listed.len(), "nodes": listed });
        assert_eq!(data["snapshots"], listed, "{role:?}");
        let old = of_staff(json!({ "id": id("old") }));
        assert_eq!(data["node"], old);
        assert_eq!(data["nodes"], json!([old, { "id": id("new") }]));
    }

    // What lies below it is gone with it, and what looks back at other dates does not find it.
    let key = keys::key(&server.db, Role::Partner, &["k"]).await;
    let query = format!(
        r#"{{nodes(ids: [{}, {}]) {{id}}
            scorecard(partnerId: "k") {{measure(metric: REVENUE) {{
                change(since: "2026-11-20") {{snapshot {{asOf revision}}}}
                trend(last: 2, every: DAY) {{snapshot {{asOf revision}}}}}}}}}}"#,
        card("old"),
        card("new")
    );
    let data = ask(&server, &key, &query).await.data();
    assert_eq!(data["nodes"], json!([null, { "id": card("new") }]));
    let measure = &data["scorecard"]["measure"];
    let earlier = json!({ "snapshot": { "asOf": "2026-11-20", "revision": 1 } });
    let newest = json!({ "snapshot": { "asOf": "2026-11-21", "revision": 2 } });
    assert_eq!(measure["change"], earlier);
    assert_eq!(measure["trend"], json!([earlier, newest]));
}

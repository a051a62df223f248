//! `locations` and `location`.

use serde_json::json;

use crate::harness::Server;

#[tokio::test]
async fn locations_are_a_tree() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{locations {locationId parent {locationId} children {locationId parent {locationId}}}
                 europe: locations(parentId: "europe") {name}}"#,
        )
        .await
        .data();
    let below =
        |parent: &str, id: &str| json!({ "locationId": id, "parent": { "locationId": parent } });
    let expected = json!([
        { "locationId": "asia", "parent": null, "children": [below("asia", "JP")] },
        { "locationId": "europe", "parent": null, "children": [below("europe", "DE"), below("europe", "FR")] },
    ]);
    assert_eq!(data["locations"], expected);
    assert_eq!(
        data["europe"],
        json!([{ "name": "Germany" }, { "name": "France" }])
    );
    server
        .ask(r#"{locations(parentId: "") {name}}"#)
        .await
        .fails("NOT_FOUND", "parentId");
}

#[tokio::test]
async fn one_is_found_by_the_senders_id() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{location(locationId: "FR") {name parent {locationId}} nobody: location(locationId: "fr") {id}
                world: location(locationId: "") {id}}"#,
        )
        .await
        .data();
    let france = json!({ "name": "France", "parent": { "locationId": "europe" } });
    assert_eq!(data["location"], france);
    assert!(data["nobody"].is_null() && data["world"].is_null());
}

//! `products` and `workloads`, and one of each.

use serde_json::json;

use crate::harness::Server;

#[tokio::test]
async fn products_have_their_workloads() {
    let server = Server::start().await;
    let data = server
        .ask("{products {productId name workloads {workloadId name product {productId}}}}")
        .await
        .data();
    let workload = |product: &str, workload: &str, name: &str| json!({ "workloadId": workload, "name": name, "product": { "productId": product } });
    let expected = json!([
        { "productId": "cloud", "name": "Contoso Cloud", "workloads": [
            workload("cloud", "analytics", "Analytics"), workload("cloud", "storage", "Storage")] },
        { "productId": "office", "name": "Office", "workloads": [workload("office", "mail", "Mail")] },
    ]);
    assert_eq!(data["products"], expected);
}

#[tokio::test]
async fn workloads_are_all_or_those_of_a_product() {
    let server = Server::start().await;
    let data = server
        .ask(r#"{workloads {workloadId} office: workloads(productId: "office") {workloadId}}"#)
        .await
        .data();
    let ids = |ids: &[&str]| {
        json!(
            ids.iter()
                .map(|id| json!({ "workloadId": id }))
                .collect::<Vec<_>>()
        )
    };
    assert_eq!(data["workloads"], ids(&["analytics", "storage", "mail"]));
    assert_eq!(data["office"], ids(&["mail"]));
    let answer = server
        .ask(r#"{workloads(productId: "nobody") {workloadId}}"#)
        .await;
    answer.fails("NOT_FOUND", "productId");
    assert_eq!(answer.error().1, "workloads");
}

#[tokio::test]
async fn one_is_found_by_the_senders_id() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{product(productId: "office") {id name} workload(workloadId: "mail") {name product {productId}}
                nobody: product(productId: "mail") {id} none: workload(workloadId: "office") {id}
                everything: product(productId: "") {id} all: workload(workloadId: "") {id} products {id name}}"#,
        )
        .await
        .data();
    assert_eq!(data["product"], data["products"][1]);
    let mail = json!({ "name": "Mail", "product": { "productId": "office" } });
    assert_eq!(data["workload"], mail);
    for none in ["nobody", "none", "everything", "all"] {
        assert!(data[none].is_null(), "{none}");
    }
}

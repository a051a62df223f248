//! `products` and `workloads`.

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

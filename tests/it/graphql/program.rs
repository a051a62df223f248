//! `program` and `metrics`.

use serde_json::json;

use crate::harness::Server;

#[tokio::test]
async fn program_tells_its_settings_and_newest_snapshot() {
    let server = Server::start_with(&[("PEERBAND_RELEASE_MIN_PEERS", "12")]).await;
    let data = server
        .ask(
            "{program {reportingCurrency timezone associationPrecedence newCustomerGapDays
               release {minPeers minBandMembers ranges} newestSnapshot {asOf revision}}}",
        )
        .await
        .data();
    let expected = json!({
        "reportingCurrency": "USD", "timezone": "UTC", "associationPrecedence": ["DPOR"], "newCustomerGapDays": 31,
        "release": { "minPeers": 12, "minBandMembers": 3, "ranges": "ROUNDED" },
        "newestSnapshot": { "asOf": "2026-11-21", "revision": 2 },
    });
    assert_eq!(data["program"], expected);
}

#[tokio::test]
async fn metrics_stand_in_the_scorecards_order() {
    let server = Server::start().await;
    let data = server
        .ask("{metrics {metric name group unit definition formula isWhole higherIsBetter window}}")
        .await
        .data();
    let metrics = data["metrics"].as_array().unwrap();
    let names: Vec<&str> = metrics
        .iter()
        .map(|metric| metric["metric"].as_str().unwrap())
        .collect();
    assert_eq!(names, kernel::Metric::ALL.map(kernel::Metric::name));
    assert_eq!(metrics[5]["group"], "CUSTOMER_SUCCESS");
    assert_eq!(metrics[5]["isWhole"], false);
}

#[tokio::test]
async fn metrics_are_explained_in_both_languages() {
    let server = Server::start().await;
    let data = server
        .ask(
            "{en: metrics {name unit unitLabel groupLabel definition}
              fr: metrics(language: FR) {name unit unitLabel groupLabel definition}}",
        )
        .await
        .data();
    assert_eq!(data["en"][3]["name"], "Certified people");
    assert_eq!(data["fr"][3]["name"], "Personnes certifiées");
    for at in 0..8 {
        assert_eq!(data["en"][at]["unit"], data["fr"][at]["unit"]);
        for text in ["definition", "unitLabel"] {
            assert_ne!(data["en"][at][text], data["fr"][at][text]);
        }
    }
    let labels = |language: &str, at: usize| {
        let one = &data[language][at];
        [one["groupLabel"].clone(), one["unitLabel"].clone()]
    };
    assert_eq!(labels("en", 7), ["Customer success", "score from −1 to 1"]);
    assert_eq!(labels("fr", 3), ["Compétences", "personnes"]);
}

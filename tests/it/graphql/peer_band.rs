//! `peerBands`.

use kernel::Metric;
use serde_json::json;

use crate::harness::Server;

#[tokio::test]
async fn peer_bands_are_those_computed() {
    let server = Server::start().await;
    let data = server
        .ask(r#"{peerBands(slice: {location: "europe"}) {metric peers withheld bands {band min max partners}}}"#)
        .await
        .data();
    let scores = server.program.scores("", "", "europe");
    let expected = Metric::ALL.map(|metric| {
        let bands = scores.bands.iter().filter(|band| band.metric == metric).map(|band| {
            json!({ "band": band.band, "min": band.min.to_f64(), "max": band.max.to_f64(), "partners": band.partners })
        });
        json!({
            "metric": metric.name(),
            "peers": scores.peers[metric.index()],
            "withheld": null,
            "bands": bands.collect::<Vec<_>>(),
        })
    });
    assert_eq!(data["peerBands"], json!(expected));
}

#[tokio::test]
async fn metrics_are_picked_and_partners_see_less() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{staff: peerBands(slice: {location: "asia"}, metrics: [NEW_CUSTOMERS, REVENUE]) {metric peers bands {band}}
               partner: peerBands(slice: {location: "asia"}, metrics: [REVENUE], audience: PARTNER) {metric peers withheld bands {band}}
               nobody: peerBands(slice: {location: "asia", product: "office"}, metrics: [REVENUE]) {peers bands {band}}
               hidden: peerBands(slice: {location: "asia", product: "office"}, metrics: [REVENUE], audience: PARTNER) {peers bands {band}}}"#,
        )
        .await
        .data();
    // Three peers: too few for bands, and too few for partners to be told so.
    assert_eq!(
        data["staff"],
        json!([{ "metric": "REVENUE", "peers": 3, "bands": [] }, { "metric": "NEW_CUSTOMERS", "peers": 3, "bands": [] }])
    );
    assert_eq!(
        data["partner"],
        json!([{ "metric": "REVENUE", "peers": null, "withheld": "WITHHELD", "bands": null }])
    );
    assert_eq!(data["nobody"], json!([{ "peers": 0, "bands": [] }]));
    assert_eq!(data["hidden"], json!([{ "peers": null, "bands": null }]));
}

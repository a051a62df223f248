//! `jobs` and `jobRuns`.

use serde_json::json;

use crate::harness::Server;

#[tokio::test]
async fn jobs_tell_their_schedule_and_last_run() {
    let server = Server::start().await;
    let data = server
        .ask("{jobs {name description schedule isScheduled nextRunAt lastRun {asOf state}}}")
        .await
        .data();
    let names = ["recompute_snapshot", "compact_facts"];
    assert_eq!([&data["jobs"][0]["name"], &data["jobs"][1]["name"]], names);
    let job = &data["jobs"][0];
    assert_eq!(
        (&job["schedule"], &job["isScheduled"]),
        (&json!("02:00"), &json!(true))
    );
    assert!(job["nextRunAt"].as_str().unwrap().contains("T02:00:00"));
    assert_eq!(
        job["lastRun"],
        json!({ "asOf": "2026-11-22", "state": "SUCCEEDED" })
    );

    let idle = Server::start_with(&[("PEERBAND_SCHEDULE_ENABLED", "false")]).await;
    let data = idle.ask("{jobs {isScheduled nextRunAt}}").await.data();
    let never = json!({ "isScheduled": false, "nextRunAt": null });
    assert_eq!(data["jobs"], json!([never, never]));
    let kept = Server::start_with(&[("PEERBAND_COMPACTION_ENABLED", "false")]).await;
    let data = kept.ask("{jobs {isScheduled}}").await.data();
    let jobs = [true, false].map(|is_scheduled| json!({ "isScheduled": is_scheduled }));
    assert_eq!(data["jobs"], json!(jobs));
}

#[tokio::test]
async fn runs_are_listed_newest_first() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{jobRuns {totalCount nodes {asOf state}}
               failed: jobRuns(filter: {state: [FAILED, LOST]}) {nodes {job asOf trigger state startedAt endedAt error
                 factRowCount scorecardCount peerBandCount snapshot {asOf}}}
               published: jobRuns(last: 3) {nodes {asOf snapshot {asOf}}}
               other: jobRuns(filter: {job: "nobody"}) {totalCount nodes {id}}
               never: jobRuns(filter: {state: []}) {totalCount}}"#,
        )
        .await
        .data();
    assert_eq!(data["jobRuns"]["totalCount"], 5);
    assert_eq!(
        data["jobRuns"]["nodes"][0],
        json!({ "asOf": "2026-11-22", "state": "SUCCEEDED" })
    );
    let failed = data["failed"]["nodes"].as_array().unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        failed[0]["error"],
        "REVENUE: no rate for CHF from 2026-11-01"
    );
    assert_eq!(
        data["published"]["nodes"][0],
        json!({ "asOf": "2026-11-20", "snapshot": { "asOf": "2026-11-20" } })
    );
    assert_eq!(data["other"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(data["never"]["totalCount"], 0);
}

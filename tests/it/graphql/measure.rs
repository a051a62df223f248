//! What a measure tells besides its value: reasons, ties, the next band, changes and trends.

use kernel::{Metric, Scorecard, SliceScores};
use serde_json::{Value, json};

use crate::harness::Server;

/// The newest snapshot's place in the sample, and that of the day before it.
const NEWEST: usize = 2;
const DAY_BEFORE: usize = 0;

fn card<'a>(server: &Server, scores: &'a SliceScores, partner_id: &str) -> &'a Scorecard {
    let is_partner =
        |card: &&Scorecard| server.program.partner(card.partner).partner_id == partner_id;
    scores.scorecards.iter().find(is_partner).unwrap()
}

async fn measures(server: &Server, arguments: &str, fields: &str) -> Vec<Value> {
    let query = format!("{{scorecard({arguments}) {{measures {{metric {fields}}}}}}}");
    let data = server.ask(&query).await.data();
    data["scorecard"]["measures"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_absent_figure_has_its_reason() {
    let server = Server::start().await;
    let fields = "value band bands {band} noValueReason noBandReason noRangesReason withheld";
    let mut seen = std::collections::BTreeSet::new();
    for location in ["null", "\"asia\"", "\"europe\""] {
        for audience in ["STAFF", "PARTNER"] {
            for partner in &server.program.partners {
                let arguments = format!(
                    "partnerId: \"{}\", audience: {audience}, slice: {{location: {location}}}",
                    partner.partner_id
                );
                let query = format!("{{scorecard({arguments}) {{measures {{metric {fields}}}}}}}");
                let data = server.ask(&query).await.data();
                let Some(measures) = data["scorecard"]["measures"].as_array() else {
                    continue;
                };
                for measure in measures {
                    for (field, reason) in [
                        ("value", "noValueReason"),
                        ("band", "noBandReason"),
                        ("bands", "noRangesReason"),
                    ] {
                        let is_absent = measure[field].is_null() || measure[field] == json!([]);
                        assert_eq!(is_absent, !measure[reason].is_null(), "{measure}");
                        seen.extend(measure[reason].as_str().map(str::to_owned));
                    }
                    let is_withheld = measure["noBandReason"] == "WITHHELD";
                    assert_eq!(is_withheld, !measure["withheld"].is_null(), "{measure}");
                }
            }
        }
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        seen,
        [
            "NO_ASSIGNED_SEATS",
            "NO_FACTS",
            "NO_RESPONSES",
            "NO_VALUE",
            "TOO_FEW_PEERS",
            "WITHHELD"
        ]
    );
}

#[tokio::test]
async fn equal_values_are_counted() {
    let server = Server::start().await;
    let scores = server.program.scores("", "", "");
    for partner_id in ["A-1", "k", "日本"] {
        let arguments = format!("partnerId: \"{partner_id}\"");
        let found = measures(&server, &arguments, "sameValuePeers sameValueShare").await;
        let own = card(&server, scores, partner_id).values();
        for (metric, measure) in Metric::ALL.into_iter().zip(&found) {
            let values = scores
                .scorecards
                .iter()
                .map(|card| card.values()[metric.index()]);
            let values: Vec<_> = values.flatten().collect();
            let same =
                own[metric.index()].map(|own| values.iter().filter(|value| **value == own).count());
            let share = same.map(|same| 100.0 * same as f64 / values.len() as f64);
            assert_eq!(
                measure["sameValuePeers"],
                json!(same),
                "{partner_id} {metric}"
            );
            assert_eq!(
                measure["sameValueShare"],
                json!(share),
                "{partner_id} {metric}"
            );
        }
    }
    let arguments = "partnerId: \"k\", audience: PARTNER";
    for measure in measures(&server, arguments, "value withheld sameValuePeers").await {
        let is_told = measure["withheld"].is_null() && !measure["value"].is_null();
        assert_eq!(is_told, !measure["sameValuePeers"].is_null(), "{measure}");
    }
}

#[tokio::test]
async fn the_next_band_is_told_from_what_the_viewer_sees() {
    let server = Server::start().await;
    let fields = "value band withheld bands {band min partners}
        nextBand {band value distance exactDistance mustExceed isExact words french: words(language: FR) absent}";
    let (mut exact, mut rounded) = (0, 0);
    for audience in ["STAFF", "PARTNER"] {
        for partner_id in ["A-1", "b", "k", "m", "n", "o", "Z", "日本"] {
            let arguments = format!("partnerId: \"{partner_id}\", audience: {audience}");
            for measure in measures(&server, &arguments, fields).await {
                let next = &measure["nextBand"];
                if !next["absent"].is_null() {
                    assert!(
                        next["band"].is_null() && next["words"].is_null(),
                        "{measure}"
                    );
                    assert_eq!(next["absent"] == "WITHHELD", !measure["withheld"].is_null());
                    continue;
                }
                let bands = measure["bands"].as_array().unwrap();
                let own = measure["band"].as_i64().unwrap();
                let above = bands
                    .iter()
                    .find(|band| band["band"].as_i64().unwrap() > own);
                let above = above.unwrap_or_else(|| panic!("{measure}"));
                assert_eq!(
                    (&next["band"], &next["value"]),
                    (&above["band"], &above["min"])
                );
                let missing = above["min"].as_f64().unwrap() - measure["value"].as_f64().unwrap();
                let distance = next["distance"].as_f64().unwrap();
                assert!(distance > 0.0 && distance >= missing - 1e-9, "{measure}");
                let words = next["words"].as_str().unwrap();
                assert_eq!(
                    words.starts_with("At least"),
                    next["isExact"] == false,
                    "{words}"
                );
                assert!(
                    next["french"]
                        .as_str()
                        .unwrap()
                        .contains("atteindre la tranche")
                );
                if next["isExact"] == true {
                    exact += 1;
                } else {
                    rounded += 1;
                }
            }
        }
    }
    assert!(exact > 10 && rounded > 2, "{exact} {rounded}");
}

#[tokio::test]
async fn a_change_is_the_difference_of_two_snapshots() {
    let server = Server::start().await;
    let fields = "value band rank change(since: \"2026-11-20\") {
        value band rank noValueReason noBandReason noRankReason snapshot {asOf revision} measure {value band rank}}";
    let (now, then) = (
        server.program.scores_in(NEWEST, "", "", ""),
        server.program.scores_in(DAY_BEFORE, "", "", ""),
    );
    for partner_id in ["k", "B", "日本"] {
        let arguments = format!("partnerId: \"{partner_id}\"");
        let (now, then) = (
            card(&server, now, partner_id),
            card(&server, then, partner_id),
        );
        let found = measures(&server, &arguments, fields).await;
        for (metric, measure) in Metric::ALL.into_iter().zip(found) {
            let change = &measure["change"];
            assert_eq!(
                change["snapshot"],
                json!({"asOf": "2026-11-20", "revision": 1})
            );
            let at = metric.index();
            let difference = now.values()[at]
                .zip(then.values()[at])
                .map(|(now, then)| now.minus(then).unwrap().to_f64());
            // The test reads floats less exactly than the server writes them.
            let is_near = match (change["value"].as_f64(), difference) {
                (Some(found), Some(difference)) => {
                    (found - difference).abs() < 1e-12 * difference.abs().max(1.0)
                }
                (found, difference) => found == difference,
            };
            assert!(is_near, "{partner_id} {metric}: {change}");
            assert_eq!(change["noValueReason"].is_null(), difference.is_some());
            let standings = now.standing(metric).zip(then.standing(metric));
            let bands = standings.map(|(now, then)| i32::from(now.band) - i32::from(then.band));
            assert_eq!(change["band"], json!(bands));
            let ranks = standings.map(|(now, then)| then.rank as i32 - now.rank as i32);
            assert_eq!(change["rank"], json!(ranks));
            for reason in ["noBandReason", "noRankReason"] {
                assert_eq!(change[reason].is_null(), standings.is_some(), "{change}");
            }
            let value = then.values()[at].map(kernel::Value::to_f64);
            assert_eq!(change["measure"]["value"], json!(value));
        }
    }
    // The last day before that has one stands in; before the first there is none.
    let data = server
        .ask(
            r#"{scorecard(partnerId: "k", asOf: "2026-11-21") {measure(metric: REVENUE) {
                change(since: "2026-11-20") {snapshot {asOf}} none: change(since: "2026-11-19") {snapshot {asOf} value noValueReason noBandReason noRankReason}}}}"#,
        )
        .await
        .data();
    let measure = &data["scorecard"]["measure"];
    assert_eq!(measure["change"]["snapshot"]["asOf"], "2026-11-20");
    assert_eq!(
        measure["none"],
        json!({"snapshot": null, "value": null, "noValueReason": "NO_SNAPSHOT", "noBandReason": "NO_SNAPSHOT",
            "noRankReason": "NO_SNAPSHOT"})
    );
    server
        .ask(r#"{scorecard(partnerId: "k") {measure(metric: REVENUE) {change(since: "2026-11-21") {value}}}}"#)
        .await
        .fails("BAD_INPUT", "a day before 2026-11-21");
}

#[tokio::test]
async fn a_trend_has_a_point_for_each_period() {
    let server = Server::start().await;
    let value = |snapshot: usize| {
        let scores = server.program.scores_in(snapshot, "", "", "");
        let own = card(&server, scores, "k").values();
        own[Metric::Revenue.index()].map(kernel::Value::to_f64)
    };
    let data = server
        .ask(
            r#"{scorecard(partnerId: "k") {measure(metric: REVENUE) {
                days: trend(last: 3, every: DAY) {firstDay lastDay snapshot {revision} measure {value} noMeasureReason}
                weeks: trend(last: 2, every: WEEK) {firstDay lastDay measure {value}}
                months: trend {lastDay measure {value}} none: trend(last: 0) {lastDay}}}}"#,
        )
        .await
        .data();
    let measure = &data["scorecard"]["measure"];
    let day = |day: &str, revision: Option<i32>, value: Option<f64>| {
        json!({
            "firstDay": day, "lastDay": day,
            "snapshot": revision.map(|revision| json!({"revision": revision})),
            "measure": revision.map(|_| json!({"value": value})),
            "noMeasureReason": revision.is_none().then_some("NO_SNAPSHOT"),
        })
    };
    assert_eq!(
        measure["days"],
        json!([
            day("2026-11-19", None, None),
            day("2026-11-20", Some(1), value(DAY_BEFORE)),
            day("2026-11-21", Some(2), value(NEWEST)),
        ])
    );
    let newest = json!({"value": value(NEWEST)});
    assert_eq!(
        measure["weeks"],
        json!([
            {"firstDay": "2026-11-09", "lastDay": "2026-11-15", "measure": null},
            {"firstDay": "2026-11-16", "lastDay": "2026-11-22", "measure": newest},
        ])
    );
    let months = measure["months"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    assert_eq!(
        months[11],
        json!({"lastDay": "2026-11-30", "measure": newest})
    );
    assert_eq!(measure["none"], json!([]));
    for last in [-1, 401] {
        let query = format!(
            r#"{{scorecard(partnerId: "k") {{measure(metric: REVENUE) {{trend(last: {last}) {{lastDay}}}}}}}}"#
        );
        server.ask(&query).await.fails("BAD_INPUT", "0 to 400");
    }
}

#[tokio::test]
async fn a_trend_of_an_older_revision_ends_with_itself() {
    let server = Server::start().await;
    let data = server
        .ask(
            r#"{snapshot(asOf: "2026-11-21", revision: 1) {scorecard(partnerId: "k", audience: PARTNER) {measure(metric: REVENUE) {
                value trend(last: 1) {snapshot {revision} measure {value nextBand {isExact}}}}}}}"#,
        )
        .await
        .data();
    let measure = &data["snapshot"]["scorecard"]["measure"];
    assert_eq!(measure["trend"][0]["snapshot"]["revision"], 1);
    assert_eq!(measure["trend"][0]["measure"]["value"], measure["value"]);
    // Through the same eyes.
    assert_ne!(
        measure["trend"][0]["measure"]["nextBand"]["isExact"],
        json!(true)
    );
}

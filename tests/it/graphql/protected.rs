//! Protected ranges: open ends, and ranks that are withheld alone, on every path.

use entity::peer_group;
use kernel::Metric;
use peerband::store::api_key::Role;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::{Server, keys};

/// A served program whose ranges are protected, and that withholds the ranks of one metric everywhere.
async fn start() -> Server {
    let server = Server::start_with(&[("PEERBAND_RELEASE_RANGES", "protected")]).await;
    let transaction = server.db.begin().await.unwrap();
    peer_group::Entity::update_many()
        .col_expr(peer_group::Column::Ranked, Expr::value(false))
        .filter(peer_group::Column::Metric.eq(Metric::Revenue.index() as i16))
        .exec(&transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    server
}

const MEASURE: &str = "measure(metric: REVENUE) {
    band rank percentile peers withheld sameValuePeers sameValueShare noBandReason noRankReason
    bands {band min max partners noMinReason noMaxReason} nextBand {band value isExact absent}
    change(since: \"2026-11-20\") {band rank noBandReason noRankReason measure {rank percentile sameValuePeers noRankReason}}
    trend(last: 2, every: DAY) {measure {rank percentile noRankReason}}
}";

async fn measure(server: &Server, key: &str, audience: &str) -> Value {
    let query = format!("{{scorecard(partnerId: \"k\", audience: {audience}) {{{MEASURE}}}}}");
    let data = server.ask_as(key, &query, json!({})).await.data();
    data["scorecard"]["measure"].clone()
}

#[tokio::test]
async fn ranks_can_be_withheld_alone() {
    let server = start().await;
    let partner = keys::key(&server.db, Role::Partner, &["k"]).await;
    for (key, audience) in [(&partner, "STAFF"), (&server.key, "PARTNER")] {
        let found = measure(&server, key, audience).await;
        for shown in ["band", "peers"] {
            assert!(found[shown].is_u64(), "{shown}: {found:#}");
        }
        assert!(found["change"]["band"].is_i64(), "{found:#}");
        let then = &found["change"]["measure"];
        let of_trend = &found["trend"][0]["measure"];
        for one in [&found, then, of_trend] {
            for hidden in ["rank", "percentile", "sameValuePeers", "sameValueShare"] {
                assert!(one[hidden].is_null(), "{hidden}: {found:#}");
            }
            assert_eq!(one["noRankReason"], "WITHHELD");
        }
        assert!(found["change"]["rank"].is_null());
        assert_eq!(found["change"]["noRankReason"], "WITHHELD");
        assert!(found["change"]["noBandReason"].is_null());
        assert!(found["noBandReason"].is_null() && found["withheld"].is_null());
    }
    let staff = measure(&server, &server.key, "STAFF").await;
    assert!(staff["rank"].is_u64() && staff["noRankReason"].is_null());
    assert!(staff["change"]["rank"].is_i64() && staff["sameValuePeers"].is_u64());
}

#[tokio::test]
async fn the_outer_ends_are_open_and_the_others_lie_on_the_grid() {
    let server = start().await;
    let partner = keys::key(&server.db, Role::Partner, &["k"]).await;
    let found = measure(&server, &partner, "STAFF").await;
    let bands = found["bands"].as_array().unwrap();
    let of_group = server
        .ask_as(
            &partner,
            "{peerBands(metrics: [REVENUE]) {bands {band min max partners noMinReason noMaxReason}}}",
            json!({}),
        )
        .await
        .data();
    assert_eq!(of_group["peerBands"][0]["bands"], found["bands"]);
    let exact = measure(&server, &server.key, "STAFF").await;
    let (first, last) = (&bands[0], &bands[bands.len() - 1]);
    assert!(
        first["min"].is_null() && last["max"].is_null(),
        "{bands:#?}"
    );
    for band in bands {
        for (end, reason) in [("min", "noMinReason"), ("max", "noMaxReason")] {
            let expected = band[end].is_null().then_some("OPEN_RANGE");
            assert_eq!(band[reason], json!(expected), "{band}");
        }
    }
    for (shown, exact) in bands.iter().zip(exact["bands"].as_array().unwrap()) {
        assert_eq!(shown["partners"], exact["partners"]);
        if let Some(min) = shown["min"].as_f64() {
            assert!(min <= exact["min"].as_f64().unwrap());
            assert!(is_on_grid(min), "{min}");
        }
        if let Some(max) = shown["max"].as_f64() {
            assert!(max > exact["max"].as_f64().unwrap());
            assert!(is_on_grid(max), "{max}");
        }
    }
    let next = &found["nextBand"];
    assert!(
        next["isExact"] == false || next["absent"].is_string(),
        "{next}"
    );
}

fn is_on_grid(end: f64) -> bool {
    let digits = format!("{:e}", end.abs());
    let digit = digits.split('e').next().unwrap();
    ["0", "1", "2", "5"].contains(&digit)
}

#[tokio::test]
async fn the_page_shows_no_more() {
    let server = start().await;
    let mut browser = Browser::new(&server);
    browser.sign_in(&server.key, "/").await;
    let page = browser.get("/scorecard/k").await.html;
    let from = page.find("<h3 id=\"revenue\">").unwrap();
    let to = from + page[from..].find("</article>").unwrap();
    let article = &page[from..to];
    assert!(
        article.contains("Rank and percentile are withheld"),
        "{article}"
    );
    for hidden in ["ahead of", "; rank", "class=\"mark\"", "you stand at"] {
        assert!(!article.contains(hidden), "{hidden}: {article}");
    }
    assert!(
        article.contains("</data> or more") && article.contains("below <data"),
        "{article}"
    );
}

#[tokio::test]
async fn a_snapshot_that_is_not_protected_has_no_report() {
    let server = Server::start().await;
    let data = server
        .ask("{snapshot {releaseReport {metrics {metric}}}}")
        .await
        .data();
    assert!(data["snapshot"]["releaseReport"].is_null());
}

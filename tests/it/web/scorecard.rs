//! `/scorecard/{partner_id}`.

use serde_json::{Value, json};

use super::between;
use crate::harness::Server;

/// What the API shows a partner of itself, in the shape of [`read_page`].
async fn ask(server: &Server, partner_id: &str, slice: &str) -> Vec<Value> {
    let query = format!(
        "query($id: String!) {{scorecard(partnerId: $id, slice: {{{slice}}}, audience: PARTNER) {{
            measures {{value band rank peers withheld bands {{band min max partners}}}}}}}}"
    );
    let data = server
        .ask_with(&query, json!({ "id": partner_id }))
        .await
        .data();
    let measures = data["scorecard"]["measures"].as_array().cloned();
    let measures = measures.unwrap_or_default().into_iter().map(|mut measure| {
        let text = |value: &Value| {
            value
                .as_f64()
                .map_or(Value::Null, |value| json!(value.to_string()))
        };
        measure["value"] = text(&measure["value"]);
        if measure["band"].is_null() {
            // The page has no sentence to show the number of peers in.
            measure["peers"] = Value::Null;
        }
        let bands = measure["bands"].as_array().cloned().unwrap_or_default();
        let bands = bands.iter().rev().map(|band| {
            json!([
                band["band"],
                text(&band["min"]),
                text(&band["max"]),
                band["partners"]
            ])
        });
        measure["bands"] = bands.collect();
        measure
    });
    measures.collect()
}

/// The figures of each measure of a page.
fn read_page(html: &str) -> Vec<Value> {
    between(html, "<article", "</article>")
        .into_iter()
        .map(read_measure)
        .collect()
}

fn read_measure(html: &str) -> Value {
    let first = |from: &str, to: &str| {
        between(html, from, to)
            .first()
            .map(|text| (*text).to_owned())
    };
    let number = |text: String| text.replace(',', "").parse::<u32>().unwrap();
    let standing = first("<p class=\"standing\">", "</p>");
    let part = |from: &str, to: &str| {
        let standing = standing.as_deref()?;
        Some(number(between(standing, from, to)[0].to_owned()))
    };
    let bands = between(html, "<li class=\"band", "</li>");
    let own: Vec<&&str> = bands
        .iter()
        .filter(|band| band.starts_with(" own"))
        .collect();
    assert_eq!(own.len(), usize::from(standing.is_some()), "{html}");
    for band in &own {
        assert!(
            band.contains("aria-current=\"true\"") && band.contains("You</b>"),
            "{html}"
        );
        let marked = part("Band ", " of 4").unwrap();
        assert!(band.contains(&format!(">Band {marked}")), "{html}");
    }
    assert!(bands.is_empty() || bands.len() == 4, "{html}");
    let shown = bands
        .iter()
        .filter(|band| !band.contains("class=\"empty\""));
    let shown = shown.map(|band| {
        let ends = between(band, "<data value=\"", "\"");
        let count = between(band, "<span class=\"count\">", " partner")[0];
        let band = between(band, "<span class=\"name\">Band ", "<")[0];
        let band: u32 = band.trim().parse().unwrap();
        json!([
            band,
            ends[0],
            ends[ends.len() - 1],
            number(count.to_owned())
        ])
    });
    json!({
        "value": first("<p class=\"value\"><data value=\"", "\""),
        "band": part("Band ", " of 4"),
        "rank": part("; rank ", "."),
        "peers": part(" % of ", " partner"),
        "withheld": html.contains("class=\"reason withheld\"").then_some("WITHHELD"),
        "bands": shown.collect::<Vec<_>>(),
    })
}

#[tokio::test]
async fn a_page_shows_what_the_api_shows_the_partner() {
    let server = Server::start().await;
    let mut cards = 0;
    let mut withheld = 0;
    for (slice, query) in [
        ("", ""),
        ("location: \"europe\"", "?location=europe"),
        ("product: \"cloud\"", "?product=cloud&workload=&location="),
        ("workload: \"analytics\"", "?workload=analytics"),
        (
            "product: \"cloud\", location: \"JP\"",
            "?product=cloud&location=JP",
        ),
    ] {
        for partner in &server.program.partners {
            let id = &partner.partner_id;
            let path: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
            let page = server.page(&format!("/scorecard/{path}{query}")).await;
            page.says(200, &["21 November 2026", "22 November 2025"]);
            let shown = read_page(&page.html);
            assert_eq!(shown, ask(&server, id, slice).await, "{id} {slice}");
            assert_eq!(shown.is_empty(), page.html.contains("No scorecard here"));
            cards += usize::from(!shown.is_empty());
            withheld += shown
                .iter()
                .filter(|measure| measure["withheld"] == "WITHHELD")
                .count();
        }
    }
    // Neither of both sides is empty.
    assert!(cards > 60 && withheld > 100, "{cards} {withheld}");
}

#[tokio::test]
async fn what_is_withheld_is_nowhere_on_the_page() {
    let server = Server::start().await;
    let page = server
        .page("/scorecard/A-1?product=cloud&location=JP")
        .await;
    page.says(200, &["at least 10 partners", "at least 3 of them"]);
    for mark in [
        "<svg class=\"bar\"",
        "class=\"standing\"",
        "class=\"range\"",
    ] {
        assert!(!page.html.contains(mark), "{mark}");
    }
}

#[tokio::test]
async fn ranges_are_those_of_the_settings_of_the_snapshot() {
    let rounded = Server::start().await;
    let exact = Server::start_with(&[("PEERBAND_RELEASE_RANGES", "exact")]).await;
    for (server, says) in [(&rounded, "rounded outwards"), (&exact, "Ranges are exact")] {
        let page = server.page("/scorecard/B").await;
        page.says(200, &[says]);
        assert_eq!(read_page(&page.html), ask(server, "B", "").await);
    }
}

#[tokio::test]
async fn missing_values_have_their_reason() {
    let server = Server::start().await;
    // Holds certificates and nothing else.
    let holder = server.page("/scorecard/%F0%9F%98%80").await;
    holder.says(200, &["had any activity in these twelve months"]);
    let holder = read_page(&holder.html);
    let values = holder.iter().filter(|measure| !measure["value"].is_null());
    assert_eq!(values.count(), 1);
    // Neither seats nor answers, but facts.
    let seatless = server.page("/scorecard/A-1").await;
    seatless.says(200, &["has a seat assigned"]);
    let silent = server.page("/scorecard/A-10").await;
    silent.says(200, &["answered a survey"]);
}

#[tokio::test]
async fn an_earlier_date_is_the_same_page_of_another_snapshot() {
    let server = Server::start().await;
    let newest = server.page("/scorecard/k").await;
    let named = server.page("/scorecard/k?asOf=2026-11-21").await;
    let earlier = server.page("/scorecard/k?asOf=2026-11-20").await;
    assert_eq!(read_page(&newest.html), read_page(&named.html));
    assert_ne!(read_page(&newest.html), read_page(&earlier.html));
    earlier.says(
        200,
        &["20 November 2026", "<option value=\"2026-11-20\" selected>"],
    );
    newest.says(
        200,
        &["<option value=\"\" selected>Newest (2026-11-21)</option>"],
    );
}

#[tokio::test]
async fn the_picker_offers_all_reference_data_and_shows_what_is_picked() {
    let server = Server::start().await;
    let page = server
        .page("/scorecard/A-1?product=&workload=analytics&location=JP&asOf=")
        .await;
    page.says(
        200,
        &[
            "<strong>Contoso Cloud · Analytics</strong>",
            "<strong>Japan</strong>",
            // The workload brings its product along.
            "<option value=\"cloud\" selected>Contoso Cloud</option>",
            "<option value=\"analytics\" selected>Analytics</option>",
            "<option value=\"JP\" selected>",
            "<optgroup label=\"Where you have a scorecard\">",
            "<optgroup label=\"Europe: no scorecard\">",
        ],
    );
    let options = between(&page.html, "<option value=\"", "\"");
    for (id, times) in [
        ("cloud", 1),
        ("office", 1),
        ("storage", 1),
        ("asia", 1),
        ("FR", 1),
        ("mail", 0),
    ] {
        let found = options.iter().filter(|option| **option == id).count();
        assert_eq!(found, times, "{id}: {options:?}");
    }
    let all = server.page("/scorecard/A-1").await;
    all.says(
        200,
        &[
            "<option value=\"mail\">Mail</option>",
            "<optgroup label=\"Office\">",
        ],
    );
}

#[tokio::test]
async fn a_retired_location_can_no_longer_be_picked() {
    let server = Server::start().await;
    server
        .change("UPDATE location SET retired = true WHERE location_id = 'JP'")
        .await;
    server
        .page("/scorecard/A-1?location=JP")
        .await
        .says(404, &["“JP”"]);
    let page = server.page("/scorecard/A-1").await;
    assert!(!page.html.contains("value=\"JP\""));
}

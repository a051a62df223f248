//! Dates and decimals are read from their text as a simpler reading reads them.
#![no_main]

use chrono::{Datelike, NaiveDate};
use kernel::Day;
use libfuzzer_sys::fuzz_target;

#[path = "../../intake/src/decimal.rs"]
#[allow(dead_code)]
mod decimal;

use decimal::Decimal;

fuzz_target!(|text: &str| {
    let day = text.parse::<Day>().ok();
    assert_eq!(day.map(|day| day.0), days_since_1970(text), "{text:?}");
    if let Some(day) = day {
        assert_eq!(day.to_string(), text);
    }
    for (places, digits) in [(4, 18), (9, 18), (0, 10)] {
        let ours = Decimal::parse(text).and_then(|decimal| decimal.in_units(places, digits));
        let ours = ours.ok().map(|units| units.to_string());
        let simple = units(text, places as usize, digits as usize);
        assert_eq!(ours, simple, "{text:?} with {places} places");
    }
});

fn days_since_1970(text: &str) -> Option<i32> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return None;
    };
    if ![y1, y2, y3, y4, m1, m2, d1, d2]
        .iter()
        .all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    (date.year() >= 1).then(|| (date - epoch).num_days() as i32)
}

/// The number in units of its last place, as text, where it is one within the bounds.
fn units(text: &str, places: usize, digits: usize) -> Option<String> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    for part in [whole, fraction] {
        if part.is_empty() || !part.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > places || whole.len() + fraction.len() > digits {
        return None;
    }
    let units = format!("{whole}{fraction:0<places$}");
    let units = units.trim_start_matches('0');
    Some(if units.is_empty() {
        "0".to_owned()
    } else {
        format!("{sign}{units}")
    })
}

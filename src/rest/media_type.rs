//! Which format a caller takes an export in.

use axum::http::{HeaderMap, header};

use crate::service::export::Format;

pub(super) fn content_type(format: Format) -> &'static str {
    match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        Format::Ndjson => "application/x-ndjson",
        Format::Parquet => "application/vnd.apache.parquet",
    }
}

/// The one that the caller likes best; of several that it likes as much the first of CSV, NDJSON and Parquet. None where
/// it takes none of them.
pub(super) fn accepted(headers: &HeaderMap) -> Option<Format> {
    let values: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let accept = values.join(",");
    if accept.trim().is_empty() {
        return Some(Format::Csv);
    }
    let liked = Format::ALL.map(|format| (format, weight(&accept, format)));
    let liked = liked.into_iter().filter(|(_, weight)| *weight > 0);
    // The first of equals wins.
    let best = liked.rev().max_by_key(|(_, weight)| *weight);
    best.map(|(format, _)| format)
}

/// In thousandths, by the most exact of the ranges that the format is in.
fn weight(accept: &str, format: Format) -> u16 {
    let (kind, names): (&str, &[&str]) = match format {
        Format::Csv => ("text", &["csv"]),
        Format::Ndjson => ("application", &["x-ndjson", "ndjson"]),
        Format::Parquet => ("application", &["vnd.apache.parquet"]),
    };
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (range_kind, range_name) = parts.next()?.split_once('/')?;
        let is_kind = range_kind.eq_ignore_ascii_case(kind);
        let is_name = names
            .iter()
            .any(|name| range_name.eq_ignore_ascii_case(name));
        let exactness = match (range_kind, range_name) {
            ("*", "*") => 0,
            (_, "*") if is_kind => 1,
            _ if is_kind && is_name => 2,
            _ => return None,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(Some(1.0), |text| text.trim().parse::<f32>().ok())?;
        Some((exactness, (quality.clamp(0.0, 1.0) * 1_000.0) as u16))
    });
    ranges.max().map_or(0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn check(accept: &'static str, expected: Option<Format>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        assert_eq!(accepted(&headers), expected, "{accept}");
    }

    #[test]
    fn the_format_that_is_liked_best_is_given() {
        check("", Some(Format::Csv));
        check("*/*", Some(Format::Csv));
        check("text/*", Some(Format::Csv));
        check("application/*", Some(Format::Ndjson));
        check("application/x-ndjson", Some(Format::Ndjson));
        check("Application/NDJSON;q=0.5", Some(Format::Ndjson));
        check(
            "application/vnd.apache.parquet, */*;q=0.1",
            Some(Format::Parquet),
        );
        check(
            "text/csv;q=0.2, application/vnd.apache.parquet;q=0.3",
            Some(Format::Parquet),
        );
        check("*/*, text/csv;q=0", Some(Format::Ndjson));
        check("application/json", None);
        check("text/html", None);
        check("text/csv;q=0", None);
        check("text/csv;q=many", None);
    }
}

//! Which media type a caller takes its answer in.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, header};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// application/graphql-response+json
    GraphqlResponse,
    /// application/json, also for whoever does not say.
    Json,
}

impl MediaType {
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            MediaType::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            MediaType::Json => "application/json; charset=utf-8",
        })
    }

    /// The one that the caller prefers; none where it takes neither. Where it likes both as much, the one that tells
    /// more, unless it named only a range that both are in.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<MediaType> {
        let values = headers.get_all(header::ACCEPT).iter();
        let mut values = values.filter_map(|value| value.to_str().ok());
        let mut accept = Cow::from(values.next().unwrap_or_default());
        for more in values {
            accept += ",";
            accept += more;
        }
        if accept.trim().is_empty() {
            return Some(MediaType::Json);
        }
        let graphql_response = quality(&accept, "graphql-response+json");
        let json = quality(&accept, "json");
        let best = [
            (MediaType::GraphqlResponse, graphql_response),
            (MediaType::Json, json),
        ];
        // The later of equals wins: JSON, unless the other one was named.
        best.into_iter()
            .filter_map(|(media_type, quality)| Some((media_type, quality?)))
            .filter(|(_, quality)| quality.weight > 0)
            .max_by_key(|(media_type, quality)| {
                let named = quality.exactness == 2 && *media_type == MediaType::GraphqlResponse;
                (quality.weight, named)
            })
            .map(|(media_type, _)| media_type)
    }
}

/// How much a media type is liked.
#[derive(Clone, Copy)]
struct Quality {
    /// 2 where the type was named, 1 by `application/*`, 0 by `*/*`.
    exactness: u8,
    /// In thousandths.
    weight: u16,
}

/// By the most exact of the ranges that the type is in. A charset other than UTF-8 is not one that we answer in.
fn quality(accept: &str, subtype: &str) -> Option<Quality> {
    let ranges = accept.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (kind, name) = parts.next()?.split_once('/')?;
        let exactness = match (kind.trim(), name.trim()) {
            ("*", "*") => 0,
            (kind, "*") if kind.eq_ignore_ascii_case("application") => 1,
            (kind, name)
                if kind.eq_ignore_ascii_case("application")
                    && name.eq_ignore_ascii_case(subtype) =>
            {
                2
            }
            _ => return None,
        };
        let mut weight = 1_000;
        for parameter in parts {
            let Some((name, value)) = parameter.split_once('=') else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if name.eq_ignore_ascii_case("q") {
                weight = (value.parse::<f32>().ok()?.clamp(0.0, 1.0) * 1_000.0) as u16;
            } else if name.eq_ignore_ascii_case("charset") && !is_utf8(value) {
                return None;
            }
        }
        Some(Quality { exactness, weight })
    });
    ranges.max_by_key(|quality| quality.exactness)
}

/// Whether a charset is the one we read and write.
pub(super) fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, expected: Option<MediaType>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        assert_eq!(MediaType::accepted(&headers), expected, "{accept}");
    }

    #[test]
    fn the_caller_chooses() {
        let (graphql, json) = (Some(MediaType::GraphqlResponse), Some(MediaType::Json));
        assert_eq!(MediaType::accepted(&HeaderMap::new()), json);
        check("application/json", json);
        check("application/json; charset=utf-8", json);
        check("application/graphql-response+json", graphql);
        check(
            "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
            graphql,
        );
        check(
            "application/json, application/graphql-response+json;q=0.9",
            json,
        );
        check("application/graphql-response+json;q=0, */*", json);
        check("*/*", json);
        check("application/*", json);
        check("text/html, application/xhtml+xml, */*;q=0.8", json);
        check("text/html", None);
        check("application/json;q=0", None);
        check("application/json; charset=iso-8859-1", None);
        check("nonsense", None);
    }
}

//! GraphiQL, served from the program: its page asks nobody else for anything, and its policy would not let it.

use std::io::Read;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;

/// Scripts and requests of our own only. Its editor writes styles of its own into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A part of the page, some of them compressed with gzip.
struct Part {
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
    is_compressed: bool,
}

const PARTS: [Part; 5] = [
    Part {
        name: "react.js",
        media_type: "text/javascript",
        content: include_bytes!("graphiql/react.js.gz"),
        is_compressed: true,
    },
    Part {
        name: "graphiql.js",
        media_type: "text/javascript",
        content: include_bytes!("graphiql/graphiql.js.gz"),
        is_compressed: true,
    },
    Part {
        name: "graphiql.css",
        media_type: "text/css",
        content: include_bytes!("graphiql/graphiql.css.gz"),
        is_compressed: true,
    },
    Part {
        name: "start.js",
        media_type: "text/javascript",
        content: include_bytes!("graphiql/start.js"),
        is_compressed: false,
    },
    Part {
        name: "page.css",
        media_type: "text/css",
        content: include_bytes!("graphiql/page.css"),
        is_compressed: false,
    },
];

/// The page.
pub async fn show() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, include_str!("graphiql/page.html")).into_response()
}

/// One of its parts.
pub async fn part(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(part) = PARTS.iter().find(|part| part.name == name) else {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    };
    let known = [
        (header::CONTENT_TYPE, part.media_type),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::VARY, "Accept-Encoding"),
    ];
    if !part.is_compressed {
        return (known, part.content).into_response();
    }
    let encodings = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut encodings = encodings.filter_map(|value| value.to_str().ok());
    if encodings.any(|value| value.contains("gzip")) {
        let packed = [(header::CONTENT_ENCODING, "gzip")];
        return (known, packed, part.content).into_response();
    }
    let mut content = Vec::new();
    match GzDecoder::new(part.content).read_to_end(&mut content) {
        Ok(_) => (known, content).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

//! The style sheet and the icon, served from the program under names that change with their content.

use std::hash::Hasher;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use siphasher::sip::SipHasher13;

use super::failure::Failure;

/// The style sheet of every page.
pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", "text/css", include_str!("assets/style.css")));
/// The icon in the browser's tab.
pub static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "icon",
        "svg",
        "image/svg+xml",
        include_str!("assets/icon.svg"),
    )
});

/// A file that pages refer to.
#[derive(Debug)]
pub struct Asset {
    name: String,
    media_type: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, content: &'static str) -> Asset {
        let mut hasher = SipHasher13::new();
        hasher.write(content.as_bytes());
        Asset {
            name: format!("{stem}.{:016x}.{ending}", hasher.finish()),
            media_type,
            content,
        }
    }

    /// Where it is served.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// Answers with the asset of this name, which browsers may keep for ever.
///
/// # Errors
/// Where there is none: a page that still names it was made by another version.
pub async fn show(name: Result<Path<String>, PathRejection>) -> Result<Response, Failure> {
    let all: [&'static Asset; 2] = [&STYLE, &ICON];
    let found = name
        .ok()
        .and_then(|Path(name)| all.into_iter().find(|asset| asset.name == name));
    let Some(asset) = found else {
        return Err(Failure::no_page());
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.content).into_response())
}

//! How keys are shown.

use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::Shown;
use crate::app::App;
use crate::cli::format::{Format, print, print_json};
use crate::clock;
use crate::service::identity::Secret;
use crate::service::identity::key::works;
use crate::store::api_key::{ApiKey, list_keys};
use crate::store::paging::Page;

/// A key that was just made, with its secret.
pub(super) fn show_new(key: &ApiKey, secret: &Secret, shown: &Shown) -> anyhow::Result<ExitCode> {
    if shown.quiet {
        print(secret.reveal())?;
    } else if shown.format == Format::Json {
        let mut object = json(key);
        object["key"] = json!(secret.reveal());
        print_json(&object)?;
    } else {
        print(format_args!(
            "key {} {:?}: {}{}",
            key.row.id,
            key.row.name,
            key.row.role.name(),
            about(key)
        ))?;
        print(secret.reveal())?;
        print("It is not shown again. Send it as: Authorization: Bearer pbk_…")?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show_list(app: &App, format: Format) -> anyhow::Result<()> {
    let all = Page {
        limit: u32::MAX,
        after: None,
        before: None,
        from_back: false,
    };
    let keys = list_keys(app.db(), &all).await?;
    if format == Format::Text {
        print(format_args!(
            "{:>6}  {:<12}  {:<10} {:<8} {:<20} {:<20} name",
            "number", "begins", "role", "state", "last used", "expires"
        ))?;
    }
    for (_, key) in keys.rows {
        if format == Format::Json {
            print_json(&json(&key))?;
            continue;
        }
        let moment = |moment: Option<DateTime<Utc>>| moment.map(text).unwrap_or_default();
        print(format_args!(
            "{:>6}  {:<12}  {:<10} {:<8} {:<20} {:<20} {}{}",
            key.row.id,
            key.row.prefix,
            key.row.role.name(),
            state(&key),
            moment(key.row.last_used_at),
            moment(key.row.expires_at),
            key.row.name,
            about(&key)
        ))?;
    }
    Ok(())
}

/// Everything of a key but its secret.
pub(super) fn json(key: &ApiKey) -> Value {
    let partner_ids: Vec<&String> = key.partners.iter().map(|(_, id)| id).collect();
    json!({
        "number": key.row.id,
        "name": key.row.name,
        "role": key.row.role.name(),
        "partners": partner_ids,
        "exports": exports(key),
        "prefix": key.row.prefix,
        "state": state(key),
        "created_at": text(key.row.created_at),
        "expires_at": key.row.expires_at.map(text),
        "last_used_at": key.row.last_used_at.map(text),
        "revoked_at": key.row.revoked_at.map(text),
        "replaced_by": key.row.replaced_by,
    })
}

/// What a key is for besides its role.
fn about(key: &ApiKey) -> String {
    let mut names: Vec<&str> = key.partners.iter().map(|(_, id)| id.as_str()).collect();
    names.extend(exports(key));
    if names.is_empty() {
        String::new()
    } else {
        format!(" for {}", names.join(", "))
    }
}

fn exports(key: &ApiKey) -> Vec<&str> {
    let names = key.row.exports.split(',');
    names.filter(|name| !name.is_empty()).collect()
}

fn state(key: &ApiKey) -> &'static str {
    if key.row.revoked_at.is_some() {
        "revoked"
    } else if !works(&key.row, clock::now()) {
        "expired"
    } else if key.row.replaced_by.is_some() {
        "replaced"
    } else {
        "works"
    }
}

fn text(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

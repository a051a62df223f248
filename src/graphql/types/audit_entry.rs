//! The audit log.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};

use crate::graphql::error::Failure;
use crate::graphql::pagination::{Counted, PageArgs, Total, connection};
use crate::graphql::reader::reader;
use crate::graphql::scope::check_keys;
use crate::store::audit as store;
use crate::store::audit::{count_entries, list_entries};

/// Something that was done.
#[derive(Clone, Debug)]
pub struct AuditEntry(pub store::AuditEntry);

/// Tests of an entry of the audit log, each byte by byte. All that are given must hold.
#[derive(InputObject, Clone, Debug, Default)]
pub struct AuditFilter {
    /// What was done, such as `api_key.create`.
    action: Option<String>,
    /// What it was done to, such as `api_key 3`.
    subject: Option<String>,
    /// Who did it, such as `key 3 "me"` or `command line`.
    who: Option<String>,
}

/// Something that was done. Entries are never changed or deleted.
#[Object]
impl AuditEntry {
    /// When it was done.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who did it, such as `key 3 "me"` or `command line`.
    async fn who(&self) -> &str {
        &self.0.who
    }

    /// The address it came from; null for the command line, and where it is not known.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// What was done, such as `api_key.create`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// What it was done to, such as `api_key 3`.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The subject before, as JSON; null where there was nothing.
    async fn before(&self) -> Option<&str> {
        self.0.before.as_deref()
    }

    /// The subject after, as JSON; null where nothing is left.
    async fn after(&self) -> Option<&str> {
        self.0.after.as_deref()
    }
}

/// One page of the entries that match, the newest first.
pub(in crate::graphql) async fn page_of_entries(
    ctx: &Context<'_>,
    filter: Option<AuditFilter>,
    page: PageArgs,
) -> Result<Counted<AuditEntry>, Failure> {
    const ORDER: &str = "auditLog";
    check_keys(ctx)?;
    let reader = reader(ctx);
    let filter = filter.unwrap_or_default();
    let filter = store::AuditFilter {
        action: filter.action,
        subject: filter.subject,
        who: filter.who,
    };
    let page = page.page(reader.limits(), ORDER)?;
    let rows = list_entries(&reader.db, &filter, &page).await?;
    let db = reader.db.clone();
    let total = Total::new(move || {
        let (db, filter) = (db.clone(), filter.clone());
        async move { count_entries(&db, &filter).await }
    });
    Ok(connection(rows, ORDER, total, AuditEntry))
}

//! Who did what, from where: changes that someone asks for are told to the audit log, in their own transaction.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::identity::Principal;
use crate::clock;
use crate::store::audit::{NewAuditEntry, insert_entry};
use crate::store::{Db, StoreError, Transaction};

/// Someone who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    who: String,
    address: Option<IpAddr>,
}

/// What was done, and to what.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Such as `api_key.create`: the noun, and the verb.
    pub action: &'static str,
    /// Such as `api_key 3`.
    pub subject: String,
    /// The subject before; none where there was nothing.
    pub before: Option<Value>,
    /// The subject after; none where nothing is left.
    pub after: Option<Value>,
}

impl Actor {
    /// Whoever may open the data directory.
    #[must_use]
    pub fn command_line() -> Actor {
        Actor {
            who: "command line".to_owned(),
            address: None,
        }
    }

    /// What the server does by itself, by its settings.
    #[must_use]
    pub fn schedule() -> Actor {
        Actor {
            who: "schedule".to_owned(),
            address: None,
        }
    }

    /// Someone who has been recognised.
    #[must_use]
    pub fn new(principal: &Principal, address: Option<IpAddr>) -> Actor {
        Actor {
            who: principal.who().to_string(),
            address,
        }
    }

    /// Someone who has not been recognised.
    #[must_use]
    pub fn unknown(address: Option<IpAddr>) -> Actor {
        Actor {
            who: "nobody".to_owned(),
            address,
        }
    }

    /// Tells the log of something that changes nothing.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn record_alone(&self, db: &Db, change: Change) -> Result<(), StoreError> {
        let txn = db.begin().await?;
        self.record(&txn, clock::now(), change).await?;
        Ok(txn.commit().await?)
    }

    /// Tells the log. The entry is there if and only if the transaction is committed.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn record(
        &self,
        txn: &Transaction,
        at: DateTime<Utc>,
        change: Change,
    ) -> Result<(), StoreError> {
        insert_entry(txn, self.entry(at, change)).await
    }

    /// The entry itself, for a transaction of the store's own.
    #[must_use]
    pub fn entry(&self, at: DateTime<Utc>, change: Change) -> NewAuditEntry {
        let text = |value: Value| value.to_string();
        NewAuditEntry {
            at,
            who: self.who.clone(),
            address: self.address.map(|address| address.to_string()),
            action: change.action,
            subject: change.subject,
            before: change.before.map(text),
            after: change.after.map(text),
        }
    }
}

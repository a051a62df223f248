//! Someone who has been recognised, with what they may read and do.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::service::export::Export;
use crate::service::scope::Viewer;
use crate::store::api_key::{ApiKey, ApiKeyKey, Role};
use crate::store::partner::PartnerKey;
use crate::store::rights::{Rights, Visible};

/// Someone who has been recognised. Only this module makes one.
#[derive(Clone, Debug)]
pub struct Principal {
    who: Who,
    role: Role,
    partners: Vec<(PartnerKey, String)>,
    exports: Vec<Export>,
    rights: Rights,
    expires_at: Option<DateTime<Utc>>,
}

/// Who someone is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever holds this key.
    Key { key: ApiKeyKey, name: String },
    /// Whom an identity provider has vouched for.
    Subject {
        issuer: String,
        subject: String,
        name: String,
    },
}

impl Principal {
    /// The holder of a key that works.
    pub(super) fn of_key(key: ApiKey) -> Principal {
        let who = Who::Key {
            key: ApiKeyKey(key.row.id),
            name: key.row.name,
        };
        let exports = Export::list(&key.row.exports);
        Principal::new(who, key.row.role, key.partners, exports, key.row.expires_at)
    }

    /// Someone whom an identity provider has vouched for.
    pub(super) fn of_claims(
        who: Who,
        role: Role,
        partners: Vec<(PartnerKey, String)>,
    ) -> Principal {
        Principal::new(who, role, partners, Vec::new(), None)
    }

    /// The same, for no longer than this.
    pub(super) fn until(mut self, end: DateTime<Utc>) -> Principal {
        self.expires_at = Some(self.expires_at.map_or(end, |earlier| earlier.min(end)));
        self
    }

    fn new(
        who: Who,
        role: Role,
        partners: Vec<(PartnerKey, String)>,
        exports: Vec<Export>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Principal {
        let own: Arc<[PartnerKey]> = partners.iter().map(|(key, _)| *key).collect();
        let (visible_partners, figures) = match role {
            Role::Admin | Role::Analyst => (Visible::All, Visible::All),
            Role::Operator => (Visible::All, Visible::Nothing),
            Role::Partner => (Visible::Only(own.clone()), Visible::Only(own)),
            Role::Integrator => (Visible::Nothing, Visible::Nothing),
        };
        let rights = Rights {
            partners: visible_partners,
            figures,
            operations: matches!(role, Role::Admin | Role::Operator),
            keys: role == Role::Admin,
        };
        Principal {
            who,
            role,
            partners,
            exports,
            rights,
            expires_at,
        }
    }

    #[must_use]
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The key that is held.
    #[must_use]
    pub fn key(&self) -> Option<ApiKeyKey> {
        match &self.who {
            Who::Key { key, .. } => Some(*key),
            Who::Subject { .. } => None,
        }
    }

    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The partners that one of the role `partner` stands for, with the sender's ids.
    #[must_use]
    pub fn partners(&self) -> &[(PartnerKey, String)] {
        &self.partners
    }

    /// The exports that one of the role `integrator` may take.
    #[must_use]
    pub fn exports(&self) -> &[Export] {
        &self.exports
    }

    /// Which rows can be read.
    #[must_use]
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Until when they are recognised; none without an end.
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// Through whose eyes figures are read.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        Viewer::of(self.rights.figures())
    }

    /// Whether the export may be taken.
    #[must_use]
    pub fn may_export(&self, export: Export) -> bool {
        match self.role {
            Role::Admin | Role::Analyst => true,
            Role::Operator | Role::Partner => false,
            Role::Integrator => self.exports.contains(&export),
        }
    }
}

impl Who {
    /// What people call them.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Who::Key { name, .. } | Who::Subject { name, .. } => name,
        }
    }
}

/// As the audit log names them.
impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Who::Key { key, name } => write!(f, "key {} {name:?}", key.0),
            Who::Subject {
                issuer, subject, ..
            } => write!(f, "subject {subject:?} of {issuer}"),
        }
    }
}

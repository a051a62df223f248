//! Keys to ask with.

use chrono::TimeDelta;
use peerband::clock;
use peerband::service::audit::Actor;
use peerband::service::identity::{Export, KeyRequest, create_key};
use peerband::store::Db;
use peerband::store::api_key::Role;

/// A new key of a role, for some partners.
pub(crate) async fn key(db: &Db, role: Role, partner_ids: &[&str]) -> String {
    let request = KeyRequest {
        name: format!("test {}", role.name()),
        role,
        partner_ids: partner_ids.iter().map(|id| (*id).to_owned()).collect(),
        exports: match role {
            Role::Integrator => Export::ALL.into(),
            _ => Vec::new(),
        },
        expires_at: Some(clock::now() + TimeDelta::days(1)),
    };
    let (_, secret) = create_key(db, &Actor::command_line(), request, clock::now())
        .await
        .unwrap();
    secret.reveal().to_owned()
}

//! One key for each role, made anew by each start of the demo in place of the last start's.

use anyhow::Context;
use chrono::TimeDelta;

use crate::app::App;
use crate::cli::format::print;
use crate::clock;
use crate::service::audit::Actor;
use crate::service::identity::key::works;
use crate::service::identity::session::make_link;
use crate::service::identity::{Export, KeyRequest, create_key, revoke_key};
use crate::store::api_key::{ApiKeyKey, Named, Role, list_keys};
use crate::store::paging::Page;

const ROLES: [Role; 5] = [
    Role::Admin,
    Role::Operator,
    Role::Analyst,
    Role::Partner,
    Role::Integrator,
];

/// How long the link works that signs a browser in.
const LINK_HOURS: i64 = 12;

/// Makes the keys and shows them. That of the role `partner` stands for the partner that examples show. Gives the place
/// that signs a browser in as an admin, once.
pub(super) async fn show_keys(app: &App, partner_id: &str) -> anyhow::Result<String> {
    revoke_earlier(app).await?;
    let mut link = None;
    print("\nKeys, until the demo is started again:")?;
    for role in ROLES {
        let request = KeyRequest {
            name: name(role),
            role,
            partner_ids: match role {
                Role::Partner => vec![partner_id.to_owned()],
                _ => Vec::new(),
            },
            exports: match role {
                Role::Integrator => Export::ALL.into(),
                _ => Vec::new(),
            },
            expires_at: None,
        };
        let (key, secret) =
            create_key(app.db(), &Actor::command_line(), request, clock::now()).await?;
        print(format_args!("  {:<10} {}", role.name(), secret.reveal()))?;
        if role == Role::Admin {
            let life = TimeDelta::hours(LINK_HOURS);
            link = Some(make_link(app.db(), ApiKeyKey(key.row.id), life, clock::now()).await?);
        }
    }
    let link = link.context("the demo has no admin")?;
    Ok(format!("/sign-in?link={}", link.reveal()))
}

async fn revoke_earlier(app: &App) -> anyhow::Result<()> {
    let all = Page {
        limit: u32::MAX,
        after: None,
        before: None,
        from_back: false,
    };
    let now = clock::now();
    for (_, key) in list_keys(app.db(), &all).await?.rows {
        let is_ours = ROLES.iter().any(|role| name(*role) == key.row.name);
        if is_ours && works(&key.row, now) {
            let named = Named::Number(ApiKeyKey(key.row.id));
            revoke_key(app.db(), &Actor::command_line(), named, now).await?;
        }
    }
    Ok(())
}

fn name(role: Role) -> String {
    format!("demo {}", role.name())
}

//! One key for each role, made anew by each start of the demo in place of the last start's.

use crate::app::App;
use crate::cli::format::print;
use crate::clock;
use crate::service::identity::key::works;
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

/// Makes the keys and shows them. That of the role `partner` stands for the partner that examples show.
pub(super) async fn show_keys(app: &App, partner_id: &str) -> anyhow::Result<()> {
    revoke_earlier(app).await?;
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
        let (_, secret) = create_key(app.db(), request, clock::now()).await?;
        print(format_args!("  {:<10} {}", role.name(), secret.reveal()))?;
    }
    Ok(())
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
            revoke_key(app.db(), named, now).await?;
        }
    }
    Ok(())
}

fn name(role: Role) -> String {
    format!("demo {}", role.name())
}

//! Everybody who may ask, and what DATA.md and the roles let them see.

use chrono::TimeDelta;
use peerband::clock;
use peerband::service::audit::Actor;
use peerband::service::identity::session::{Proof, sign_in};
use peerband::service::identity::{Export, KeyRequest, Secret, create_key, revoke_key, rotate_key};
use peerband::store::Db;
use peerband::store::api_key::{ApiKeyKey, Named, Role};

use super::program::{Canary, Of, partner_id};

/// Someone who asks.
#[derive(Clone, Debug)]
pub(super) struct Viewer {
    pub(super) name: &'static str,
    /// The header that says who it is.
    pub(super) shows: Option<(&'static str, String)>,
    /// None where the credentials are not good.
    pub(super) role: Option<Role>,
    pub(super) partners: Vec<usize>,
    pub(super) exports: Vec<Export>,
}

/// Where something is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    Pages,
    Export(Export),
}

pub(super) struct Viewers {
    pub(super) known: Vec<Viewer>,
    /// Those whose credentials are good for nothing; the first has none.
    pub(super) strangers: Vec<Viewer>,
    /// Of keys.
    pub(super) canaries: Vec<Canary>,
}

impl Viewer {
    pub(super) fn may_see(&self, surface: Surface, of: Of) -> bool {
        let Some(role) = self.role else { return false };
        let is_staff = matches!(role, Role::Admin | Role::Analyst);
        let exported = match surface {
            Surface::Pages => None,
            Surface::Export(export) => Some(export).filter(|export| self.exports.contains(export)),
        };
        match of {
            Of::Nobody => false,
            Of::Partner(at) => {
                is_staff
                    || role == Role::Operator
                    || self.partners.contains(&at)
                    || exported == Some(Export::Scorecards)
            }
            Of::Figure(at) => is_staff || self.partners.contains(&at) || exported.is_some(),
            Of::Fact(at) => is_staff || self.partners.contains(&at),
            // Operators send the customers; whose they are and what they have is nobody's but the partner's.
            Of::Customer(at) => is_staff || role == Role::Operator || self.partners.contains(&at),
            Of::Operation => matches!(role, Role::Admin | Role::Operator),
            Of::Key => role == Role::Admin,
        }
    }
}

impl Viewers {
    pub(super) async fn make(db: &Db) -> Viewers {
        let mut made = Viewers {
            known: Vec::new(),
            strangers: vec![Viewer {
                name: "nobody",
                shows: None,
                role: None,
                partners: Vec::new(),
                exports: Vec::new(),
            }],
            canaries: Vec::new(),
        };
        let both = Export::ALL;
        for (name, role, partners, exports) in [
            ("admin", Role::Admin, &[][..], &[][..]),
            ("operator", Role::Operator, &[], &[]),
            ("analyst", Role::Analyst, &[], &[]),
            ("partner", Role::Partner, &[0], &[]),
            ("partner of two", Role::Partner, &[0, 1], &[]),
            ("integrator", Role::Integrator, &[], &both),
            ("integrator of bands", Role::Integrator, &[], &both[1..]),
        ] {
            let (_, key) = made.key(db, name, role, partners, exports).await;
            made.known.push(Viewer {
                name,
                shows: Some(("authorization", format!("Bearer {key}"))),
                role: Some(role),
                partners: partners.to_vec(),
                exports: exports.to_vec(),
            });
        }
        let (_, own) = made.key(db, "of a browser", Role::Partner, &[0], &[]).await;
        let now = clock::now();
        let begun = sign_in(db, Proof::Key(own), TimeDelta::hours(1), None, now).await;
        let token = begun.unwrap().token.reveal().to_owned();
        made.add(Of::Nobody, &token);
        made.known.push(Viewer {
            name: "browser of a partner",
            shows: Some(("cookie", format!("peerband-session={token}"))),
            role: Some(Role::Partner),
            partners: vec![0],
            exports: Vec::new(),
        });
        let (number, revoked) = made
            .key(db, "keyname-other-zz", Role::Analyst, &[], &[])
            .await;
        made.add(Of::Key, "keyname-other-zz");
        made.add(Of::Key, &revoked[..12]);
        let named = Named::Number(ApiKeyKey(number));
        revoke_key(db, &Actor::command_line(), named, clock::now())
            .await
            .unwrap();
        let (number, _) = made.key(db, "rotated", Role::Analyst, &[], &[]).await;
        let named = Named::Number(ApiKeyKey(number));
        let (by, now) = (Actor::command_line(), clock::now());
        let rotated = rotate_key(db, &by, named, TimeDelta::zero(), now).await;
        made.add(Of::Nobody, &rotated.unwrap().1.reveal()[12..]);
        let (_, expired) = made.key(db, "expired", Role::Admin, &[], &[]).await;
        let unknown = Secret::new_key().unwrap().reveal().to_owned();
        made.add(Of::Nobody, &unknown[12..]);
        for (name, key) in [
            ("revoked key", revoked),
            ("expired key", expired),
            ("unknown key", unknown),
        ] {
            made.strangers.push(Viewer {
                name,
                shows: Some(("authorization", format!("Bearer {key}"))),
                ..made.strangers[0].clone()
            });
        }
        tokio::time::sleep(EXPIRES_IN.to_std().unwrap()).await;
        made
    }

    /// A key, and what nobody but its holder may have of it.
    async fn key(
        &mut self,
        db: &Db,
        name: &str,
        role: Role,
        partners: &[usize],
        exports: &[Export],
    ) -> (i64, String) {
        let request = KeyRequest {
            name: name.to_owned(),
            role,
            partner_ids: partners.iter().map(|at| partner_id(*at)).collect(),
            exports: exports.to_vec(),
            expires_at: (name == "expired").then(|| clock::now() + EXPIRES_IN),
        };
        let made = create_key(db, &Actor::command_line(), request, clock::now()).await;
        let (row, secret) = made.unwrap();
        self.add(Of::Nobody, &secret.reveal()[12..]);
        self.add(Of::Nobody, &secret.hash());
        (row.row.id, secret.reveal().to_owned())
    }

    fn add(&mut self, of: Of, text: &str) {
        self.canaries.push(Canary {
            text: text.to_owned(),
            of,
        });
    }
}

const EXPIRES_IN: TimeDelta = TimeDelta::milliseconds(300);

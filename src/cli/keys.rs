//! `peerband keys`.

mod shown;

use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::Subcommand;

use self::shown::{show_list, show_new};
use super::REJECTED;
use super::format::{Format, print, print_json};
use crate::app::App;
use crate::clock;
use crate::service::audit::Actor;
use crate::service::identity::{Export, KeyError, KeyRequest, create_key, revoke_key, rotate_key};
use crate::store::api_key::{ApiKeyKey, Named, Role};

pub(super) const EXAMPLE: &str = "Examples:
  peerband keys create --role admin --name me
  peerband keys list
  peerband keys rotate me --overlap-hours 48
  peerband keys revoke me

Exit status: 0 done, 1 it failed, 2 refused or wrong usage.";

const CREATE_EXAMPLE: &str = "Examples:
  peerband keys create --role admin --name me
  peerband keys create --role partner --name alder-portal --partner alder --partner alder-nord
  peerband keys create --role integrator --name crm --export scorecards --expires-on 2027-12-31
  peerband keys create --role analyst --name report --quiet > report.key

What the roles may do: admin everything; operator data and jobs, and no partner's figures; analyst reads every partner
exactly; partner reads its own scorecards, and of its peers what the release rules allow; integrator takes the exports
that it is allowed.

Exit status: 0 made, 1 it failed, 2 refused or wrong usage.";

const LIST_EXAMPLE: &str = "Examples:
  peerband keys list
  peerband keys list --format json

Exit status: 0 listed, 1 it failed, 2 wrong usage.";

const ROTATE_EXAMPLE: &str = "Examples:
  peerband keys rotate crm
  peerband keys rotate 3 --overlap-hours 0 --quiet > crm.key

The new key has the name, the rights and as long a life as the old one, which goes on working for the overlap.

Exit status: 0 made, 1 it failed, 2 there is no such key, it no longer works, or wrong usage.";

const REVOKE_EXAMPLE: &str = "Examples:
  peerband keys revoke crm
  peerband keys revoke pbk_4Xb81Qza

Exit status: 0 revoked, 1 it failed, 2 there is no such key, or wrong usage.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key and show it, this once.
    #[command(after_help = CREATE_EXAMPLE)]
    Create(Create),
    /// Every key, the newest first, without the keys themselves.
    #[command(after_help = LIST_EXAMPLE)]
    List {
        /// A table to read, or one JSON object a line.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Make a key in place of another one and show it, this once.
    #[command(after_help = ROTATE_EXAMPLE)]
    Rotate(Rotate),
    /// Refuse a key from now on.
    #[command(after_help = REVOKE_EXAMPLE)]
    Revoke {
        /// The key's number, name or beginning, as `keys list` shows them.
        key: String,
        /// Text to read, or one JSON object.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// Tell nothing.
        #[arg(long)]
        quiet: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// What its holder may do.
    #[arg(long, value_enum)]
    role: RoleName,
    /// What people call it.
    #[arg(long)]
    name: String,
    /// A partner that a key of the role partner stands for; may be given several times.
    #[arg(long = "partner", value_name = "PARTNER_ID")]
    partners: Vec<String>,
    /// An export that a key of the role integrator may take; may be given several times.
    #[arg(long = "export", value_enum, value_name = "EXPORT")]
    exports: Vec<Export>,
    /// The first day, in UTC, on which it no longer works [default: it does not end].
    #[arg(long, value_name = "DATE")]
    expires_on: Option<NaiveDate>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rotate {
    /// The key's number, name or beginning, as `keys list` shows them.
    key: String,
    /// For how many hours the old key goes on working.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=8784))]
    overlap_hours: u32,
    #[command(flatten)]
    shown: Shown,
}

/// How a new key is shown.
#[derive(Debug, clap::Args)]
pub(super) struct Shown {
    /// Text to read, or one JSON object.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The key alone.
    #[arg(long, conflicts_with = "format")]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum RoleName {
    Admin,
    Operator,
    Analyst,
    Partner,
    Integrator,
}

pub(super) async fn run(app: &App, command: Command) -> anyhow::Result<ExitCode> {
    let now = clock::now();
    let done = match command {
        Command::List { format } => return list(app, format).await,
        Command::Create(args) => {
            let request = KeyRequest {
                name: args.name,
                role: args.role.into(),
                partner_ids: args.partners,
                exports: args.exports,
                expires_at: args.expires_on.map(first_moment),
            };
            match create_key(app.db(), &Actor::command_line(), request, now).await {
                Ok((key, secret)) => return show_new(&key, &secret, &args.shown),
                Err(error) => Err(error),
            }
        }
        Command::Rotate(args) => {
            let overlap = TimeDelta::hours(args.overlap_hours.into());
            match rotate_key(
                app.db(),
                &Actor::command_line(),
                named(&args.key),
                overlap,
                now,
            )
            .await
            {
                Ok((key, secret)) => return show_new(&key, &secret, &args.shown),
                Err(error) => Err(error),
            }
        }
        Command::Revoke { key, format, quiet } => {
            let revoked = revoke_key(app.db(), &Actor::command_line(), named(&key), now).await;
            revoked.map(|key| (key, format, quiet))
        }
    };
    match done {
        Ok((_, _, true)) => {}
        Ok((key, Format::Json, _)) => print_json(&shown::json(&key))?,
        Ok((key, Format::Text, _)) => {
            print(format_args!(
                "key {} {:?}: revoked",
                key.row.id, key.row.name
            ))?;
        }
        Err(error @ (KeyError::Store(_) | KeyError::Random(_))) => {
            let place = app.data_dir().path().display();
            return Err(error).with_context(|| format!("keys: data directory {place}"));
        }
        Err(refused) => {
            eprintln!("error: {refused}");
            return Ok(ExitCode::from(REJECTED));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(app: &App, format: Format) -> anyhow::Result<ExitCode> {
    show_list(app, format).await?;
    Ok(ExitCode::SUCCESS)
}

fn named(text: &str) -> Named<'_> {
    match text.parse() {
        Ok(number) => Named::Number(ApiKeyKey(number)),
        Err(_) => Named::Text(text),
    }
}

fn first_moment(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(chrono::NaiveTime::MIN).and_utc()
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Admin => Role::Admin,
            RoleName::Operator => Role::Operator,
            RoleName::Analyst => Role::Analyst,
            RoleName::Partner => Role::Partner,
            RoleName::Integrator => Role::Integrator,
        }
    }
}

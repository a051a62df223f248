//! Settings: one typed struct for each concern over the embedded, commented defaults.

mod hidden;
mod http;
mod oidc;
mod program;
mod release;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::{File, FileFormat};
use serde::{Deserialize, Serialize};

pub use hidden::Hidden;
pub use http::{Http, Session};
pub use oidc::Oidc;
pub use program::{AssociationType, Program};
pub use release::Release;

/// The defaults, with the comments that explain each setting.
pub const DEFAULTS: &str = include_str!("config.default.toml");

const ENV_PREFIX: &str = "PEERBAND_";
/// Variables of the command line, which stand for its global flags and not for settings.
const FLAG_VARIABLES: [&str; 3] = ["PEERBAND_DATA_DIR", "PEERBAND_CONFIG", "PEERBAND_LOG"];

/// Every setting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub program: Program,
    pub release: Release,
    pub database: Database,
    pub http: Http,
    pub session: Session,
    pub oidc: Oidc,
    pub graphql: Graphql,
    pub documents: Documents,
    pub schedule: Schedule,
    pub compaction: Compaction,
}

/// Where the SQL store is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Empty for the SQLite file of the data directory.
    pub url: String,
    pub connections: u32,
}

/// Limits of the GraphQL API.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphql {
    pub page_max: u32,
    pub page_default: u32,
    pub depth_max: usize,
    pub complexity_max: usize,
    pub timeout_seconds: u64,
    pub cost_per_minute: u32,
    /// Of answers that are kept, in memory.
    pub kept_megabytes: u32,
    /// Of rows that answers are made of, in memory.
    pub kept_rows_megabytes: u32,
}

/// The documents that GraphQL clients name instead of sending them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Empty: clients persist their own. Else the manifest of all documents that are taken.
    pub manifest: PathBuf,
    /// How many documents of clients are remembered.
    pub remembered_max: u64,
}

/// When the nightly run wakes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    #[serde(deserialize_with = "time_of_day")]
    pub at: chrono::NaiveTime,
    pub catch_up_days: u32,
    pub enabled: bool,
}

/// When small files of the fact store are merged.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compaction {
    pub enabled: bool,
    pub small_files_max: usize,
}

/// The settings a snapshot is computed with, and recorded with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub program: Program,
    pub release: Release,
}

/// Settings that cannot be used, with the place and the cure.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings: {0}")]
    Unreadable(#[from] config::ConfigError),
    #[error("setting {key} = {value}: {reason}")]
    OutOfBounds {
        key: &'static str,
        value: String,
        reason: &'static str,
    },
    #[error(
        "environment variable {name}: no setting has this name; src/config/config.default.toml lists them all"
    )]
    UnknownVariable { name: String },
}

impl Config {
    /// Defaults, then the file, then the environment.
    ///
    /// # Errors
    /// Where a source cannot be read, names an unknown setting, or a value is out of bounds.
    pub fn load(
        file: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let mut sources =
            config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            sources = sources.add_source(File::from(file).format(FileFormat::Toml));
        }
        let overrides = config::Environment::default()
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("program.association_precedence")
            .with_list_parse_key("http.allowed_origins")
            .with_list_parse_key("oidc.algorithms")
            .with_list_parse_key("oidc.roles")
            .source(Some(overrides(env)?));
        let config: Config = sources.add_source(overrides).build()?.try_deserialize()?;
        config.program.check()?;
        config.release.check()?;
        config.http.check()?;
        config.session.check()?;
        config.oidc.check(&config.http)?;
        config.compaction.check()?;
        Ok(config)
    }

    /// What a snapshot computed now is computed with.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            program: self.program.clone(),
            release: self.release.clone(),
        }
    }
}

impl Compaction {
    fn check(self) -> Result<(), ConfigError> {
        if self.small_files_max > 0 {
            return Ok(());
        }
        Err(ConfigError::OutOfBounds {
            key: "compaction.small_files_max",
            value: self.small_files_max.to_string(),
            reason: "it must be at least 1",
        })
    }
}

/// The variables that name a setting, by the setting's path. Names of the command line's own flags are left to it.
fn overrides(
    env: impl IntoIterator<Item = (String, String)>,
) -> Result<HashMap<String, String>, ConfigError> {
    let paths = setting_paths()?;
    let mut found = HashMap::new();
    for (name, value) in env {
        let Some(setting) = name.strip_prefix(ENV_PREFIX) else {
            continue;
        };
        if FLAG_VARIABLES.contains(&name.as_str()) {
            continue;
        }
        match paths.get(&setting.to_ascii_lowercase()) {
            Some(path) => found.insert(path.clone(), value),
            None => return Err(ConfigError::UnknownVariable { name }),
        };
    }
    Ok(found)
}

/// `release_min_peers` → `release.min_peers`, for every setting there is.
fn setting_paths() -> Result<HashMap<String, String>, ConfigError> {
    let defaults = config::Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .build()?
        .try_deserialize::<HashMap<String, HashMap<String, config::Value>>>()?;
    let pairs = defaults.into_iter().flat_map(|(section, settings)| {
        settings
            .into_keys()
            .map(move |key| (format!("{section}_{key}"), format!("{section}.{key}")))
    });
    Ok(pairs.collect())
}

fn time_of_day<'de, D: serde::Deserializer<'de>>(from: D) -> Result<chrono::NaiveTime, D::Error> {
    let text = String::deserialize(from)?;
    chrono::NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| {
        serde::de::Error::custom(format!("\"{text}\" is no time of day of the form HH:MM"))
    })
}

/// The folder that holds the SQLite file, the fact store and the hashing key.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    #[must_use]
    pub fn new(path: PathBuf) -> DataDir {
        DataDir(path)
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    #[must_use]
    pub fn sqlite_file(&self) -> PathBuf {
        self.0.join("peerband.db")
    }

    #[must_use]
    pub fn facts(&self) -> PathBuf {
        self.0.join("facts")
    }

    #[must_use]
    pub fn hashing_key(&self) -> PathBuf {
        self.0.join("hashing.key")
    }

    /// Held by whoever writes batches; shared by whoever reads facts, so that nothing is swept from under them.
    #[must_use]
    pub fn lock(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.lock"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(env: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(
            None,
            env.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let config = load(&[]).unwrap();
        assert_eq!(config.program.reporting_currency, kernel::Currency(*b"USD"));
        assert_eq!(config.program.timezone, chrono_tz::UTC);
        assert_eq!(
            config.program.association_precedence,
            [AssociationType::Dpor]
        );
        assert_eq!(config.program.new_customer_gap_days, 31);
        assert_eq!(
            (config.release.min_peers, config.release.min_band_members),
            (10, 3)
        );
        assert_eq!(config.release.ranges, release::Ranges::Rounded);
    }

    #[test]
    fn variables_override_and_unknown_ones_are_named() {
        let config = load(&[
            ("PEERBAND_RELEASE_MIN_PEERS", "4"),
            ("PEERBAND_PROGRAM_ASSOCIATION_PRECEDENCE", "CSP,DPOR"),
            ("PEERBAND_PROGRAM_REPORTING_CURRENCY", "EUR"),
            ("HOME", "/nowhere"),
        ])
        .unwrap();
        assert_eq!(config.release.min_peers, 4);
        assert_eq!(
            config.program.association_precedence,
            [AssociationType::Csp, AssociationType::Dpor]
        );
        assert_eq!(config.program.reporting_currency, kernel::Currency(*b"EUR"));
        let error = load(&[("PEERBAND_RELEASE_MIN_PERS", "4")]).unwrap_err();
        assert!(
            error.to_string().contains("PEERBAND_RELEASE_MIN_PERS"),
            "{error}"
        );
    }

    #[test]
    fn values_out_of_bounds_are_refused() {
        for (name, value) in [
            ("PEERBAND_PROGRAM_NEW_CUSTOMER_GAP_DAYS", "0"),
            ("PEERBAND_PROGRAM_NEW_CUSTOMER_GAP_DAYS", "367"),
            ("PEERBAND_PROGRAM_REPORTING_CURRENCY", "usd"),
            ("PEERBAND_PROGRAM_REPORTING_CURRENCY", "ZZZ"),
            ("PEERBAND_PROGRAM_TIMEZONE", "Mars/Olympus"),
            ("PEERBAND_PROGRAM_ASSOCIATION_PRECEDENCE", "DPOR,DPOR"),
            ("PEERBAND_RELEASE_RANGES", "vague"),
            ("PEERBAND_SCHEDULE_AT", "25:00"),
            ("PEERBAND_HTTP_PUBLIC_URL", "scores.example.com"),
            ("PEERBAND_SESSION_HOURS", "0"),
            ("PEERBAND_COMPACTION_SMALL_FILES_MAX", "0"),
            ("PEERBAND_OIDC_ALGORITHMS", "HS256"),
            ("PEERBAND_OIDC_ALGORITHMS", "RS256,none"),
            ("PEERBAND_OIDC_ROLES", "boss=emperor"),
            ("PEERBAND_OIDC_CLIENT_ID", "pages"),
        ] {
            assert!(load(&[(name, value)]).is_err(), "{name}={value}");
        }
    }
}

//! The `[program]` settings of DATA.md.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ConfigError;

/// What the program's figures mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    #[serde(deserialize_with = "currency", serialize_with = "currency_code")]
    pub reporting_currency: kernel::Currency,
    pub timezone: chrono_tz::Tz,
    /// Strongest first.
    pub association_precedence: Vec<AssociationType>,
    pub new_customer_gap_days: u32,
}

/// How a partner stands to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AssociationType {
    Dpor,
    Cpor,
    Csp,
}

impl AssociationType {
    pub const ALL: [AssociationType; 3] = [
        AssociationType::Dpor,
        AssociationType::Cpor,
        AssociationType::Csp,
    ];

    /// The name of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            AssociationType::Dpor => "DPOR",
            AssociationType::Cpor => "CPOR",
            AssociationType::Csp => "CSP",
        }
    }
}

impl Program {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if !(1..=366).contains(&self.new_customer_gap_days) {
            return Err(ConfigError::OutOfBounds {
                key: "program.new_customer_gap_days",
                value: self.new_customer_gap_days.to_string(),
                reason: "must be 1 to 366",
            });
        }
        let types = &self.association_precedence;
        let repeats = types
            .iter()
            .enumerate()
            .any(|(at, kind)| types[..at].contains(kind));
        if repeats || types.is_empty() {
            return Err(ConfigError::OutOfBounds {
                key: "program.association_precedence",
                value: format!("{types:?}"),
                reason: "must name at least one of DPOR, CPOR, CSP, each once",
            });
        }
        Ok(())
    }
}

fn currency<'de, D: Deserializer<'de>>(from: D) -> Result<kernel::Currency, D::Error> {
    let code = String::deserialize(from)?;
    let known = iso_currency::Currency::from_code(&code).is_some();
    let letters = <[u8; 3]>::try_from(code.as_bytes()).ok().filter(|_| known);
    letters
        .map(kernel::Currency)
        .ok_or_else(|| serde::de::Error::custom(format!("\"{code}\" is no currency of ISO 4217")))
}

fn currency_code<S: Serializer>(currency: &kernel::Currency, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(currency)
}

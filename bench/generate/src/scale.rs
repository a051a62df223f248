//! How large a generated program is.

use std::fmt;
use std::str::FromStr;

/// A size. Each is ten times the one before, but XS, which is for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    XS,
    S,
    M,
    L,
}

impl Scale {
    pub const ALL: [Scale; 4] = [Scale::XS, Scale::S, Scale::M, Scale::L];

    #[must_use]
    pub const fn partners(self) -> u32 {
        match self {
            Scale::XS => 100,
            Scale::S => 1_000,
            Scale::M => 10_000,
            Scale::L => 100_000,
        }
    }

    #[must_use]
    pub const fn customers(self) -> u32 {
        self.partners() * 20
    }

    /// About how many usage rows: chance decides the last percent.
    #[must_use]
    pub const fn usage_rows(self) -> u64 {
        match self {
            // A tenth of the customers' usual usage keeps tests quick.
            Scale::XS => 100_000,
            _ => self.customers() as u64 * 500,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Scale::XS => "XS",
            Scale::S => "S",
            Scale::M => "M",
            Scale::L => "L",
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no scale has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scale {0:?}; the scales are XS, S, M and L")]
pub struct UnknownScale(String);

impl FromStr for Scale {
    type Err = UnknownScale;

    fn from_str(name: &str) -> Result<Scale, UnknownScale> {
        Scale::ALL
            .into_iter()
            .find(|scale| scale.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownScale(name.to_owned()))
    }
}

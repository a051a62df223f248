//! The `[release]` settings of DATA.md.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// When partners see how their peers are spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    pub min_peers: u32,
    pub min_band_members: u32,
    pub ranges: Ranges,
}

/// How the ends of ranges are shown to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ranges {
    Exact,
    Rounded,
    Protected,
}

impl Release {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.min_peers == 0 || self.min_band_members == 0 {
            return Err(ConfigError::OutOfBounds {
                key: "release",
                value: format!(
                    "min_peers {}, min_band_members {}",
                    self.min_peers, self.min_band_members
                ),
                reason: "both must be at least 1",
            });
        }
        Ok(())
    }

    /// The same rules as the kernel knows them.
    #[must_use]
    pub fn rules(&self) -> kernel::ReleaseRules {
        kernel::ReleaseRules {
            min_peers: self.min_peers,
            min_band_members: self.min_band_members,
            ranges: self.ranges.into(),
        }
    }
}

impl From<Ranges> for kernel::Ranges {
    fn from(ranges: Ranges) -> kernel::Ranges {
        match ranges {
            Ranges::Exact => kernel::Ranges::Exact,
            Ranges::Rounded => kernel::Ranges::Rounded,
            Ranges::Protected => kernel::Ranges::Protected,
        }
    }
}

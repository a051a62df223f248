//! Words of DATA.md that are stored as one byte. A code, once given out, keeps its meaning for good.

/// How something was licensed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LicenseType {
    Ea,
    Csp,
    Web,
    Direct,
}

impl LicenseType {
    pub const ALL: [LicenseType; 4] = [
        LicenseType::Ea,
        LicenseType::Csp,
        LicenseType::Web,
        LicenseType::Direct,
    ];

    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            LicenseType::Ea => 1,
            LicenseType::Csp => 2,
            LicenseType::Web => 3,
            LicenseType::Direct => 4,
        }
    }

    #[must_use]
    pub fn from_code(code: u8) -> Option<LicenseType> {
        LicenseType::ALL
            .into_iter()
            .find(|license_type| license_type.code() == code)
    }
}

/// The status of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    Active,
    Grace,
    Suspended,
    Expired,
    Cancelled,
}

impl Status {
    pub const ALL: [Status; 5] = [
        Status::Active,
        Status::Grace,
        Status::Suspended,
        Status::Expired,
        Status::Cancelled,
    ];

    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Status::Active => 1,
            Status::Grace => 2,
            Status::Suspended => 3,
            Status::Expired => 4,
            Status::Cancelled => 5,
        }
    }

    #[must_use]
    pub fn from_code(code: u8) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether the seats of such a subscription are assigned seats.
    #[must_use]
    pub fn counts(self) -> bool {
        matches!(self, Status::Active | Status::Grace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for license_type in LicenseType::ALL {
            assert_eq!(
                LicenseType::from_code(license_type.code()),
                Some(license_type)
            );
        }
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
        assert_eq!(
            (LicenseType::from_code(0), Status::from_code(6)),
            (None, None)
        );
    }
}

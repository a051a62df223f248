//! The types of single values: what a column's text means once it has been checked.

use std::{fmt, str::FromStr};

/// An amount of money of some currency in ten-thousandths, at most 18 digits in all. A credit is negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount {
    pub ten_thousandths: i128,
}

/// What one unit of a currency is worth in the reporting currency, in billionths; above zero, at most 18 digits in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    pub billionths: i128,
}

/// An alphabetic code of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in through `from_str`; a code built by hand from other bytes shows as nothing.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.as_str())
    }
}

/// A text that is no currency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no currency code of ISO 4217 (three capital letters)")]
pub struct NoCurrency;

impl FromStr for Currency {
    type Err = NoCurrency;

    fn from_str(text: &str) -> Result<Currency, NoCurrency> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| NoCurrency)?;
        let capital = code.iter().all(u8::is_ascii_uppercase);
        if capital && iso_currency::Currency::from_code(text).is_some() {
            Ok(Currency(code))
        } else {
            Err(NoCurrency)
        }
    }
}

/// The id of a person: personal data, which never shows in debug output.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonalId<'a>(pub &'a str);

impl<'a> PersonalId<'a> {
    /// The sender's id, for hashing and nothing else.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for PersonalId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalId(…)")
    }
}

/// An enum whose values are words of DATA.md, exactly as written there.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// What a value must be, for the reason of a reject.
            pub(crate) const REASON: &str = concat!("must be one of:" $(, " ", $word)+);

            /// The word of DATA.md.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            pub(crate) fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// How the licence was sold.
    LicenseType { Ea = "EA", Csp = "CSP", Web = "WEB", Direct = "DIRECT" }
}

words! {
    /// What makes a partner the customer's: see `association_precedence` in DATA.md.
    AssociationType { Dpor = "DPOR", Cpor = "CPOR", Csp = "CSP" }
}

words! {
    /// The state of a subscription; seats count as assigned while it is active or in grace.
    Status {
        Active = "active",
        Grace = "grace",
        Suspended = "suspended",
        Expired = "expired",
        Cancelled = "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_codes_of_the_standard() {
        for code in ["USD", "EUR", "JPY", "GBP", "CHF"] {
            assert_eq!(code.parse::<Currency>().unwrap().to_string(), code);
        }
        for text in ["usd", "Usd", "US", "USDX", "ZZZ", "", "€", "840", " USD"] {
            assert_eq!(text.parse::<Currency>(), Err(NoCurrency), "{text}");
        }
    }

    #[test]
    fn words_read_back() {
        for word in LicenseType::ALL {
            assert_eq!(LicenseType::from_word(word.as_str()), Some(*word));
        }
        assert_eq!(Status::from_word("Active"), None);
        assert_eq!(AssociationType::REASON, "must be one of: DPOR CPOR CSP");
    }

    #[test]
    fn personal_ids_do_not_show() {
        assert!(!format!("{:?}", PersonalId("ann")).contains("ann"));
    }
}

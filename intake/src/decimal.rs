//! Decimal numbers read from their text, never through a float.

/// A decimal number without zeros at the end of its fraction: `digits` divided by ten to the power of `places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    pub(crate) digits: u128,
    pub(crate) places: u32,
}

/// Why a number is not taken; reads on after the column's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecimalError {
    #[error("is no number (digits with at most one point, no exponent, sign + or space)")]
    NoNumber,
    #[error("has too many digits")]
    TooLong,
    #[error("has more than {0} decimal places")]
    Places(u32),
    #[error("has more than {0} digits in all")]
    Digits(u32),
}

impl Decimal {
    /// Reads `-?[0-9]+(\.[0-9]+)?`, with any number of zeros before and behind.
    pub(crate) fn parse(text: &str) -> Result<Decimal, DecimalError> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (unsigned, None),
        };
        let all_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !fraction.is_none_or(all_digits) {
            return Err(DecimalError::NoNumber);
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.unwrap_or_default().trim_end_matches('0');
        let mut digits = 0u128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let more = digits
                .checked_mul(10)
                .and_then(|digits| digits.checked_add(u128::from(byte - b'0')));
            digits = more.ok_or(DecimalError::TooLong)?;
        }
        // The fraction may still be longer than its digits are worth: 0.000…01.
        let places = u32::try_from(fraction.len()).map_err(|_| DecimalError::TooLong)?;
        Ok(Decimal {
            negative,
            digits,
            places,
        })
    }

    /// The number `mantissa` divided by ten to the power of `scale`.
    pub(crate) fn from_parts(mantissa: i128, scale: i8) -> Result<Decimal, DecimalError> {
        let negative = mantissa < 0;
        let mut digits = mantissa.unsigned_abs();
        let Ok(mut places) = u32::try_from(scale) else {
            let factor = 10u128.checked_pow(u32::from(scale.unsigned_abs()));
            let digits = factor
                .and_then(|factor| digits.checked_mul(factor))
                .ok_or(DecimalError::TooLong)?;
            return Ok(Decimal {
                negative,
                digits,
                places: 0,
            });
        };
        while places > 0 && digits.is_multiple_of(10) {
            digits /= 10;
            places -= 1;
        }
        Ok(Decimal {
            negative,
            digits,
            places,
        })
    }

    /// The number as a whole count of units of ten to the power of minus `places`, where it has at most so many
    /// decimal places and at most `digits` digits in all: those before the point without leading zeros, and those
    /// behind it without trailing ones.
    pub(crate) fn in_units(self, places: u32, digits: u32) -> Result<i128, DecimalError> {
        if self.places > places {
            return Err(DecimalError::Places(places));
        }
        let significant = self.digits.checked_ilog10().map_or(0, |log| log + 1);
        if significant.max(self.places) > digits {
            return Err(DecimalError::Digits(digits));
        }
        let units = 10u128
            .checked_pow(places - self.places)
            .and_then(|factor| self.digits.checked_mul(factor));
        let units = units
            .and_then(|units| i128::try_from(units).ok())
            .ok_or(DecimalError::TooLong)?;
        Ok(if self.negative { -units } else { units })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A second reading with digits as a list: whole and fraction of the number in units, or what is wrong with it.
    fn naive(text: &str, places: usize, digits: usize) -> Option<String> {
        let (sign, rest) = if let Some(rest) = text.strip_prefix('-') {
            ("-", rest)
        } else {
            ("", text)
        };
        let parts: Vec<&str> = rest.split('.').collect();
        let (whole, fraction) = match parts.as_slice() {
            [whole] => (*whole, "0"),
            [whole, fraction] => (*whole, *fraction),
            _ => return None,
        };
        if whole.is_empty()
            || fraction.is_empty()
            || !(whole.to_owned() + fraction)
                .chars()
                .all(|c| c.is_ascii_digit())
        {
            return None;
        }
        let mut whole: Vec<char> = whole.chars().collect();
        while whole.first() == Some(&'0') {
            whole.remove(0);
        }
        let mut fraction: Vec<char> = fraction.chars().collect();
        while fraction.last() == Some(&'0') {
            fraction.pop();
        }
        if fraction.len() > places || whole.len() + fraction.len() > digits {
            return None;
        }
        fraction.resize(places, '0');
        let units: String = whole.into_iter().chain(fraction).collect();
        let units = units.trim_start_matches('0');
        Some(if units.is_empty() {
            "0".to_owned()
        } else {
            format!("{sign}{units}")
        })
    }

    fn ours(text: &str, places: u32, digits: u32) -> Option<String> {
        let units = Decimal::parse(text).and_then(|decimal| decimal.in_units(places, digits));
        units.ok().map(|units| units.to_string())
    }

    fn check(text: &str) {
        assert_eq!(ours(text, 4, 18), naive(text, 4, 18), "{text} as an amount");
        assert_eq!(ours(text, 9, 18), naive(text, 9, 18), "{text} as a rate");
        assert_eq!(ours(text, 0, 10), naive(text, 0, 10), "{text} as a count");
    }

    #[test]
    fn edges() {
        let texts = [
            "", "-", ".", "1.", ".1", "--1", "1-", "0", "-0", "00.00", "1.2.3", "1_0", "１", "1e5",
            "+1", " 1",
        ];
        texts.into_iter().for_each(check);
        check(&"9".repeat(18));
        check(&"9".repeat(19));
        check(&"9".repeat(60));
        check(&format!("0.{}1", "0".repeat(40)));
        check(&format!("{}1.5{}", "0".repeat(5000), "0".repeat(5000)));
    }

    proptest! {
        #[test]
        fn numbers_read_as_a_simple_reading_reads_them(
            text in "-?0{0,3}[0-9]{0,20}(\\.[0-9]{0,10}0{0,20})?",
        ) {
            check(&text);
        }

        #[test]
        fn any_text_reads_as_a_simple_reading_reads_it(text in "[-+.0-9eE ]{0,12}") {
            check(&text);
        }

        #[test]
        fn a_mantissa_and_its_text_are_the_same_number(mantissa in any::<i64>(), scale in 0i8..12) {
            let text = crate::field::Field::Decimal { mantissa: mantissa.into(), scale }.shown().into_owned();
            let parts = Decimal::from_parts(mantissa.into(), scale).unwrap();
            prop_assert_eq!(parts.in_units(12, 38), Decimal::parse(&text).unwrap().in_units(12, 38));
        }
    }
}

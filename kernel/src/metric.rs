//! The eight metrics and the exact values they take.

use std::cmp::Ordering;
use std::fmt;

/// The part of the scorecard a metric stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Performance,
    Capability,
    CustomerSuccess,
}

/// A metric of DATA.md, in the scorecard's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    Revenue,
    NewCustomers,
    NetPaidSeats,
    CertifiedPeople,
    ProductionInstances,
    MonthlyActiveUsers,
    MauPerAssignedSeat,
    NetPromoterScore,
}

impl Metric {
    pub const COUNT: usize = 8;

    pub const ALL: [Metric; Metric::COUNT] = [
        Metric::Revenue,
        Metric::NewCustomers,
        Metric::NetPaidSeats,
        Metric::CertifiedPeople,
        Metric::ProductionInstances,
        Metric::MonthlyActiveUsers,
        Metric::MauPerAssignedSeat,
        Metric::NetPromoterScore,
    ];

    /// The name of the contract, such as `NET_PAID_SEATS`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Metric::Revenue => "REVENUE",
            Metric::NewCustomers => "NEW_CUSTOMERS",
            Metric::NetPaidSeats => "NET_PAID_SEATS",
            Metric::CertifiedPeople => "CERTIFIED_PEOPLE",
            Metric::ProductionInstances => "PRODUCTION_INSTANCES",
            Metric::MonthlyActiveUsers => "MONTHLY_ACTIVE_USERS",
            Metric::MauPerAssignedSeat => "MAU_PER_ASSIGNED_SEAT",
            Metric::NetPromoterScore => "NET_PROMOTER_SCORE",
        }
    }

    #[must_use]
    pub fn group(self) -> Group {
        match self {
            Metric::Revenue | Metric::NewCustomers | Metric::NetPaidSeats => Group::Performance,
            Metric::CertifiedPeople | Metric::ProductionInstances => Group::Capability,
            Metric::MonthlyActiveUsers | Metric::MauPerAssignedSeat | Metric::NetPromoterScore => {
                Group::CustomerSuccess
            }
        }
    }

    /// Whether its values are whole numbers.
    #[must_use]
    pub fn is_whole(self) -> bool {
        matches!(
            self,
            Metric::NewCustomers
                | Metric::NetPaidSeats
                | Metric::CertifiedPeople
                | Metric::ProductionInstances
        )
    }

    /// Its place in [`Metric::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }
}

/// A value as a ratio of two integers, compared exactly.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    numerator: i128,
    /// Above zero.
    denominator: i128,
}

impl Value {
    #[must_use]
    pub fn whole(count: i64) -> Value {
        Value {
            numerator: count.into(),
            denominator: 1,
        }
    }

    #[must_use]
    pub fn money(ten_thousandths: i128) -> Value {
        Value {
            numerator: ten_thousandths,
            denominator: 10_000,
        }
    }

    /// No value where the denominator is not above zero.
    #[must_use]
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Value> {
        (denominator > 0).then(|| Value {
            numerator: numerator.into(),
            denominator: denominator.into(),
        })
    }

    /// `denominator` is above zero.
    pub(crate) fn fraction(numerator: i128, denominator: i128) -> Value {
        Value {
            numerator,
            denominator,
        }
    }

    /// What must be added to the other one to give this one, exactly; not reduced. None where the terms are too long.
    #[must_use]
    pub fn minus(self, other: Value) -> Option<Value> {
        if self.denominator == other.denominator {
            let numerator = self.numerator.checked_sub(other.numerator)?;
            return Some(Value { numerator, ..self });
        }
        let ours = self.numerator.checked_mul(other.denominator)?;
        let theirs = other.numerator.checked_mul(self.denominator)?;
        Some(Value {
            numerator: ours.checked_sub(theirs)?,
            denominator: self.denominator.checked_mul(other.denominator)?,
        })
    }

    #[must_use]
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    #[must_use]
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// The nearest 64-bit float.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        const EXACT: u128 = 1 << 53;
        if self.numerator.unsigned_abs() <= EXACT && self.denominator.unsigned_abs() <= EXACT {
            // Both are exact as floats, so that the one division rounds once.
            return if self.numerator == 0 {
                0.0
            } else {
                self.numerator as f64 / self.denominator as f64
            };
        }
        if self.denominator == 1 {
            return self.numerator as f64;
        }
        nearest_by_long_division(self.numerator, self.denominator)
    }

    /// The value with exactly four decimal places, as revenue is written.
    #[must_use]
    pub fn to_four_places(self) -> String {
        let scaled = self.numerator * (10_000 / self.denominator);
        let sign = if scaled < 0 { "-" } else { "" };
        let magnitude = scaled.unsigned_abs();
        format!("{sign}{}.{:04}", magnitude / 10_000, magnitude % 10_000)
    }
}

/// Sixty significant digits and a sticky last one decide every rounding to 53 bits for the sizes that occur here.
fn nearest_by_long_division(numerator: i128, denominator: i128) -> f64 {
    let magnitude = numerator.unsigned_abs();
    let denominator = denominator.unsigned_abs();
    let mut digits = (magnitude / denominator).to_string();
    let mut rest = magnitude % denominator;
    digits.push('.');
    for _ in 0..60 {
        let Some(tenfold) = rest.checked_mul(10) else {
            break;
        };
        digits.push(char::from(b'0' + (tenfold / denominator) as u8));
        rest = tenfold % denominator;
    }
    if rest != 0 {
        digits.push('1');
    }
    // A string of digits with one point always reads as a float.
    let magnitude = digits.parse::<f64>().unwrap_or(f64::NAN);
    if numerator < 0 { -magnitude } else { magnitude }
}

impl Ord for Value {
    fn cmp(&self, other: &Value) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        // Only ratios of 64-bit integers have unlike denominators, so that neither product overflows.
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_compare_exactly_where_floats_cannot() {
        let near_a_third =
            Value::ratio(333_333_333_333_333_333, 1_000_000_000_000_000_000).unwrap();
        let third = Value::ratio(1, 3).unwrap();
        assert_eq!(near_a_third.to_f64(), third.to_f64());
        assert!(near_a_third < third);
        assert_eq!(Value::ratio(2, 24).unwrap(), Value::ratio(1, 12).unwrap());
    }

    #[test]
    fn differences_are_exact() {
        let ratio = |numerator, denominator| Value::ratio(numerator, denominator).unwrap();
        let check = |more: Value, less: Value, difference: Value| {
            assert_eq!(more.minus(less), Some(difference), "{more:?} {less:?}");
        };
        check(Value::whole(7), Value::whole(9), Value::whole(-2));
        check(Value::money(30_000), Value::money(1), Value::money(29_999));
        check(ratio(1, 3), ratio(1, 4), ratio(1, 12));
        check(ratio(1, 12), ratio(5, 12), ratio(-4, 12));
        let long = |numerator, denominator| Value {
            numerator,
            denominator,
        };
        assert_eq!(long(i128::MAX, 3).minus(long(1, 2)), None);
    }

    #[test]
    fn a_zero_denominator_has_no_value() {
        assert_eq!(Value::ratio(3, 0), None);
    }

    #[test]
    fn money_has_four_places() {
        for (ten_thousandths, text) in [
            (0, "0.0000"),
            (-1, "-0.0001"),
            (12_345_678, "1234.5678"),
            (-10_000, "-1.0000"),
        ] {
            assert_eq!(Value::money(ten_thousandths).to_four_places(), text);
        }
    }

    #[test]
    fn large_money_is_the_nearest_float() {
        // 2^53 + 1 ten-thousandths and far beyond: dividing two rounded floats would be one step off. The floats are
        // read from the exact digits.
        let ten_thousandths = 90_071_992_547_409_937_i128;
        assert_eq!(
            Value::money(ten_thousandths).to_f64(),
            "9007199254740.9937".parse::<f64>().unwrap()
        );
        assert_eq!(
            Value::money(-12_345_678_901_234_567_890_i128).to_f64(),
            "-1234567890123456.789".parse::<f64>().unwrap()
        );
    }
}

//! Figures as people read them: thousands separators, a true minus sign, and no more places than help.
//!
//! All from exact integers, so that what is shown is the figure rounded once, half to even.

use kernel::{Bound, Currency, Value};

use crate::service::metric::Unit;

/// The minus sign.
const MINUS: char = '\u{2212}';
/// Keeps a currency code and its amount on one line.
const NO_BREAK_SPACE: char = '\u{a0}';

/// How the values of one metric are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    unit: Unit,
    currency: Currency,
}

impl Style {
    pub(super) fn new(unit: Unit, currency: Currency) -> Style {
        Style { unit, currency }
    }

    /// The value, with the currency where it is money.
    pub(super) fn value(self, value: Value) -> String {
        let places = self.places();
        self.with_currency(decimal(value.numerator(), value.denominator(), places))
    }

    /// The lower end of a range, with the currency where it is money.
    pub(super) fn min(self, bound: Bound) -> String {
        self.with_currency(self.bound(bound))
    }

    /// The upper end of a range, whose lower end names the currency.
    pub(super) fn max(self, bound: Bound) -> String {
        self.bound(bound)
    }

    /// A rounded end is written out: it has two digits.
    fn bound(self, bound: Bound) -> String {
        match bound {
            Bound::Exact(value) => decimal(value.numerator(), value.denominator(), self.places()),
            Bound::Rounded { digits, exponent } => scientific(digits, exponent),
        }
    }

    /// The value as it was computed, where [`Style::value`] has left something off.
    pub(super) fn exactly(self, value: Value) -> Option<String> {
        let (numerator, denominator) = (value.numerator(), value.denominator());
        let scale = 10_i128.pow(self.places());
        // A remainder is below its denominator: money's is 10,000, and ratios are of 64-bit integers.
        if (numerator % denominator * scale) % denominator == 0 {
            return None;
        }
        Some(match self.unit {
            Unit::Currency => self.with_currency(decimal(numerator, denominator, 4)),
            // Yearly users ÷ 12 ÷ assigned seats, as the metric is defined.
            Unit::UsersPerSeat if denominator % 12 == 0 => {
                format!("{} ÷ 12 ÷ {}", whole(numerator), whole(denominator / 12))
            }
            _ => format!("{} ÷ {}", whole(numerator), whole(denominator)),
        })
    }

    /// What the figure counts, in words that follow it; empty for money.
    pub(super) fn counted(self, value: Value) -> &'static str {
        let is_one = value == Value::whole(1);
        match self.unit {
            Unit::Currency => "",
            Unit::Customers if is_one => "customer",
            Unit::Customers => "customers",
            Unit::Seats if is_one => "seat",
            Unit::Seats => "seats",
            Unit::People if is_one => "person",
            Unit::People => "people",
            Unit::Instances if is_one => "instance",
            Unit::Instances => "instances",
            Unit::Users if is_one => "user a month",
            Unit::Users => "users a month",
            Unit::UsersPerSeat => "users per seat",
            Unit::Score => "on a scale from \u{2212}1 to 1",
        }
    }

    fn places(self) -> u32 {
        match self.unit {
            Unit::Currency => self.currency_places(),
            Unit::Customers | Unit::Seats | Unit::People | Unit::Instances => 0,
            Unit::Users => 1,
            Unit::Score => 2,
            Unit::UsersPerSeat => 3,
        }
    }

    fn currency_places(self) -> u32 {
        let known = iso_currency::Currency::from_code(&self.currency.to_string());
        known
            .and_then(iso_currency::Currency::exponent)
            .map_or(2, u32::from)
    }

    fn with_currency(self, amount: String) -> String {
        match self.unit {
            Unit::Currency => format!("{}{NO_BREAK_SPACE}{amount}", self.currency),
            _ => amount,
        }
    }
}

/// A count.
pub(super) fn count(count: u64) -> String {
    whole(count.into())
}

/// `part` of `all` in percent, with one place where it is needed. Cut rather than rounded: nobody is said to be ahead of
/// more than are behind.
pub(super) fn percent(part: u32, all: u32) -> String {
    let tenths = 1000 * u64::from(part) / u64::from(all.max(1));
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

fn whole(number: i128) -> String {
    signed(number < 0, &grouped(&number.unsigned_abs().to_string()))
}

/// `numerator` ÷ `denominator`, which is above zero, rounded half to even.
fn decimal(numerator: i128, denominator: i128, places: u32) -> String {
    let (magnitude, denominator) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let scale = 10_u128.pow(places);
    let (mut units, rest) = (magnitude / denominator, magnitude % denominator * scale);
    let mut fraction = rest / denominator;
    let twice_left = 2 * (rest % denominator);
    let is_odd = if places == 0 { units } else { fraction } % 2 == 1;
    if twice_left > denominator || (twice_left == denominator && is_odd) {
        fraction += 1;
    }
    // Rounding may have carried into the units, or made them where there are no places.
    units += fraction / scale;
    fraction %= scale;
    let mut text = grouped(&units.to_string());
    if places > 0 {
        text = format!("{text}.{fraction:0width$}", width = places as usize);
    }
    signed(numerator < 0 && (units, fraction) != (0, 0), &text)
}

/// `digits` × 10 to the power of `exponent`, written out without zeros at the end of its places.
fn scientific(digits: i128, exponent: i32) -> String {
    let magnitude = digits.unsigned_abs().to_string();
    if exponent >= 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize);
        let units = if digits == 0 {
            "0".to_owned()
        } else {
            magnitude + &zeros
        };
        return signed(digits < 0, &grouped(&units));
    }
    let places = exponent.unsigned_abs() as usize;
    let padded = format!("{magnitude:0>width$}", width = places + 1);
    let (units, fraction) = padded.split_at(padded.len() - places);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    signed(digits < 0, &format!("{}{point}{fraction}", grouped(units)))
}

fn signed(is_negative: bool, text: &str) -> String {
    if is_negative {
        format!("{MINUS}{text}")
    } else {
        text.to_owned()
    }
}

/// Digits in threes.
fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(unit: Unit) -> Style {
        Style::new(unit, Currency(*b"USD"))
    }

    fn ratio(numerator: i64, denominator: i64) -> Value {
        Value::ratio(numerator, denominator).unwrap()
    }

    #[test]
    fn values_have_the_places_of_their_unit() {
        for (unit, value, text) in [
            (
                Unit::Currency,
                Value::money(12_345_678_950),
                "USD\u{a0}1,234,567.90",
            ),
            (Unit::Currency, Value::money(-50), "USD\u{a0}0.00"),
            (Unit::Currency, Value::money(-151), "USD\u{a0}−0.02"),
            (Unit::Currency, Value::money(9_999_999), "USD\u{a0}1,000.00"),
            (Unit::Seats, Value::whole(-1_234), "−1,234"),
            (Unit::People, Value::whole(0), "0"),
            (Unit::Users, ratio(51_857, 12), "4,321.4"),
            (Unit::UsersPerSeat, ratio(2, 3), "0.667"),
            (Unit::Score, ratio(-1, 3), "−0.33"),
            (Unit::Score, ratio(1, 1), "1.00"),
        ] {
            assert_eq!(style(unit).value(value), text);
        }
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (numerator, text) in [(1, "0.12"), (3, "0.38"), (5, "0.62"), (7, "0.88")] {
            assert_eq!(style(Unit::Score).value(ratio(numerator, 8)), text);
        }
        assert_eq!(decimal(1, 2, 0), "0");
        assert_eq!(decimal(3, 2, 0), "2");
        assert_eq!(decimal(-5, 2, 0), "−2");
    }

    #[test]
    fn money_has_the_places_of_its_currency() {
        let yen = Style::new(Unit::Currency, Currency(*b"JPY"));
        assert_eq!(yen.value(Value::money(12_345_678)), "JPY\u{a0}1,235");
        assert_eq!(
            yen.exactly(Value::money(12_345_678)).unwrap(),
            "JPY\u{a0}1,234.5678"
        );
        let dinar = Style::new(Unit::Currency, Currency(*b"KWD"));
        assert_eq!(dinar.value(Value::money(12_345)), "KWD\u{a0}1.234");
    }

    #[test]
    fn what_was_left_off_can_be_told() {
        assert_eq!(style(Unit::Currency).exactly(Value::money(12_300)), None);
        assert_eq!(style(Unit::Users).exactly(ratio(12, 12)), None);
        assert_eq!(
            style(Unit::Users).exactly(ratio(51_857, 12)).unwrap(),
            "51,857 ÷ 12"
        );
        assert_eq!(
            style(Unit::UsersPerSeat)
                .exactly(ratio(450, 13_668))
                .unwrap(),
            "450 ÷ 12 ÷ 1,139"
        );
        assert_eq!(style(Unit::Score).exactly(ratio(-1, 3)).unwrap(), "−1 ÷ 3");
    }

    #[test]
    fn rounded_ends_are_written_out() {
        for (digits, exponent, text) in [
            (12, 5, "1,200,000"),
            (-13, 0, "−13"),
            (0, 0, "0"),
            (83, -3, "0.083"),
            (10, -1, "1"),
            (-34, -2, "−0.34"),
            (45, 0, "45"),
        ] {
            let bound = Bound::Rounded { digits, exponent };
            assert_eq!(style(Unit::Score).min(bound), text);
        }
        let money = Bound::Exact(Value::money(12_345_678));
        assert_eq!(style(Unit::Currency).min(money), "USD\u{a0}1,234.57");
        assert_eq!(style(Unit::Currency).max(money), "1,234.57");
    }

    #[test]
    fn a_share_is_never_overstated() {
        for (part, all, text) in [
            (30, 48, "62.5"),
            (0, 10, "0"),
            (2, 3, "66.6"),
            (9_999, 10_000, "99.9"),
            (1, 4, "25"),
        ] {
            assert_eq!(percent(part, all), text);
        }
    }

    #[test]
    fn units_follow_their_number() {
        assert_eq!(style(Unit::People).counted(Value::whole(1)), "person");
        assert_eq!(style(Unit::People).counted(Value::whole(2)), "people");
        assert_eq!(style(Unit::Currency).counted(Value::whole(2)), "");
    }
}

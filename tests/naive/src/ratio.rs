//! Exact values: a ratio of two integers, compared without rounding.

use std::cmp::Ordering;

/// `num ÷ den` with `den` above 0, kept as it was computed; two ratios are equal when their values are.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    pub num: i128,
    pub den: i128,
}

impl Ratio {
    pub const ZERO: Ratio = Ratio::whole(0);

    /// A whole number.
    pub const fn whole(value: i128) -> Self {
        Ratio { num: value, den: 1 }
    }

    /// The ratio of two integers, none where the denominator is 0. A negative denominator moves its sign up.
    pub fn new(num: i128, den: i128) -> Option<Self> {
        match den.signum() {
            0 => None,
            sign => Some(Ratio {
                num: num * sign,
                den: den * sign,
            }),
        }
    }

    /// The nearest 64-bit float: the decimal expansion, long enough and marked where it goes on, read by the standard library,
    /// which rounds correctly.
    pub fn nearest_f64(self) -> f64 {
        let (num, den) = (self.num.unsigned_abs(), self.den.unsigned_abs());
        let mut text = format!("{}{}.", if self.num < 0 { "-" } else { "" }, num / den);
        let mut rest = num % den;
        for _ in 0..60 {
            rest *= 10;
            text.push(char::from(b'0' + (rest / den) as u8));
            rest %= den;
        }
        text.push(if rest == 0 { '0' } else { '1' });
        text.parse().expect("digits with one point are a number")
    }

    /// The largest whole multiple of `step` that is not above the value; `step` is above 0.
    pub fn floor_to(self, step: Ratio) -> Ratio {
        let times = (self.num * step.den).div_euclid(self.den * step.num);
        Ratio {
            num: times * step.num,
            den: step.den,
        }
    }

    /// The value with the other sign.
    pub fn negated(self) -> Ratio {
        Ratio {
            num: -self.num,
            den: self.den,
        }
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.num * other.den).cmp(&(other.num * self.den))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ratio {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(num: i128, den: i128) -> Ratio {
        Ratio::new(num, den).unwrap()
    }

    #[test]
    fn values_compare_exactly() {
        assert_eq!(ratio(2, 24), ratio(1, 12));
        assert!(ratio(333_333_333_333_333_333, 1_000_000_000_000_000_000) < ratio(1, 3));
        assert!(ratio(1, -2) < Ratio::ZERO);
        assert_eq!(Ratio::new(1, 0), None);
    }

    #[test]
    fn the_float_is_the_nearest_one() {
        assert_eq!(ratio(1, 3).nearest_f64(), 1.0 / 3.0);
        assert_eq!(ratio(-7, 12).nearest_f64(), -7.0 / 12.0);
        assert_eq!(
            Ratio::whole(9_007_199_254_740_993).nearest_f64(),
            9_007_199_254_740_992.0
        );
        // Just above the middle between two floats, where rounding numerator and denominator first would go astray.
        assert_eq!(
            ratio(90_071_992_547_409_931, 10).nearest_f64(),
            9_007_199_254_740_994.0
        );
        assert!(Ratio::ZERO.nearest_f64().is_sign_positive());
    }

    proptest! {
        #[test]
        fn small_ratios_divide_like_floats(num in -1_000_000i64..1_000_000, den in 1i64..1_000_000) {
            prop_assert_eq!(ratio(num.into(), den.into()).nearest_f64(), num as f64 / den as f64);
        }

        #[test]
        fn the_floor_is_a_multiple_at_most_one_step_below(num in -10_000i128..10_000, den in 1i128..50, step in 1i128..20) {
            let (value, step) = (ratio(num, den), ratio(step, 7));
            let floor = value.floor_to(step);
            prop_assert_eq!(floor.num % step.num, 0);
            prop_assert!(floor <= value && value < ratio(floor.num + step.num, 7));
        }
    }
}

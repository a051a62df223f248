//! Values compare as the ratios they are, and become the nearest float.

use num_bigint::BigInt;
use peerband_kernel::Value;
use proptest::prelude::*;

use super::cases;

/// Whole numbers of every size, small ones most.
fn number() -> impl Strategy<Value = i64> {
    prop_oneof![
        -30..30i64,
        any::<i64>(),
        (any::<i64>(), 0..63u32).prop_map(|(number, bits)| number >> bits)
    ]
}

fn ratio() -> impl Strategy<Value = Value> {
    (number(), number()).prop_map(|(numerator, denominator)| {
        let denominator = denominator.checked_abs().unwrap_or(i64::MAX).max(1);
        Value::ratio(numerator, denominator).expect("the denominator is above zero")
    })
}

/// Ratios near each other, so that it takes the last digit to tell them apart.
fn near_ratios() -> impl Strategy<Value = (Value, Value)> {
    (1..1_i64 << 60, 1..1_i64 << 60, -1..=1i64, -1..=1i64).prop_map(|(n, d, dn, dd)| {
        let other = Value::ratio(n + dn, (d + dd).max(1)).expect("it is above zero");
        (Value::ratio(n, d).expect("it is above zero"), other)
    })
}

fn money() -> impl Strategy<Value = Value> {
    let largest = 10_i128.pow(27);
    prop_oneof![
        (-30..30_i128).prop_map(Value::money),
        (-largest..largest).prop_map(Value::money),
        (-(1_i128 << 60)..1 << 60).prop_map(Value::money),
    ]
}

fn big(value: Value) -> (BigInt, BigInt) {
    (value.numerator().into(), value.denominator().into())
}

fn check_order(one: Value, other: Value) -> Result<(), TestCaseError> {
    let ((n, d), (m, e)) = (big(one), big(other));
    let expected = (&n * &e).cmp(&(&m * &d));
    prop_assert_eq!(one.cmp(&other), expected);
    prop_assert_eq!(other.cmp(&one), expected.reverse());
    prop_assert_eq!(one == other, expected.is_eq());
    Ok(())
}

/// A float as an integer times a power of two.
fn parts(float: f64) -> (BigInt, i32) {
    let bits = float.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let (mantissa, exponent) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    };
    let mantissa = if float.is_sign_negative() {
        -mantissa
    } else {
        mantissa
    };
    (mantissa.into(), exponent)
}

/// How far a float is from a value: a numerator over the same denominator for every float of one case.
fn distance(value: Value, float: f64) -> BigInt {
    const LOWEST: i32 = -1074;
    let (n, d) = big(value);
    let (mantissa, exponent) = parts(float);
    let shift = |number: BigInt, by: i32| number << u32::try_from(by).expect("it is not below");
    let distance = shift(n, -LOWEST) - shift(mantissa * d, exponent - LOWEST);
    distance.magnitude().clone().into()
}

fn check_nearest(value: Value) -> Result<(), TestCaseError> {
    let float = value.to_f64();
    let its = distance(value, float);
    for other in [float.next_down(), float.next_up()] {
        let others = distance(value, other);
        prop_assert!(its <= others, "{other} is nearer than {float}");
        if its == others {
            prop_assert_eq!(float.to_bits() & 1, 0, "halfway goes to the even float");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn ratios_compare_exactly(one in ratio(), other in ratio()) {
        check_order(one, other)?;
    }

    #[test]
    fn ratios_that_are_close_compare_exactly((one, other) in near_ratios()) {
        check_order(one, other)?;
    }

    #[test]
    fn money_compares_exactly(one in money(), other in money()) {
        check_order(one, other)?;
    }

    #[test]
    fn equal_ratios_are_equal_however_written(n in -1_000_000..1_000_000i64, d in 1..1_000_000i64, times in 1..1_000i64) {
        check_order(
            Value::ratio(n, d).expect("it is above zero"),
            Value::ratio(n * times, d * times).expect("it is above zero"),
        )?;
    }

    #[test]
    fn the_float_of_a_ratio_is_the_nearest(value in ratio()) {
        check_nearest(value)?;
    }

    #[test]
    fn the_float_of_money_is_the_nearest(value in money()) {
        check_nearest(value)?;
    }

    #[test]
    fn the_float_of_a_whole_number_is_the_nearest(number in number()) {
        check_nearest(Value::whole(number))?;
    }

    /// Odd multiples of half a unit in the last place, and a hair beside them.
    #[test]
    fn halfway_between_floats_goes_to_the_even_one(odd in 1_i64 << 53..1 << 54, beside in -1..=1i64, bits in 0..8u32) {
        let whole = i128::from(odd | 1) << 9;
        check_nearest(Value::money(whole * 10_000 / (1 << bits) + i128::from(beside)))?;
    }

    #[test]
    fn four_places_read_back(ten_thousandths in -(10_i128.pow(27))..10_i128.pow(27)) {
        let text = Value::money(ten_thousandths).to_four_places();
        let (whole, fraction) = text.split_once('.').expect("there is a point");
        prop_assert_eq!(fraction.len(), 4);
        let digits: i128 = format!("{whole}{fraction}").parse().expect("the rest are digits");
        prop_assert_eq!(digits, ten_thousandths);
    }
}

//! One value as a file holds it, before its column's rule has looked at it.

use std::borrow::Cow;

use kernel::Day;

/// A value of any of the three formats. CSV gives text only, NDJSON text (its numbers as they are written), flags and
/// nothing, Parquet also typed values, which need not pass through text.
#[derive(Clone, Copy)]
pub(crate) enum Field<'a> {
    /// Absent or null.
    None,
    Text(&'a str),
    Int(i64),
    /// `mantissa` divided by ten to the power of `scale`.
    Decimal {
        mantissa: i128,
        scale: i8,
    },
    Bool(bool),
    Day(Day),
    /// A moment that is not a day's beginning, as day and second of the day.
    Moment(Day, u32),
    /// Something that no column can take, and why.
    Unreadable {
        bytes: &'a [u8],
        reason: &'static str,
    },
}

impl<'a> Field<'a> {
    /// Text from bytes of unknown honesty.
    pub(crate) fn from_bytes(bytes: &'a [u8]) -> Field<'a> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Field::Text(text),
            Err(_) => Field::Unreadable {
                bytes,
                reason: "is not UTF-8",
            },
        }
    }

    /// How the value shows in a reject.
    pub(crate) fn shown(self) -> Cow<'a, str> {
        match self {
            Field::None => Cow::Borrowed(""),
            Field::Text(text) => Cow::Borrowed(text),
            Field::Int(number) => number.to_string().into(),
            Field::Decimal { mantissa, scale } => shown_decimal(mantissa, scale).into(),
            Field::Bool(flag) => Cow::Borrowed(if flag { "true" } else { "false" }),
            Field::Day(day) => shown_day(day).into(),
            Field::Moment(day, second) => {
                let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
                format!("{}T{hour:02}:{minute:02}:{second:02}", shown_day(day)).into()
            }
            Field::Unreadable { bytes, .. } => {
                // A reject shows far less than this; the rest need not be decoded.
                String::from_utf8_lossy(&bytes[..bytes.len().min(1000)])
            }
        }
    }
}

fn shown_day(day: Day) -> String {
    let first = Day::from_civil(1, 1, 1).unwrap_or(Day::FIRST);
    if first <= day && day <= Day::FOREVER {
        day.to_string()
    } else {
        format!("day {} after 1970-01-01", day.0)
    }
}

fn shown_decimal(mantissa: i128, scale: i8) -> String {
    let digits = mantissa.unsigned_abs().to_string();
    let sign = if mantissa < 0 { "-" } else { "" };
    match usize::try_from(scale) {
        Ok(0) => format!("{sign}{digits}"),
        Ok(places) => {
            let digits = format!("{digits:0>width$}", width = places + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places);
            format!("{sign}{whole}.{fraction}")
        }
        Err(_) => format!(
            "{sign}{digits}{}",
            "0".repeat(usize::from(scale.unsigned_abs()))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_show_as_a_sender_would_write_them() {
        let check = |field: Field<'_>, shown: &str| assert_eq!(field.shown(), shown);
        check(
            Field::Decimal {
                mantissa: -5,
                scale: 3,
            },
            "-0.005",
        );
        check(
            Field::Decimal {
                mantissa: 12_345,
                scale: 2,
            },
            "123.45",
        );
        check(
            Field::Decimal {
                mantissa: 12,
                scale: -2,
            },
            "1200",
        );
        check(Field::Day(Day(0)), "1970-01-01");
        check(Field::Day(Day(i32::MAX)), "day 2147483647 after 1970-01-01");
        check(Field::Moment(Day(1), 3_725), "1970-01-02T01:02:05");
        check(Field::from_bytes(b"a\xff"), "a\u{fffd}");
    }
}

//! One rule for each kind of column: from a file's value to a checked, typed one, or the reason why not. The formats
//! share them, so that the same value means the same in all three.

use std::borrow::Cow;

use kernel::Day;

use crate::{
    Amount, AssociationType, Currency, Field, LicenseType, PersonalId, Rate, Shape, Status,
    decimal::{Decimal, DecimalError},
};

/// Why a value is not taken; reads on after the column's name.
pub(crate) type Reason = Cow<'static, str>;

/// What a column takes.
pub(crate) trait Rule<'a> {
    type Value;
    const SHAPE: Shape;
    const OPTIONAL: bool = false;

    fn read(field: Field<'a>) -> Result<Self::Value, Reason>;
}

/// A value's rule after the bound that holds for all of them.
pub(crate) fn read<'a, R: Rule<'a>>(
    field: Field<'a>,
    field_bytes: usize,
) -> Result<R::Value, Reason> {
    if let Field::Text(text) = field
        && text.len() > field_bytes
    {
        return Err(format!("is longer than {field_bytes} bytes").into());
    }
    R::read(field)
}

/// The longest id.
pub(crate) const ID_BYTES: usize = 128;

const REQUIRED: Reason = Cow::Borrowed("is required");

/// Declares a rule: its name, the type of its value, its shape and its reading.
macro_rules! rule {
    ($(#[$doc:meta])* $name:ident: $value:ty, $shape:ident $(, $optional:ident)?; $read:expr) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl<'a> Rule<'a> for $name {
            type Value = $value;
            const SHAPE: Shape = Shape::$shape;
            $(const OPTIONAL: bool = stringify!($optional).len() > 0;)?

            fn read(field: Field<'a>) -> Result<$value, Reason> {
                $read(field)
            }
        }
    };
}

rule! {
    /// An id of the sender.
    Id: &'a str, Text; |field| id(field)?.ok_or(REQUIRED)
}
rule! {
    OptionalId: Option<&'a str>, Text, optional; id
}
rule! {
    /// An id that is personal data.
    Person: PersonalId<'a>, Text; |field| id(field)?.map(PersonalId).ok_or(REQUIRED)
}
rule! {
    /// A name for people to read.
    Name: &'a str, Text; |field| name(field)?.ok_or(REQUIRED)
}
rule! {
    OptionalName: Option<&'a str>, Text, optional; name
}
rule! {
    /// A day from 1970-01-01 to 2199-12-31.
    Date: Day, Date; |field| match day(field)? {
        Some(day) if Day::FIRST <= day && day <= Day::LAST => Ok(day),
        Some(_) => Err(OUT_OF_RANGE),
        None => Err(REQUIRED),
    }
}
rule! {
    /// The day something ends; none, and 9999-12-31, where it does not.
    EndDate: Option<Day>, Date, optional; |field| match day(field)? {
        Some(Day::FOREVER) | None => Ok(None),
        Some(day) if Day::FIRST <= day && day <= Day::LAST => Ok(Some(day)),
        Some(_) => Err(OUT_OF_RANGE),
    }
}
rule! {
    /// A whole number from 0 to 2^31 - 1.
    Count: u32, Number; |field| count(field, i128::from(i32::MAX), "must be below 2147483648")
}
rule! {
    /// A survey's score, 0 to 10.
    Score: u8, Number; |field| {
        // At most 10: the cast cannot lose anything.
        count(field, 10, "must be from 0 to 10").map(|score| score as u8)
    }
}
rule! {
    /// Money.
    Money: Amount, Number; |field| {
        let ten_thousandths = required_decimal(field)?.in_units(4, 18).map_err(said)?;
        Ok(Amount { ten_thousandths })
    }
}
rule! {
    /// An exchange rate.
    Exchange: Rate, Number; |field| {
        let billionths = required_decimal(field)?.in_units(9, 18).map_err(said)?;
        if billionths > 0 { Ok(Rate { billionths }) } else { Err("must be above zero".into()) }
    }
}
rule! {
    CurrencyCode: Currency, Text; |field| {
        let code = text(field)?.ok_or(REQUIRED)?;
        code.parse().map_err(|_| "is no currency code of ISO 4217 (three capital letters)".into())
    }
}
rule! {
    License: LicenseType, Text; |field| word(field, LicenseType::from_word, LicenseType::REASON)
}
rule! {
    Association: AssociationType, Text; |field| word(field, AssociationType::from_word, AssociationType::REASON)
}
rule! {
    SubscriptionStatus: Status, Text; |field| word(field, Status::from_word, Status::REASON)
}
rule! {
    /// True or false in any letter case, as spreadsheets write TRUE; true where nothing is said.
    FlagOrTrue: bool, Flag, optional; |field| match field {
        Field::Bool(flag) => Ok(flag),
        Field::None | Field::Text("") => Ok(true),
        Field::Text(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Field::Text(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Field::Unreadable { reason, .. } => Err(reason.into()),
        _ => Err("must be true or false".into()),
    }
}

const OUT_OF_RANGE: Reason = Cow::Borrowed("must be from 1970-01-01 to 2199-12-31");

fn text(field: Field<'_>) -> Result<Option<&str>, Reason> {
    match field {
        Field::None | Field::Text("") => Ok(None),
        Field::Text(text) => Ok(Some(text)),
        Field::Unreadable { reason, .. } => Err(reason.into()),
        Field::Bool(_) => Err("must be text, not true or false".into()),
        _ => Err("must be text".into()),
    }
}

pub(crate) fn id(field: Field<'_>) -> Result<Option<&str>, Reason> {
    let Some(id) = text(field)? else {
        return Ok(None);
    };
    if id.len() > ID_BYTES {
        return Err("is longer than 128 bytes".into());
    }
    // Nearly all ids are ASCII without surprises; only the others are looked at character by character.
    if id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(id));
    }
    if id.contains(char::is_control) {
        return Err("holds a control character".into());
    }
    if id.starts_with(char::is_whitespace) || id.ends_with(char::is_whitespace) {
        return Err("begins or ends with a space".into());
    }
    Ok(Some(id))
}

fn name(field: Field<'_>) -> Result<Option<&str>, Reason> {
    match text(field)? {
        Some(name) if name.contains(char::is_control) => Err("holds a control character".into()),
        name => Ok(name),
    }
}

fn day(field: Field<'_>) -> Result<Option<Day>, Reason> {
    match field {
        Field::None | Field::Text("") => Ok(None),
        Field::Day(day) => Ok(Some(day)),
        Field::Text(text) => text
            .parse()
            .map(Some)
            .map_err(|_| "is no date of the form YYYY-MM-DD".into()),
        Field::Moment(..) => Err("must be a day without a time".into()),
        Field::Unreadable { reason, .. } => Err(reason.into()),
        _ => Err("is no date of the form YYYY-MM-DD".into()),
    }
}

/// A number that must be there: no value is the outer error, no number the inner one.
fn decimal(field: Field<'_>) -> Result<Result<Decimal, DecimalError>, Reason> {
    match field {
        Field::None | Field::Text("") => Err(REQUIRED),
        Field::Text(text) => Ok(Decimal::parse(text)),
        Field::Int(number) => Ok(Decimal::from_parts(number.into(), 0)),
        Field::Decimal { mantissa, scale } => Ok(Decimal::from_parts(mantissa, scale)),
        Field::Unreadable { reason, .. } => Err(reason.into()),
        _ => Err("must be a number".into()),
    }
}

fn required_decimal(field: Field<'_>) -> Result<Decimal, Reason> {
    decimal(field)?.map_err(said)
}

/// A whole number from 0 to `max`, which is below 2^32.
fn count(field: Field<'_>, max: i128, above: &'static str) -> Result<u32, Reason> {
    // One short step for what nearly every value is.
    if let Field::Text(text) = field
        && (1..=9).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        let number = text
            .bytes()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        return if i128::from(number) <= max {
            Ok(number)
        } else {
            Err(above.into())
        };
    }
    let number = match decimal(field)? {
        Ok(number) => number,
        // More digits than any number we hold, so it is beyond this bound too.
        Err(DecimalError::TooLong) => return Err(above.into()),
        Err(error) => return Err(said(error)),
    };
    if number.negative && number.digits > 0 {
        return Err("must not be negative".into());
    }
    match number.in_units(0, 38) {
        Ok(units) if units <= max => u32::try_from(units).map_err(|_| above.into()),
        Ok(_) | Err(DecimalError::TooLong | DecimalError::Digits(_)) => Err(above.into()),
        Err(DecimalError::Places(_)) => Err("must be a whole number".into()),
        Err(error @ DecimalError::NoNumber) => Err(said(error)),
    }
}

fn word<T>(
    field: Field<'_>,
    from_word: fn(&str) -> Option<T>,
    reason: &'static str,
) -> Result<T, Reason> {
    from_word(text(field)?.ok_or(REQUIRED)?).ok_or(Cow::Borrowed(reason))
}

fn said(error: DecimalError) -> Reason {
    error.to_string().into()
}

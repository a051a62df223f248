//! A Parquet column's values as fields, without a detour through text where they have a type.

use arrow::{
    array::{
        Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray, Date32Array, Decimal128Array,
        Decimal256Array, Int64Array, StringArray, StringViewArray,
    },
    compute::cast,
    datatypes::{DataType, Date32Type, Decimal128Type, Decimal256Type, Int64Type, TimeUnit, i256},
};
use kernel::Day;

use crate::{Column, Field, Problem, Shape};

/// The values of one column in one batch.
pub(super) enum Values {
    Absent,
    Text(StringArray),
    TextView(StringViewArray),
    Bytes(BinaryViewArray),
    Int(Int64Array),
    Decimal(Decimal128Array, i8),
    Decimal256(Decimal256Array, i8),
    Bool(BooleanArray),
    Day(Date32Array),
    /// Moments since 1970-01-01, so many to the second.
    Moment(Int64Array, i64),
}

/// Refuses a Parquet type that the column cannot be read from.
pub(super) fn check_type(column: &Column, data_type: &DataType) -> Result<(), Problem> {
    use DataType as T;
    let fits = match data_type {
        T::Null | T::Utf8View | T::BinaryView => true,
        T::Decimal32(_, 0) | T::Decimal64(_, 0) | T::Decimal128(_, 0) | T::Decimal256(_, 0) => {
            matches!(column.shape, Shape::Number | Shape::Text)
        }
        T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => {
            column.shape == Shape::Number
        }
        integer if integer.is_integer() => matches!(column.shape, Shape::Number | Shape::Text),
        T::Boolean => column.shape == Shape::Flag,
        T::Date32 | T::Date64 | T::Timestamp(..) => column.shape == Shape::Date,
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let wanted = match column.shape {
        Shape::Text => "text",
        Shape::Number => {
            "a whole number, a decimal or text (numbers are never read through a float)"
        }
        Shape::Date => "a date or text",
        Shape::Flag => "a boolean or text",
    };
    let found = if data_type.is_nested() {
        "of a nested value".to_owned()
    } else {
        data_type.to_string()
    };
    Err(Problem::ColumnType {
        column: column.name,
        found,
        wanted,
    })
}

impl Values {
    /// The values of an array whose type [`check_type`] let pass.
    pub(super) fn new(array: &ArrayRef, column: &Column) -> Result<Values, Problem> {
        use DataType as T;
        let data_type = array.data_type();
        let number = data_type.is_integer() || data_type.is_decimal();
        if column.shape == Shape::Text && number {
            return Ok(Values::Text(cast_to(array, &T::Utf8)?.as_string().clone()));
        }
        Ok(match data_type {
            T::Null => Values::Absent,
            T::Utf8View => Values::TextView(array.as_string_view().clone()),
            T::BinaryView => Values::Bytes(array.as_binary_view().clone()),
            T::Boolean => Values::Bool(array.as_boolean().clone()),
            T::Date32 => Values::Day(array.as_primitive::<Date32Type>().clone()),
            T::Date64 => Values::Moment(integers(array)?, 1000),
            T::Timestamp(unit, _) => Values::Moment(integers(array)?, per_second(*unit)),
            T::UInt64 => decimals(array, 20, 0)?,
            T::Decimal32(precision, scale) | T::Decimal64(precision, scale) => {
                decimals(array, *precision, *scale)?
            }
            T::Decimal128(_, scale) => {
                Values::Decimal(array.as_primitive::<Decimal128Type>().clone(), *scale)
            }
            T::Decimal256(_, scale) => {
                Values::Decimal256(array.as_primitive::<Decimal256Type>().clone(), *scale)
            }
            integer if integer.is_integer() => Values::Int(integers(array)?),
            other => {
                let detail = format!("the column {} came as {other}", column.name);
                return Err(Problem::Parquet { detail });
            }
        })
    }

    pub(super) fn field(&self, index: usize) -> Field<'_> {
        match self {
            Values::Absent => Field::None,
            Values::Text(array) if array.is_valid(index) => Field::Text(array.value(index)),
            Values::TextView(array) if array.is_valid(index) => Field::Text(array.value(index)),
            Values::Bytes(array) if array.is_valid(index) => Field::from_bytes(array.value(index)),
            Values::Int(array) if array.is_valid(index) => Field::Int(array.value(index)),
            Values::Decimal(array, scale) if array.is_valid(index) => Field::Decimal {
                mantissa: array.value(index),
                scale: *scale,
            },
            Values::Decimal256(array, scale) if array.is_valid(index) => {
                narrow(array.value(index), *scale)
            }
            Values::Bool(array) if array.is_valid(index) => Field::Bool(array.value(index)),
            Values::Day(array) if array.is_valid(index) => Field::Day(Day(array.value(index))),
            Values::Moment(array, per_second) if array.is_valid(index) => {
                moment(array.value(index), *per_second)
            }
            _ => Field::None,
        }
    }
}

fn integers(array: &ArrayRef) -> Result<Int64Array, Problem> {
    Ok(cast_to(array, &DataType::Int64)?
        .as_primitive::<Int64Type>()
        .clone())
}

fn decimals(array: &ArrayRef, precision: u8, scale: i8) -> Result<Values, Problem> {
    let decimals = cast_to(array, &DataType::Decimal128(precision, scale))?;
    Ok(Values::Decimal(
        decimals.as_primitive::<Decimal128Type>().clone(),
        scale,
    ))
}

fn cast_to(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, Problem> {
    cast(array, data_type).map_err(|error| Problem::Parquet {
        detail: error.to_string(),
    })
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// A wide decimal in 128 bits, its fraction shortened by zeros where that is what it takes.
fn narrow(mut mantissa: i256, mut scale: i8) -> Field<'static> {
    let ten = i256::from_i128(10);
    loop {
        if let Some(mantissa) = mantissa.to_i128() {
            return Field::Decimal { mantissa, scale };
        }
        let (Some(quotient), Some(i256::ZERO)) =
            (mantissa.checked_div(ten), mantissa.checked_rem(ten))
        else {
            return Field::Unreadable {
                bytes: b"",
                reason: "has too many digits",
            };
        };
        if scale <= 0 {
            return Field::Unreadable {
                bytes: b"",
                reason: "has too many digits",
            };
        }
        (mantissa, scale) = (quotient, scale - 1);
    }
}

fn moment(value: i64, per_second: i64) -> Field<'static> {
    let per_day = per_second * 86_400;
    let Ok(day) = i32::try_from(value.div_euclid(per_day)) else {
        return Field::Unreadable {
            bytes: b"",
            reason: "is no date of the form YYYY-MM-DD",
        };
    };
    match value.rem_euclid(per_day) {
        0 => Field::Day(Day(day)),
        // Below 86,400: the cast cannot lose anything.
        rest => Field::Moment(Day(day), (rest / per_second) as u32),
    }
}

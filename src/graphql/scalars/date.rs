//! Calendar days.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use kernel::Day;

/// A calendar day of the program's time zone, such as `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub Day);

/// A calendar day of the program's time zone, such as `2026-11-22`.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Date> {
        match &value {
            Value::String(text) => Ok(Date(text.parse()?)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Date {
        Date(day)
    }
}

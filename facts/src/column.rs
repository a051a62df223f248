//! The kinds of columns a fact file has: the Arrow type of each, how it lies in the file, and how it reads back.

use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, Decimal128Array, FixedSizeBinaryArray,
    PrimitiveArray, RecordBatch,
};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, UInt8Type, UInt32Type, UInt64Type};
use kernel::Day;

use crate::code::{LicenseType, Status};
use crate::error::Error;

/// A column of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) data_type: fn() -> DataType,
    pub(crate) layout: Layout,
}

/// How the values of a column lie in the file, chosen by what they look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Few distinct values.
    Dictionary,
    /// Sorted or close together. Its smallest and largest value are kept for each row group.
    Sorted,
    /// Close together at best.
    Delta,
    /// Many distinct values that take about the bytes they have.
    Plain,
    /// Many distinct values, most of whose bytes are zeros: the one layout that is compressed.
    Wide,
}

/// A kind of column.
pub(crate) trait Kind: 'static {
    type Value: Copy;
    type Array: Array + Clone + 'static;
    const LAYOUT: Layout;

    fn data_type() -> DataType;
    fn build(values: impl Iterator<Item = Self::Value>) -> ArrayRef;
    /// `None` where the stored value means nothing.
    fn get(array: &Self::Array, at: usize) -> Option<Self::Value>;

    fn column(name: &'static str) -> Column {
        Column {
            name,
            data_type: Self::data_type,
            layout: Self::LAYOUT,
        }
    }
}

/// A column of a decoded block, opened as its kind.
pub(crate) struct Opened<'a, K: Kind> {
    pub(crate) array: &'a K::Array,
    name: &'static str,
    path: &'a str,
    kind: PhantomData<K>,
}

impl<'a, K: Kind> Opened<'a, K> {
    pub(crate) fn new(
        batch: &'a RecordBatch,
        name: &'static str,
        path: &'a str,
    ) -> Result<Opened<'a, K>, Error> {
        let array = batch
            .column_by_name(name)
            .and_then(|array| array.as_any().downcast_ref::<K::Array>())
            .filter(|array| *array.data_type() == K::data_type() && array.null_count() == 0)
            .ok_or_else(|| {
                Error::damaged(path, format!("column {name} is not as it was written"))
            })?;
        Ok(Opened {
            array,
            name,
            path,
            kind: PhantomData,
        })
    }

    #[inline]
    pub(crate) fn get(&self, at: usize) -> Result<K::Value, Error> {
        K::get(self.array, at).ok_or_else(|| self.meaningless(at))
    }

    #[cold]
    fn meaningless(&self, at: usize) -> Error {
        let name = self.name;
        Error::damaged(
            self.path,
            format!("column {name} holds no known code at {at}"),
        )
    }
}

/// Kinds whose values are an Arrow primitive, perhaps by another name.
macro_rules! primitive {
    ($($(#[$doc:meta])* $kind:ident: $value:ty as $arrow:ty, $layout:ident, $to:expr, $from:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $kind;

        impl Kind for $kind {
            type Value = $value;
            type Array = PrimitiveArray<$arrow>;
            const LAYOUT: Layout = Layout::$layout;

            fn data_type() -> DataType {
                <$arrow>::DATA_TYPE
            }

            fn build(values: impl Iterator<Item = $value>) -> ArrayRef {
                Arc::new(PrimitiveArray::<$arrow>::from_iter_values(values.map($to)))
            }

            #[inline]
            fn get(array: &Self::Array, at: usize) -> Option<$value> {
                $from(array.value(at))
            }
        }
    )+};
}

primitive! {
    /// The customer a file is sorted by.
    Customer: u32 as UInt32Type, Sorted, |value| value, Some;
    /// A stored id of an offering, partner or exam.
    Id: u32 as UInt32Type, Dictionary, |value| value, Some;
    Count: u32 as UInt32Type, Dictionary, |value| value, Some;
    /// The row's place in its batch.
    Ordinal: u32 as UInt32Type, Delta, |value| value, Some;
    /// Bit 0 is the first of the month.
    DayMask: u32 as UInt32Type, Plain, |value| value, Some;
    Score: u8 as UInt8Type, Dictionary, |value| value, Some;
    License: LicenseType as UInt8Type, Dictionary, LicenseType::code, LicenseType::from_code;
    SubscriptionStatus: Status as UInt8Type, Dictionary, Status::code, Status::from_code;
    Date: Day as Date32Type, Dictionary, |day: Day| day.0, |value| Some(Day(value));
    /// A 64-bit hash.
    User: u64 as UInt64Type, Plain, |value| value, Some;
}

/// Ten-thousandths as a decimal with 4 places. 38 digits, so that every amount there can be is stored exactly.
#[derive(Debug)]
pub(crate) struct Money;

impl Kind for Money {
    type Value = i128;
    type Array = Decimal128Array;
    const LAYOUT: Layout = Layout::Wide;

    fn data_type() -> DataType {
        DataType::Decimal128(38, 4)
    }

    fn build(values: impl Iterator<Item = i128>) -> ArrayRef {
        let values = PrimitiveArray::<Decimal128Type>::from_iter_values(values);
        Arc::new(values.with_data_type(Money::data_type()))
    }

    #[inline]
    fn get(array: &Decimal128Array, at: usize) -> Option<i128> {
        Some(array.value(at))
    }
}

#[derive(Debug)]
pub(crate) struct Flag;

impl Kind for Flag {
    type Value = bool;
    type Array = BooleanArray;
    const LAYOUT: Layout = Layout::Plain;

    fn data_type() -> DataType {
        DataType::Boolean
    }

    fn build(values: impl Iterator<Item = bool>) -> ArrayRef {
        Arc::new(values.map(Some).collect::<BooleanArray>())
    }

    #[inline]
    fn get(array: &BooleanArray, at: usize) -> Option<bool> {
        Some(array.value(at))
    }
}

/// A 128-bit hash, most significant byte first.
#[derive(Debug)]
pub(crate) struct Hash;

impl Kind for Hash {
    type Value = u128;
    type Array = FixedSizeBinaryArray;
    const LAYOUT: Layout = Layout::Plain;

    fn data_type() -> DataType {
        DataType::FixedSizeBinary(16)
    }

    fn build(values: impl Iterator<Item = u128>) -> ArrayRef {
        fixed_size(values.map(u128::to_be_bytes))
    }

    #[inline]
    fn get(array: &FixedSizeBinaryArray, at: usize) -> Option<u128> {
        array.value(at).try_into().ok().map(u128::from_be_bytes)
    }
}

impl Opened<'_, Hash> {
    pub(crate) fn values(&self) -> impl Iterator<Item = u128> + '_ {
        let (values, _) = self.array.value_data().as_chunks::<16>();
        values.iter().map(|value| u128::from_be_bytes(*value))
    }

    /// The most significant 64 bits of each value.
    pub(crate) fn first_halves(&self) -> impl Iterator<Item = u64> + '_ {
        let (values, _) = self.array.value_data().as_chunks::<16>();
        values.iter().map(|value| {
            let [a, b, c, d, e, f, g, h, ..] = *value;
            u64::from_be_bytes([a, b, c, d, e, f, g, h])
        })
    }
}

/// Three letters.
#[derive(Debug)]
pub(crate) struct Currency;

impl Kind for Currency {
    type Value = [u8; 3];
    type Array = FixedSizeBinaryArray;
    const LAYOUT: Layout = Layout::Dictionary;

    fn data_type() -> DataType {
        DataType::FixedSizeBinary(3)
    }

    fn build(values: impl Iterator<Item = [u8; 3]>) -> ArrayRef {
        fixed_size(values)
    }

    #[inline]
    fn get(array: &FixedSizeBinaryArray, at: usize) -> Option<[u8; 3]> {
        array.value(at).try_into().ok()
    }
}

fn fixed_size<const N: usize>(values: impl Iterator<Item = [u8; N]>) -> ArrayRef {
    let bytes: Vec<u8> = values.flatten().collect();
    // Cannot panic: the bytes are whole values of this size.
    Arc::new(FixedSizeBinaryArray::new(N as i32, bytes.into(), None))
}

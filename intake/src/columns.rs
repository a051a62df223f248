//! Facts as columns: most of what is sent are facts in Parquet, and a column is checked and looked up several times faster
//! than row after row.

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch},
    compute::cast,
    datatypes::{DataType, Date32Type, Decimal128Type, Int64Type},
};
use kernel::Day;

use crate::{Amount, Currency, Dataset, LicenseType, Status, texts::Texts};

/// Amounts of more digits are left to [`crate::RevenueRow`], whose rule counts them as they are sent.
const SHORT_AMOUNT: i128 = 10_i128.pow(18);

/// The places of an amount.
const AMOUNT_PLACES: i8 = 4;

/// Rows of facts that stand together in a file. Their values are within all bounds but for the ids of what they are about,
/// which are as the file has them: an id that is known needs no check.
#[derive(Debug)]
pub struct FactColumns<'a> {
    pub customer_id: Texts<'a>,
    pub product_id: Texts<'a>,
    /// None where the file has no such column.
    pub workload_id: Option<Texts<'a>>,
    pub values: FactValues<'a>,
}

/// What facts of a dataset say besides.
#[derive(Debug)]
pub enum FactValues<'a> {
    Revenue {
        event_id: Texts<'a>,
        license_type: Vec<LicenseType>,
        occurred_on: Days<'a>,
        amount: Vec<Amount>,
        currency: Vec<Currency>,
        counts_as_new: Flags<'a>,
    },
    SeatChanges {
        event_id: Texts<'a>,
        license_type: Vec<LicenseType>,
        occurred_on: Days<'a>,
        seats_added: Vec<u32>,
        seats_lost: Vec<u32>,
        paid: Flags<'a>,
    },
    Subscriptions {
        subscription_id: Texts<'a>,
        status: Vec<Status>,
        seats_assigned: Vec<u32>,
        observed_on: Days<'a>,
    },
    Usage {
        /// Personal data.
        user_id: Texts<'a>,
        active_on: Days<'a>,
    },
    Instances {
        production_instances: Vec<u32>,
        observed_on: Days<'a>,
    },
    Surveys {
        response_id: Texts<'a>,
        responded_on: Days<'a>,
        score: Vec<u32>,
    },
}

impl<'a> FactColumns<'a> {
    /// The columns of a batch, which stand at these positions; nothing where one of them does not come in the type that
    /// most senders choose for it, or where a value breaks a bound.
    pub(crate) fn of(
        dataset: Dataset,
        batch: &'a RecordBatch,
        positions: &'a [usize],
    ) -> Option<FactColumns<'a>> {
        let batch = Batch {
            dataset,
            batch,
            positions,
        };
        let values = match dataset {
            Dataset::Revenue => FactValues::Revenue {
                event_id: batch.ids("event_id")?,
                license_type: batch.words("license_type", LicenseType::from_word)?,
                occurred_on: batch.days("occurred_on")?,
                amount: batch.amounts("amount")?,
                currency: batch.words("currency", |code| code.parse().ok())?,
                counts_as_new: batch.flags("counts_as_new")?,
            },
            Dataset::SeatChanges => FactValues::SeatChanges {
                event_id: batch.ids("event_id")?,
                license_type: batch.words("license_type", LicenseType::from_word)?,
                occurred_on: batch.days("occurred_on")?,
                seats_added: batch.counts("seats_added", i32::MAX)?,
                seats_lost: batch.counts("seats_lost", i32::MAX)?,
                paid: batch.flags("paid")?,
            },
            Dataset::Subscriptions => FactValues::Subscriptions {
                subscription_id: batch.ids("subscription_id")?,
                status: batch.words("status", Status::from_word)?,
                seats_assigned: batch.counts("seats_assigned", i32::MAX)?,
                observed_on: batch.days("observed_on")?,
            },
            Dataset::Usage => FactValues::Usage {
                user_id: batch.ids("user_id")?,
                active_on: batch.days("active_on")?,
            },
            Dataset::Instances => FactValues::Instances {
                production_instances: batch.counts("production_instances", i32::MAX)?,
                observed_on: batch.days("observed_on")?,
            },
            Dataset::Surveys => FactValues::Surveys {
                response_id: batch.ids("response_id")?,
                responded_on: batch.days("responded_on")?,
                score: batch.counts("score", 10)?,
            },
            _ => return None,
        };
        let workload_id = match batch.array("workload_id") {
            Some(array) if *array.data_type() != DataType::Null => {
                Some(batch.texts("workload_id")?)
            }
            _ => None,
        };
        Some(FactColumns {
            customer_id: batch.texts("customer_id")?,
            product_id: batch.texts("product_id")?,
            workload_id,
            values,
        })
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.customer_id.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.customer_id.is_empty()
    }
}

/// A column of days.
#[derive(Clone, Copy, Debug)]
pub struct Days<'a>(&'a [i32]);

impl Days<'_> {
    #[must_use]
    pub fn get(&self, at: usize) -> Day {
        Day(self.0[at])
    }
}

/// A column of flags that are set where nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct Flags<'a>(Option<&'a BooleanArray>);

impl Flags<'_> {
    #[must_use]
    pub fn get(&self, at: usize) -> bool {
        self.0
            .is_none_or(|array| array.is_null(at) || array.value(at))
    }
}

/// Columns by name.
struct Batch<'a> {
    dataset: Dataset,
    batch: &'a RecordBatch,
    /// For each column of the batch, which of the dataset it is.
    positions: &'a [usize],
}

impl<'a> Batch<'a> {
    fn array(&self, name: &str) -> Option<&'a ArrayRef> {
        let column = self.dataset.position(name)?;
        let at = self.positions.iter().position(|at| *at == column)?;
        Some(self.batch.column(at))
    }

    fn texts(&self, name: &str) -> Option<Texts<'a>> {
        self.array(name)?.as_string_view_opt().map(Texts)
    }

    fn ids(&self, name: &str) -> Option<Texts<'a>> {
        self.texts(name).filter(Texts::are_ids)
    }

    /// What words say, each of which most rows share with the row before.
    fn words<T: Copy>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
        let texts = self.texts(name)?;
        let mut last: Option<(u128, T)> = None;
        let word = |at| {
            let mark = texts.mark(at);
            let word = match last {
                Some((before, word)) if before == mark => word,
                _ => read(texts.text(at))?,
            };
            last = Some((mark, word));
            Some(word)
        };
        (0..texts.len()).map(word).collect()
    }

    fn days(&self, name: &str) -> Option<Days<'a>> {
        let array = self.array(name)?.as_primitive_opt::<Date32Type>()?;
        let is_known = |day: &i32| (Day::FIRST.0..=Day::LAST.0).contains(day);
        let is_taken = array.null_count() == 0 && array.values().iter().all(is_known);
        is_taken.then_some(Days(array.values()))
    }

    fn flags(&self, name: &str) -> Option<Flags<'a>> {
        match self.array(name) {
            None => Some(Flags(None)),
            Some(array) => Some(Flags(Some(array.as_boolean_opt()?))),
        }
    }

    fn counts(&self, name: &str, max: i32) -> Option<Vec<u32>> {
        let array = self.array(name)?;
        if !array.data_type().is_integer() || array.null_count() > 0 {
            return None;
        }
        let array = cast(array, &DataType::Int64).ok()?;
        // What is too large for the cast has become none.
        if array.null_count() > 0 {
            return None;
        }
        let numbers = array.as_primitive_opt::<Int64Type>()?.values().iter();
        let count = |number: &i64| {
            let is_taken = (0..=i64::from(max)).contains(number);
            is_taken.then_some(*number as u32)
        };
        numbers.map(count).collect()
    }

    fn amounts(&self, name: &str) -> Option<Vec<Amount>> {
        let array = self.array(name)?.as_primitive_opt::<Decimal128Type>()?;
        let places = u32::try_from(AMOUNT_PLACES - array.scale()).ok()?;
        if array.scale() < 0 || array.null_count() > 0 {
            return None;
        }
        let factor = 10_i128.pow(places);
        let amount = |mantissa: &i128| {
            let ten_thousandths = mantissa.checked_mul(factor)?;
            let is_short = (-SHORT_AMOUNT..=SHORT_AMOUNT).contains(&ten_thousandths);
            is_short.then_some(Amount { ten_thousandths })
        };
        array.values().iter().map(amount).collect()
    }
}

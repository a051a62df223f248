//! One typed row for each dataset, borrowed from the record it was read from.

use kernel::Day;

use crate::{
    Amount, AssociationType, Column, Currency, Dataset, Field, LicenseType, PersonalId, Rate,
    Status,
    rule::{
        self, Association, Count, CurrencyCode, Date, EndDate, Exchange, FlagOrTrue, Id, License,
        Money, Name, OptionalId, OptionalName, Person, Reason, Rule, Score, SubscriptionStatus,
    },
};

/// A row of any dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    Products(ProductRow<'a>),
    Workloads(WorkloadRow<'a>),
    Locations(LocationRow<'a>),
    Partners(PartnerRow<'a>),
    Customers(CustomerRow<'a>),
    Exams(ExamRow<'a>),
    FxRates(FxRateRow),
    Associations(AssociationRow<'a>),
    Revenue(RevenueRow<'a>),
    SeatChanges(SeatChangeRow<'a>),
    Subscriptions(SubscriptionRow<'a>),
    Usage(UsageRow<'a>),
    Instances(InstanceRow<'a>),
    Surveys(SurveyRow<'a>),
    Certifications(CertificationRow<'a>),
}

/// The first value of a row, in DATA.md's order of columns, that was not taken.
pub(crate) struct Bad {
    pub(crate) column: usize,
    pub(crate) reason: Reason,
}

impl<'a> Row<'a> {
    /// The row that these values make, which stand in the order of [`Dataset::columns`].
    pub(crate) fn from_fields(
        dataset: Dataset,
        fields: &[Field<'a>],
        field_bytes: usize,
    ) -> Result<Row<'a>, Bad> {
        Ok(match dataset {
            Dataset::Products => Row::Products(ProductRow::from_fields(fields, field_bytes)?),
            Dataset::Workloads => Row::Workloads(WorkloadRow::from_fields(fields, field_bytes)?),
            Dataset::Locations => Row::Locations(LocationRow::from_fields(fields, field_bytes)?),
            Dataset::Partners => Row::Partners(PartnerRow::from_fields(fields, field_bytes)?),
            Dataset::Customers => Row::Customers(CustomerRow::from_fields(fields, field_bytes)?),
            Dataset::Exams => Row::Exams(ExamRow::from_fields(fields, field_bytes)?),
            Dataset::FxRates => Row::FxRates(FxRateRow::from_fields(fields, field_bytes)?),
            Dataset::Associations => {
                let row = AssociationRow::from_fields(fields, field_bytes)?;
                if row.ends_on.is_some_and(|ends_on| ends_on < row.starts_on) {
                    return Err(Bad {
                        column: 5,
                        reason: "is before starts_on".into(),
                    });
                }
                Row::Associations(row)
            }
            Dataset::Revenue => Row::Revenue(RevenueRow::from_fields(fields, field_bytes)?),
            Dataset::SeatChanges => {
                Row::SeatChanges(SeatChangeRow::from_fields(fields, field_bytes)?)
            }
            Dataset::Subscriptions => {
                Row::Subscriptions(SubscriptionRow::from_fields(fields, field_bytes)?)
            }
            Dataset::Usage => Row::Usage(UsageRow::from_fields(fields, field_bytes)?),
            Dataset::Instances => Row::Instances(InstanceRow::from_fields(fields, field_bytes)?),
            Dataset::Surveys => Row::Surveys(SurveyRow::from_fields(fields, field_bytes)?),
            Dataset::Certifications => {
                Row::Certifications(CertificationRow::from_fields(fields, field_bytes)?)
            }
        })
    }
}

/// Declares a row: each column's name, the type of its value and its rule. Struct, column list and reading come from
/// the one declaration, so that they cannot disagree.
macro_rules! row {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? {
        $($(#[$column_doc:meta])* $column:ident: $value:ty = $rule:ident,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name $(<$life>)? {
            $($(#[$column_doc])* pub $column: $value,)+
        }

        impl $(<$life>)? $name $(<$life>)? {
            pub(crate) const COLUMNS: &'static [Column] = &[$(Column {
                name: stringify!($column),
                optional: <$rule as Rule<'static>>::OPTIONAL,
                shape: <$rule as Rule<'static>>::SHAPE,
            }),+];

            fn from_fields(fields: &[Field $(<$life>)?], field_bytes: usize) -> Result<Self, Bad> {
                // Column by column in the order of DATA.md: the first bad one is the reject.
                let mut columns = fields.iter().copied().enumerate();
                $(
                    let (column, field) = columns.next().unwrap_or((0, Field::None));
                    let $column = rule::read::<$rule>(field, field_bytes).map_err(|reason| Bad { column, reason })?;
                )+
                Ok(Self { $($column),+ })
            }
        }
    };
}

row! {
    /// A product.
    ProductRow<'a> {
        product_id: &'a str = Id,
        name: &'a str = Name,
    }
}

row! {
    /// A workload, which belongs to one product for good.
    WorkloadRow<'a> {
        workload_id: &'a str = Id,
        product_id: &'a str = Id,
        name: &'a str = Name,
    }
}

row! {
    /// A node of the tree of locations.
    LocationRow<'a> {
        location_id: &'a str = Id,
        /// The location above; none directly under the world.
        parent_id: Option<&'a str> = OptionalId,
        name: &'a str = Name,
    }
}

row! {
    /// A whole company that sells or services.
    PartnerRow<'a> {
        partner_id: &'a str = Id,
        name: &'a str = Name,
        country: &'a str = Id,
        partner_type: Option<&'a str> = OptionalId,
        tier: Option<&'a str> = OptionalId,
        /// Companies of one owner share it.
        group_id: Option<&'a str> = OptionalId,
    }
}

row! {
    /// One tenant at one location.
    CustomerRow<'a> {
        customer_id: &'a str = Id,
        location_id: &'a str = Id,
        name: Option<&'a str> = OptionalName,
    }
}

row! {
    /// One workload that an exam counts for.
    ExamRow<'a> {
        exam_id: &'a str = Id,
        workload_id: &'a str = Id,
        /// The first day on which passes no longer count for the workload.
        counts_until: Option<Day> = EndDate,
    }
}

row! {
    /// What one unit of a currency is worth from a day on.
    FxRateRow {
        currency: Currency = CurrencyCode,
        rate_date: Day = Date,
        rate: Rate = Exchange,
    }
}

row! {
    /// A partner's claim to a customer, never ending before it starts.
    AssociationRow<'a> {
        customer_id: &'a str = Id,
        partner_id: &'a str = Id,
        association_type: AssociationType = Association,
        workload_id: Option<&'a str> = OptionalId,
        starts_on: Day = Date,
        /// The first day on which it no longer holds.
        ends_on: Option<Day> = EndDate,
    }
}

row! {
    /// An amount billed or credited.
    RevenueRow<'a> {
        event_id: &'a str = Id,
        customer_id: &'a str = Id,
        product_id: &'a str = Id,
        workload_id: Option<&'a str> = OptionalId,
        license_type: LicenseType = License,
        occurred_on: Day = Date,
        amount: Amount = Money,
        currency: Currency = CurrencyCode,
        counts_as_new: bool = FlagOrTrue,
    }
}

row! {
    /// Seats gained and lost on a day.
    SeatChangeRow<'a> {
        event_id: &'a str = Id,
        customer_id: &'a str = Id,
        product_id: &'a str = Id,
        workload_id: Option<&'a str> = OptionalId,
        license_type: LicenseType = License,
        occurred_on: Day = Date,
        seats_added: u32 = Count,
        seats_lost: u32 = Count,
        paid: bool = FlagOrTrue,
    }
}

row! {
    /// What a subscription was like on a day.
    SubscriptionRow<'a> {
        subscription_id: &'a str = Id,
        customer_id: &'a str = Id,
        product_id: &'a str = Id,
        workload_id: Option<&'a str> = OptionalId,
        status: Status = SubscriptionStatus,
        seats_assigned: u32 = Count,
        observed_on: Day = Date,
    }
}

row! {
    /// A user who did something on a day.
    UsageRow<'a> {
        customer_id: &'a str = Id,
        user_id: PersonalId<'a> = Person,
        product_id: &'a str = Id,
        workload_id: Option<&'a str> = OptionalId,
        active_on: Day = Date,
    }
}

row! {
    /// How many instances a customer had in production on a day.
    InstanceRow<'a> {
        customer_id: &'a str = Id,
        product_id: &'a str = Id,
        workload_id: Option<&'a str> = OptionalId,
        production_instances: u32 = Count,
        observed_on: Day = Date,
    }
}

row! {
    /// A customer's answer to "would you recommend it?".
    SurveyRow<'a> {
        response_id: &'a str = Id,
        customer_id: &'a str = Id,
        product_id: &'a str = Id,
        workload_id: Option<&'a str> = OptionalId,
        responded_on: Day = Date,
        /// 0 to 10.
        score: u8 = Score,
    }
}

row! {
    /// An exam that a partner's person passed.
    CertificationRow<'a> {
        person_id: PersonalId<'a> = Person,
        partner_id: &'a str = Id,
        exam_id: &'a str = Id,
        passed_on: Day = Date,
        /// The first day on which the pass no longer counts.
        expires_on: Option<Day> = EndDate,
    }
}

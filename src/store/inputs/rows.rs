//! The rows of which a run needs all, however many there are: customers and associations.

use entity::{association, customer};
use sea_orm::ConnectionTrait;

use crate::config::AssociationType;
use crate::store::StoreError;
use crate::store::packed::{Packed, Part};

/// A row that is read with all others of its table, and stands in a copy of these as some bytes.
pub(super) trait Row: Sized {
    const TABLE: &'static str;
    /// How many bytes it takes in a copy.
    const BYTES: usize;

    /// Reads all rows from the table, in no particular order.
    async fn read_all(db: &impl ConnectionTrait) -> Result<Vec<Self>, StoreError>;

    /// Appends its bytes.
    fn write(&self, copy: &mut Vec<u8>);

    /// `None` where the bytes are not those of a row.
    fn read(bytes: &[u8]) -> Option<Self>;
}

/// Where a customer is, in numbers of the SQL store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CustomerRow {
    pub(super) customer: i32,
    pub(super) location: i32,
}

/// An association in numbers of the SQL store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AssociationRow {
    pub(super) customer: i32,
    pub(super) partner: i32,
    pub(super) association_type: AssociationType,
    pub(super) offering: i32,
    pub(super) starts_on: i32,
    pub(super) ends_on: Option<i32>,
}

impl Row for CustomerRow {
    const TABLE: &'static str = "customer";
    const BYTES: usize = 8;

    async fn read_all(db: &impl ConnectionTrait) -> Result<Vec<CustomerRow>, StoreError> {
        let parts = [Part::Pair("id", "location")];
        let customers = Packed::load::<customer::Entity>(db, Self::TABLE, "id", &parts).await?;
        let rows = customers.rows().map(|mut row| {
            let (customer, location) = row.pair()?;
            Ok(CustomerRow { customer, location })
        });
        rows.collect()
    }

    fn write(&self, copy: &mut Vec<u8>) {
        copy.extend(self.customer.to_le_bytes());
        copy.extend(self.location.to_le_bytes());
    }

    fn read(bytes: &[u8]) -> Option<CustomerRow> {
        let mut numbers = Numbers(bytes);
        Some(CustomerRow {
            customer: numbers.next()?,
            location: numbers.next()?,
        })
    }
}

/// The day that stands for no end. No day of the contract is that far away.
const NO_END: i32 = i32::MAX;

impl Row for AssociationRow {
    const TABLE: &'static str = "association";
    const BYTES: usize = 21;

    async fn read_all(db: &impl ConnectionTrait) -> Result<Vec<AssociationRow>, StoreError> {
        let parts = [
            Part::Pair("customer", "partner"),
            Part::Text("association_type"),
            Part::Pair("offering", "starts_on"),
            Part::Last("ends_on"),
        ];
        let rows = Packed::load::<association::Entity>(db, Self::TABLE, "customer", &parts);
        let rows = rows.await?;
        let rows = rows.rows().map(|mut row| {
            let (customer, partner) = row.pair()?;
            let association_type = type_named(row.text()?).ok_or_else(|| row.corrupt())?;
            let (offering, starts_on) = row.pair()?;
            Ok(AssociationRow {
                customer,
                partner,
                association_type,
                offering,
                starts_on,
                ends_on: row.last()?,
            })
        });
        rows.collect()
    }

    fn write(&self, copy: &mut Vec<u8>) {
        copy.extend(self.customer.to_le_bytes());
        copy.extend(self.partner.to_le_bytes());
        copy.extend(self.offering.to_le_bytes());
        copy.extend(self.starts_on.to_le_bytes());
        copy.extend(self.ends_on.unwrap_or(NO_END).to_le_bytes());
        copy.push(self.association_type as u8);
    }

    fn read(bytes: &[u8]) -> Option<AssociationRow> {
        let mut numbers = Numbers(bytes);
        Some(AssociationRow {
            customer: numbers.next()?,
            partner: numbers.next()?,
            offering: numbers.next()?,
            starts_on: numbers.next()?,
            ends_on: Some(numbers.next()?).filter(|day| *day != NO_END),
            association_type: type_of(*numbers.0.first()?)?,
        })
    }
}

impl TryFrom<association::Model> for AssociationRow {
    type Error = StoreError;

    fn try_from(row: association::Model) -> Result<AssociationRow, StoreError> {
        let association_type = type_named(&row.association_type).ok_or_else(|| {
            let customer = row.customer;
            StoreError::Corrupt(format!("an association of customer number {customer}"))
        })?;
        Ok(AssociationRow {
            customer: row.customer,
            partner: row.partner,
            association_type,
            offering: row.offering,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
        })
    }
}

fn type_of(code: u8) -> Option<AssociationType> {
    let mut types = AssociationType::ALL.into_iter();
    types.find(|kind| *kind as u8 == code)
}

fn type_named(name: &str) -> Option<AssociationType> {
    let mut types = AssociationType::ALL.into_iter();
    types.find(|kind| kind.name() == name)
}

/// The numbers at the beginning of some bytes.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> Option<i32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i32::from_le_bytes(*number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<R: Row + PartialEq + std::fmt::Debug>(row: &R) {
        let mut bytes = Vec::new();
        row.write(&mut bytes);
        assert_eq!(bytes.len(), R::BYTES);
        assert_eq!(R::read(&bytes).as_ref(), Some(row));
        assert_eq!(R::read(&bytes[1..]), None);
    }

    #[test]
    fn rows_come_back_from_their_bytes() {
        check(&CustomerRow {
            customer: i32::MAX,
            location: 7,
        });
        for association_type in AssociationType::ALL {
            for ends_on in [None, Some(-1), Some(84_000)] {
                check(&AssociationRow {
                    customer: 1,
                    partner: 200_000,
                    association_type,
                    offering: 0,
                    starts_on: -3,
                    ends_on,
                });
            }
        }
    }

    #[test]
    fn bytes_that_name_no_type_are_no_association() {
        let mut bytes = [0; AssociationRow::BYTES];
        assert!(AssociationRow::read(&bytes).is_some());
        bytes[20] = 9;
        assert_eq!(AssociationRow::read(&bytes), None);
    }
}

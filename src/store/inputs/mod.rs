//! The reference data of a run, as the kernel wants it.

mod copies;
mod numbers;
mod of_partners;
mod rows;

use entity::{exam_workload, fx_rate};
use kernel::{Association, Associations, Catalog, Currency, Customer, Day, Exams, Location, Rates};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::StoreError;
use crate::config::Program;
pub use copies::make_copies;
pub use numbers::Numbers;
use numbers::at;
use rows::{AssociationRow, CustomerRow};

/// Reference data with the numbers that stand for it in the kernel and in the SQL store.
#[derive(Debug)]
pub struct Inputs {
    pub catalog: Catalog,
    pub associations: Associations,
    pub rates: Rates,
    pub exams: Exams,
    pub numbers: Numbers,
}

/// What is read of customers.
#[derive(Default)]
struct Customers {
    /// By customer number.
    locations: Vec<Location>,
    associations: Vec<Association>,
}

impl Customers {
    fn add(&mut self, numbers: &Numbers, row: CustomerRow) {
        let customer = row.customer.unsigned_abs() as usize;
        if self.locations.len() <= customer {
            self.locations.resize(customer + 1, Location::WORLD);
        }
        self.locations[customer] =
            at(&numbers.location_places, row.location).unwrap_or(Location::WORLD);
    }

    /// Those of types that do not count are left out.
    fn add_association(
        &mut self,
        program: &Program,
        numbers: &Numbers,
        row: AssociationRow,
    ) -> Result<(), StoreError> {
        let mut types = program.association_precedence.iter();
        let Some(precedence) = types.position(|kind| *kind == row.association_type) else {
            return Ok(());
        };
        let corrupt = || {
            let customer = row.customer;
            StoreError::Corrupt(format!("an association of customer number {customer}"))
        };
        self.associations.push(Association {
            customer: Customer(row.customer.unsigned_abs()),
            partner: at(&numbers.partner_places, row.partner).ok_or_else(corrupt)?,
            precedence: precedence as u8,
            workload: at(&numbers.offering_places, row.offering).ok_or_else(corrupt)?,
            starts_on: Day(row.starts_on),
            ends_on: row.ends_on.map_or(Day::FOREVER, Day),
        });
        Ok(())
    }
}

impl Inputs {
    /// Reads all reference data but what the numbers stand for.
    ///
    /// # Errors
    /// Where the database does not answer or a row refers to what is not there.
    pub async fn load(
        db: &impl ConnectionTrait,
        program: &Program,
        numbers: Numbers,
    ) -> Result<Inputs, StoreError> {
        let mut customers = Customers::default();
        copies::read(db, |row| {
            customers.add(&numbers, row);
            Ok(())
        })
        .await?;
        copies::read(db, |row| customers.add_association(program, &numbers, row)).await?;
        Inputs::with(db, program, numbers, customers).await
    }

    /// All the rest of the reference data.
    async fn with(
        db: &impl ConnectionTrait,
        program: &Program,
        numbers: Numbers,
        customers: Customers,
    ) -> Result<Inputs, StoreError> {
        let mut rates = Vec::new();
        for row in fx_rate::Entity::find().all(db).await? {
            let corrupt = || {
                StoreError::Corrupt(format!(
                    "the rate of {} on {}",
                    row.currency,
                    Day(row.rate_date)
                ))
            };
            let letters = <[u8; 3]>::try_from(row.currency.as_bytes()).map_err(|_| corrupt())?;
            let places = u32::try_from(9 - row.places).map_err(|_| corrupt())?;
            let billionths = i128::from(row.digits) * 10_i128.pow(places);
            rates.push((Currency(letters), Day(row.rate_date), billionths));
        }

        let mut exams = Exams::default();
        for row in exam_workload::Entity::find().all(db).await? {
            let exam = row.exam.unsigned_abs() as usize;
            if exams.workloads.len() <= exam {
                exams.workloads.resize(exam + 1, Vec::new());
            }
            let corrupt = || StoreError::Corrupt(format!("a workload of exam number {exam}"));
            let workload = at(&numbers.offering_places, row.offering).ok_or_else(corrupt)?;
            exams.workloads[exam].push((workload, row.counts_until.map_or(Day::FOREVER, Day)));
        }

        Ok(Inputs {
            catalog: Catalog::new(
                numbers.offering_parents.clone(),
                numbers.location_parents.clone(),
                customers.locations,
            ),
            associations: Associations::new(customers.associations),
            rates: Rates::new(program.reporting_currency, rates),
            exams,
            numbers,
        })
    }
}

//! The reference data of a run, as the kernel wants it.

mod numbers;
mod of_partners;

use entity::{association, customer, exam_workload, fx_rate};
use kernel::{Association, Associations, Catalog, Currency, Customer, Day, Exams, Location, Rates};
use sea_orm::{ConnectionTrait, EntityTrait};

use super::StoreError;
use super::packed::{Packed, Part};
use crate::config::Program;
pub use numbers::Numbers;
use numbers::at;

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
struct Customers {
    /// By customer number.
    locations: Vec<Location>,
    associations: Vec<Association>,
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
        let parts = [Part::Pair("id", "location")];
        let customers = Packed::load::<customer::Entity>(db, "customer", "id", &parts).await?;
        let mut customer_locations = Vec::new();
        for mut row in customers.rows() {
            let (customer, location) = row.pair()?;
            let customer = customer.unsigned_abs() as usize;
            if customer_locations.len() <= customer {
                customer_locations.resize(customer + 1, Location::WORLD);
            }
            customer_locations[customer] =
                at(&numbers.location_places, location).unwrap_or(Location::WORLD);
        }

        let precedence = |name: &str| {
            let types = &program.association_precedence;
            types.iter().position(|kind| kind.name() == name)
        };
        let mut associations = Vec::new();
        let parts = [
            Part::Pair("customer", "partner"),
            Part::Text("association_type"),
            Part::Pair("offering", "starts_on"),
            Part::Last("ends_on"),
        ];
        let rows = Packed::load::<association::Entity>(db, "association", "customer", &parts);
        for mut row in rows.await?.rows() {
            let (customer, partner) = row.pair()?;
            let Some(precedence) = precedence(row.text()?) else {
                continue;
            };
            let (workload, starts_on) = row.pair()?;
            associations.push(Association {
                customer: Customer(customer.unsigned_abs()),
                partner: at(&numbers.partner_places, partner).ok_or_else(|| row.corrupt())?,
                precedence: precedence as u8,
                workload: at(&numbers.offering_places, workload).ok_or_else(|| row.corrupt())?,
                starts_on: Day(starts_on),
                ends_on: row.last()?.map_or(Day::FOREVER, Day),
            });
        }

        let customers = Customers {
            locations: customer_locations,
            associations,
        };
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

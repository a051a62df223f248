//! The reference data of a run, as the kernel wants it.

use entity::{association, customer, exam_workload, fx_rate, location, offering, partner};
use facts::Places;
use kernel::{
    Association, Associations, Catalog, Currency, Customer, Day, Exams, Location, Offering,
    Partner, Rates,
};
use rustc_hash::FxHashMap;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::StoreError;
use super::packed::Packed;
use crate::config::Program;

/// Reference data with the numbers that stand for it in the kernel and in the SQL store.
#[derive(Debug)]
pub struct Inputs {
    pub catalog: Catalog,
    pub associations: Associations,
    pub rates: Rates,
    pub exams: Exams,
    pub places: Places,
    /// For each partner a number that companies of one owner share.
    pub owners: Vec<u32>,
    /// By the kernel's numbers: the SQL store's.
    pub partners: Vec<i32>,
    pub offerings: Vec<i32>,
    pub locations: Vec<i32>,
}

impl Inputs {
    /// Reads all reference data.
    ///
    /// # Errors
    /// Where the database does not answer or a row refers to what is not there.
    pub async fn load(db: &impl ConnectionTrait, program: &Program) -> Result<Inputs, StoreError> {
        let mut partner_rows = partner::Entity::find().all(db).await?;
        partner_rows.sort_unstable_by(|a, b| a.partner_id.cmp(&b.partner_id));
        let partners: Vec<i32> = partner_rows.iter().map(|row| row.id).collect();
        let partner_places = places(&partners, Partner);

        let mut offering_rows = offering::Entity::find().all(db).await?;
        offering_rows.sort_unstable_by(|a, b| {
            (&a.product_id, &a.workload_id).cmp(&(&b.product_id, &b.workload_id))
        });
        let offerings: Vec<i32> = offering_rows.iter().map(|row| row.id).collect();
        let offering_places = places(&offerings, Offering);
        let products: FxHashMap<&str, Offering> = offering_rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.workload_id.is_empty())
            .map(|(at, row)| (row.product_id.as_str(), Offering(at as u32)))
            .collect();
        let offering_parents = offering_rows
            .iter()
            .map(|row| match row.workload_id.as_str() {
                "" => Offering::EVERYTHING,
                _ => products
                    .get(row.product_id.as_str())
                    .copied()
                    .unwrap_or(Offering::EVERYTHING),
            })
            .collect();

        let mut location_rows = location::Entity::find().all(db).await?;
        location_rows.sort_unstable_by(|a, b| a.location_id.cmp(&b.location_id));
        let locations: Vec<i32> = location_rows.iter().map(|row| row.id).collect();
        let location_places = places(&locations, Location);
        let location_parents = location_rows
            .iter()
            .map(|row| {
                row.parent
                    .and_then(|parent| at(&location_places, parent))
                    .unwrap_or(Location::WORLD)
            })
            .collect();

        let customers =
            Packed::load::<customer::Entity>(db, "customer", &["id", "location"]).await?;
        let mut customer_locations = Vec::new();
        for mut row in customers.rows() {
            let customer = row.number()?.unsigned_abs() as usize;
            if customer_locations.len() <= customer {
                customer_locations.resize(customer + 1, Location::WORLD);
            }
            customer_locations[customer] =
                at(&location_places, row.number()?).unwrap_or(Location::WORLD);
        }

        let precedence = |name: &str| {
            let types = &program.association_precedence;
            types.iter().position(|kind| kind.name() == name)
        };
        let mut associations = Vec::new();
        let columns = [
            "customer",
            "partner",
            "association_type",
            "offering",
            "starts_on",
            "ends_on",
        ];
        let rows = Packed::load::<association::Entity>(db, "association", &columns).await?;
        for mut row in rows.rows() {
            let (customer, partner) = (row.number()?, row.number()?);
            let Some(precedence) = precedence(row.text()?) else {
                continue;
            };
            associations.push(Association {
                customer: Customer(customer.unsigned_abs()),
                partner: at(&partner_places, partner).ok_or_else(|| row.corrupt())?,
                precedence: precedence as u8,
                workload: at(&offering_places, row.number()?).ok_or_else(|| row.corrupt())?,
                starts_on: Day(row.number()?),
                ends_on: row.last()?.map_or(Day::FOREVER, Day),
            });
        }

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
            let workload = at(&offering_places, row.offering).ok_or_else(corrupt)?;
            exams.workloads[exam].push((workload, row.counts_until.map_or(Day::FOREVER, Day)));
        }

        let mut groups: FxHashMap<String, u32> = FxHashMap::default();
        let mut owners = Vec::with_capacity(partner_rows.len());
        for (place, row) in partner_rows.into_iter().enumerate() {
            // A company without a group is an owner of its own, told apart from every group by its number.
            let own = place as u32;
            owners.push(match row.group_id {
                None => own,
                Some(group) => *groups.entry(group).or_insert(own),
            });
        }

        Ok(Inputs {
            catalog: Catalog::new(offering_parents, location_parents, customer_locations),
            associations: Associations::new(associations),
            rates: Rates::new(program.reporting_currency, rates),
            exams,
            places: Places::new(offering_places, partner_places),
            owners,
            partners,
            offerings,
            locations,
        })
    }
}

/// The kernel's number by the store's.
fn places<Place: Copy>(numbers: &[i32], place: impl Fn(u32) -> Place) -> Vec<Option<Place>> {
    let highest = numbers.iter().copied().max().unwrap_or(0);
    let mut places = vec![None; highest as usize + 1];
    for (at, number) in numbers.iter().enumerate() {
        places[*number as usize] = Some(place(at as u32));
    }
    places
}

fn at<Place: Copy>(places: &[Option<Place>], number: i32) -> Option<Place> {
    places.get(usize::try_from(number).ok()?).copied().flatten()
}

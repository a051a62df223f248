//! The reference data that explanations need: no other customers than those of some partners.

use entity::{association, customer};
use kernel::{Association, Customer, Day, Location};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::numbers::at;
use super::{Customers, Inputs, Numbers};
use crate::config::Program;
use crate::store::StoreError;
use crate::store::partner::PartnerKey;

impl Inputs {
    /// All reference data, with no other customers than those that these partners are or were associated with, and all
    /// associations of these.
    ///
    /// # Errors
    /// As [`Inputs::load`].
    pub async fn of_partners(
        db: &impl ConnectionTrait,
        program: &Program,
        partners: &[PartnerKey],
    ) -> Result<Inputs, StoreError> {
        let numbers = Numbers::load(db).await?;
        let mut of_partners = Query::select();
        of_partners
            .column(association::Column::Customer)
            .from(association::Entity)
            .and_where(association::Column::Partner.is_in(partners.iter().map(|key| key.0)));

        let is_theirs = customer::Column::Id.in_subquery(of_partners.clone());
        let mut locations = Vec::new();
        for row in customer::Entity::find().filter(is_theirs).all(db).await? {
            let customer = row.id.unsigned_abs() as usize;
            if locations.len() <= customer {
                locations.resize(customer + 1, Location::WORLD);
            }
            locations[customer] =
                at(&numbers.location_places, row.location).unwrap_or(Location::WORLD);
        }

        let is_theirs = association::Column::Customer.in_subquery(of_partners);
        let mut associations = Vec::new();
        for row in association::Entity::find()
            .filter(is_theirs)
            .all(db)
            .await?
        {
            let types = &program.association_precedence;
            let precedence = types
                .iter()
                .position(|kind| kind.name() == row.association_type);
            let Some(precedence) = precedence else {
                continue;
            };
            let corrupt = || {
                StoreError::Corrupt(format!(
                    "an association of customer number {}",
                    row.customer
                ))
            };
            associations.push(Association {
                customer: Customer(row.customer.unsigned_abs()),
                partner: at(&numbers.partner_places, row.partner).ok_or_else(corrupt)?,
                precedence: precedence as u8,
                workload: at(&numbers.offering_places, row.offering).ok_or_else(corrupt)?,
                starts_on: Day(row.starts_on),
                ends_on: row.ends_on.map_or(Day::FOREVER, Day),
            });
        }
        let customers = Customers {
            locations,
            associations,
        };
        Inputs::with(db, program, numbers, customers).await
    }
}

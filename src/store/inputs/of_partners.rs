//! The reference data that explanations need: no other customers than those of some partners.

use entity::{association, customer};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::rows::{AssociationRow, CustomerRow};
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
        let mut customers = Customers::default();
        for row in customer::Entity::find().filter(is_theirs).all(db).await? {
            let row = CustomerRow {
                customer: row.id,
                location: row.location,
            };
            customers.add(&numbers, row);
        }

        let is_theirs = association::Column::Customer.in_subquery(of_partners);
        for row in association::Entity::find()
            .filter(is_theirs)
            .all(db)
            .await?
        {
            let row = AssociationRow::try_from(row)?;
            customers.add_association(program, &numbers, row)?;
        }
        Inputs::with(db, program, numbers, customers).await
    }
}

//! The rows that every program has from its first day.

use entity::{location, offering};
use sea_orm::{EntityTrait, Set};

use super::reference::{Tree, replace_tree};
use super::{Db, StoreError};

/// Makes sure that everything, the world and the built-in locations are there.
///
/// # Errors
/// Where the database refuses.
pub async fn seed(db: &Db) -> Result<(), StoreError> {
    if location::Entity::find_by_id(location::WORLD)
        .one(db.read())
        .await?
        .is_some()
    {
        return Ok(());
    }
    let txn = db.begin_start().await?;
    if location::Entity::find_by_id(location::WORLD)
        .one(&txn)
        .await?
        .is_none()
    {
        let everything = offering::ActiveModel {
            id: Set(offering::EVERYTHING),
            product_id: Set(String::new()),
            workload_id: Set(String::new()),
            name: Set("Everything".to_owned()),
        };
        offering::Entity::insert(everything)
            .exec_without_returning(&txn)
            .await?;
        let world = location::ActiveModel {
            id: Set(location::WORLD),
            location_id: Set(String::new()),
            parent: Set(None),
            name: Set("World".to_owned()),
            built_in: Set(false),
            retired: Set(false),
        };
        location::Entity::insert(world)
            .exec_without_returning(&txn)
            .await?;
        replace_tree(&txn, &Tree::built_in()).await?;
    }
    Ok(txn.commit().await?)
}

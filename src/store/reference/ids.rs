//! What is known: the senders' ids and the numbers that stand for them.

use std::collections::BTreeMap;

use entity::{customer, exam, location, offering, partner};
use rustc_hash::FxHashMap;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use super::StoreError;
use crate::store::packed::{Packed, Part};

/// Numbers of reference data, by the senders' ids: of the kinds that were loaded.
#[derive(Debug, Default)]
pub struct Ids {
    pub products: FxHashMap<String, i32>,
    /// With the product each belongs to.
    pub workloads: FxHashMap<String, (i32, String)>,
    /// Of the tree in use.
    pub locations: FxHashMap<String, i32>,
    pub partners: FxHashMap<String, i32>,
    pub customers: CustomerIds,
    pub exams: FxHashMap<String, i32>,
    loaded: Vec<Kind>,
}

/// The ids and numbers of customers. There may be very many of them: they are kept as the database has joined them.
#[derive(Debug, Default)]
pub struct CustomerIds(Packed);

impl CustomerIds {
    /// # Errors
    /// Where a row is not as it was stored.
    pub fn iter(&self) -> impl Iterator<Item = Result<(&str, i32), StoreError>> {
        self.0.rows().map(|mut row| {
            let id = row.text()?;
            let number = row.last()?.ok_or_else(|| row.corrupt())?;
            Ok((id, number))
        })
    }
}

/// Ids that are loaded together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Products and workloads.
    Offerings,
    Locations,
    Partners,
    Customers,
    Exams,
}

impl Ids {
    /// Reads the ids of these kinds, but for those that were read already.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn load_missing(
        &mut self,
        db: &impl ConnectionTrait,
        kinds: &[Kind],
    ) -> Result<(), StoreError> {
        for kind in kinds {
            if self.is_loaded(*kind) {
                continue;
            }
            match kind {
                Kind::Offerings => self.load_offerings(db).await?,
                Kind::Locations => {
                    let rows = location::Entity::find()
                        .filter(location::Column::Id.ne(location::WORLD))
                        .filter(location::Column::Retired.eq(false));
                    let columns = [location::Column::LocationId, location::Column::Id];
                    self.locations = pairs(rows, columns, db).await?;
                }
                Kind::Partners => {
                    let columns = [partner::Column::PartnerId, partner::Column::Id];
                    self.partners = pairs(partner::Entity::find(), columns, db).await?;
                }
                Kind::Customers => {
                    let parts = [Part::Text("customer_id"), Part::Last("id")];
                    let rows = Packed::load::<customer::Entity>(db, "customer", "id", &parts);
                    self.customers = CustomerIds(rows.await?);
                }
                Kind::Exams => {
                    let columns = [exam::Column::ExamId, exam::Column::Id];
                    self.exams = pairs(exam::Entity::find(), columns, db).await?;
                }
            }
            self.loaded.push(*kind);
        }
        Ok(())
    }

    #[must_use]
    pub fn is_loaded(&self, kind: Kind) -> bool {
        self.loaded.contains(&kind)
    }

    /// Has the ids of a kind read again when they are needed next.
    pub fn forget(&mut self, kind: Kind) {
        self.loaded.retain(|loaded| *loaded != kind);
    }

    async fn load_offerings(&mut self, db: &impl ConnectionTrait) -> Result<(), StoreError> {
        (self.products, self.workloads) = Default::default();
        for row in offering::Entity::find().all(db).await? {
            if row.id == offering::EVERYTHING {
                continue;
            }
            if row.workload_id.is_empty() {
                self.products.insert(row.product_id, row.id);
            } else {
                self.workloads
                    .insert(row.workload_id, (row.id, row.product_id));
            }
        }
        Ok(())
    }
}

async fn pairs<E: EntityTrait>(
    rows: Select<E>,
    columns: [E::Column; 2],
    db: &impl ConnectionTrait,
) -> Result<FxHashMap<String, i32>, StoreError> {
    let rows = rows.select_only().columns(columns);
    let rows: Vec<(String, i32)> = rows.into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}

/// One location of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationNode {
    /// None directly under the world.
    pub parent_id: Option<String>,
    pub name: String,
}

/// A whole location tree by location_id.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub nodes: BTreeMap<String, LocationNode>,
    /// The tree a program has until it sends one.
    pub built_in: bool,
}

impl Tree {
    /// Reads the tree in use.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn load(db: &impl ConnectionTrait) -> Result<Tree, StoreError> {
        let rows = location::Entity::find().all(db).await?;
        let names: FxHashMap<i32, String> = rows
            .iter()
            .map(|row| (row.id, row.location_id.clone()))
            .collect();
        let mut tree = Tree::default();
        for row in rows
            .into_iter()
            .filter(|row| row.id != location::WORLD && !row.retired)
        {
            tree.built_in |= row.built_in;
            let parent_id = row.parent.filter(|parent| *parent != location::WORLD);
            let node = LocationNode {
                parent_id: parent_id.and_then(|parent| names.get(&parent).cloned()),
                name: row.name,
            };
            tree.nodes.insert(row.location_id, node);
        }
        Ok(tree)
    }

    /// How many levels under the world the node stands, from 1; none where its parents run in a circle or one of
    /// them is not in the tree.
    #[must_use]
    pub fn level(&self, location_id: &str) -> Option<usize> {
        let mut at = self.nodes.get(location_id)?;
        for level in 1..=self.nodes.len() {
            match &at.parent_id {
                None => return Some(level),
                Some(parent_id) => at = self.nodes.get(parent_id)?,
            }
        }
        None
    }

    /// The nodes by level, the topmost first. Nodes without a level are left out.
    #[must_use]
    pub fn levels(&self) -> Vec<Vec<(&str, &LocationNode)>> {
        let mut levels: Vec<Vec<(&str, &LocationNode)>> = Vec::new();
        for (location_id, node) in &self.nodes {
            let Some(level) = self.level(location_id) else {
                continue;
            };
            if levels.len() < level {
                levels.resize(level, Vec::new());
            }
            levels[level - 1].push((location_id, node));
        }
        levels
    }
}

/// The locations where customers are, with one of the customers each.
///
/// # Errors
/// Where the database does not answer.
pub async fn inhabited(db: &impl ConnectionTrait) -> Result<Vec<(String, String)>, StoreError> {
    let rows: Vec<(String, String)> = customer::Entity::find()
        .select_only()
        .column(location::Column::LocationId)
        .column_as(customer::Column::CustomerId.min(), "customer_id")
        .join(sea_orm::JoinType::InnerJoin, lies_at())
        .group_by(location::Column::LocationId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}

fn lies_at() -> sea_orm::RelationDef {
    customer::Entity::belongs_to(location::Entity)
        .from(customer::Column::Location)
        .to(location::Column::Id)
        .into()
}

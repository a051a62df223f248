//! What the kernel's numbers of partners, offerings and locations stand for.

use entity::{location, offering, partner};
use facts::Places;
use kernel::{Location, Offering, Partner};
use rustc_hash::FxHashMap;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use crate::store::StoreError;

/// Partners, offerings and locations in the byte order of their ids, which is the kernel's.
#[derive(Debug)]
pub struct Numbers {
    /// By the kernel's numbers: the SQL store's.
    pub partners: Vec<i32>,
    pub offerings: Vec<i32>,
    pub locations: Vec<i32>,
    /// For each partner a number that companies of one owner share.
    pub owners: Vec<u32>,
    /// From the numbers of the fact store, which are the SQL store's.
    pub places: Places,
    pub(super) partner_places: Vec<Option<Partner>>,
    pub(super) offering_places: Vec<Option<Offering>>,
    pub(super) location_places: Vec<Option<Location>>,
    pub(super) offering_parents: Vec<Offering>,
    pub(super) location_parents: Vec<Location>,
}

impl Numbers {
    /// # Errors
    /// Where the database does not answer.
    pub async fn load(db: &impl ConnectionTrait) -> Result<Numbers, StoreError> {
        let partner_rows = partner::Entity::find().select_only().columns([
            partner::Column::PartnerId,
            partner::Column::Id,
            partner::Column::GroupId,
        ]);
        let partner_rows = partner_rows.into_tuple::<(String, i32, Option<String>)>();
        let mut partner_rows = partner_rows.all(db).await?;
        partner_rows.sort_unstable();
        let partners: Vec<i32> = partner_rows.iter().map(|(_, id, _)| *id).collect();
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

        let mut groups: FxHashMap<String, u32> = FxHashMap::default();
        let mut owners = Vec::with_capacity(partner_rows.len());
        for (place, (_, _, group_id)) in partner_rows.into_iter().enumerate() {
            // A company without a group is an owner of its own, told apart from every group by its number.
            let own = place as u32;
            owners.push(match group_id {
                None => own,
                Some(group) => *groups.entry(group).or_insert(own),
            });
        }

        Ok(Numbers {
            partners,
            offerings,
            locations,
            owners,
            places: Places::new(offering_places.clone(), partner_places.clone()),
            partner_places,
            offering_places,
            location_places,
            offering_parents,
            location_parents,
        })
    }
}

impl Numbers {
    /// The kernel's number of a partner by the store's; none where it is gone.
    pub(in crate::store) fn partner(&self, number: i32) -> Option<Partner> {
        at(&self.partner_places, number)
    }

    pub(in crate::store) fn offering(&self, number: i32) -> Option<Offering> {
        at(&self.offering_places, number)
    }

    pub(in crate::store) fn location(&self, number: i32) -> Option<Location> {
        at(&self.location_places, number)
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

pub(super) fn at<Place: Copy>(places: &[Option<Place>], number: i32) -> Option<Place> {
    places.get(usize::try_from(number).ok()?).copied().flatten()
}

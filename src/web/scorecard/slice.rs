//! The slice that an address names, found among the reference data that the picker shows.

use serde::Deserialize;

use crate::store::location::{Location, LocationKey};
use crate::store::offering::{Offering, OfferingKey};
use crate::store::slice::SliceOf;
use crate::web::failure::{Failure, Link};

/// The sender's ids, by the names that the API has for them. An empty one is absent, as a form sends it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Query {
    pub(super) product: String,
    pub(super) workload: String,
    pub(super) location: String,
    /// The as-of date; the newest snapshot where it is absent.
    pub(super) as_of: String,
}

/// What can be picked.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) products: Vec<Offering>,
    pub(super) workloads: Vec<Offering>,
    pub(super) locations: Vec<Location>,
}

/// What is picked.
#[derive(Clone, Debug)]
pub(super) struct Picked {
    /// That of the workload where only a workload is named.
    pub(super) product: Option<Offering>,
    pub(super) workload: Option<Offering>,
    pub(super) location: Option<Location>,
}

/// A slice in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SliceName {
    pub(super) offering: String,
    pub(super) location: String,
}

impl Picked {
    /// # Errors
    /// Where an id is unknown, or the workload is one of another product.
    pub(super) fn find(query: &Query, reference: &Reference) -> Result<Picked, Failure> {
        let product = found("product", &query.product, |id| {
            let mut all = reference.products.iter();
            all.find(|product| product.product_id == id)
        })?;
        let workload = found("workload", &query.workload, |id| {
            let mut all = reference.workloads.iter();
            all.find(|workload| workload.workload_id == id)
        })?;
        let location = found("location", &query.location, |id| {
            let mut all = reference.locations.iter();
            all.find(|location| location.location_id == id)
        })?;
        let product = match (product, &workload) {
            (Some(product), Some(workload)) if product.product_id != workload.product_id => {
                return Err(mismatch(query, &product, workload));
            }
            (None, Some(workload)) => reference
                .products
                .iter()
                .find(|product| product.product_id == workload.product_id)
                .cloned(),
            (product, _) => product,
        };
        Ok(Picked {
            product,
            workload,
            location,
        })
    }

    pub(super) fn slice(&self) -> SliceOf {
        let offering = self.workload.as_ref().or(self.product.as_ref());
        SliceOf {
            offering: offering.map_or(OfferingKey::EVERYTHING, |row| OfferingKey(row.id)),
            location: (self.location.as_ref())
                .map_or(LocationKey::WORLD, |row| LocationKey(row.id)),
        }
    }

    pub(super) fn name(&self) -> SliceName {
        let parts = [&self.product, &self.workload];
        let names: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(|offering| offering.name.as_str())
            .collect();
        SliceName {
            offering: if names.is_empty() {
                "Everything".to_owned()
            } else {
                names.join(" · ")
            },
            location: (self.location.as_ref())
                .map_or("the whole world", |row| &row.name)
                .to_owned(),
        }
    }
}

fn found<'a, Row: Clone + 'a>(
    name: &str,
    id: &str,
    find: impl FnOnce(&str) -> Option<&'a Row>,
) -> Result<Option<Row>, Failure> {
    if id.is_empty() {
        return Ok(None);
    }
    match find(id) {
        Some(row) => Ok(Some(row.clone())),
        None => Err(Failure::NotFound(format!("There is no {name} “{id}”."))),
    }
}

/// Whoever picks another product and leaves the workload meant one of the two.
fn mismatch(query: &Query, product: &Offering, workload: &Offering) -> Failure {
    let link = |text: String, product: &str, workload: &str| {
        let pairs = [
            ("product", product),
            ("workload", workload),
            ("location", &query.location),
            ("asOf", &query.as_of),
        ];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        Link {
            text,
            href: format!("?{query}"),
        }
    };
    Failure::BadInput {
        message: format!(
            "{} is no workload of {}. Which of these did you mean?",
            workload.name, product.name
        ),
        links: vec![
            link(
                format!("{}, all its workloads", product.name),
                &product.product_id,
                "",
            ),
            link(
                format!("The workload {}", workload.name),
                "",
                &workload.workload_id,
            ),
        ],
    }
}

//! Offerings and slices, and which facts lie in them.

use crate::settle::Fact;

/// Everything, one product, or one workload of a product. The order of the fields is the order of the exports.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offering {
    pub product_id: Option<String>,
    pub workload_id: Option<String>,
}

/// One offering at one location; no location is the world.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slice {
    pub offering: Offering,
    pub location_id: Option<String>,
}

impl Offering {
    /// The offerings that a product, or a workload of it, counts in: the workload where there is one, the product, everything.
    pub fn above(product_id: &str, workload_id: Option<&str>) -> Vec<Offering> {
        let product = Offering {
            product_id: Some(product_id.to_owned()),
            workload_id: None,
        };
        let workload = workload_id.map(|workload_id| Offering {
            workload_id: Some(workload_id.to_owned()),
            ..product.clone()
        });
        [Some(Offering::default()), Some(product), workload]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Whether something of that product and workload counts in this offering.
    pub fn holds(&self, product_id: &str, workload_id: Option<&str>) -> bool {
        match (self.product_id.as_deref(), self.workload_id.as_deref()) {
            (None, _) => true,
            (Some(product), None) => product == product_id,
            (Some(_), Some(workload)) => workload_id == Some(workload),
        }
    }

    /// Whether a fact counts in this offering.
    pub fn holds_fact(&self, fact: &impl Fact) -> bool {
        self.holds(fact.product_id(), fact.workload_id())
    }
}

impl Slice {
    /// Every slice that a fact counts in, given its customer's location and all locations above.
    pub fn above(fact: &impl Fact, locations: &[&str]) -> Vec<Slice> {
        let mut slices = Vec::new();
        for offering in Offering::above(fact.product_id(), fact.workload_id()) {
            slices.push(Slice {
                offering: offering.clone(),
                location_id: None,
            });
            for location in locations {
                slices.push(Slice {
                    offering: offering.clone(),
                    location_id: Some((*location).to_owned()),
                });
            }
        }
        slices
    }

    /// Whether a fact counts in this slice, given its customer's location and all locations above.
    pub fn holds_fact(&self, fact: &impl Fact, locations: &[&str]) -> bool {
        let here = self
            .location_id
            .as_deref()
            .is_none_or(|location| locations.contains(&location));
        here && self.offering.holds_fact(fact)
    }
}

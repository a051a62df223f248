//! The form that picks another slice or date. It works without a script, with hundreds of locations too: those where
//! the partner has a scorecard come first, the others by the part of the world they lie in.

use std::collections::HashMap;

use super::read::Reading;
use crate::store::location::{Location, LocationKey};
use crate::store::offering::Offering;
use crate::web::date::DateText;

/// Moves an option to the right of the one it lies in. Browsers keep it, and skip it when a name is typed.
const INDENT: &str = "\u{a0}\u{a0}\u{a0}";

pub(super) struct Picker {
    pub(super) partner_id: String,
    pub(super) fields: Vec<Field>,
}

/// One thing that can be picked.
pub(super) struct Field {
    /// Its name in the address.
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) choices: Vec<Choices>,
}

/// Some choices under one heading, or under none.
pub(super) struct Choices {
    pub(super) heading: Option<String>,
    pub(super) choices: Vec<Choice>,
}

pub(super) struct Choice {
    /// Empty for everything.
    pub(super) value: String,
    pub(super) text: String,
    pub(super) is_picked: bool,
}

impl Picker {
    pub(super) fn new(reading: &Reading) -> Picker {
        let field = |name, label, choices| Field {
            name,
            label,
            choices,
        };
        Picker {
            partner_id: reading.partner.partner_id.clone(),
            fields: vec![
                field("product", "Product", products(reading)),
                field("workload", "Workload", workloads(reading)),
                field("location", "Customer location", locations(reading)),
                field("asOf", "As of", dates(reading)),
            ],
        }
    }
}

fn choice(value: &str, text: impl Into<String>, picked: &str) -> Choice {
    Choice {
        value: value.to_owned(),
        text: text.into(),
        is_picked: value == picked,
    }
}

fn without_heading(choices: Vec<Choice>) -> Choices {
    Choices {
        heading: None,
        choices,
    }
}

fn products(reading: &Reading) -> Vec<Choices> {
    let picked = reading.picked.product.as_ref();
    let picked = picked.map_or("", |product| &product.product_id);
    let all = choice("", "All products", picked);
    let products = reading.reference.products.iter();
    let products = products.map(|product| choice(&product.product_id, &product.name, picked));
    vec![without_heading(
        std::iter::once(all).chain(products).collect(),
    )]
}

/// Those of the product that is picked, else all by product.
fn workloads(reading: &Reading) -> Vec<Choices> {
    let picked = reading.picked.workload.as_ref();
    let picked = picked.map_or("", |workload| &workload.workload_id);
    let mut groups = vec![without_heading(vec![choice("", "All workloads", picked)])];
    let is_offered = |product: &&Offering| {
        let only = reading.picked.product.as_ref();
        only.is_none_or(|only| only.id == product.id)
    };
    for product in reading.reference.products.iter().filter(is_offered) {
        let workloads = reading.reference.workloads.iter();
        let workloads = workloads.filter(|workload| workload.product_id == product.product_id);
        let choices: Vec<Choice> = workloads
            .map(|workload| choice(&workload.workload_id, &workload.name, picked))
            .collect();
        if !choices.is_empty() {
            groups.push(Choices {
                heading: Some(product.name.clone()),
                choices,
            });
        }
    }
    groups
}

fn dates(reading: &Reading) -> Vec<Choices> {
    let as_of = reading.scope.snapshot.as_of;
    let picked = if reading.is_dated {
        as_of.to_string()
    } else {
        String::new()
    };
    let newest = reading.dates.first().copied().unwrap_or(as_of);
    let newest = format!("Newest ({newest})");
    let mut choices = vec![choice("", newest, &picked)];
    let is_listed = reading.dates.contains(&as_of);
    let dates = reading.dates.iter().chain((!is_listed).then_some(&as_of));
    choices.extend(dates.map(|day| choice(&day.to_string(), DateText::from(*day).text, &picked)));
    vec![without_heading(choices)]
}

fn locations(reading: &Reading) -> Vec<Choices> {
    let picked = reading.picked.location.as_ref();
    let picked = picked.map_or("", |location| &location.location_id);
    let mut here = Vec::new();
    let mut elsewhere = Vec::new();
    for branch in branches(&reading.reference.locations) {
        let mut others = Vec::new();
        for (depth, location) in &branch {
            let has_card = reading.located.contains(&LocationKey(location.id));
            let text = format!("{}{}", INDENT.repeat(*depth), location.name);
            let choice = choice(&location.location_id, text, picked);
            if has_card { &mut here } else { &mut others }.push(choice);
        }
        if let (Some((_, top)), false) = (branch.first(), others.is_empty()) {
            elsewhere.push(Choices {
                heading: Some(format!("{}: no scorecard", top.name)),
                choices: others,
            });
        }
    }
    let mut groups = vec![without_heading(vec![choice("", "The whole world", picked)])];
    if !here.is_empty() {
        groups.push(Choices {
            heading: Some("Where you have a scorecard".to_owned()),
            choices: here,
        });
    }
    groups.extend(elsewhere);
    groups
}

/// Each location directly under the world with everything below it, in the order of a table of contents.
fn branches(locations: &[Location]) -> Vec<Vec<(usize, &Location)>> {
    let mut under: HashMap<Option<i32>, Vec<&Location>> = HashMap::new();
    for location in locations {
        under.entry(location.parent).or_default().push(location);
    }
    for level in under.values_mut() {
        level.sort_by_cached_key(|location| location.name.to_lowercase());
    }
    let mut branches = Vec::new();
    for top in under.get(&Some(LocationKey::WORLD.0)).into_iter().flatten() {
        let mut branch = Vec::new();
        // The tree has at most six levels.
        descend(top, 0, &under, &mut branch);
        branches.push(branch);
    }
    branches
}

fn descend<'a>(
    location: &'a Location,
    depth: usize,
    under: &HashMap<Option<i32>, Vec<&'a Location>>,
    branch: &mut Vec<(usize, &'a Location)>,
) {
    branch.push((depth, location));
    for child in under.get(&Some(location.id)).into_iter().flatten() {
        descend(child, depth + 1, under, branch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(id: i32, parent: i32, name: &str) -> Location {
        Location {
            id,
            location_id: name.to_lowercase(),
            parent: Some(parent),
            name: name.to_owned(),
            built_in: false,
            retired: false,
        }
    }

    #[test]
    fn branches_read_like_a_table_of_contents() {
        let tree = [
            location(1, 0, "Europe"),
            location(2, 1, "france"),
            location(3, 1, "Belgium"),
            location(4, 2, "Paris"),
            location(5, 0, "Antarctica"),
        ];
        let branches = branches(&tree);
        let names: Vec<Vec<(usize, &str)>> = branches
            .iter()
            .map(|branch| {
                branch
                    .iter()
                    .map(|(depth, location)| (*depth, location.name.as_str()))
                    .collect()
            })
            .collect();
        assert_eq!(
            names,
            [
                vec![(0, "Antarctica")],
                vec![(0, "Europe"), (1, "Belgium"), (1, "france"), (2, "Paris")],
            ]
        );
    }
}

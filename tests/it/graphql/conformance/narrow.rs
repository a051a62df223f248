//! Documents that ask for one type, by the shortest way to it.

use std::collections::{BTreeMap, VecDeque};

use super::arguments;
use super::sdl::{Sdl, base};

/// What leads to a type: the fields on the way, with their arguments.
pub(super) type Path = Vec<String>;

/// A field as it is asked, with a number for each of its lists.
pub(super) fn asked(parent: &str, field: &str, count: usize) -> String {
    let arguments = arguments(parent, field)
        .replace("first: 2", &format!("first: {count}"))
        .replace("last: 2", &format!("last: {count}"));
    format!("{field}{arguments}")
}

/// Every type that can be reached from one, by the shortest way.
pub(super) fn reached(sdl: &Sdl, from: &str, count: usize) -> BTreeMap<String, Path> {
    let mut found = BTreeMap::from([(from.to_owned(), Path::new())]);
    let mut next = VecDeque::from([from.to_owned()]);
    while let Some(kind) = next.pop_front() {
        let path = found[&kind].clone();
        let below = sdl.fields(&kind).iter().map(|field| {
            let name = field.name.node.as_str();
            (asked(&kind, name, count), base(&field.ty.node).to_string())
        });
        let below = below.filter(|(_, below)| sdl.is_object(below) && below != "Node");
        for (step, below) in below {
            if !found.contains_key(&below) {
                let path = path.iter().cloned().chain([step]).collect();
                found.insert(below.clone(), path);
                next.push_back(below);
            }
        }
    }
    found
}

/// Those fields of a type that are asked for, and the leaves of those below it.
pub(super) fn two_levels(
    sdl: &Sdl,
    kind: &str,
    count: usize,
    is_asked: impl Fn(&str) -> bool,
) -> String {
    let leaves = |kind: &str| -> Vec<String> {
        let fields = sdl.fields(kind).iter();
        let leaves = fields.filter(|field| !sdl.is_object(base(&field.ty.node)));
        leaves.map(|field| field.name.node.to_string()).collect()
    };
    let fields = sdl
        .fields(kind)
        .iter()
        .filter(|field| is_asked(&field.name.node));
    let fields = fields.map(|field| {
        let (name, below) = (field.name.node.as_str(), base(&field.ty.node));
        let asked = asked(kind, name, count);
        match sdl.is_object(below) {
            true => format!("{asked} {{__typename {}}}", leaves(below).join(" ")),
            false => asked,
        }
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// A selection below what leads to it.
pub(super) fn nested(path: &[String], set: &str) -> String {
    let opened = path.iter().map(|step| format!("{step} {{"));
    let closed = "}".repeat(path.len());
    format!("{}{set}{closed}", opened.collect::<String>())
}

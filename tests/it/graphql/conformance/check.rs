//! An answer held against schema.graphql: nothing is null that must not be, each leaf is of its type, and the keys of each
//! object are those selected, in their order.

use async_graphql::parser::types::{
    BaseType, DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet, Type,
};
use async_graphql::{PathSegment, Value};

use super::sdl::Sdl;

/// Checks the data of an answer to the one operation of a document.
pub(super) fn conforms(
    sdl: &Sdl,
    document: &ExecutableDocument,
    data: &Value,
) -> Result<(), String> {
    let DocumentOperations::Single(operation) = &document.operations else {
        return Err("the document has several operations".to_owned());
    };
    let root = match operation.node.ty {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    };
    match data {
        Value::Null => Ok(()),
        data => object(sdl, root, &operation.node.selection_set.node, data, ""),
    }
}

fn object(
    sdl: &Sdl,
    kind: &str,
    set: &SelectionSet,
    data: &Value,
    path: &str,
) -> Result<(), String> {
    let Value::Object(found) = data else {
        return Err(format!("{path}: {kind} is {data}"));
    };
    let kind = match found.get("__typename") {
        Some(Value::String(named)) => named.as_str(),
        _ => kind,
    };
    let mut selected = Vec::new();
    select(sdl, kind, set, &mut selected);
    let keys: Vec<&str> = found.keys().map(async_graphql::Name::as_str).collect();
    let names: Vec<&str> = selected.iter().map(|(name, _)| *name).collect();
    if keys != names {
        return Err(format!(
            "{path}: {kind} has {keys:?}, selected are {names:?}"
        ));
    }
    for (name, below) in selected
        .into_iter()
        .filter(|(name, _)| *name != "__typename")
    {
        let path = format!("{path}.{name}");
        complete(sdl, sdl.field(kind, name), below, &found[name], &path)?;
    }
    Ok(())
}

fn select<'a>(
    sdl: &Sdl,
    kind: &str,
    set: &'a SelectionSet,
    into: &mut Vec<(&'a str, &'a SelectionSet)>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                if into.iter().all(|(other, _)| *other != name) {
                    into.push((name, &field.node.selection_set.node));
                }
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref().unwrap();
                if sdl.implements(kind, &on.node.on.node) {
                    select(sdl, kind, &inline.node.selection_set.node, into);
                }
            }
            Selection::FragmentSpread(_) => {
                panic!("the documents of these tests have no fragments")
            }
        }
    }
}

fn complete(
    sdl: &Sdl,
    kind: &Type,
    set: &SelectionSet,
    data: &Value,
    path: &str,
) -> Result<(), String> {
    match (&kind.base, data) {
        (_, Value::Null) if kind.nullable => Ok(()),
        (_, Value::Null) => Err(format!("{path}: {kind} is null")),
        (BaseType::List(item), Value::List(items)) => {
            let mut numbered = items.iter().enumerate();
            numbered
                .try_for_each(|(at, one)| complete(sdl, item, set, one, &format!("{path}.{at}")))
        }
        (BaseType::List(_), data) => Err(format!("{path}: {kind} is {data}")),
        (BaseType::Named(name), data) if sdl.is_object(name) => object(sdl, name, set, data, path),
        (BaseType::Named(name), data) => {
            let is_of_type = match (name.as_str(), data) {
                ("Int", Value::Number(number)) => number
                    .as_i64()
                    .is_some_and(|int| i32::try_from(int).is_ok()),
                ("Float", Value::Number(_)) | ("Boolean", Value::Boolean(_)) => true,
                ("String" | "ID" | "Date" | "DateTime", Value::String(_)) => true,
                (name, Value::Enum(value)) => sdl
                    .values(name)
                    .is_some_and(|all| all.contains(value.as_str())),
                _ => false,
            };
            is_of_type
                .then_some(())
                .ok_or_else(|| format!("{path}: {name} is {data}"))
        }
    }
}

/// Where a failure at a path leaves null: how many parts of the path lead there. 0 where all data is null.
pub(super) fn nulled(sdl: &Sdl, root: &str, data: &Value, path: &[PathSegment]) -> usize {
    let mut nullable = vec![true];
    let mut kind: (String, Option<Type>) = (root.to_owned(), None);
    let mut at = data;
    for part in path {
        let next = match part {
            PathSegment::Field(name) => {
                if let Value::Object(fields) = at {
                    if let Some(Value::String(named)) = fields.get("__typename") {
                        kind.0 = named.clone();
                    }
                    at = &fields[name.as_str()];
                }
                sdl.field(&kind.0, name).clone()
            }
            PathSegment::Index(index) => {
                if let Value::List(items) = at {
                    at = &items[*index];
                }
                match kind.1.map(|list| list.base) {
                    Some(BaseType::List(item)) => *item,
                    other => panic!("{path:?}: {other:?} is no list"),
                }
            }
        };
        nullable.push(next.nullable);
        kind = (super::sdl::base(&next).to_string(), Some(next));
    }
    nullable.iter().rposition(|nullable| *nullable).unwrap_or(0)
}

/// The data with null where a part of it is.
pub(super) fn without(data: &Value, path: &[PathSegment]) -> Value {
    let Some((first, rest)) = path.split_first() else {
        return Value::Null;
    };
    let mut data = data.clone();
    match (&mut data, first) {
        (Value::Object(fields), PathSegment::Field(name)) => {
            let below = fields.get_mut(name.as_str()).unwrap();
            *below = without(below, rest);
        }
        (Value::List(items), PathSegment::Index(at)) => items[*at] = without(&items[*at], rest),
        (other, part) => panic!("{other} has no {part:?}"),
    }
    data
}

/// What is at a path; none where something above it is null.
pub(super) fn at<'a>(data: &'a Value, path: &[PathSegment]) -> Option<&'a Value> {
    path.iter().try_fold(data, |data, part| match (data, part) {
        (Value::Object(fields), PathSegment::Field(name)) => fields.get(name.as_str()),
        (Value::List(items), PathSegment::Index(at)) => items.get(*at),
        _ => None,
    })
}

/// The same with a word for each leaf, for answers that differ by the time they are given at.
pub(super) fn shape(data: &Value) -> Value {
    match data {
        Value::Null => Value::Null,
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), shape(value)))
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(shape).collect()),
        _ => Value::Boolean(true),
    }
}

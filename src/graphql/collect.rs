//! What stands for one field of an answer becomes one selection before anything is validated or run, as the specification
//! collects fields (`CollectFields`).
//!
//! async-graphql runs each selection and merges what comes of it: a mutation that two fragments name would be done twice, a
//! field that fails would be lost beside one of its name that does not, and the fragments of a subscription would be passed
//! over in silence. So fragments of the type that they stand in are spread here, and equal fields merged. Where one of them
//! has @skip or @include and stands after one without, the condition moves to what is selected below it:
//! `a {b} a @include(if: $c) {d}` becomes `a {b ... @include(if: $c) {d}}`, which says the same. What depends on a condition
//! alone, and fragments of other types, are left to async-graphql; mutations and subscriptions that are still not told apart
//! are refused.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment,
    OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::registry::{MetaTypeName, Registry};
use async_graphql::{Error, Name, Pos, Positioned, ServerError, ServerResult};

use super::error::Failure;

/// Collects the fields of a document. The guard comes first: it bounds what fragments spread to.
pub(super) fn collect(
    registry: &Registry,
    document: ExecutableDocument,
) -> ServerResult<ExecutableDocument> {
    let spread_before = spreads(&document);
    let ExecutableDocument {
        mut operations,
        fragments,
    } = document;
    let collecting = Collecting {
        registry,
        fragments: &fragments,
    };
    match &mut operations {
        DocumentOperations::Single(operation) => collecting.operation(operation)?,
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                collecting.operation(operation)?;
            }
        }
    }
    let mut collected = fragments.clone();
    for fragment in collected.values_mut() {
        let on = fragment.node.type_condition.node.on.node.to_string();
        collecting.set(&on, &mut fragment.node.selection_set.node);
    }
    let mut document = ExecutableDocument {
        operations,
        fragments: collected,
    };
    // Those that live on where they were spread are not unused, which validation would say of them.
    let spread_after = spreads(&document);
    document
        .fragments
        .retain(|name, _| !spread_before.contains(name) || spread_after.contains(name));
    Ok(document)
}

struct Collecting<'a> {
    registry: &'a Registry,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl Collecting<'_> {
    fn operation(&self, operation: &mut Positioned<OperationDefinition>) -> ServerResult<()> {
        let root = match operation.node.ty {
            OperationType::Query => Some(&self.registry.query_type),
            OperationType::Mutation => self.registry.mutation_type.as_ref(),
            OperationType::Subscription => self.registry.subscription_type.as_ref(),
        };
        let Some(root) = root else { return Ok(()) };
        let set = &mut operation.node.selection_set.node;
        self.set(root, set);
        let refused = match operation.node.ty {
            OperationType::Query => None,
            OperationType::Mutation => {
                let mut keys = HashSet::new();
                let is_clear = self.are_apart(set, &mut keys);
                (!is_clear).then_some(
                    "the mutation names one field several times: write it once, or under several aliases",
                )
            }
            OperationType::Subscription => {
                let is_one = matches!(&set.items[..], [one] if matches!(&one.node, Selection::Field(field) if field.node.directives.is_empty()));
                (!is_one).then_some("a subscription has one field, without @skip and @include")
            }
        };
        match refused {
            None => Ok(()),
            Some(message) => Err(refusal(message, operation)),
        }
    }

    /// Whether no field of a set has the name of another, however it is spread.
    fn are_apart(&self, set: &SelectionSet, keys: &mut HashSet<String>) -> bool {
        set.items.iter().all(|selection| match &selection.node {
            Selection::Field(field) => keys.insert(field.node.response_key().node.to_string()),
            Selection::InlineFragment(inline) => {
                self.are_apart(&inline.node.selection_set.node, keys)
            }
            Selection::FragmentSpread(spread) => self
                .fragments
                .get(&spread.node.fragment_name.node)
                .is_none_or(|fragment| self.are_apart(&fragment.node.selection_set.node, keys)),
        })
    }

    fn set(&self, parent: &str, set: &mut SelectionSet) {
        let mut collected = Collected::default();
        self.add(parent, std::mem::take(&mut set.items), &mut collected);
        set.items = collected.items;
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field) => {
                    let kind = self.registry.types.get(parent);
                    let named =
                        kind.and_then(|kind| kind.field_by_name(field.node.name.node.as_str()));
                    // Validation tells of fields that there are none of.
                    if let Some(named) = named {
                        let below = MetaTypeName::concrete_typename(&named.ty);
                        self.set(below, &mut field.node.selection_set.node);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref();
                    let on = on.map_or(parent.to_owned(), |on| on.node.on.node.to_string());
                    self.set(&on, &mut inline.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn add(&self, parent: &str, items: Vec<Positioned<Selection>>, collected: &mut Collected) {
        for selection in items {
            match selection.node {
                Selection::Field(field) => collected.add(selection.pos, field),
                Selection::InlineFragment(inline)
                    if inline
                        .node
                        .type_condition
                        .as_ref()
                        .is_none_or(|on| on.node.on.node == parent) =>
                {
                    let items = inline.node.selection_set.node.items;
                    let conditions = inline.node.directives;
                    self.add_if(parent, selection.pos, conditions, items, collected);
                }
                Selection::FragmentSpread(ref spread) => {
                    let fragment = self.fragments.get(&spread.node.fragment_name.node);
                    let same = fragment.filter(|fragment| {
                        fragment.node.type_condition.node.on.node == parent
                            && fragment.node.directives.is_empty()
                    });
                    match same {
                        Some(fragment) => {
                            let items = fragment.node.selection_set.node.items.clone();
                            let conditions = spread.node.directives.clone();
                            self.add_if(parent, selection.pos, conditions, items, collected);
                        }
                        None => collected.items.push(selection),
                    }
                }
                _ => collected.items.push(selection),
            }
        }
    }
}

impl Collecting<'_> {
    /// Adds what a fragment of the same type holds, under the fragment's conditions.
    fn add_if(
        &self,
        parent: &str,
        pos: Pos,
        conditions: Vec<Positioned<Directive>>,
        items: Vec<Positioned<Selection>>,
        collected: &mut Collected,
    ) {
        if conditions.is_empty() {
            return self.add(parent, items, collected);
        }
        let mut inner = Collected::default();
        self.add(parent, items, &mut inner);
        let mut rest = Vec::new();
        for selection in inner.items {
            match selection.node {
                Selection::Field(field) if field.node.directives.is_empty() => {
                    if let Some(field) = collected.add_below(pos, &conditions, field) {
                        rest.push(Positioned::new(Selection::Field(field), selection.pos));
                    }
                }
                _ => rest.push(selection),
            }
        }
        if !rest.is_empty() {
            collected.items.push(conditional(pos, conditions, rest));
        }
    }
}

/// What is selected under conditions.
fn conditional(
    pos: Pos,
    conditions: Vec<Positioned<Directive>>,
    items: Vec<Positioned<Selection>>,
) -> Positioned<Selection> {
    let inline = InlineFragment {
        type_condition: None,
        directives: conditions,
        selection_set: Positioned::new(SelectionSet { items }, pos),
    };
    Positioned::new(Selection::InlineFragment(Positioned::new(inline, pos)), pos)
}

/// The selections of one set, in the order of their first appearance.
#[derive(Default)]
struct Collected {
    items: Vec<Positioned<Selection>>,
    /// Where the field of a name stands.
    places: HashMap<String, usize>,
}

impl Collected {
    fn add(&mut self, pos: Pos, mut field: Positioned<Field>) {
        let conditions = std::mem::take(&mut field.node.directives);
        if !conditions.is_empty() {
            let Some(mut field) = self.add_below(pos, &conditions, field) else {
                return;
            };
            field.node.directives = conditions;
            self.items
                .push(Positioned::new(Selection::Field(field), pos));
            return;
        }
        let key = field.node.response_key().node.to_string();
        let place = self.places.get(&key).copied();
        if let Some(Selection::Field(before)) = place.map(|at| &mut self.items[at].node)
            && is_same(&before.node, &field.node)
        {
            let more = field.node.selection_set.node.items;
            before.node.selection_set.node.items.extend(more);
            return;
        }
        self.places.entry(key).or_insert(self.items.len());
        self.items
            .push(Positioned::new(Selection::Field(field), pos));
    }
}

impl Collected {
    /// Puts what a conditional field selects below the unconditional one before it, whose place it has anyway. Gives it back
    /// where there is none, or where it selects nothing: then it stands for itself.
    fn add_below(
        &mut self,
        pos: Pos,
        conditions: &[Positioned<Directive>],
        field: Positioned<Field>,
    ) -> Option<Positioned<Field>> {
        let place = self.places.get(field.node.response_key().node.as_str());
        if let Some(Selection::Field(before)) = place.map(|at| &mut self.items[*at].node)
            && !field.node.selection_set.node.items.is_empty()
            && is_same(&before.node, &field.node)
        {
            let below = field.node.selection_set.node.items;
            let below = conditional(pos, conditions.to_vec(), below);
            before.node.selection_set.node.items.push(below);
            return None;
        }
        Some(field)
    }
}

/// Whether two fields of one name are one. Validation tells where they cannot stand side by side.
fn is_same(one: &Field, other: &Field) -> bool {
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            let mut others = other.arguments.iter();
            others.any(|(named, valued)| named.node == name.node && valued.node == value.node)
        })
}

/// The fragments that are spread somewhere.
fn spreads(document: &ExecutableDocument) -> HashSet<Name> {
    fn add(set: &SelectionSet, found: &mut HashSet<Name>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => add(&field.node.selection_set.node, found),
                Selection::InlineFragment(inline) => add(&inline.node.selection_set.node, found),
                Selection::FragmentSpread(spread) => {
                    found.insert(spread.node.fragment_name.node.clone());
                }
            }
        }
    }
    let mut found = HashSet::new();
    for (_, operation) in document.operations.iter() {
        add(&operation.node.selection_set.node, &mut found);
    }
    for fragment in document.fragments.values() {
        add(&fragment.node.selection_set.node, &mut found);
    }
    found
}

fn refusal(message: &str, operation: &Positioned<OperationDefinition>) -> ServerError {
    Error::from(Failure::BadInput(message.to_owned())).into_server_error(operation.pos)
}

//! schema.graphql as a second reading of it: its types, and documents that select everything.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};

pub(super) struct Sdl {
    /// The fields of objects and interfaces.
    fields: BTreeMap<String, Vec<FieldDefinition>>,
    /// The types that implement an interface.
    implementors: BTreeMap<String, Vec<String>>,
    enums: BTreeMap<String, BTreeSet<String>>,
}

impl Sdl {
    pub(super) fn read() -> Sdl {
        let document = parse_schema(peerband::graphql::sdl()).unwrap();
        let mut sdl = Sdl {
            fields: BTreeMap::new(),
            implementors: BTreeMap::new(),
            enums: BTreeMap::new(),
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(kind) = definition else {
                continue;
            };
            let name = kind.node.name.node.to_string();
            let fields = |fields: Vec<Positioned<FieldDefinition>>| -> Vec<FieldDefinition> {
                fields.into_iter().map(|field| field.node).collect()
            };
            match kind.node.kind {
                TypeKind::Object(object) => {
                    for interface in object.implements {
                        let implementors = sdl.implementors.entry(interface.node.to_string());
                        implementors.or_default().push(name.clone());
                    }
                    sdl.fields.insert(name, fields(object.fields));
                }
                TypeKind::Interface(interface) => {
                    sdl.fields.insert(name, fields(interface.fields));
                }
                TypeKind::Enum(kind) => {
                    let values = kind.values.into_iter();
                    let values = values.map(|value| value.node.value.node.to_string());
                    sdl.enums.insert(name, values.collect());
                }
                _ => {}
            }
        }
        sdl
    }

    pub(super) fn fields(&self, kind: &str) -> &[FieldDefinition] {
        &self.fields[kind]
    }

    pub(super) fn field(&self, kind: &str, name: &str) -> &Type {
        let found = self.fields(kind).iter().find(|f| f.name.node == name);
        &found.unwrap().ty.node
    }

    /// The values of an enum; none for another type.
    pub(super) fn values(&self, kind: &str) -> Option<&BTreeSet<String>> {
        self.enums.get(kind)
    }

    pub(super) fn is_object(&self, kind: &str) -> bool {
        self.fields.contains_key(kind)
    }

    pub(super) fn implements(&self, kind: &str, interface: &str) -> bool {
        let implementors = self.implementors.get(interface);
        kind == interface || implementors.is_some_and(|all| all.iter().any(|one| one == kind))
    }

    /// The types that an interface stands for.
    pub(super) fn implementors(&self, interface: &str) -> &[String] {
        &self.implementors[interface]
    }

    /// `Type.field` of everything that answers may have.
    pub(super) fn every_field(&self) -> BTreeSet<String> {
        let objects = self.fields.iter();
        let objects = objects.filter(|(kind, _)| !self.implementors.contains_key(*kind));
        objects
            .flat_map(|(kind, fields)| {
                fields
                    .iter()
                    .map(move |f| format!("{kind}.{}", f.name.node))
            })
            .collect()
    }

    /// A root field with everything below it: each type in full where it comes first, and its leaves elsewhere.
    pub(super) fn wide(
        &self,
        root: &str,
        field: &str,
        arguments: &impl Fn(&str, &str) -> String,
    ) -> String {
        let mut seen = HashSet::new();
        let found = self.fields(root).iter().find(|f| f.name.node == field);
        self.selection(root, found.unwrap(), &mut seen, arguments)
    }

    fn selection(
        &self,
        parent: &str,
        field: &FieldDefinition,
        seen: &mut HashSet<String>,
        arguments: &impl Fn(&str, &str) -> String,
    ) -> String {
        let (name, below) = (&field.name.node, base(&field.ty.node));
        let arguments_here = arguments(parent, name);
        if !self.is_object(below) {
            return format!("{name}{arguments_here}");
        }
        let set = self.set(below, seen, arguments);
        format!("{name}{arguments_here} {{__typename {set}}}")
    }

    fn set(
        &self,
        kind: &str,
        seen: &mut HashSet<String>,
        arguments: &impl Fn(&str, &str) -> String,
    ) -> String {
        if let Some(implementors) = self.implementors.get(kind) {
            let all = implementors
                .iter()
                .map(|one| format!("... on {one} {{{}}}", self.set(one, seen, arguments)));
            return all.collect::<Vec<_>>().join(" ");
        }
        let is_first = seen.insert(kind.to_owned());
        let fields = self.fields(kind).iter();
        let fields = fields.filter(|f| is_first || !self.is_object(base(&f.ty.node)));
        fields
            .map(|field| self.selection(kind, field, seen, arguments))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The named type that a type is made of.
pub(super) fn base(kind: &Type) -> &Name {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => base(item),
    }
}

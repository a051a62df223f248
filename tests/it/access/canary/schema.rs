//! Every path through the schema, found from the schema itself: a field that is new tomorrow is asked for tomorrow.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

/// The introspection query, as far as it is needed.
pub(super) const INTROSPECTION: &str = "{__schema {
    queryType {name} mutationType {name} subscriptionType {name}
    types {kind name possibleTypes {name} enumValues {name}
        fields(includeDeprecated: true) {name args {...Input} type {...Of}}
        inputFields {...Input}}}}
    fragment Input on __InputValue {name defaultValue type {...Of}}
    fragment Of on __Type {kind name ofType {kind name ofType {kind name ofType {kind name ofType {kind name}}}}}";

/// How many fields below each other are asked for.
const DEPTH: usize = 8;
/// How often a type is opened, each time on another way to it.
const OPENED_MAX: usize = 6;
/// On how many ways to it a field is asked for with each of its arguments.
const VARIED_MAX: usize = 2;
/// How far objects in arguments are nested.
const NESTED_MAX: usize = 1;

pub(super) struct Schema {
    types: BTreeMap<String, Value>,
    roots: BTreeMap<&'static str, String>,
}

/// What arguments are filled with.
#[derive(Clone, Debug, Default)]
pub(super) struct Pools {
    /// Global ids by their type.
    pub(super) ids: BTreeMap<String, Vec<String>>,
    pub(super) partner_ids: Vec<String>,
    /// Names, ids and parts of them that text filters look for.
    pub(super) texts: Vec<String>,
    pub(super) cursors: Vec<String>,
    pub(super) batch_ids: Vec<String>,
    pub(super) dates: Vec<String>,
    /// Arguments that are always given where there are such.
    pub(super) given: BTreeMap<&'static str, String>,
}

/// One document, and what it asks for.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) text: String,
    /// The field of the root that it begins with.
    pub(super) root: String,
    /// The fields on the way, and the type at its end.
    pub(super) way: Vec<String>,
    pub(super) end: String,
    /// The type that the last field is of.
    pub(super) parent: String,
}

/// A way from the root to an object.
#[derive(Clone, Debug)]
struct Way {
    /// Each field with its arguments, and the fragment that is opened below it.
    calls: Vec<(String, Option<String>)>,
    names: Vec<String>,
    at: String,
}

impl Schema {
    pub(super) fn read(introspected: &Value) -> Schema {
        let schema = &introspected["__schema"];
        let types = schema["types"].as_array().unwrap();
        let types = types
            .iter()
            .map(|one| (text(&one["name"]), one.clone()))
            .filter(|(name, _)| !name.starts_with("__"));
        let root = |operation: &str| text(&schema[operation]["name"]);
        Schema {
            types: types.collect(),
            roots: BTreeMap::from([
                ("query", root("queryType")),
                ("mutation", root("mutationType")),
                ("subscription", root("subscriptionType")),
            ]),
        }
    }

    /// The names of a root's fields.
    pub(super) fn root_fields(&self, operation: &str) -> Vec<String> {
        let fields = self.fields(&self.roots[operation]);
        fields.iter().map(|field| text(&field["name"])).collect()
    }

    /// Every field of every object that can be reached from these roots, as `Type.field`.
    pub(super) fn reachable(&self, operations: &[&str]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let roots = operations
            .iter()
            .map(|operation| self.roots[*operation].clone());
        let mut open: Vec<String> = roots.collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            for field in self.fields(&name) {
                found.insert(format!("{name}.{}", text(&field["name"])));
                open.push(named(&field["type"]));
            }
            open.extend(self.possible(&name));
        }
        found
    }

    /// Every way through the fields of a root, with each of their arguments.
    pub(super) fn documents(&self, operation: &'static str, pools: &Pools) -> Vec<Document> {
        let mut documents = Vec::new();
        let mut opened: BTreeMap<String, usize> = BTreeMap::new();
        let mut varied: BTreeMap<String, usize> = BTreeMap::new();
        let mut open = VecDeque::from([Way {
            calls: Vec::new(),
            names: Vec::new(),
            at: self.roots[operation].clone(),
        }]);
        while let Some(way) = open.pop_front() {
            let times = opened.entry(way.at.clone()).or_default();
            *times += 1;
            if way.names.len() >= DEPTH || *times > OPENED_MAX {
                continue;
            }
            for field in self.fields(&way.at) {
                let (name, end) = (text(&field["name"]), named(&field["type"]));
                let times = varied.entry(format!("{}.{name}", way.at)).or_default();
                *times += 1;
                let is_varied = *times <= VARIED_MAX;
                let ends = match self.possible(&end) {
                    possible if possible.is_empty() => vec![(end.clone(), None)],
                    possible => possible
                        .into_iter()
                        .map(|one| (one.clone(), Some(one)))
                        .collect(),
                };
                let is_object = !self.fields(&ends[0].0).is_empty();
                for (end, fragment) in ends {
                    let calls = self.calls(field, &end, pools);
                    for (at, call) in calls.iter().enumerate() {
                        if at > 0 && !is_varied {
                            break;
                        }
                        let below = way.below(&name, call.clone(), fragment.clone(), &end);
                        // What is no object is asked for with the object that has it, but for its arguments.
                        if is_object || at > 0 || calls.len() > 1 || way.names.is_empty() {
                            documents.push(self.document(operation, &below, &way.at));
                        }
                        if at == 0 && is_object {
                            open.push_back(below);
                        }
                    }
                }
            }
        }
        let mut seen = BTreeSet::new();
        documents.retain(|document| seen.insert(document.text.clone()));
        documents
    }

    fn document(&self, operation: &str, way: &Way, parent: &str) -> Document {
        let leaves: Vec<String> = self
            .fields(&way.at)
            .iter()
            .filter(|field| self.fields(&named(&field["type"])).is_empty())
            .filter(|field| self.possible(&named(&field["type"])).is_empty())
            .filter(|field| inputs(&field["args"]).all(|arg| !is_required(arg)))
            .map(|field| text(&field["name"]))
            .collect();
        let mut body = match self.fields(&way.at).is_empty() {
            true => String::new(),
            false => format!("{{__typename {}}}", leaves.join(" ")),
        };
        for (call, fragment) in way.calls.iter().rev() {
            if let Some(fragment) = fragment {
                body = format!("{{... on {fragment} {body}}}");
            }
            body = format!("{{{call} {body}}}");
        }
        Document {
            text: format!("{operation} {body}"),
            root: way.names[0].clone(),
            way: way.names.clone(),
            end: way.at.clone(),
            parent: parent.to_owned(),
        }
    }

    /// A field with no arguments but those that it needs, and then with each of the others.
    fn calls(&self, field: &Value, end: &str, pools: &Pools) -> Vec<String> {
        let name = text(&field["name"]);
        let args: Vec<&Value> = inputs(&field["args"]).collect();
        let values = |arg: &Value| self.literals(&arg["type"], &text(&arg["name"]), end, pools, 0);
        let mut base = Vec::new();
        let mut varied = Vec::new();
        for arg in &args {
            let (arg_name, literals) = (text(&arg["name"]), values(arg));
            if let Some(given) = pools.given.get(&*arg_name) {
                base.push((arg_name, given.clone()));
            } else if is_required(arg) {
                base.push((arg_name.clone(), literals[0].clone()));
                varied.extend(
                    literals
                        .into_iter()
                        .skip(1)
                        .map(|one| (arg_name.clone(), one)),
                );
            } else {
                varied.extend(literals.into_iter().map(|one| (arg_name.clone(), one)));
            }
        }
        let call = |args: &[(String, String)]| {
            let args: Vec<String> = args
                .iter()
                .map(|(name, one)| format!("{name}: {one}"))
                .collect();
            match args.is_empty() {
                true => name.clone(),
                false => format!("{name}({})", args.join(", ")),
            }
        };
        let mut calls = vec![call(&base)];
        for (arg_name, literal) in varied {
            let mut args = base.clone();
            args.retain(|(name, _)| *name != arg_name);
            args.push((arg_name, literal));
            calls.push(call(&args));
        }
        calls
    }

    /// Values of an argument, as they are written in a document.
    fn literals(
        &self,
        kind: &Value,
        name: &str,
        end: &str,
        pools: &Pools,
        nested: usize,
    ) -> Vec<String> {
        match &*text(&kind["kind"]) {
            "NON_NULL" => self.literals(&kind["ofType"], name, end, pools, nested),
            "LIST" => {
                let inner = self.literals(&kind["ofType"], name, end, pools, nested);
                inner.iter().map(|one| format!("[{one}]")).collect()
            }
            "ENUM" => {
                let values = self.types[&text(&kind["name"])]["enumValues"].as_array();
                let values = values.unwrap().iter().map(|value| text(&value["name"]));
                values.collect()
            }
            "INPUT_OBJECT" => self.objects(&text(&kind["name"]), end, pools, nested),
            _ => scalars(&text(&kind["name"]), name, end, pools),
        }
    }

    /// An object with what it needs, and then with each of its other fields.
    fn objects(&self, kind: &str, end: &str, pools: &Pools, nested: usize) -> Vec<String> {
        if nested > NESTED_MAX {
            return vec!["{}".to_owned()];
        }
        let mut base = Vec::new();
        let mut varied = Vec::new();
        for field in inputs(&self.types[kind]["inputFields"]) {
            let name = text(&field["name"]);
            let mut literals = self.literals(&field["type"], &name, end, pools, nested + 1);
            if nested > 0 {
                literals.truncate(3);
            }
            if is_required(field) {
                base.push(format!("{name}: {}", literals[0]));
                varied.extend(literals[1..].iter().map(|one| (name.clone(), one.clone())));
            } else {
                varied.extend(literals.into_iter().map(|one| (name.clone(), one)));
            }
        }
        let mut objects = Vec::new();
        // One that takes exactly one field has none that is empty.
        if !base.is_empty() {
            objects.push(format!("{{{}}}", base.join(", ")));
        }
        for (name, one) in varied {
            let mut fields = base.clone();
            fields.retain(|field| !field.starts_with(&format!("{name}: ")));
            fields.push(format!("{name}: {one}"));
            objects.push(format!("{{{}}}", fields.join(", ")));
        }
        objects
    }

    fn fields(&self, kind: &str) -> &[Value] {
        let Some(found) = self.types.get(kind) else {
            return &[];
        };
        // What an interface has is asked for of each type that has it.
        if !self.possible(kind).is_empty() {
            return &[];
        }
        found["fields"].as_array().map_or(&[], Vec::as_slice)
    }

    fn possible(&self, kind: &str) -> Vec<String> {
        let possible = self
            .types
            .get(kind)
            .and_then(|found| found["possibleTypes"].as_array());
        possible.map_or(Vec::new(), |all| {
            all.iter().map(|one| text(&one["name"])).collect()
        })
    }
}

impl Way {
    fn below(&self, name: &str, call: String, fragment: Option<String>, end: &str) -> Way {
        let mut way = self.clone();
        way.calls.push((call, fragment));
        way.names.push(name.to_owned());
        end.clone_into(&mut way.at);
        way
    }
}

fn scalars(kind: &str, name: &str, end: &str, pools: &Pools) -> Vec<String> {
    let quoted =
        |all: &[String]| -> Vec<String> { all.iter().map(|one| format!("{one:?}")).collect() };
    let some = match (kind, name) {
        ("ID", _) => {
            let own = pools.ids.get(end).cloned().unwrap_or_default();
            let others = pools.ids.values().flatten().cloned();
            let mut all = own;
            all.extend(others);
            quoted(&all)
        }
        ("Boolean", _) => vec!["true".to_owned(), "false".to_owned()],
        ("Int", _) => ["50", "1", "2"].map(str::to_owned).to_vec(),
        ("Float", _) => ["1.0", "300000000.0"].map(str::to_owned).to_vec(),
        ("Date", _) => quoted(&pools.dates),
        ("DateTime", _) => vec!["\"2030-01-01T00:00:00Z\"".to_owned()],
        (_, "partnerId" | "partnerIds") => quoted(&pools.partner_ids),
        (_, "after" | "before") => quoted(&pools.cursors),
        (_, "batchId") => quoted(&pools.batch_ids),
        (_, "product" | "productId") => quoted(&["suite".to_owned(), "cloud".to_owned()]),
        (_, "workload" | "workloadId") => quoted(&["mail".to_owned(), "store".to_owned()]),
        (_, "location" | "locationId" | "parentId") => {
            quoted(&["FR".to_owned(), "JP".to_owned(), "europe".to_owned()])
        }
        (_, "job") => quoted(&["recompute_snapshot", "compact_facts"].map(str::to_owned)),
        _ => quoted(&pools.texts),
    };
    match some.is_empty() {
        true => vec!["\"x\"".to_owned()],
        false => some,
    }
}

fn inputs(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn is_required(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

/// The type that lists and the like are of.
fn named(kind: &Value) -> String {
    match kind["ofType"].is_object() {
        true => named(&kind["ofType"]),
        false => text(&kind["name"]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

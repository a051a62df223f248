//! The table of docs/security.md: what each role sees where, as it was found.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Findings;
use super::program::Of;
use super::routes;
use super::schema::Schema;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/security.md");
const BEGIN: &str = "<!-- what each role sees: written by the test of canaries -->\n";
const END: &str = "<!-- end -->\n";
const ROLES: [&str; 5] = ["admin", "operator", "analyst", "partner", "integrator"];

/// What the page should say and does not.
pub(super) fn fault(schema: &Schema, findings: &Findings) -> Option<String> {
    let mut table = format!(
        "| asked for | {} |\n|{}\n",
        ROLES.join(" | "),
        " --- |".repeat(6)
    );
    for operation in ["query", "mutation", "subscription"] {
        for field in schema.root_fields(operation) {
            let name = format!("`{field}` ({operation})");
            row(&mut table, &name, &field, findings);
        }
    }
    for route in routes::routes() {
        let shown = route.replace("CALLBACK", "/sign-in/oidc/callback");
        row(&mut table, &format!("`{shown}`"), route, findings);
    }
    let page = std::fs::read_to_string(PAGE).unwrap();
    let stands = page
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END));
    if stands.is_some_and(|(stands, _)| stands == table) {
        return None;
    }
    let says = "docs/security.md says something else; this is how it is";
    Some(format!("{says}:\n{BEGIN}{table}{END}"))
}

fn row(table: &mut String, name: &str, place: &str, findings: &Findings) {
    write!(table, "| {name} |").unwrap();
    for role in ROLES {
        let key = (place.to_owned(), role);
        let cell = match (findings.opened.contains(&key), findings.seen.get(&key)) {
            (false, _) => "—".to_owned(),
            (true, Some(seen)) => words(seen),
            (true, None) => "yes".to_owned(),
        };
        write!(table, " {cell} |").unwrap();
    }
    table.push('\n');
}

/// What was seen: of all, or of one's own.
fn words(seen: &BTreeSet<Of>) -> String {
    let mut words = Vec::new();
    let mut kind = |name: &str, of: &dyn Fn(&Of) -> Option<usize>| {
        let whose: BTreeSet<usize> = seen.iter().filter_map(of).collect();
        match whose.len() {
            0 => {}
            1 if whose.contains(&0) => words.push(format!("own {name}")),
            _ => words.push(format!("all {name}")),
        }
    };
    let partner = |of: &Of| match of {
        Of::Partner(at) => Some(*at),
        _ => None,
    };
    let figure = |of: &Of| match of {
        Of::Figure(at) => Some(*at),
        _ => None,
    };
    let customer = |of: &Of| match of {
        Of::Customer(at) => Some(*at),
        _ => None,
    };
    kind("names", &partner);
    kind("figures", &figure);
    kind("customers", &customer);
    if seen.contains(&Of::Operation) {
        words.push("batches".to_owned());
    }
    if seen.contains(&Of::Key) {
        words.push("keys".to_owned());
    }
    words.join(", ")
}

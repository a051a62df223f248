//! The table of error codes in the tour, as the code has them.

use std::fmt::Write;

use async_graphql::OutputType;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::resolver_utils::EnumType;
use peerband::graphql::error::Code;

const BEGIN: &str = "<!-- error codes: written by the test of the tour -->\n";
const END: &str = "<!-- end -->\n";

/// The page with the table as it should be.
pub(super) fn with_table(page: &str) -> String {
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    format!("{before}{BEGIN}{}{END}{after}", table())
}

fn table() -> String {
    let mut registry = Registry::default();
    Code::create_type_info(&mut registry);
    let MetaType::Enum { enum_values, .. } = &registry.types["Code"] else {
        panic!("Code is no enum");
    };
    // Clients see the same name as the enum has.
    for item in Code::items() {
        assert_eq!(item.value.name(), item.name);
    }
    let mut table = "| `extensions.code` | what it means |\n| --- | --- |\n".to_owned();
    for (name, value) in enum_values {
        let meaning = value.description.as_deref().unwrap();
        writeln!(table, "| `{name}` | {meaning} |").unwrap();
    }
    table
}

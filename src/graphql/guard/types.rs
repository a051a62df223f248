//! The types of variables that have a default.
//!
//! async-graphql reports a type that does not exist; but where it is one of a list, such as `[Nothing]`, it first compares the
//! default with it, and panics.

use async_graphql::ServerError;
use async_graphql::parser::types::{BaseType, ExecutableDocument};

/// Refuses a document with a default of a type that is not known, in the words of the validation that would come next.
pub(super) fn check(
    document: &ExecutableDocument,
    is_known: impl Fn(&str) -> bool,
) -> Result<(), ServerError> {
    let operations = document.operations.iter();
    for variable in operations.flat_map(|(_, one)| &one.node.variable_definitions) {
        let name = innermost(&variable.node.var_type.node.base);
        if variable.node.default_value.is_some() && !is_known(name) {
            let message = format!("Unknown type \"{name}\"");
            return Err(ServerError::new(message, Some(variable.pos)));
        }
    }
    Ok(())
}

/// How deep lists are nested is bounded by the scan of the text.
fn innermost(base: &BaseType) -> &str {
    match base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => innermost(&inner.base),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn defaults_of_types_that_are_not_known_are_refused() {
        for (query, is_fine) in [
            ("query ($x: Int = 1) {a}", true),
            ("query ($x: [[Int!]!]! = [[1]]) {a}", true),
            ("query ($x: [Nothing]) {a}", true),
            ("query ($x: Nothing = 1) {a}", false),
            ("query ($x: [Nothing] = []) {a}", false),
            (
                "query ($y: Int = 1, $x: [[[[Nothing]!]]] = [[[[1]]]]) {a}",
                false,
            ),
        ] {
            let checked = check(&parse_query(query).unwrap(), |name| name == "Int");
            let message = checked.map_err(|error| error.message);
            let expected = Err("Unknown type \"Nothing\"".to_owned());
            assert_eq!(message, if is_fine { Ok(()) } else { expected }, "{query}");
        }
    }
}

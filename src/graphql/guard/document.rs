//! The walk before validation: what a document asks for once its fragments are spread.
//!
//! Each fragment is measured once, so that the walk takes as long as the document, not as what it spreads to. Its
//! recursion is bounded: the text scan bounds nesting, and the number of definitions bounds chains of fragments.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// The most selections of an operation with its fragments spread.
const SELECTIONS_MAX: usize = 2_000;
/// Operations and fragments.
const DEFINITIONS_MAX: usize = 40;
/// Of one operation.
const VARIABLES_MAX: usize = 50;
/// Of one field within one selection set.
const ALIASES_MAX: usize = 30;

/// Refuses a document that spreads to too much.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), String> {
    let definitions = document.operations.iter().count() + document.fragments.len();
    if definitions > DEFINITIONS_MAX {
        return Err(format!(
            "the query has more than {DEFINITIONS_MAX} operations and fragments"
        ));
    }
    let mut walk = Walk {
        document,
        fragments: HashMap::new(),
    };
    for (_, operation) in document.operations.iter() {
        if operation.node.variable_definitions.len() > VARIABLES_MAX {
            return Err(format!(
                "an operation has more than {VARIABLES_MAX} variables"
            ));
        }
        walk.measure(&operation.node.selection_set.node)?;
    }
    // Fragments that no operation spreads are validated all the same.
    for name in document.fragments.keys() {
        walk.fragment(name.as_str())?;
    }
    Ok(())
}

/// What a selection set spreads to.
#[derive(Clone, Default)]
struct Measure {
    selections: usize,
    /// How often each field is selected under an alias, directly in this set or in what it spreads.
    aliases: HashMap<String, usize>,
}

impl Measure {
    fn add(&mut self, spread: &Measure) {
        self.selections = self.selections.saturating_add(spread.selections);
        for (field, count) in &spread.aliases {
            self.alias(field, *count);
        }
    }

    fn alias(&mut self, field: &str, count: usize) {
        let aliases = self.aliases.entry(field.to_owned()).or_default();
        *aliases = aliases.saturating_add(count);
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    /// None while the fragment is being measured.
    fragments: HashMap<&'a str, Option<Measure>>,
}

impl<'a> Walk<'a> {
    fn measure(&mut self, set: &'a SelectionSet) -> Result<Measure, String> {
        let mut measure = Measure::default();
        for selection in &set.items {
            measure.selections = measure.selections.saturating_add(1);
            match &selection.node {
                Selection::Field(field) => {
                    if field.node.alias.is_some() {
                        measure.alias(field.node.name.node.as_str(), 1);
                    }
                    let below = self.measure(&field.node.selection_set.node)?;
                    measure.selections = measure.selections.saturating_add(below.selections);
                }
                Selection::InlineFragment(inline) => {
                    measure.add(&self.measure(&inline.node.selection_set.node)?);
                }
                Selection::FragmentSpread(spread) => {
                    measure.add(&self.fragment(spread.node.fragment_name.node.as_str())?);
                }
            }
        }
        if measure.selections > SELECTIONS_MAX {
            return Err(format!(
                "the query selects more than {SELECTIONS_MAX} fields with its fragments spread"
            ));
        }
        match measure
            .aliases
            .iter()
            .find(|(_, count)| **count > ALIASES_MAX)
        {
            Some((field, _)) => Err(format!(
                "the query gives {field} more than {ALIASES_MAX} aliases in one place"
            )),
            None => Ok(measure),
        }
    }

    /// A fragment that does not exist spreads to nothing: validation names it.
    fn fragment(&mut self, name: &str) -> Result<Measure, String> {
        let Some((key, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Measure::default());
        };
        match self.fragments.get(key.as_str()) {
            Some(Some(measure)) => return Ok(measure.clone()),
            Some(None) => return Err(format!("the fragment {name} spreads itself")),
            None => {}
        }
        self.fragments.insert(key.as_str(), None);
        let measure = self.measure(&fragment.node.selection_set.node)?;
        self.fragments.insert(key.as_str(), Some(measure.clone()));
        Ok(measure)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn allowed(text: &str) {
        assert_eq!(check(&parse_query(text).unwrap()), Ok(()), "{text}");
    }

    fn refused(text: &str, reason: &str) {
        let message = check(&parse_query(text).unwrap()).unwrap_err();
        assert!(message.contains(reason), "{message}");
    }

    /// Each fragment spreads the next one twice.
    fn doubling(fragments: usize) -> String {
        let mut text = String::from("{...f0}");
        for at in 0..fragments {
            text += &format!(" fragment f{at} on Query {{...f{} ...f{}}}", at + 1, at + 1);
        }
        text + &format!(" fragment f{fragments} on Query {{a}}")
    }

    #[test]
    fn fragments_are_spread_before_selections_are_counted() {
        allowed(&doubling(7));
        refused(&doubling(12), "selects more than");
        refused(&doubling(38), "selects more than");
    }

    #[test]
    fn fragments_that_spread_themselves_are_refused() {
        refused("{...a} fragment a on Query {...a}", "spreads itself");
        refused(
            "{...a} fragment a on Query {x {...b}} fragment b on Query {... on Query {...a}}",
            "spreads itself",
        );
        refused(
            "{x} fragment a on Query {...b} fragment b on Query {...a}",
            "spreads itself",
        );
    }

    #[test]
    fn aliases_are_counted_through_fragments() {
        let aliases = |from: usize, to: usize| {
            (from..to)
                .map(|at| format!("a{at}: x "))
                .collect::<String>()
        };
        allowed(&format!("{{{}}}", aliases(0, 30)));
        refused(&format!("{{{}}}", aliases(0, 31)), "aliases");
        refused(
            &format!(
                "{{{} ...f}} fragment f on Query {{... {{{}}}}}",
                aliases(0, 20),
                aliases(20, 31)
            ),
            "aliases",
        );
        allowed(&format!("{{{} y {{{}}}}}", aliases(0, 30), aliases(30, 60)));
        allowed(&format!("{{{}}}", "x ".repeat(100)));
    }

    #[test]
    fn definitions_and_variables_are_bounded() {
        let fragments = |count: usize| {
            (0..count)
                .map(|at| format!(" fragment f{at} on Query {{a}}"))
                .collect::<String>()
        };
        allowed(&format!("{{a}}{}", fragments(39)));
        refused(
            &format!("{{a}}{}", fragments(40)),
            "operations and fragments",
        );
        let variables = |count: usize| {
            (0..count)
                .map(|at| format!("$v{at}: Int "))
                .collect::<String>()
        };
        allowed(&format!("query ({}) {{a}}", variables(50)));
        refused(&format!("query ({}) {{a}}", variables(51)), "variables");
    }

    #[test]
    fn unknown_fragments_are_left_to_validation() {
        allowed("{...nobody}");
    }
}

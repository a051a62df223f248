//! The paths that a source names, such as `crate::store::Db`, read from its tokens: comments and texts hold none.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path with the modules it stands in, as `mod name { … }` opened them in its file.
pub(super) struct Named {
    pub(super) inside: Vec<String>,
    pub(super) path: Vec<String>,
}

/// Every path of two or more parts, and what a lone `use name;` names. Braces of a `use` are resolved, a star is a part.
pub(super) fn paths(source: &str) -> Vec<Named> {
    let stream: TokenStream = source.parse().unwrap();
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    let mut named = Vec::new();
    // Each open module with the depth of its brace.
    let mut modules: Vec<(usize, String)> = Vec::new();
    let mut depth = 0;
    for at in 0..tokens.len() {
        match tokens[at].as_str() {
            "{" => {
                depth += 1;
                if at >= 2 && tokens[at - 2] == "mod" {
                    modules.push((depth, tokens[at - 1].clone()));
                }
            }
            "}" => {
                modules.pop_if(|(opened, _)| *opened == depth);
                depth -= 1;
            }
            _ if is_start(&tokens, at) => {
                let mut found = Vec::new();
                read_tree(&tokens, at, &[], &mut found);
                let inside: Vec<String> = modules.iter().map(|(_, name)| name.clone()).collect();
                named.extend(found.into_iter().map(|path| Named {
                    inside: inside.clone(),
                    path,
                }));
            }
            _ => {}
        }
    }
    named
}

/// The path from the crate's root, of a path named in the module; none where it leads elsewhere.
pub(super) fn in_crate(module: &[String], named: &Named) -> Option<Vec<String>> {
    let mut from: Vec<String> = [module, &named.inside].concat();
    let mut rest = named.path.as_slice();
    match rest.first()?.as_str() {
        "crate" => {
            from.clear();
            rest = &rest[1..];
        }
        "self" => rest = &rest[1..],
        "super" => {}
        _ => return None,
    }
    while let [first, more @ ..] = rest
        && first == "super"
    {
        from.pop()?;
        rest = more;
    }
    Some([&from, rest].concat())
}

/// Whether a path that leads somewhere starts here.
fn is_start(tokens: &[String], at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| &tokens[before]);
    is_name(&tokens[at])
        && before != "::"
        && (leads_on(tokens, at) || before == "use")
        // Parts of a group of `use` are read with it.
        && !(matches!(before, "{" | ",") && is_in_group(tokens, at))
}

/// Whether another part follows: neither the end nor `::<types>`.
fn leads_on(tokens: &[String], at: usize) -> bool {
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    token(at + 1) == "::" && (is_name(token(at + 2)) || matches!(token(at + 2), "{" | "*"))
}

/// Whether the innermost open brace is that of a group of `use`.
fn is_in_group(tokens: &[String], at: usize) -> bool {
    let mut closed = 0;
    for before in (0..at).rev() {
        match tokens[before].as_str() {
            "}" => closed += 1,
            "{" if closed == 0 => return before >= 1 && tokens[before - 1] == "::",
            "{" => closed -= 1,
            ";" => return false,
            _ => {}
        }
    }
    false
}

/// Reads one path or group and gives the place behind it.
fn read_tree(
    tokens: &[String],
    at: usize,
    before: &[String],
    found: &mut Vec<Vec<String>>,
) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    match token(at) {
        "{" => {
            let mut at = at + 1;
            while !matches!(token(at), "}" | "") {
                let behind = read_tree(tokens, at, before, found);
                // Over `as name` and the comma.
                at = behind.max(at + 1);
                while !matches!(token(at), "}" | "," | "") {
                    at += 1;
                }
                if token(at) == "," {
                    at += 1;
                }
            }
            at + 1
        }
        name if is_name(name) || name == "*" => {
            let path = [before, &[name.to_owned()]].concat();
            if leads_on(tokens, at) {
                return read_tree(tokens, at + 2, &path, found);
            }
            found.push(path);
            at + 1
        }
        _ => at,
    }
}

fn is_name(token: &str) -> bool {
    token
        .chars()
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
}

/// Names, `::`, and every other sign by itself, with the braces of groups.
fn flatten(stream: TokenStream, tokens: &mut Vec<String>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                tokens.push(open.to_owned());
                flatten(group.stream(), tokens);
                tokens.push(close.to_owned());
            }
            TokenTree::Ident(name) => tokens.push(name.to_string()),
            TokenTree::Punct(sign) => {
                if sign.as_char() == ':' && tokens.last().is_some_and(|last| last == ":") {
                    tokens.pop();
                    tokens.push("::".to_owned());
                } else {
                    tokens.push(sign.as_char().to_string());
                }
            }
            // Its text may read like anything.
            TokenTree::Literal(_) => tokens.push("0".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a source of the module `service::lock` names, from the crate's root or as it stands.
    fn check(source: &str, expected: &[&str]) {
        let module = ["service".to_owned(), "lock".to_owned()];
        let found: Vec<String> = paths(source)
            .iter()
            .map(|named| match in_crate(&module, named) {
                Some(path) => format!("crate::{}", path.join("::")),
                None => named.path.join("::"),
            })
            .collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn groups_are_resolved() {
        check(
            "use crate::{app::App, store::{self, Db as Base, slice::*}};",
            &[
                "crate::app::App",
                "crate::store::self",
                "crate::store::Db",
                "crate::store::slice::*",
            ],
        );
    }

    #[test]
    fn paths_in_code_and_attributes_count() {
        check(
            "#[tokio::main] fn f(a: &crate::app::App) -> x::Y { g::<z::Z>(); S { a: b::C, d } }",
            &["tokio::main", "crate::app::App", "x::Y", "z::Z", "b::C"],
        );
    }

    #[test]
    fn a_parent_is_followed_from_where_it_is_named() {
        check(
            "use super::hashing; mod tests { use super::super::super::graphql; } use super::super::rest;",
            &["crate::service::hashing", "crate::graphql", "crate::rest"],
        );
    }

    #[test]
    fn a_lone_use_counts_and_comments_and_texts_do_not() {
        check(
            "//! [`crate::rest`]\nuse entity; /* use a::b; */ const A: &str = \"use c::d;\";",
            &["entity"],
        );
    }
}

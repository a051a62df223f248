//! The languages of texts.

use async_graphql::Enum;

use crate::service::language;

/// A language of the texts that are for people.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[graphql(remote = "language::Language")]
pub enum Language {
    /// English.
    #[default]
    #[graphql(name = "EN")]
    English,
    /// French.
    #[graphql(name = "FR")]
    French,
}

//! The languages that texts for people are written in.

/// A language of the texts that are for people rather than programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    #[default]
    English,
    French,
}

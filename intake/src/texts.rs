//! Columns of texts.
//!
//! Parquet readers keep a text of up to twelve bytes in the sixteen that stand for it, and a longer one that a
//! dictionary repeats as the same sixteen each time. So most rows are told from their neighbours without looking at a
//! text: see [`Texts::mark`].

use arrow::array::{Array, StringViewArray};

use crate::{Field, rule};

/// The longest text that a mark holds whole.
const SHORT_BYTES: usize = 12;

/// A column of texts, some of which may be none.
#[derive(Clone, Copy)]
pub struct Texts<'a>(pub(crate) &'a StringViewArray);

impl std::fmt::Debug for Texts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts")
            .field("len", &self.0.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Texts<'a> {
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, empty where there is none.
    #[must_use]
    pub fn text(&self, at: usize) -> &'a str {
        if self.0.is_valid(at) {
            self.0.value(at)
        } else {
            ""
        }
    }

    /// Sixteen bytes that stand for the text at this place: equal ones in one column of the same [`crate::FactColumns`]
    /// mean equal texts, and zero means none. A short text's mark is its [`short_mark`] wherever it stands.
    #[inline]
    #[must_use]
    pub fn mark(&self, at: usize) -> u128 {
        match self.0.nulls() {
            Some(nulls) if nulls.is_null(at) => 0,
            _ => self.0.views()[at],
        }
    }

    /// Whether all of them are ids.
    pub(crate) fn are_ids(&self) -> bool {
        // No id has the mark of none.
        let mut last = 0;
        (0..self.0.len()).all(|at| {
            let mark = self.mark(at);
            if mark == last && mark != 0 {
                return true;
            }
            last = mark;
            is_plain(mark) == Some(true)
                || matches!(rule::id(Field::Text(self.text(at))), Ok(Some(_)))
        })
    }
}

/// The mark of a text that is short enough to have one of its own.
#[must_use]
pub fn short_mark(text: &str) -> Option<u128> {
    if text.len() > SHORT_BYTES {
        return None;
    }
    let mut mark = [0; 16];
    mark[0] = text.len() as u8;
    mark[4..4 + text.len()].copy_from_slice(text.as_bytes());
    Some(u128::from_le_bytes(mark))
}

/// Whether a mark is that of a short, non-empty text of visible ASCII characters; nothing where the mark does not tell.
fn is_plain(mark: u128) -> Option<bool> {
    const EACH: u128 = 0x0101_0101_0101_0101_0101_0101;
    const HIGH: u128 = 0x80 * EACH;
    let len = mark as u32 as usize;
    if !(1..=SHORT_BYTES).contains(&len) {
        return None;
    }
    // What lies behind the text must not be looked at, so it is made a visible character.
    let behind = (EACH * 0x21) << (8 * len);
    let bytes = (mark >> 32) | behind;
    // From each byte without its high bit: at 0x21 and above adding 0x5f sets the high bit, and 0x7f alone does so with 1.
    let low = bytes & !HIGH;
    let at_least = (low + EACH * 0x5f) & HIGH;
    let deleted = (low + EACH) & HIGH;
    Some(bytes & HIGH == 0 && at_least == HIGH && deleted == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_tells_a_plain_id_as_the_rule_does() {
        let mut texts: Vec<String> = [
            "",
            "a",
            "C-00000000",
            "twelve-bytes",
            "é",
            "a b",
            " a",
            "a ",
        ]
        .map(str::to_owned)
        .to_vec();
        for byte in 0..128_u8 {
            for len in 1..=12 {
                for place in 0..len {
                    let mut text = "~!".repeat(6)[..len].to_owned().into_bytes();
                    text[place] = byte;
                    texts.push(String::from_utf8(text).unwrap());
                }
            }
        }
        for text in texts {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
            let told = is_plain(short_mark(&text).unwrap());
            assert_eq!(told.unwrap_or(false), plain, "{text:?}");
        }
        assert_eq!(short_mark("thirteen byte"), None);
    }

    #[test]
    fn a_short_mark_is_that_of_the_column() {
        let texts = ["", "a", "twelve-bytes", "more than twelve bytes"];
        let array = StringViewArray::from(texts.to_vec());
        let column = Texts(&array);
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(column.text(at), *text);
            if let Some(mark) = short_mark(text) {
                assert_eq!(column.mark(at), mark, "{text}");
            }
        }
    }
}

//! Finds canaries in the bytes of an answer, however they are written.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::program::Canary;

/// Shorter runs of digits are found by chance.
const DIGITS: usize = 9;

pub(super) struct Search<'a> {
    texts: Vec<&'a Canary>,
    /// By their first digits.
    numbers: HashMap<&'a [u8], Vec<&'a Canary>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(canaries: &'a [Canary]) -> Search<'a> {
        let is_number = |canary: &&Canary| {
            canary.text.len() >= DIGITS && canary.text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let (numbers, texts) = canaries.iter().partition::<Vec<_>, _>(is_number);
        let mut by_digits: HashMap<&[u8], Vec<&Canary>> = HashMap::new();
        for canary in numbers {
            let first = &canary.text.as_bytes()[..DIGITS];
            by_digits.entry(first).or_default().push(canary);
        }
        Search {
            texts,
            numbers: by_digits,
        }
    }

    /// Those that the answer holds and the request did not.
    pub(super) fn find(&self, asked: &str, answer: &[u8]) -> Vec<&'a Canary> {
        let mut found = Vec::new();
        self.find_in(answer, &mut found);
        for decoded in decoded(answer) {
            self.find_in(&decoded, &mut found);
        }
        found.retain(|canary| !asked.contains(&canary.text));
        found.sort_by(|a, b| a.text.cmp(&b.text));
        found.dedup_by(|a, b| std::ptr::eq(*a, *b));
        found
    }

    fn find_in(&self, bytes: &[u8], found: &mut Vec<&'a Canary>) {
        let text = String::from_utf8_lossy(bytes);
        let is_there = |canary: &&&Canary| text.contains(&canary.text);
        found.extend(self.texts.iter().filter(is_there));
        for text in [
            text.to_string(),
            without(&text, &['.']),
            without(
                &text,
                &[',', ' ', '\'', '_', '\u{a0}', '\u{202f}', '\u{2009}'],
            ),
        ] {
            let bytes = text.as_bytes();
            for (at, window) in bytes.windows(DIGITS).enumerate() {
                if !(window[0].is_ascii_digit() && window[DIGITS - 1].is_ascii_digit()) {
                    continue;
                }
                let Some(canaries) = self.numbers.get(window) else {
                    continue;
                };
                let is_whole = |canary: &&&Canary| bytes[at..].starts_with(canary.text.as_bytes());
                found.extend(canaries.iter().filter(is_whole));
            }
        }
    }
}

/// The text without these between digits.
fn without(text: &str, separators: &[char]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_between = kept.ends_with(|last: char| last.is_ascii_digit())
            && letters.peek().is_some_and(char::is_ascii_digit);
        if !(separators.contains(&letter) && is_between) {
            kept.push(letter);
        }
    }
    kept
}

/// What every word of the answer says that could be base64: ids and cursors.
fn decoded(answer: &[u8]) -> Vec<Vec<u8>> {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    let words = answer.split(|byte| !is_letter(byte));
    let words = words.filter(|word| word.len() >= 8);
    words
        .filter_map(|word| {
            let url_safe = URL_SAFE_NO_PAD.decode(word).ok();
            url_safe.or_else(|| STANDARD_NO_PAD.decode(word).ok())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::program::Of;
    use super::*;

    #[test]
    fn canaries_are_found_however_they_are_written() {
        let canaries = ["ptnr05xq", "312345679"].map(|text| Canary {
            text: text.to_owned(),
            of: Of::Nobody,
        });
        let search = Search::new(&canaries);
        let check = |asked: &str, answer: &str, expected: &[&str]| {
            let found = search.find(asked, answer.as_bytes());
            let found: Vec<&str> = found.iter().map(|canary| &*canary.text).collect();
            assert_eq!(found, expected, "{answer}");
        };
        check("", "nothing of note 31234567", &[]);
        check("", "{\"id\":\"ptnr05xq\"}", &["ptnr05xq"]);
        check("partner(ptnr05xq)", "no ptnr05xq", &[]);
        for written in [
            "312345679",
            "3123456790000",
            "312345679.0000",
            "3.12345679e8",
            "0.00312345679",
            "312,345,679",
            "312\u{a0}345\u{a0}679",
            "-312 345 679.00",
        ] {
            check("", written, &["312345679"]);
        }
        let id = URL_SAFE_NO_PAD.encode("Partner:ptnr05xq");
        check("", &format!("\"{id}\""), &["ptnr05xq"]);
        let cursor = URL_SAFE_NO_PAD.encode("[312345679.0]");
        check("", &format!("\"{cursor}\""), &["312345679"]);
    }
}

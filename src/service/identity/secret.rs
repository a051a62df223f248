//! The text of an API key: `pbk_`, 43 letters and digits (256 bits of chance), and 6 more that tell a mistyped key.

use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How every key begins, so that programs that look for leaked secrets find it.
const MARK: &str = "pbk_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62 to this power is more than 2 to the power of 256.
const RANDOM_LETTERS: usize = 43;
const CHECK_LETTERS: usize = 6;
/// The letters after the mark by which a key can be told from others.
const PREFIX_LETTERS: usize = 8;

/// A secret text. It is never shown by accident: only [`Secret::reveal`] gives it.
#[derive(Clone)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// A new key.
    ///
    /// # Errors
    /// Where the operating system has no random bits.
    pub fn new_key() -> std::io::Result<Secret> {
        let random = random_letters(RANDOM_LETTERS)?;
        Ok(Secret(format!("{MARK}{random}{}", check_letters(&random))))
    }

    /// A new token of a session.
    ///
    /// # Errors
    /// Where the operating system has no random bits.
    pub fn new_token() -> std::io::Result<Secret> {
        random_letters(RANDOM_LETTERS).map(Secret)
    }

    /// A text that could be a token of a session; none for any other.
    #[must_use]
    pub fn parse_token(text: &str) -> Option<Secret> {
        let is_token = text.len() == RANDOM_LETTERS
            && text.bytes().all(|letter| letter.is_ascii_alphanumeric());
        is_token.then(|| Secret(text.to_owned()))
    }

    /// A text that whoever holds the secret can show instead of it, for one purpose.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> String {
        hash(&format!("{purpose} {}", self.0))
    }

    /// A text that could be a key; none for any other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Secret> {
        let letters = text.strip_prefix(MARK)?;
        if !letters.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
            return None;
        }
        let (random, check) = letters.split_at_checked(RANDOM_LETTERS)?;
        (check_letters(random) == check).then(|| Secret(text.to_owned()))
    }

    /// The text itself, for whoever it belongs to.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// How it begins: enough to tell it from others, too little to guess it.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0[..MARK.len() + PREFIX_LETTERS]
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// SHA-256 as hexadecimal digits. Without salt: there are too many keys to try them all.
pub(super) fn hash(text: &str) -> String {
    // Digit by digit: this is done for every request.
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value & 0xf)]);
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        digits.push(digit(byte >> 4));
        digits.push(digit(byte));
    }
    digits
}

/// Whether two hashes are the same, in a time that does not tell how far they are.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// So many letters and digits, each as likely as any other.
fn random_letters(count: usize) -> std::io::Result<String> {
    let mut letters = String::with_capacity(count);
    let mut bytes = [0_u8; 64];
    while letters.len() < count {
        OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(std::io::Error::other)?;
        // 248 is four times 62: bytes from there on would make some letters likelier.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let missing = count - letters.len();
        letters.extend(fair.take(missing).map(|byte| letter((*byte).into())));
    }
    Ok(letters)
}

fn check_letters(random: &str) -> String {
    let digest = Sha256::digest(format!("{MARK}{random}"));
    let mut number = u64::from_be_bytes([
        0, digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6],
    ]);
    let mut letters = String::with_capacity(CHECK_LETTERS);
    for _ in 0..CHECK_LETTERS {
        letters.push(letter(number % 62));
        number /= 62;
    }
    letters
}

fn letter(number: u64) -> char {
    char::from(ALPHABET[(number % 62) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_differs_from_the_next() {
        let key = Secret::new_key().unwrap();
        assert_eq!(key.reveal().len(), 53);
        let read = Secret::parse(key.reveal()).unwrap();
        assert!(is_same(&read.hash(), &key.hash()));
        let other = Secret::new_key().unwrap();
        assert!(!is_same(&other.hash(), &key.hash()));
        assert!(key.reveal().starts_with(key.prefix()));
        assert_eq!(key.prefix().len(), 12);
    }

    #[test]
    fn a_mistyped_key_is_no_key() {
        let key = Secret::new_key().unwrap();
        let text = key.reveal();
        for at in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(Secret::parse(&changed).is_none(), "{at}");
        }
        for text in [
            "",
            "pbk_",
            "pbk_é",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text} "),
        ] {
            assert!(Secret::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", Secret::new_key().unwrap()), "Secret");
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other() {
        let letters = random_letters(62_000).unwrap();
        for letter in ALPHABET {
            let found = letters.bytes().filter(|found| found == letter).count();
            // Ten standard deviations around a thousand.
            assert!((690..1310).contains(&found), "{letter} {found}");
        }
    }
}

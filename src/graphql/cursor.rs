//! Cursors: a row's place in an order, as text that only this server reads.
//!
//! A cursor names the order it was made for, so that one of another order is refused instead of giving a wrong page;
//! a checksum tells one that was cut short or changed on its way.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::error::Failure;
use crate::store::paging::{Float, Key, Position};

/// What a cursor says once it is read.
#[derive(Serialize, Deserialize)]
struct Content(String, Vec<Part>);

/// A key as JSON carries it without loss.
#[derive(Serialize, Deserialize)]
enum Part {
    #[serde(rename = "n")]
    Null,
    #[serde(rename = "i")]
    Int(i64),
    /// The bits of a float.
    #[serde(rename = "f")]
    Float(u64),
    #[serde(rename = "t")]
    Text(String),
}

/// The cursor of a position in the named order.
pub(super) fn encode(order: &str, position: &Position) -> String {
    let content = Content(order.to_owned(), position.iter().map(Part::from).collect());
    // Strings and integers always have a JSON form.
    let mut bytes = serde_json::to_vec(&content).unwrap_or_default();
    bytes.extend(checksum(&bytes));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The position that a cursor of the named order stands for.
pub(super) fn decode(argument: &str, order: &str, cursor: &str) -> Result<Position, Failure> {
    let unreadable = || {
        Failure::BadInput(format!(
            "{argument} is no cursor of this list in this order; take one from pageInfo or an edge of it"
        ))
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| unreadable())?;
    let (content, sum) = bytes.split_last_chunk::<4>().ok_or_else(unreadable)?;
    if checksum(content) != *sum {
        return Err(unreadable());
    }
    let Content(made_for, parts) = serde_json::from_slice(content).map_err(|_| unreadable())?;
    if made_for != order {
        return Err(unreadable());
    }
    Ok(parts.into_iter().map(Key::from).collect())
}

impl From<&Key> for Part {
    fn from(key: &Key) -> Part {
        match key {
            Key::Null => Part::Null,
            Key::Int(value) => Part::Int(*value),
            Key::Float(Float(value)) => Part::Float(value.to_bits()),
            Key::Text(value) => Part::Text(value.clone()),
        }
    }
}

impl From<Part> for Key {
    fn from(part: Part) -> Key {
        match part {
            Part::Null => Key::Null,
            Part::Int(value) => Key::Int(value),
            Part::Float(bits) => Key::Float(Float(f64::from_bits(bits))),
            Part::Text(value) => Key::Text(value),
        }
    }
}

/// FNV-1a: enough against accidents, and a forged cursor shows nothing that its forger may not see anyway.
fn checksum(bytes: &[u8]) -> [u8; 4] {
    let sum = bytes.iter().fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    sum.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position() -> Position {
        vec![
            Key::Null,
            Key::Int(-7),
            Key::Float(Float(0.1 + 0.2)),
            Key::Text("Łódź \u{0}\"".to_owned()),
        ]
    }

    #[test]
    fn a_cursor_reads_back() {
        let cursor = encode("x", &position());
        assert_eq!(decode("after", "x", &cursor).unwrap(), position());
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        assert!(decode("after", "y", &encode("x", &position())).is_err());
    }

    #[test]
    fn a_changed_cursor_is_refused() {
        let cursor = encode("x", &position());
        assert!(decode("after", "x", "").is_err());
        assert!(decode("after", "x", "nonsense!").is_err());
        assert!(decode("after", "x", &cursor[..cursor.len() - 4]).is_err());
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(decode("after", "x", &changed).is_err(), "{at}");
        }
    }
}

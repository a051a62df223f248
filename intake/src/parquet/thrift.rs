//! Walks what Parquet writes about itself, the footer and the page headers, without building anything from it.
//!
//! The `parquet` crate reserves memory by counts that it finds there and takes a field for what its number says
//! whatever type is written beside it. So both are walked here first: every known field has its type, every count
//! fits the bytes that follow, nothing nests deeper than Parquet ever does.

use std::io::{self, BufRead, Read};

use super::grammar::{EMPTY, Fields, Kind};

/// Where an integer or a list's length was found: in a struct that is `depth` levels down and that is the value, or an
/// element of the value, of the field `parent` of the struct above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) depth: usize,
    pub(super) parent: i16,
    pub(super) field: i16,
}

/// Types of the compact protocol as they are written.
mod wire {
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const STRUCT: u8 = 12;
}

/// Parquet itself nests seven levels.
const MAX_DEPTH: usize = 12;

/// Walks one struct of these fields and tells every integer, flag (0 or 1) and list length of it and below.
///
/// The reader must be limited: its limit is what counts are held against.
pub(super) fn walk<R: BufRead>(
    reader: &mut io::Take<R>,
    fields: Fields,
    found: &mut dyn FnMut(At, i64),
) -> io::Result<()> {
    Walk { reader, found }.fields(fields, 0, 0)
}

struct Walk<'w, R> {
    reader: &'w mut io::Take<R>,
    found: &'w mut dyn FnMut(At, i64),
}

impl<R: BufRead> Walk<'_, R> {
    fn fields(&mut self, known: Fields, depth: usize, parent: i16) -> io::Result<()> {
        if depth > MAX_DEPTH {
            return Err(damaged("it nests too deep"));
        }
        let mut field = 0i16;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Ok(());
            }
            let (delta, wire) = (head >> 4, head & 15);
            let next = match delta {
                0 => i16::try_from(self.int()?).ok(),
                delta => field.checked_add(i16::from(delta)),
            };
            // Always rising, so that no field is there twice with two meanings.
            field = next
                .filter(|next| *next > field)
                .ok_or_else(|| damaged("its fields are not in order"))?;
            let kind = known
                .iter()
                .find(|(number, _)| *number == field)
                .map(|(_, kind)| kind);
            self.value(
                kind,
                wire,
                At {
                    depth,
                    parent,
                    field,
                },
            )?;
        }
    }

    fn value(&mut self, kind: Option<&Kind>, wire: u8, at: At) -> io::Result<()> {
        match (kind, wire) {
            (Some(Kind::Bool) | None, wire::TRUE | wire::FALSE) => {
                (self.found)(at, i64::from(wire == wire::TRUE));
            }
            (Some(Kind::Byte) | None, wire::BYTE) => {
                self.byte()?;
            }
            (Some(Kind::Int) | None, wire::I16..=wire::I64) => {
                let value = self.int()?;
                (self.found)(at, value);
            }
            (Some(Kind::Double) | None, wire::DOUBLE) => self.pass(8)?,
            (Some(Kind::Binary) | None, wire::BINARY) => {
                let length = self.varint()?;
                self.pass(length)?;
            }
            (Some(Kind::Struct(fields)), wire::STRUCT) => {
                self.fields(fields, at.depth + 1, at.field)?;
            }
            (None, wire::STRUCT) => self.fields(EMPTY, at.depth + 1, at.field)?,
            (Some(Kind::List(element)), wire::LIST) => self.list(Some(element), at)?,
            (None, wire::LIST) => self.list(None, at)?,
            // Sets, maps and UUIDs are no part of Parquet.
            _ => return Err(damaged("a field has not its type")),
        }
        Ok(())
    }

    fn list(&mut self, element: Option<&Kind>, at: At) -> io::Result<()> {
        let head = self.byte()?;
        let length = match head >> 4 {
            15 => self.varint()?,
            length => u64::from(length),
        };
        // Every element takes a byte at least.
        if length > self.reader.limit() {
            return Err(damaged("a list is longer than what holds it"));
        }
        (self.found)(at, i64::try_from(length).unwrap_or(i64::MAX));
        let wire = head & 15;
        for _ in 0..length {
            // Readers disagree on how flags are written in lists, and Parquet has none in footers and page headers.
            if matches!(wire, wire::TRUE | wire::FALSE) || at.depth >= MAX_DEPTH {
                return Err(damaged("a list holds what no list of Parquet does"));
            }
            // Integers in lists have no number of their own and are nobody's business here.
            match wire {
                wire::I16..=wire::I64 if matches!(element, Some(Kind::Int) | None) => {
                    self.int()?;
                }
                _ => self.value(element, wire, at)?,
            }
        }
        Ok(())
    }

    fn int(&mut self) -> io::Result<i64> {
        let value = self.varint()?;
        // Zigzag: the lowest bit is the sign.
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damaged("a number has no end"))
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > self.reader.limit() {
            return Err(damaged("a text is longer than what holds it"));
        }
        let passed = io::copy(&mut self.reader.by_ref().take(bytes), &mut io::sink())?;
        if passed == bytes {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::grammar::{FILE, PAGE};

    fn check(bytes: &[u8], fields: Fields, expected: Result<&[(usize, i16, i16, i64)], &str>) {
        let mut found = Vec::new();
        let mut reader = bytes.take(bytes.len() as u64);
        let result = walk(&mut reader, fields, &mut |at, value| {
            found.push((at.depth, at.parent, at.field, value));
        });
        match expected {
            Ok(expected) => {
                result.unwrap();
                assert_eq!(found, expected);
            }
            Err(expected) => assert_eq!(result.unwrap_err().to_string(), expected),
        }
    }

    #[test]
    fn integers_are_told_with_their_place() {
        // Fields 1 and 2 of the header, then field 5 with a struct whose field 1 is -3.
        check(
            &[0x15, 0x02, 0x15, 0x80, 0x01, 0x3c, 0x15, 0x05, 0, 0],
            PAGE,
            Ok(&[(0, 0, 1, 1), (0, 0, 2, 64), (1, 5, 1, -3)]),
        );
    }

    #[test]
    fn what_would_mislead_a_reader_is_refused() {
        // A list of row groups that claims 2^28 of them.
        check(
            &[0x49, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x01, 0],
            FILE,
            Err("a list is longer than what holds it"),
        );
        // Row groups written as a number.
        check(&[0x45, 0x02, 0], FILE, Err("a field has not its type"));
        check(
            &[0x68, 0x7f, 0],
            FILE,
            Err("a text is longer than what holds it"),
        );
        check(&[0x15, 0xff], FILE, Err("failed to fill whole buffer"));
        check(&[0xff; 20], FILE, Err("a field has not its type"));
        check(&[0xcc; 60], FILE, Err("it nests too deep"));
    }
}

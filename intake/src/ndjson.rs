//! NDJSON: one object a line.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{
    Dataset, Field, Problem, Reject, RowVisitor, Source, Summary, dataset::MAX_COLUMNS,
    error::Halt, input::Input, sink::Sink,
};

pub(crate) fn read<V: RowVisitor + ?Sized>(
    source: &Source,
    mut sink: Sink<'_, V>,
) -> Result<Summary, Halt> {
    let mut input = Input::open(source, sink.limits)?;
    let mut buffer = Vec::new();
    let mut line = 0;
    while next_line(&mut input, &mut buffer, line + 1, sink.limits.line_bytes)? {
        line += 1;
        let bytes = buffer.trim_ascii();
        if bytes.is_empty() {
            continue;
        }
        sink.progress(|| input.bytes_read());
        take_line(line, bytes, &mut sink)?;
    }
    Ok(sink.finish(input.bytes_read()))
}

/// Reads one line without its end into the buffer; false at the end of the file.
fn next_line(
    input: &mut Input,
    buffer: &mut Vec<u8>,
    line: u64,
    limit: usize,
) -> Result<bool, Problem> {
    buffer.clear();
    loop {
        let bytes = input.fill()?;
        if bytes.is_empty() {
            return Ok(!buffer.is_empty());
        }
        let end = memchr::memchr(b'\n', bytes);
        let part = &bytes[..end.unwrap_or(bytes.len())];
        if part.len() > limit - buffer.len() {
            return Err(Problem::LineTooLong { line, limit });
        }
        buffer.extend_from_slice(part);
        let consumed = part.len() + usize::from(end.is_some());
        input.consume(consumed);
        if end.is_some() {
            return Ok(true);
        }
    }
}

fn take_line<V: RowVisitor + ?Sized>(
    line: u64,
    bytes: &[u8],
    sink: &mut Sink<'_, V>,
) -> Result<(), Halt> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let shown = Field::from_bytes(bytes).shown();
        return sink.reject(Reject::new(line, "", &shown, "the line is not UTF-8"));
    };
    let mut object = Object {
        dataset: sink.dataset,
        cells: [const { Cell::Absent }; MAX_COLUMNS],
        fault: None,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = json.deserialize_map(&mut object).and_then(|()| json.end());
    if parsed.is_err() {
        // serde_json's own words quote what it found and count columns of the line; the line itself says more.
        return sink.reject(Reject::new(line, "", text, "the line is no JSON object"));
    }
    match object.fault {
        Some(Fault::Unknown(name)) => {
            return Err(Problem::unknown_column(sink.dataset, Some(line), &name).into());
        }
        Some(Fault::Twice(column)) => {
            let name = sink.dataset.columns()[column].name;
            let shown = object.cells[column].field().shown();
            return sink.reject(Reject::new(line, name, &shown, "is given twice"));
        }
        None => {}
    }
    let mut fields = [Field::None; MAX_COLUMNS];
    for (field, cell) in fields.iter_mut().zip(&object.cells) {
        *field = cell.field();
    }
    sink.record(line, &fields)
}

/// The values of one line by column.
struct Object<'a> {
    dataset: Dataset,
    cells: [Cell<'a>; MAX_COLUMNS],
    fault: Option<Fault>,
}

/// A line that is JSON, but whose columns are not those of the dataset.
enum Fault {
    Unknown(String),
    Twice(usize),
}

/// A value as JSON has it.
enum Cell<'a> {
    Absent,
    Null,
    /// A string without its escapes, or a number as it is written.
    Text(Cow<'a, str>),
    Bool(bool),
    Unreadable {
        raw: &'a str,
        reason: &'static str,
    },
}

impl<'a> Cell<'a> {
    fn from_raw(raw: &'a RawValue) -> Cell<'a> {
        let raw = raw.get();
        match raw.as_bytes() {
            b"null" => Cell::Null,
            b"true" => Cell::Bool(true),
            b"false" => Cell::Bool(false),
            [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => {
                Cell::Text(Cow::Borrowed(&raw[1..raw.len() - 1]))
            }
            [b'"', ..] => match serde_json::from_str::<String>(raw) {
                Ok(text) => Cell::Text(Cow::Owned(text)),
                Err(_) => Cell::Unreadable {
                    raw,
                    reason: "holds an escape that is no character",
                },
            },
            [b'{' | b'[', ..] => Cell::Unreadable {
                raw,
                reason: "must be one value, not an object or array",
            },
            _ => Cell::Text(Cow::Borrowed(raw)),
        }
    }

    fn field(&self) -> Field<'_> {
        match self {
            Cell::Absent | Cell::Null => Field::None,
            Cell::Text(text) => Field::Text(text),
            Cell::Bool(flag) => Field::Bool(*flag),
            Cell::Unreadable { raw, reason } => Field::Unreadable {
                bytes: raw.as_bytes(),
                reason,
            },
        }
    }
}

impl<'de> Visitor<'de> for &mut Object<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key(self.dataset))? {
            let fault = match key {
                Ok(column) => {
                    let cell = &mut self.cells[column];
                    let first = matches!(cell, Cell::Absent);
                    *cell = Cell::from_raw(map.next_value::<&RawValue>()?);
                    (!first).then_some(Fault::Twice(column))
                }
                Err(name) => {
                    map.next_value::<IgnoredAny>()?;
                    Some(Fault::Unknown(name))
                }
            };
            // The first fault is told; but a column that nobody knows is the file's and comes before the line's.
            let told = match &self.fault {
                None => true,
                Some(Fault::Twice(_)) => matches!(fault, Some(Fault::Unknown(_))),
                Some(Fault::Unknown(_)) => false,
            };
            if told {
                self.fault = fault;
            }
        }
        Ok(())
    }
}

/// Reads a key as the position of its column, or as a name that no column has.
struct Key(Dataset);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = Result<usize, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column's name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.position(name).ok_or_else(|| name.to_owned()))
    }
}

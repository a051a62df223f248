//! CSV as RFC 4180 has it: a header in any order, then records, quoted where need be.

use csv_core::{ReadRecordResult, Reader};

use crate::{
    Dataset, Field, Limits, Problem, Reject, RowVisitor, Source, Summary, dataset::MAX_COLUMNS,
    error::Halt, input::Input, sink::Sink,
};

/// The output buffer's first size; it grows up to [`Limits::line_bytes`].
const RECORD_BYTES: usize = 4 << 10;

pub(crate) fn read<V: RowVisitor + ?Sized>(
    source: &Source,
    mut sink: Sink<'_, V>,
) -> Result<Summary, Halt> {
    let mut records = Records::open(source, sink.limits)?;
    // One more than may be there, so that a header with too many columns shows.
    records.keep_fields(sink.limits.columns.saturating_add(1));
    if !records.next()? {
        return Err(Problem::NoHeader {
            dataset: sink.dataset,
        }
        .into());
    }
    let header = Header::read(&records, sink.dataset, sink.limits)?;
    let expected = header.columns.len();
    records.keep_fields(expected);
    while records.next()? {
        sink.progress(|| records.input.bytes_read());
        if records.fields != expected {
            let found = records.fields;
            let value = String::from_utf8_lossy(records.field(0));
            let reason = format!("the record has {found} fields, the header {expected}");
            sink.reject(Reject::new(records.line, "", &value, reason))?;
            continue;
        }
        let mut fields = [Field::None; MAX_COLUMNS];
        for (position, column) in header.columns.iter().enumerate() {
            fields[*column] = Field::from_bytes(records.field(position));
        }
        sink.record(records.line, &fields)?;
    }
    Ok(sink.finish(records.input.bytes_read()))
}

/// For each field of a record, which column it is.
struct Header {
    columns: Vec<usize>,
}

impl Header {
    fn read(records: &Records, dataset: Dataset, limits: &Limits) -> Result<Header, Problem> {
        let mut columns = Vec::with_capacity(MAX_COLUMNS);
        if records.fields > limits.columns {
            return Err(Problem::TooManyColumns {
                dataset,
                limit: limits.columns,
            });
        }
        for position in 0..records.fields {
            let name =
                std::str::from_utf8(records.field(position)).map_err(|_| Problem::HeaderNotUtf8)?;
            let Some(column) = dataset.position(name) else {
                return Err(Problem::unknown_column(dataset, Some(records.line), name));
            };
            if columns.contains(&column) {
                return Err(Problem::DuplicateColumn {
                    column: dataset.columns()[column].name,
                });
            }
            columns.push(column);
        }
        match dataset.missing_column(&columns) {
            Some(column) => Err(Problem::MissingColumn { dataset, column }),
            None => Ok(Header { columns }),
        }
    }
}

/// Reads record by record into one buffer.
struct Records {
    input: Input,
    core: Reader,
    /// The line on which the current record begins.
    line: u64,
    /// The line on which the next byte stands.
    next_line: u64,
    /// The unquoted bytes of the current record's fields, one after the other.
    output: Vec<u8>,
    /// Where each field ends in `output`; as many as are kept.
    ends: Vec<usize>,
    /// How many fields the current record has, kept or not.
    fields: usize,
    line_bytes: usize,
}

impl Records {
    fn open(source: &Source, limits: &Limits) -> Result<Records, Problem> {
        Ok(Records {
            input: Input::open(source, limits)?,
            core: Reader::new(),
            line: 1,
            next_line: 1,
            output: vec![0; RECORD_BYTES.min(limits.line_bytes.max(1))],
            ends: Vec::new(),
            fields: 0,
            line_bytes: limits.line_bytes,
        })
    }

    /// How many fields of a record are kept; those beyond are only counted.
    fn keep_fields(&mut self, fields: usize) {
        // One place more than is kept: fields beyond overwrite it.
        self.ends = vec![0; fields + 1];
    }

    /// One of the kept fields of the current record.
    fn field(&self, position: usize) -> &[u8] {
        let start = position
            .checked_sub(1)
            .map_or(0, |before| self.ends[before]);
        &self.output[start..self.ends[position]]
    }

    /// Goes to the next record; false at the end of the file.
    fn next(&mut self) -> Result<bool, Problem> {
        self.skip_blank_lines()?;
        self.line = self.next_line;
        let (mut written, mut ended) = (0, 0);
        self.fields = 0;
        loop {
            let input = self.input.fill()?;
            let (result, read, wrote, ends) =
                self.core
                    .read_record(input, &mut self.output[written..], &mut self.ends[ended..]);
            self.next_line += memchr::memchr_iter(b'\n', &input[..read]).count() as u64;
            self.input.consume(read);
            written += wrote;
            ended += ends;
            self.fields += ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.output.len() >= self.line_bytes => {
                    return Err(Problem::LineTooLong {
                        line: self.line,
                        limit: self.line_bytes,
                    });
                }
                ReadRecordResult::OutputFull => {
                    self.output
                        .resize((self.output.len() * 2).min(self.line_bytes), 0);
                }
                ReadRecordResult::OutputEndsFull => ended = self.ends.len() - 1,
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// Passes line ends before a record: blank lines, and the second half of CR LF after the last one.
    fn skip_blank_lines(&mut self) -> Result<(), Problem> {
        loop {
            let input = self.input.fill()?;
            let blank = input
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
            if blank == 0 {
                return Ok(());
            }
            self.next_line += memchr::memchr_iter(b'\n', &input[..blank]).count() as u64;
            self.input.consume(blank);
        }
    }
}

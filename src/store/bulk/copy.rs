//! Rows into PostgreSQL by COPY, in its binary format: every value exactly as it is.

use sea_orm::sqlx::{self, Postgres, Transaction};

use super::{Row, Values, listed};

/// What a COPY of the binary format begins with: its mark, no flags, nothing else.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What it ends with.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// Bytes sent together.
const SENT_BYTES: usize = 256 << 10;

pub(super) async fn insert<R: Row>(
    txn: &mut Transaction<'static, Postgres>,
    rows: &[R],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let (table, columns) = (R::TABLE, listed(R::COLUMNS));
    let text = format!("COPY \"{table}\" ({columns}) FROM STDIN (FORMAT binary)");
    let mut copy = txn.copy_in_raw(&text).await?;
    let mut bytes = Vec::with_capacity(SENT_BYTES + (SENT_BYTES >> 2));
    bytes.extend(HEADER);
    for row in rows {
        // No table has so many columns that this would cut anything off.
        bytes.extend((R::COLUMNS.len() as i16).to_be_bytes());
        row.put(&mut Sent(&mut bytes))?;
        if bytes.len() >= SENT_BYTES {
            copy.send(bytes.as_slice()).await?;
            bytes.clear();
        }
    }
    bytes.extend(TRAILER);
    copy.send(bytes).await?;
    copy.finish().await?;
    Ok(())
}

/// Each value behind its length in bytes; none has the length -1.
struct Sent<'a>(&'a mut Vec<u8>);

impl Sent<'_> {
    fn put<const N: usize>(&mut self, value: [u8; N]) -> Result<(), sqlx::Error> {
        self.0.extend((N as i32).to_be_bytes());
        self.0.extend(value);
        Ok(())
    }
}

impl Values for Sent<'_> {
    fn none(&mut self) -> Result<(), sqlx::Error> {
        self.0.extend((-1_i32).to_be_bytes());
        Ok(())
    }

    fn flag(&mut self, value: bool) -> Result<(), sqlx::Error> {
        self.put([value.into()])
    }

    fn small(&mut self, value: i16) -> Result<(), sqlx::Error> {
        self.put(value.to_be_bytes())
    }

    fn int(&mut self, value: i32) -> Result<(), sqlx::Error> {
        self.put(value.to_be_bytes())
    }

    fn big(&mut self, value: i64) -> Result<(), sqlx::Error> {
        self.put(value.to_be_bytes())
    }

    fn float(&mut self, value: f64) -> Result<(), sqlx::Error> {
        self.put(value.to_be_bytes())
    }

    fn text(&mut self, value: &str) -> Result<(), sqlx::Error> {
        let len = i32::try_from(value.len()).map_err(|error| sqlx::Error::Encode(error.into()))?;
        self.0.extend(len.to_be_bytes());
        self.0.extend(value.as_bytes());
        Ok(())
    }
}

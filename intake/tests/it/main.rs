//! Files of all formats through the public interface.

mod columns;
mod edges;
mod files;
mod formats;
mod harness;
mod hostile;
mod parquet_types;

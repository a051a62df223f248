//! Every query of the SQL store, by noun. Nothing above this module names SeaORM.

pub mod db;

pub use db::{Db, StoreError};

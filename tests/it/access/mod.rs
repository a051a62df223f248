//! Who is let in, and what each role sees.

mod keys;
mod roles;

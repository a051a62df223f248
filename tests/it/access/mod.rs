//! Who is let in, and what each role sees.

mod audit;
mod keys;
mod limits;
mod oidc;
mod roles;
mod secrets;
mod session;
mod token;

//! Who is let in, and what each role sees.

mod audit;
mod canary;
mod connections;
mod keys;
mod limits;
mod oidc;
mod roles;
mod secrets;
mod session;
mod token;

# What is done here often; `just` lists it. Nothing needs just: each check is a step of scripts/test, and CI runs that.

_default:
    @just --list --unsorted

# every check and test, in order
test *steps:
    scripts/test {{ steps }}

# the checks and tests that need nothing but Rust
quick:
    scripts/test --quick

# put the sources into rustfmt's form
fmt:
    cargo fmt --all

# lints of the whole workspace
clippy:
    scripts/test clippy

# documentation of the crates
doc:
    scripts/test doc

# the arrows between modules and crates
arrows:
    cargo test --locked --test it workspace::arrows

# dependencies that nothing names
unused:
    cargo test --locked --test it workspace::dependencies

# the integration tests on a throwaway PostgreSQL
postgres:
    scripts/test postgres

# the server and its schema in other people's GraphQL tools
audits:
    scripts/test audits

# the server and its schema with the clients, compilers and linters of front ends
clients:
    scripts/test clients

# renew schema.graphql after a change of the API
schema:
    cargo run --locked --quiet -- schema > schema.graphql.new
    mv schema.graphql.new schema.graphql

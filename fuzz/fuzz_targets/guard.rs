//! Whatever text a client sends, the guard answers: it neither panics nor overflows the stack, and takes no long time
//! (libFuzzer's own timeout tells). From this folder, for minutes:
//!
//! ```sh
//! mkdir -p corpus/guard
//! cargo +nightly fuzz run guard corpus/guard seeds/guard -- -max_total_time=600 -timeout=2 -max_len=20000
//! ```
//!
//! The guard's own files are compiled here, without the server, so that nothing else has to be built with a sanitizer.
#![no_main]

#[path = "../../src/graphql/guard/document.rs"]
mod document;
#[path = "../../src/graphql/guard/text.rs"]
mod text;

libfuzzer_sys::fuzz_target!(|query: &str| {
    // As `guard::check` has it.
    if text::check(query).is_ok()
        && let Ok(parsed) = async_graphql::parser::parse_query(query)
    {
        let _ = document::check(&parsed);
    }
});

//! Whatever text a client sends, the guard answers: it neither panics nor overflows the stack, and takes no long time
//! (libFuzzer's own timeout tells). Run it for minutes: `cargo +nightly fuzz run guard -- -max_total_time=600 -timeout=2`.
#![no_main]

libfuzzer_sys::fuzz_target!(|query: &str| {
    let _ = peerband::graphql::guard::check(query);
});

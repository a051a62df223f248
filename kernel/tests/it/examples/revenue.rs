//! DATA.md, `REVENUE`.

use crate::harness::{bare_case, case};

#[track_caller]
fn check(rates: &str, revenue: &str, expected: &str) {
    case()
        .rates(rates)
        .revenue(revenue)
        .check("REVENUE p1", expected);
}

#[test]
fn amounts_that_count_as_new_are_summed() {
    check(
        "",
        "c1 P 2024-05-01 5.25 USD new\nc1 Q 2024-05-01 0.0001 USD new\nc1 P 2024-05-01 100 USD old",
        "5.2501",
    );
}

#[test]
fn a_credit_is_negative() {
    check(
        "",
        "c1 P 2024-05-01 5 USD new\nc1 P 2024-05-02 -7.5 USD new",
        "-2.5000",
    );
    check("", "c1 P 2024-05-02 -0.0001 USD new", "-0.0001");
}

#[test]
fn a_peer_without_new_revenue_has_nought() {
    check("", "c1 P 2024-05-01 100 USD old", "0.0000");
}

#[test]
fn the_newest_rate_on_or_before_the_day_counts() {
    let rates = "EUR 2024-03-01 2\nEUR 2024-01-01 1.5\nEUR 2024-06-01 3\nJPY 2024-05-31 9";
    check(rates, "c1 P 2024-02-29 10 EUR new", "15.0000");
    check(rates, "c1 P 2024-03-01 10 EUR new", "20.0000");
    check(rates, "c1 P 2024-05-31 10 EUR new", "20.0000");
    check(rates, "c1 P 2024-06-01 10 EUR new", "30.0000");
    check(rates, "c1 P 2024-12-31 10 EUR new", "30.0000");
}

#[test]
fn a_rate_may_be_older_than_the_window() {
    check("EUR 1970-01-01 2", "c1 P 2024-01-01 10 EUR new", "20.0000");
}

#[test]
fn the_reporting_currency_needs_no_rate_and_uses_none() {
    check("USD 2024-01-01 7", "c1 P 2024-05-01 10 USD new", "10.0000");
}

#[test]
fn halves_are_rounded_to_even() {
    let half = "EUR 2024-01-01 0.5";
    for (amount, expected) in [
        ("0.0001", "0.0000"),
        ("0.0002", "0.0001"),
        ("0.0003", "0.0002"),
        ("0.0005", "0.0002"),
        ("0.0007", "0.0004"),
        ("-0.0001", "0.0000"),
        ("-0.0003", "-0.0002"),
        ("-0.0005", "-0.0002"),
        ("-0.0007", "-0.0004"),
    ] {
        check(half, &format!("c1 P 2024-05-01 {amount} EUR new"), expected);
    }
}

#[test]
fn what_is_no_half_is_rounded_to_the_nearest() {
    let third = "EUR 2024-01-01 0.333333333";
    check(third, "c1 P 2024-05-01 0.0001 EUR new", "0.0000");
    check(third, "c1 P 2024-05-01 0.0002 EUR new", "0.0001");
    check(third, "c1 P 2024-05-01 -0.0002 EUR new", "-0.0001");
    // A billionth more than half, and a billionth less than one and a half.
    let more = "EUR 2024-01-01 0.500000001";
    check(more, "c1 P 2024-05-01 0.0001 EUR new", "0.0001");
    let less = "EUR 2024-01-01 1.499999999";
    check(less, "c1 P 2024-05-01 0.0001 EUR new", "0.0001");
}

#[test]
fn each_amount_is_rounded_before_it_is_summed() {
    check(
        "EUR 2024-01-01 0.5",
        "c1 P 2024-05-01 0.0001 EUR new\nc1 P 2024-05-01 0.0001 EUR new",
        "0.0000",
    );
}

#[test]
fn the_largest_amounts_are_summed_exactly() {
    check(
        "",
        "c1 P 2024-05-01 99999999999999.9999 USD new\nc1 P 2024-05-01 99999999999999.9999 USD new\n\
         c1 P 2024-05-01 0.0001 USD new",
        "199999999999999.9999",
    );
    check(
        "",
        "c1 P 2024-05-01 999999999999999999 USD new",
        "999999999999999999.0000",
    );
}

#[test]
fn the_smallest_rate_and_the_largest_amount_are_multiplied_exactly() {
    // 99999999999999.9999 billionths are 99999.9999999999…: 100000.0000 after rounding.
    check(
        "EUR 2024-01-01 0.000000001",
        "c1 P 2024-05-01 99999999999999.9999 EUR new",
        "100000.0000",
    );
}

#[test]
fn every_currency_without_a_rate_is_named_with_its_first_day() {
    case()
        .rates("CHF 2024-05-01 1")
        .revenue(
            "c1 P 2024-06-01 1 JPY new\nc2 P 2024-05-01 1 JPY new\nc1 P 2024-07-01 1 EUR new\n\
             c1 P 2024-05-01 1 CHF new\nc1 P 2024-04-30 0 CHF new",
        )
        .check_missing_rates(&[
            ("JPY", "2024-05-01"),
            ("EUR", "2024-07-01"),
            ("CHF", "2024-04-30"),
        ]);
}

#[test]
fn a_rate_after_the_day_does_not_help() {
    case()
        .rates("EUR 2024-05-02 1")
        .revenue("c1 P 2024-05-01 1 EUR new")
        .check_missing_rates(&[("EUR", "2024-05-01")]);
}

#[test]
fn amounts_that_do_not_count_need_no_rate() {
    let case = case()
        .revenue("c1 P 2024-05-01 1 EUR old\nc1 P 2023-12-31 1 EUR new\nc1 P 2025-01-01 1 EUR new");
    case.check("REVENUE p1", "0.0000");
}

#[test]
fn an_amount_without_a_partner_of_record_needs_no_rate() {
    bare_case()
        .associate("c1 p1 0 - 2024-06-01 -")
        .revenue("c1 P 2024-05-31 1 EUR new\nc1 P 2024-06-01 1 USD new")
        .check("REVENUE p1", "1.0000");
}

#[test]
fn an_amount_that_no_total_could_hold_stops_the_run_and_is_named() {
    let case = case()
        .rates("EUR 2024-01-01 999999999.999999999")
        .revenue("c1 P 2024-05-01 999999999999999999 EUR new");
    let error = case.scores().unwrap_err().to_string();
    assert!(error.contains("EUR first on 2024-05-01"), "{error}");
}

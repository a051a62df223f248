//! REVENUE.

use crate::harness::case;

#[test]
fn new_amounts_and_credits_are_summed_over_all_offerings() {
    case()
        .revenue("e1 c1 P - 2024-05-01 100 USD -\ne2 c1 Q V 2024-05-01 0.5 USD true\ne3 c1 P - 2024-05-01 7 USD false")
        .revenue("e4 c1 P - 2024-06-01 -30.25 USD -")
        .check("REVENUE p1", "70.2500")
        .check("REVENUE p1 P", "69.7500");
}

#[test]
fn an_amount_that_is_not_new_still_makes_a_peer() {
    case()
        .revenue("e1 c1 P - 2024-05-01 7 EUR false")
        .check("REVENUE p1", "0.0000");
}

#[test]
fn the_newest_rate_on_or_before_the_day_counts() {
    let rates = "EUR 2024-05-02 4\nEUR 2024-01-01 2\nEUR 2024-05-01 3\nJPY 2024-05-01 9";
    let converted = |date: &str| {
        case()
            .rates(rates)
            .revenue(&format!("e1 c1 P - {date} 1 EUR -"))
    };
    converted("2024-04-30").check("REVENUE p1", "2.0000");
    converted("2024-05-01").check("REVENUE p1", "3.0000");
    converted("2024-12-01").check("REVENUE p1", "4.0000");
}

#[test]
fn a_rate_sent_again_replaces_the_earlier() {
    case()
        .rates("EUR 2024-01-01 2\nEUR 2024-01-01 3")
        .revenue("e1 c1 P - 2024-05-01 1 EUR -")
        .check("REVENUE p1", "3.0000");
}

#[test]
fn each_amount_is_rounded_half_to_even_before_the_sum() {
    let halves = |amounts: [&str; 2]| {
        case().rates("EUR 2024-01-01 0.5").revenue(&format!(
            "e1 c1 P - 2024-05-01 {} EUR -\ne2 c1 P - 2024-05-01 {} EUR -",
            amounts[0], amounts[1]
        ))
    };
    halves(["0.0001", "0.0001"]).check("REVENUE p1", "0.0000");
    halves(["0.0003", "0.0003"]).check("REVENUE p1", "0.0004");
    halves(["0.0005", "0.0001"]).check("REVENUE p1", "0.0002");
    halves(["-0.0003", "-0.0001"]).check("REVENUE p1", "-0.0002");
}

#[test]
fn a_missing_rate_stops_publication_and_names_the_first_day() {
    case()
        .rates("EUR 2024-06-01 1")
        .revenue("e1 c1 P - 2024-05-31 1 EUR -\ne2 c1 P - 2024-03-01 1 EUR -\ne3 c1 P - 2024-07-01 1 EUR -")
        .revenue("e4 c2 P - 2024-02-01 0 CHF -")
        .check_missing(&[("CHF", "2024-02-01"), ("EUR", "2024-03-01")]);
}

#[test]
fn an_amount_that_would_not_count_needs_no_rate() {
    case()
        .revenue("e1 c9 P - 2024-05-01 1 EUR -\ne2 c1 P - 2023-12-31 1 EUR -\ne3 c1 P - 2025-01-01 1 EUR -")
        .revenue("e4 c1 P - 2024-05-01 1 EUR false\ne5 c1 P - 2024-05-01 1 USD -")
        .check("REVENUE p1", "1.0000");
}

#[test]
fn a_rate_may_be_older_than_the_window() {
    case()
        .rates("EUR 1999-01-04 1.1789")
        .revenue("e1 c1 P - 2024-05-01 10 EUR -")
        .check("REVENUE p1", "11.7890");
}

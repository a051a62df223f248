//! DATA.md, `NET_PROMOTER_SCORE`: promoters less detractors over responses.

use crate::harness::case;

#[track_caller]
fn check(scores: &[u8], expected: &str) {
    let rows: Vec<String> = scores
        .iter()
        .map(|score| format!("c1 P 2024-05-01 {score}"))
        .collect();
    case()
        .surveys(&rows.join("\n"))
        .check("NET_PROMOTER_SCORE p1", expected);
}

#[test]
fn nine_and_ten_promote() {
    check(&[9], "1/1");
    check(&[10, 9], "2/2");
}

#[test]
fn seven_and_eight_are_passive() {
    check(&[7], "0/1");
    check(&[7, 8], "0/2");
}

#[test]
fn nought_to_six_detract() {
    for score in 0..=6 {
        check(&[score], "-1/1");
    }
}

#[test]
fn all_responses_are_divided_by() {
    check(&[10, 9, 8, 7, 6], "1/5");
    check(&[0, 3, 6, 9, 8, 7, 7], "-2/7");
}

#[test]
fn without_responses_there_is_no_value() {
    case()
        .seats("c1 P 2024-05-01 1 0 paid")
        .surveys("c1 Q 2024-05-01 9")
        .check("NET_PROMOTER_SCORE p1 P", "")
        .check("NET_PROMOTER_SCORE p1", "1/1");
}

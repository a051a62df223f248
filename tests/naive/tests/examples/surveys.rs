//! NET_PROMOTER_SCORE.

use crate::harness::case;

#[test]
fn promoters_less_detractors_of_all_responses() {
    let score = |scores: &[u8], expected: &str| {
        let rows = scores
            .iter()
            .enumerate()
            .map(|(index, score)| format!("r{index} c1 P - 2024-05-01 {score}"));
        case()
            .surveys(&rows.collect::<Vec<_>>().join("\n"))
            .check("NET_PROMOTER_SCORE p1", expected);
    };
    score(&[9, 10], "1");
    score(&[0, 6], "-1");
    score(&[7, 8], "0");
    score(&[9, 7, 6, 6], "-0.25");
    score(&[10, 8, 0], "0");
}

#[test]
fn without_a_response_there_is_no_value() {
    case()
        .usage("c1 u1 P - 2024-05-01")
        .check("NET_PROMOTER_SCORE p1", "");
    case()
        .surveys("r1 c1 P - 2023-12-31 9")
        .check_scorecards("", "");
}

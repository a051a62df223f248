//! Each kind of attack, and what is withheld against it.

use peerband_kernel::{Attack, Decision, Knowledge, Metric, Rule, Shown};

use super::scene::{A, B, EVERYTHING, Held, P, R, Scene, W, WORLD, decision, instances};

const METRIC: Metric = Metric::ProductionInstances;

/// Partners with these values in one workload at one place.
fn row(location: u32, values: &[i64]) -> Vec<Held> {
    let values = values.iter().zip(0..);
    values
        .map(|(value, partner)| instances(partner, R, location, *value))
        .collect()
}

/// What is decided of everything in the world where these are the values.
fn alone(values: &[i64]) -> Decision {
    alone_with(&Scene::new(values.len() as u32), values)
}

fn alone_with(scene: &Scene, values: &[i64]) -> Decision {
    let scores = scene.score(&row(WORLD, values));
    let protected = scene.protect(METRIC, &scores, &[]);
    assert_eq!(protected.bounded_after, 0);
    decision(&scores, &protected, EVERYTHING, WORLD)
}

fn all() -> Decision {
    Decision {
        shown: Shown::Everything,
        rule: None,
        values: 0,
    }
}

fn by(attack: Attack, shown: Shown, values: u32) -> Decision {
    Decision {
        shown,
        rule: Some(Rule::Attack(attack)),
        values,
    }
}

#[test]
fn values_far_apart_are_shown() {
    assert_eq!(alone(&[10, 15, 100, 140, 210, 270, 350, 480]), all());
}

#[test]
fn a_band_between_two_close_neighbours_is_not_shown() {
    // In the third band is above 129 and below 140: from 130 to 139.
    let found = alone(&[10, 15, 100, 129, 131, 137, 140, 190]);
    assert_eq!(found, by(Attack::OrderStatistics, Shown::Nothing, 2));
}

#[test]
fn the_greatest_of_a_band_knows_the_others_by_its_rank() {
    // The one with 107 knows from its rank that the other one of its band is at most 107, and from the range that it is
    // at least 100. Bands alone leave 100 to 149.
    let found = alone(&[10, 15, 104, 107, 150, 250, 350, 480]);
    assert_eq!(found, by(Attack::OrderStatistics, Shown::NotRanks, 1));
}

#[test]
fn companies_of_one_owner_tell_nothing_of_each_other() {
    let mut scene = Scene::new(8);
    scene.owners[3] = 2;
    let found = alone_with(&scene, &[10, 15, 104, 107, 150, 250, 350, 480]);
    assert_eq!(found, all());
}

#[test]
fn ties_are_told_by_ranks_alone() {
    let found = alone(&[10, 10, 100, 140, 210, 270, 350, 480]);
    assert_eq!(found, by(Attack::OrderStatistics, Shown::NotRanks, 2));
}

#[test]
fn whoever_stands_next_to_nothing_knows_it() {
    // Whoever has one instance knows that those below it have none.
    let found = alone(&[0, 0, 1, 40, 210, 270, 350, 480]);
    assert_eq!(found.shown, Shown::Nothing);
}

#[test]
fn equal_values_are_not_told_to_be_equal() {
    let found = alone(&[7, 7, 7, 7, 7]);
    assert_eq!(found, by(Attack::OrderStatistics, Shown::Nothing, 5));
}

#[test]
fn the_rules_that_look_at_one_slice_come_first() {
    let rule = |values: &[i64], min_peers, min_band_members| {
        let mut scene = Scene::new(values.len() as u32);
        scene.release.min_peers = min_peers;
        scene.release.min_band_members = min_band_members;
        alone_with(&scene, values).rule
    };
    let values = [10, 15, 100, 140, 210, 270, 350, 480];
    assert_eq!(rule(&values, 8, 2), None);
    assert_eq!(rule(&values, 9, 2), Some(Rule::MinPeers));
    assert_eq!(rule(&values, 8, 3), Some(Rule::MinBandMembers));
    let values = [10, 15, 100, 140, 210, 270, 350, 1_600];
    assert_eq!(rule(&values, 8, 2), Some(Rule::Dominance));
}

/// Partner 3 has 100 in `A` and nothing elsewhere.
fn nested() -> Vec<Held> {
    let in_a = [20, 25, 60, 100, 106, 130, 200, 240];
    let in_b = [10, 65, 90, 0, 150, 160, 200, 230];
    let mut held = row(A, &in_a);
    held.extend(row(B, &in_b).into_iter().filter(|one| one.partner != 3));
    held
}

#[test]
fn the_same_value_above_and_below_is_told_by_neither_alone() {
    let scene = Scene::new(8);
    let held = nested();
    // In `A` from 50 to 105. In the world from 100 to 199.
    let in_a: Vec<Held> = held
        .iter()
        .copied()
        .filter(|one| one.location == A)
        .collect();
    let scores = scene.score(&in_a);
    let alone = scene.protect(METRIC, &scores, &[]);
    assert_eq!(
        decision(&scores, &alone, EVERYTHING, A).shown,
        Shown::Everything
    );

    let scores = scene.score(&held);
    let protected = scene.protect(METRIC, &scores, &[]);
    assert_eq!(protected.bounded_after, 0);
    let rules: Vec<_> = protected.decisions.iter().map(|one| one.rule).collect();
    assert!(
        rules.contains(&Some(Rule::Attack(Attack::NestedEquality))),
        "{rules:?}"
    );
}

#[test]
fn a_part_is_told_by_the_whole_and_the_other_part() {
    let scene = Scene::new(8);
    // Partner 3 has 1000 of product p and 1100 in all, so 100 of r. Of everything the ranges and neighbours leave 1052
    // to 1108; of p 995 to 1004.
    let mut held = row(WORLD, &[30, 60, 90, 100, 150, 220, 380, 600]);
    let of_p = [100, 200, 990, 1_000, 1_010, 1_400, 1_700, 1_900];
    held.extend(
        of_p.iter()
            .zip(0..)
            .map(|(value, partner)| instances(partner, W, WORLD, *value)),
    );
    let scores = scene.score(&held);
    let protected = scene.protect(METRIC, &scores, &[]);
    assert_eq!(protected.bounded_after, 0);
    assert!(protected.bounded_before > 0);
    let of_r = decision(&scores, &protected, R, WORLD);
    let of_p = decision(&scores, &protected, P, WORLD);
    assert!(of_r.rule.is_some() || of_p.rule.is_some());
}

#[test]
fn what_an_earlier_snapshot_told_still_holds() {
    let scene = Scene::new(8);
    // The second band holds 145 both times. First it is below 155; then the greatest of the band below is 140.
    let first = scene.score(&row(WORLD, &[10, 15, 110, 145, 155, 270, 350, 480]));
    let told = scene.protect(METRIC, &first, &[]);
    assert_eq!(decision(&first, &told, EVERYTHING, WORLD), all());

    let second = scene.score(&row(WORLD, &[10, 140, 180, 145, 230, 270, 350, 480]));
    let unknowing = scene.protect(METRIC, &second, &[]);
    assert_eq!(decision(&second, &unknowing, EVERYTHING, WORLD), all());
    let knowing = scene.protect(METRIC, &second, std::slice::from_ref(&told.knowledge));
    assert_eq!(
        decision(&second, &knowing, EVERYTHING, WORLD).rule,
        Some(Rule::Attack(Attack::Snapshots))
    );
    assert_eq!(knowing.bounded_after, 0);
    let nothing = Knowledge::default();
    let again = scene.protect(METRIC, &second, &[nothing]);
    assert_eq!(again.decisions, unknowing.decisions);
}

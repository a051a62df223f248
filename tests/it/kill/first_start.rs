//! The very first command on a data directory makes its database; killed there, the next one must find its way.

use super::Pace;
use crate::harness::sender::{Sender, stderr};

const KILLS: usize = 20;
const PRODUCTS: &str = "product_id,name\nsuite,Suite\n";

#[test]
fn a_killed_first_start_is_made_again() {
    let products = |sender: &Sender| {
        let args = sender.batch("products", "all", PRODUCTS);
        sender.command(&args.each_ref().map(String::as_str))
    };
    let pace = Pace::of(products(&Sender::new()));
    let mut landed = 0;
    for _ in 0..KILLS {
        let sender = Sender::new();
        landed += usize::from(pace.kill(&mut products(&sender)).landed);
        let output = products(&sender).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert!(landed >= KILLS / 3, "{landed} of {KILLS} kills landed");
}

//! Storms: all regions change hands again and again while everything goes wrong, so that people cross
//! between shards and pods in masses. `engine/tests/crossings.rs` has a million without faults; as many
//! with them are run by hand: `./dev sim --storm --soldiers 500 --pods 3 --seed 8 --runs 16`.

mod common;

use common::assert_all_hold;
use sim::{Options, scene::Scale};

const CROSSINGS_MIN: u64 = 50_000;

#[test]
fn thousands_cross_while_everything_goes_wrong() {
    let with = |seed| Options {
        scale: Scale {
            soldiers_per_house: 150,
            ..Scale::SMALL
        },
        is_stormy: true,
        pod_count: Some(3),
        ..Options::new(seed)
    };
    let all: Vec<Options> = (1..=16).map(with).collect();
    let total = assert_all_hold(&all);
    eprintln!("{} crossings in {} ticks", total.crossings, total.ticks);
    assert!(
        total.crossings > CROSSINGS_MIN,
        "only {} crossed",
        total.crossings
    );
}

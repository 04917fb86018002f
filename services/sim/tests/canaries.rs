//! What shows that the checkers check: builds that are broken on purpose, each of which they must catch
//! within some seeds. Without a canary the same seeds hold (`seeds.rs`).

mod common;

use common::run;
use sim::{Canary, Options, faults::Kind, time::SECOND};

/// Seeds within which a canary must be caught.
const SEEDS_MAX: u64 = 60;

/// What the checker says that catches it; the seed's own words stand around that.
fn assert_caught(canary: Canary, says: &[&str]) {
    assert_caught_among(canary, says, Options::new);
}

fn assert_caught_among(canary: Canary, says: &[&str], options: impl Fn(u64) -> Options) {
    let with = |seed| Options {
        canary: Some(canary),
        ..options(seed)
    };
    let mut failures = (1..=SEEDS_MAX).filter_map(|seed| run(&with(seed)).err());
    let Some(failure) = failures.next() else {
        panic!("{canary:?} lives through {SEEDS_MAX} seeds");
    };
    let last = failure.lines().last().unwrap_or_default();
    assert!(
        says.iter().any(|words| last.contains(words)),
        "{canary:?} is caught, but by something else: {last}"
    );
}

/// R4: nobody is twice. The engine itself finds it first.
#[test]
fn a_body_that_is_taken_in_twice_is_caught() {
    assert_caught(Canary::AppliesHandoffTwice, &["panics"]);
}

/// R4: nobody is lost.
#[test]
fn a_body_that_is_lost_is_caught() {
    assert_caught(Canary::LosesHandoff, &["bodies live"]);
}

/// One world, one dialect: all shards speak a newer one from the same tick on.
#[test]
fn a_shard_that_goes_on_in_an_older_dialect_is_caught() {
    assert_caught(Canary::MishearsDialect, &["speaks dialect"]);
}

/// R5: a command is in one tick.
#[test]
fn messages_that_are_taken_twice_are_caught() {
    assert_caught(Canary::ForgetsDedupe, &["takes edge"]);
}

/// R5: a command that a shard sends on is taken by another.
#[test]
fn commands_that_are_lost_between_shards_are_caught() {
    assert_caught(Canary::LosesForwarded, &["which was sent on"]);
}

/// R5: what is acknowledged is never needed again.
#[test]
fn acknowledgements_before_durability_are_caught() {
    assert_caught(Canary::AcknowledgesEarly, &["does not go on"]);
}

/// H1: nothing is said before it is durable.
#[test]
fn frames_before_durability_are_caught() {
    assert_caught(Canary::ReleasesEarly, &["its journal does not have"]);
}

/// H1: what is said again after a restart is the same, though the pod sent commands on to others.
#[test]
fn a_journal_of_what_was_taken_only_is_caught() {
    assert_caught(Canary::KeepsOnlyTaken, &["two different things"]);
}

#[test]
fn a_frame_that_a_checkpoint_shortens_is_caught() {
    assert_caught(Canary::SaysLessAgain, &["two different things"]);
}

/// Recovery: the journal alone brings a pod back.
#[test]
fn a_journal_without_others_frames_is_caught() {
    assert_caught(Canary::ForgetsHeard, &["does not come back"]);
}

/// R9: what is durable stays.
#[test]
fn a_disk_that_lies_is_caught() {
    assert_caught(Canary::DiskLies, &["does not come back", "comes back at"]);
}

/// R9, of a write that is torn.
#[test]
fn half_a_write_is_caught() {
    assert_caught(Canary::WritesHalf, &["does not come back", "comes back at"]);
}

/// H6: nobody speaks without a lease.
#[test]
fn a_pod_that_outlives_its_lease_is_caught() {
    assert_caught(Canary::OutlivesLease, &["whose lease is over"]);
}

/// H6, of a clock that loses more than the margin allows for.
#[test]
fn a_clock_that_crawls_is_caught() {
    assert_caught(Canary::ClockCrawls, &["whose lease is over"]);
}

/// H5: nobody hears an earlier life. There is nothing here but pods that die and words that are late, for
/// it takes one that comes between its speaker's successor and the successor's own first words.
#[test]
fn a_stale_word_that_is_heard_is_caught() {
    let options = |seed| Options {
        kinds: Some(vec![Kind::PodDies, Kind::BadNetwork]),
        faults_for: 20 * SECOND,
        ..Options::new(seed)
    };
    let says = ["is taken after one of life"];
    assert_caught_among(Canary::AdmitsStale, &says, options);
}

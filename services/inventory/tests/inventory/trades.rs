//! Trades in a database: done, cancelled and ended at each step.

use inventory::{
    domain::{Account, End, Lot, Refusal, State, Step},
    store::{KeptTrade, Store},
};

use crate::common::{
    ANNA, BERT, CLEO, NOW_MS, apply, gain, give, in_bag, log, on_each, require_done, sword,
};

async fn step(store: &Store, id: i64, by: i64, step: Step) -> Result<KeptTrade, Refusal> {
    let stepped = store.step_trade(id, by, &step, NOW_MS).await;
    stepped.expect("a database").expect("there is one")
}

async fn begin(store: &Store, characters: [i64; 2]) -> i64 {
    let opened = store.open_trade(characters, NOW_MS).await;
    opened.expect("a database").expect("they are free").id
}

fn offer(lots: &[Lot]) -> Step {
    Step::Offer(lots.to_vec())
}

fn logs(count: u32) -> Step {
    offer(&[Lot::new(log(), count)])
}

const fn confirm(offers_revision: u32) -> Step {
    Step::Confirm { offers_revision }
}

async fn equip_both(store: &Store) {
    let gains = vec![gain(ANNA, log(), 10), gain(BERT, sword(1), 1)];
    require_done(&apply(store, "gain", gains).await);
}

#[test]
fn both_get_what_they_agreed_on_and_both_ledgers_say_so() {
    on_each(async |store| {
        equip_both(store).await;
        let id = begin(store, [ANNA, BERT]).await;
        step(store, id, ANNA, logs(4)).await.expect("it may be");
        let swords = offer(&[Lot::new(sword(1), 1)]);
        step(store, id, BERT, swords).await.expect("it may be");
        step(store, id, ANNA, confirm(2)).await.expect("it may be");
        let kept = step(store, id, BERT, confirm(2)).await.expect("it may be");
        assert_eq!(kept.trade.state, State::Done);
        // Asked again, because the answer was lost: nothing more.
        let again = step(store, id, BERT, confirm(2))
            .await
            .expect("it is known");
        assert_eq!(again.trade.state, State::Done);
        assert_eq!(in_bag(store, ANNA, &log()).await, 6);
        assert_eq!(in_bag(store, ANNA, &sword(1)).await, 1);
        assert_eq!(in_bag(store, BERT, &log()).await, 4);
        assert_eq!(in_bag(store, BERT, &sword(1)).await, 0);
        let entries = store.entries(BERT, i64::MAX, 2).await.expect("a database");
        let told: Vec<_> = entries
            .iter()
            .map(|it| (it.thing.clone(), it.change))
            .collect();
        assert_eq!(told, [(log(), 4), (sword(1), -1)]);
        let seen = store.trade_of(ANNA, NOW_MS).await.expect("a database");
        assert_eq!(seen.expect("the last").trade.state, State::Done);
    });
}

#[test]
fn cancelled_at_each_step_nothing_has_changed() {
    on_each(async |store| {
        equip_both(store).await;
        let swords = offer(&[Lot::new(sword(1), 1)]);
        let steps = [(ANNA, logs(4)), (BERT, swords), (ANNA, confirm(2))];
        for before in 0..=steps.len() {
            for by in [ANNA, BERT] {
                let id = begin(store, [ANNA, BERT]).await;
                for (by, it) in steps[..before].iter().cloned() {
                    step(store, id, by, it).await.expect("it may be");
                }
                let kept = step(store, id, by, Step::Cancel).await.expect("it may be");
                assert_eq!(kept.trade.state, State::Ended(End::Cancelled));
                let late = step(store, id, BERT, confirm(2)).await;
                assert!(matches!(late, Err(Refusal::Trade { .. })));
            }
        }
        assert_eq!(in_bag(store, ANNA, &log()).await, 10);
        assert_eq!(in_bag(store, BERT, &sword(1)).await, 1);
    });
}

#[test]
fn who_spent_what_they_offered_ends_it() {
    on_each(async |store| {
        equip_both(store).await;
        let id = begin(store, [ANNA, BERT]).await;
        step(store, id, ANNA, logs(10)).await.expect("it may be");
        step(store, id, ANNA, confirm(1)).await.expect("it may be");
        require_done(&apply(store, "spend", vec![give(ANNA, CLEO, log(), 1)]).await);
        let kept = step(store, id, BERT, confirm(1)).await.expect("it may be");
        assert_eq!(kept.trade.state, State::Ended(End::Lacking));
        assert_eq!(in_bag(store, ANNA, &log()).await, 9);
    });
}

#[test]
fn who_has_no_room_ends_it() {
    on_each(async |store| {
        let swords = (1..=36).map(|number| gain(BERT, sword(number), 1));
        require_done(&apply(store, "full", swords.collect()).await);
        require_done(&apply(store, "gain", vec![gain(ANNA, log(), 1)]).await);
        let id = begin(store, [ANNA, BERT]).await;
        step(store, id, ANNA, logs(1)).await.expect("it may be");
        step(store, id, ANNA, confirm(1)).await.expect("it may be");
        let kept = step(store, id, BERT, confirm(1)).await.expect("it may be");
        assert_eq!(kept.trade.state, State::Ended(End::NoRoom));
        let theirs = store.belongings(BERT).await.expect("a database");
        assert_eq!(theirs.contents(Account::bag(BERT)).count(), 36);
    });
}

#[test]
fn a_trade_that_nobody_touches_is_over_and_both_are_free() {
    on_each(async |store| {
        let id = begin(store, [ANNA, BERT]).await;
        let busy = store
            .open_trade([CLEO, BERT], NOW_MS)
            .await
            .expect("a database");
        assert!(matches!(busy, Err(Refusal::Trade { .. })));
        let late_ms = NOW_MS + 120_000;
        let seen = store.trade_of(BERT, late_ms).await.expect("a database");
        assert_eq!(
            seen.expect("the last").trade.state,
            State::Ended(End::TimedOut)
        );
        let late = store.step_trade(id, ANNA, &logs(1), late_ms).await;
        let kept = late
            .expect("a database")
            .expect("there is one")
            .expect("it is told");
        assert_eq!(kept.trade.state, State::Ended(End::TimedOut));
        let opened = store.open_trade([CLEO, BERT], late_ms).await;
        opened.expect("a database").expect("they are free");
        // Nobody takes part in what is not theirs, or is not.
        let id = begin(store, [ANNA, 7]).await;
        for id in [id, 99] {
            let none = store.step_trade(id, BERT, &logs(1), NOW_MS).await;
            assert!(none.expect("a database").is_none());
        }
    });
}

#[test]
fn who_is_only_asked_can_still_open_a_trade_of_their_own() {
    on_each(async |store| {
        let asked = begin(store, [ANNA, BERT]).await;
        let own = begin(store, [BERT, CLEO]).await;
        let late = step(store, asked, ANNA, logs(1)).await;
        assert!(matches!(late, Err(Refusal::Trade { .. })));
        let seen = store.trade_of(ANNA, NOW_MS).await.expect("a database");
        let state = seen.expect("the last").trade.state;
        assert_eq!(state, State::Ended(End::Cancelled));
        // Who opened one is in it, and who has offered.
        for characters in [[BERT, ANNA], [ANNA, CLEO]] {
            let opened = store.open_trade(characters, NOW_MS).await;
            assert!(opened.expect("a database").is_err());
        }
        step(store, own, CLEO, logs(1)).await.expect("it may be");
        let opened = store.open_trade([CLEO, ANNA], NOW_MS).await;
        assert!(opened.expect("a database").is_err());
    });
}

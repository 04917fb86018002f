//! Many at once on real PostgreSQL: however they meet, each thing is spent once.

use backends::testing::{TestDatabase, block_on};
use inventory::{
    domain::{Account, Books, Move, Place, Sink, Slot, Step, craft, equip},
    store::{Answer, Outcome, Store},
};
use tokio::task::JoinSet;
use web::ids::new_id;

use crate::common::{
    ANNA, BERT, CLEO, NOW_MS, SHARD, apply, batch, carry, gain, give, in_bag, is_done, log, open,
    order, require_closed, require_done, sword,
};

const AT_ONCE: i64 = 16;

fn on_postgres(test: impl AsyncFn(&Store)) {
    block_on(async {
        let kept = TestDatabase::postgres().await;
        let database = kept.open().await;
        let store = open(&database).await;
        test(&store).await;
        require_closed(&store).await;
        database.close().await;
        kept.delete().await;
    });
}

/// All at once; their answers.
async fn ask_at_once(store: &Store, batches: Vec<(String, Vec<Move>)>) -> Vec<Answer> {
    let mut asked = JoinSet::new();
    for (key, moves) in batches {
        let store = store.clone();
        asked.spawn(async move { apply(&store, &key, moves).await });
    }
    asked.join_all().await
}

fn done_count(answers: &[Answer]) -> usize {
    answers.iter().filter(|it| is_done(it)).count()
}

#[test]
fn what_is_spent_by_many_at_once_is_spent_once() {
    on_postgres(async |store| {
        let gains = vec![gain(ANNA, log(), 50), gain(ANNA, sword(1), 1)];
        require_done(&apply(store, "gain", gains).await);
        let used = Account::new(ANNA, Place::Sink(Sink::Used));
        // Twenty each, of fifty: two of sixteen.
        let spends = (0..AT_ONCE).map(|index| {
            let moves = match index % 2 {
                0 => vec![give(ANNA, BERT + index, log(), 20)],
                _ => vec![carry(log(), 20, Account::bag(ANNA), used)],
            };
            (format!("spend {index}"), moves)
        });
        let answers = ask_at_once(store, spends.collect()).await;
        assert_eq!(done_count(&answers), 2, "{answers:?}");
        assert_eq!(in_bag(store, ANNA, &log()).await, 10);
        let gifts = (0..AT_ONCE).map(|index| {
            let gift = vec![give(ANNA, BERT + index, sword(1), 1)];
            (format!("gift {index}"), gift)
        });
        let answers = ask_at_once(store, gifts.collect()).await;
        assert_eq!(done_count(&answers), 1, "{answers:?}");
    });
}

#[test]
fn one_batch_sent_by_many_at_once_is_done_once() {
    on_postgres(async |store| {
        let copies = (0..AT_ONCE).map(|_| ("same".to_owned(), vec![gain(ANNA, log(), 5)]));
        let answers = ask_at_once(store, copies.collect()).await;
        let is_new = |it: &&Answer| matches!(it, Answer::New(_));
        assert_eq!(answers.iter().filter(is_new).count(), 1);
        let mut outcomes = answers.into_iter().map(|it| match it {
            Answer::New(outcome) | Answer::Repeated(outcome) => outcome,
            Answer::KeyReused => panic!("they are the same"),
        });
        let first = outcomes.next().expect("sixteen");
        assert!(outcomes.all(|it| it == first) && matches!(first, Outcome::Done { .. }));
        assert_eq!(in_bag(store, ANNA, &log()).await, 5);
    });
}

#[test]
fn a_drop_is_one_persons_and_a_thing_is_born_once() {
    on_postgres(async |store| {
        let ground = Account::new(9_000, Place::Ground);
        let found = Account::new(9_000, Place::Source(inventory::domain::Source::Loot));
        let fallen = vec![carry(log(), 3, found, ground)];
        require_done(&apply(store, "fall", fallen).await);
        let picks = (0..AT_ONCE).map(|index| {
            let pick = vec![carry(log(), 3, ground, Account::bag(BERT + index))];
            (format!("pick {index}"), pick)
        });
        let answers = ask_at_once(store, picks.collect()).await;
        assert_eq!(done_count(&answers), 1, "{answers:?}");
        let births = (0..AT_ONCE).map(|index| {
            let birth = vec![gain(BERT + index, sword(5), 1)];
            (format!("birth {index}"), birth)
        });
        let answers = ask_at_once(store, births.collect()).await;
        assert_eq!(done_count(&answers), 1, "{answers:?}");
    });
}

#[test]
fn batches_that_meet_crosswise_end_all_the_same() {
    on_postgres(async |store| {
        let owners = [ANNA, BERT, CLEO];
        let gains = owners.map(|owner| gain(owner, log(), 100));
        require_done(&apply(store, "gain", gains.to_vec()).await);
        let circles = (0..3 * AT_ONCE).map(|index| {
            let turn = usize::try_from(index).expect("few");
            let at = |step: usize| owners[(turn + step) % 3];
            let moves = vec![give(at(0), at(1), log(), 2), give(at(1), at(2), log(), 1)];
            (format!("circle {index}"), moves)
        });
        let answers = ask_at_once(store, circles.collect()).await;
        assert_eq!(done_count(&answers), 48, "{answers:?}");
        let mut sum = 0;
        for owner in owners {
            sum += in_bag(store, owner, &log()).await;
        }
        assert_eq!(sum, 300);
    });
}

#[test]
fn a_slot_holds_one_thing_however_many_are_put_on_at_once() {
    on_postgres(async |store| {
        let swords = (1..=AT_ONCE).map(|number| gain(ANNA, sword(number), 1));
        require_done(&apply(store, "gain", swords.collect()).await);
        let mut asked = JoinSet::new();
        for number in 1..=AT_ONCE {
            let store = store.clone();
            asked.spawn(async move {
                let decide = |books: &Books| {
                    equip(store.definitions(), books, ANNA, Slot::Hand, &sword(number))
                };
                let key = format!("equip {number}");
                let answer = store.decide(order(ANNA, &key), &[ANNA], &decide).await;
                is_done(&answer.expect("a database"))
            });
        }
        assert!(asked.join_all().await.into_iter().all(|it| it));
        let books = store.belongings(ANNA).await.expect("a database");
        let hand = Account::new(ANNA, Place::Equipment(Slot::Hand));
        assert_eq!(books.contents(hand).count(), 1);
        assert_eq!(books.contents(Account::bag(ANNA)).count(), 15);
    });
}

/// Of two shards that both think they hold her, one does at each time, and no gain is counted twice.
#[test]
fn two_shards_at_once_never_both_write() {
    on_postgres(async |store| {
        let mut asked = JoinSet::new();
        for index in 0..AT_ONCE * 2 {
            let store = store.clone();
            asked.spawn(async move {
                let shard = SHARD + index % 2;
                let mut batch = batch(1 + index % 4, vec![gain(ANNA, log(), 1)]);
                batch.shard = shard;
                let key = format!("{index}");
                let answer = store.apply(order(shard, &key), &batch).await;
                is_done(&answer.expect("a database"))
            });
        }
        let done = asked.join_all().await.into_iter().filter(|it| *it).count();
        let count = usize::try_from(in_bag(store, ANNA, &log()).await).expect("a count");
        assert_eq!(done, count);
        // Whoever came last with the greatest epoch could write; nobody can below it.
        let late = batch(3, vec![gain(ANNA, log(), 1)]);
        let answer = store.apply(order(SHARD, "late"), &late).await;
        assert!(!is_done(&answer.expect("a database")));
    });
}

#[test]
fn both_confirm_at_once_while_one_spends_what_they_offer() {
    on_postgres(async |store| {
        for round in 0..12 {
            let gains = vec![gain(ANNA, log(), 5), gain(BERT, sword(100 + round), 1)];
            require_done(&apply(store, &format!("gain {round}"), gains).await);
            let before = in_bag(store, ANNA, &log()).await;
            let all = u32::try_from(before).expect("a few");
            let trade = store
                .open_trade([ANNA, BERT], NOW_MS)
                .await
                .expect("a database");
            let id = trade.expect("they are free").id;
            let lots = |moves: Move| Step::Offer(vec![moves.lot]);
            let offers = [
                (ANNA, lots(gain(ANNA, log(), all))),
                (BERT, lots(gain(BERT, sword(100 + round), 1))),
            ];
            for (by, offer) in offers {
                let stepped = store.step_trade(id, by, &offer, NOW_MS).await;
                stepped
                    .expect("a database")
                    .expect("it is there")
                    .expect("it may be");
            }
            let mut asked = JoinSet::new();
            for by in [ANNA, BERT] {
                let store = store.clone();
                asked.spawn(async move {
                    let confirm = Step::Confirm { offers_revision: 2 };
                    let stepped = store.step_trade(id, by, &confirm, NOW_MS).await;
                    stepped.expect("a database").expect("it is there").is_ok()
                });
            }
            let spender = store.clone();
            asked.spawn(async move {
                let decide =
                    |books: &Books| craft(spender.definitions(), books, (ANNA, "plank", 1), new_id);
                let key = format!("craft {round}");
                let crafted = spender.decide(order(ANNA, &key), &[ANNA], &decide).await;
                is_done(&crafted.expect("a database"))
            });
            assert!(asked.join_all().await.len() == 3);
            // Either the logs were exchanged whole, or one became planks and none was.
            let has_sword = in_bag(store, ANNA, &sword(100 + round)).await == 1;
            let left = in_bag(store, ANNA, &log()).await;
            let expected = if has_sword { 0 } else { before - 1 };
            assert_eq!(left, expected, "round {round}");
        }
    });
}

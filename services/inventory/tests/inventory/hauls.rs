//! Spoils of many in one transaction come to the same as one by one, in any order and however often.

use inventory::{
    domain::{Find, Item, Source},
    store::{Answer, Haul, Order, Outcome, Store},
};
use spatial::random::SplitMix64;

use crate::common::{ANNA, BERT, CLEO, NOW_MS, in_bag, log, on_each};

fn found(item: &str, count: u32) -> Find {
    Find {
        item: Item::new(item),
        count,
        source: Source::Mining,
    }
}

fn haul<'a>(character: i64, key: &'a str, digest: &'a str, finds: &'a [Find]) -> Haul<'a> {
    Haul {
        order: Order {
            author: character,
            key,
            digest,
            at_ms: NOW_MS,
        },
        finds,
    }
}

async fn put(store: &Store, hauls: &[Haul<'_>]) -> Vec<Answer> {
    let answers = store.put_spoils(hauls).await.expect("a database");
    let answers = answers.into_iter().collect::<Result<_, _>>();
    answers.expect("a database")
}

fn is_done(answer: &Answer) -> bool {
    matches!(answer, Answer::New(Outcome::Done { .. }))
}

fn is_repeated(answer: &Answer) -> bool {
    matches!(answer, Answer::Repeated(Outcome::Done { .. }))
}

#[test]
fn the_same_in_one_group_and_in_another_counts_once() {
    on_each(async |store| {
        let logs = [found("log", 5)];
        let nothing = [];
        let group = [
            haul(ANNA, "1", "-", &logs),
            haul(BERT, "1", "-", &logs),
            haul(ANNA, "1", "-", &logs),
            haul(ANNA, "1", "other", &logs),
            haul(ANNA, "2", "-", &logs),
            haul(CLEO, "1", "-", &nothing),
        ];
        let answers = put(store, &group).await;
        let done: Vec<bool> = answers.iter().map(is_done).collect();
        assert_eq!(done, [true, true, false, false, true, true], "{answers:?}");
        assert!(is_repeated(&answers[2]), "{answers:?}");
        assert_eq!(answers[3], Answer::KeyReused);
        let again = put(store, &group).await;
        assert!(
            again
                .iter()
                .all(|it| is_repeated(it) || *it == Answer::KeyReused)
        );
        let logs = async |character| in_bag(store, character, &log()).await;
        assert_eq!(
            (logs(ANNA).await, logs(BERT).await, logs(CLEO).await),
            (10, 5, 0)
        );
        assert_eq!(put(store, &[]).await, []);
    });
}

#[test]
fn one_that_is_refused_takes_no_other_with_it() {
    on_each(async |store| {
        let (logs, moons) = ([found("log", 3)], [found("moon", 1)]);
        let group = [
            haul(ANNA, "1", "-", &logs),
            haul(BERT, "1", "-", &moons),
            haul(CLEO, "1", "-", &logs),
        ];
        let answers = put(store, &group).await;
        assert!(is_done(&answers[0]) && is_done(&answers[2]), "{answers:?}");
        let refused = matches!(answers[1], Answer::New(Outcome::Refused(_)));
        assert!(refused, "{answers:?}");
        assert_eq!(in_bag(store, CLEO, &log()).await, 3);
    });
}

#[test]
fn groups_at_once_that_share_characters_and_spoils_lose_and_double_nothing() {
    on_each(async |store| {
        for seed in 0..8 {
            let mut random = SplitMix64::new(seed);
            let logs = [found("log", 1)];
            let keys: Vec<String> = (0..20).map(|seal| format!("{seed}.{seal}")).collect();
            let before = in_bag(store, ANNA, &log()).await + in_bag(store, BERT, &log()).await;
            // Each of both characters' spoils, in some order, to four at once.
            let mut groups: [Vec<Haul>; 4] = Default::default();
            for group in &mut groups {
                for key in &keys {
                    for character in [ANNA, BERT] {
                        let place = random.below(group.len() as u32 + 1) as usize;
                        group.insert(place, haul(character, key, "-", &logs));
                    }
                }
            }
            let [one, two, three, four] = &groups;
            let answers = tokio::join!(
                put(store, one),
                put(store, two),
                put(store, three),
                put(store, four)
            );
            let answers = [answers.0, answers.1, answers.2, answers.3].concat();
            let done = answers.iter().filter(|it| is_done(it)).count();
            assert_eq!(done, 2 * keys.len(), "seed {seed}");
            let after = in_bag(store, ANNA, &log()).await + in_bag(store, BERT, &log()).await;
            assert_eq!(after - before, done as i64, "seed {seed}");
        }
    });
}

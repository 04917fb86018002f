//! Batches: once each, whole or not at all, and only from who holds the character.

use inventory::{
    domain::{Account, Move, Place, Refusal, Sink},
    store::{Answer, Claim, Order, Outcome, ShardBatch},
};

use crate::common::{
    ANNA, BERT, NOW_MS, SHARD, apply, batch, carry, gain, give, in_bag, log, on_each, order,
    require_done, sword,
};

#[track_caller]
fn refusal(answer: Answer) -> Refusal {
    match answer {
        Answer::New(Outcome::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_batch_twice_is_done_once_and_answered_alike() {
    on_each(async |store| {
        let moves = vec![gain(ANNA, log(), 5), gain(ANNA, sword(7), 1)];
        let first = apply(store, "a", moves.clone()).await;
        require_done(&first);
        let Answer::New(outcome) = first else {
            panic!("it is new")
        };
        for _ in 0..3 {
            let again = apply(store, "a", moves.clone()).await;
            assert_eq!(again, Answer::Repeated(outcome.clone()));
        }
        assert_eq!(in_bag(store, ANNA, &log()).await, 5);
        // Another author's key of the same name is another's.
        let moves = vec![gain(ANNA, log(), 1)];
        let other = store.apply(order(ANNA, "a"), &batch(1, moves)).await;
        require_done(&other.expect("a database"));
        assert_eq!(in_bag(store, ANNA, &log()).await, 6);
    });
}

#[test]
fn a_refusal_is_answered_alike_even_when_it_could_be_done_by_then() {
    on_each(async |store| {
        let gift = vec![give(ANNA, BERT, log(), 5)];
        let refused = apply(store, "gift", gift.clone()).await;
        let Answer::New(outcome) = refused.clone() else {
            panic!("it is new")
        };
        assert!(matches!(refusal(refused), Refusal::Lacking { .. }));
        require_done(&apply(store, "gain", vec![gain(ANNA, log(), 5)]).await);
        let again = apply(store, "gift", gift.clone()).await;
        assert_eq!(again, Answer::Repeated(outcome));
        assert_eq!(in_bag(store, BERT, &log()).await, 0);
        require_done(&apply(store, "gift again", gift).await);
        assert_eq!(in_bag(store, BERT, &log()).await, 5);
    });
}

#[test]
fn a_key_cannot_ask_for_something_else() {
    on_each(async |store| {
        require_done(&apply(store, "a", vec![gain(ANNA, log(), 5)]).await);
        let order = Order {
            digest: "other",
            ..order(SHARD, "a")
        };
        let answer = store
            .apply(order, &batch(1, vec![gain(ANNA, log(), 50)]))
            .await;
        assert_eq!(answer.expect("a database"), Answer::KeyReused);
        assert_eq!(in_bag(store, ANNA, &log()).await, 5);
    });
}

#[test]
fn a_batch_happens_whole_or_not_at_all() {
    on_each(async |store| {
        require_done(&apply(store, "a", vec![gain(ANNA, log(), 5)]).await);
        let moves = vec![
            gain(BERT, log(), 9),
            gain(BERT, sword(1), 1),
            give(ANNA, BERT, log(), 6),
        ];
        let refused = refusal(apply(store, "b", moves).await);
        let account = Account::bag(ANNA);
        assert_eq!(
            refused,
            Refusal::Lacking {
                account,
                thing: log()
            }
        );
        assert_eq!(in_bag(store, BERT, &log()).await, 0);
        assert_eq!(
            store
                .entries(BERT, i64::MAX, 100)
                .await
                .expect("a database"),
            []
        );
        // What was not born can be.
        require_done(&apply(store, "c", vec![gain(BERT, sword(1), 1)]).await);
        let refused = refusal(apply(store, "d", vec![gain(ANNA, sword(1), 1)]).await);
        assert!(matches!(refused, Refusal::BornTwice { unique: 1, .. }));
    });
}

#[test]
fn who_no_longer_holds_a_character_is_refused() {
    on_each(async |store| {
        let by = |shard, epoch, moves| ShardBatch {
            shard,
            ..batch(epoch, moves)
        };
        let gain = |count| vec![gain(ANNA, log(), count)];
        let ask = async |shard: i64, key: &str, epoch, count| {
            let batch = by(shard, epoch, gain(count));
            let answer = store.apply(order(shard, key), &batch).await;
            answer.expect("a database")
        };
        require_done(&ask(1, "a", 5, 1).await);
        let stale = Refusal::Stale { character: ANNA };
        // The same epoch elsewhere, and an earlier one anywhere.
        assert_eq!(refusal(ask(2, "a", 5, 10).await), stale);
        assert_eq!(refusal(ask(1, "b", 4, 10).await), stale);
        require_done(&ask(2, "b", 6, 100).await);
        assert_eq!(refusal(ask(1, "c", 5, 1_000).await), stale);
        // What it did before it lost the character is known all the same.
        assert!(matches!(
            ask(1, "a", 5, 1).await,
            Answer::Repeated(Outcome::Done { .. })
        ));
        // Back again.
        require_done(&ask(1, "d", 7, 10_000).await);
        assert_eq!(in_bag(store, ANNA, &log()).await, 10_101);

        let unclaimed = ShardBatch {
            claims: Vec::new(),
            ..batch(9, gain(1))
        };
        let answer = store.apply(order(1, "e"), &unclaimed).await;
        let refused = refusal(answer.expect("a database"));
        assert_eq!(refused, Refusal::Unclaimed { character: ANNA });
    });
}

/// What a shard had not written when the body left goes with it: sent by either, once or twice, it is done once.
#[test]
fn a_batch_of_a_character_may_be_sent_by_whoever_holds_it() {
    on_each(async |store| {
        require_done(&apply(store, "a", vec![gain(ANNA, log(), 1)]).await);
        let send = async |shard: i64, epoch, key: &str| {
            let mut batch = batch(epoch, vec![gain(ANNA, log(), 10)]);
            batch.shard = shard;
            let answer = store.apply(order(ANNA, key), &batch).await;
            answer.expect("a database")
        };
        // Written by the first, whose answer was lost; and not written by the first, who came too late.
        require_done(&send(SHARD, 1, "written").await);
        let claim = [Claim {
            character: ANNA,
            epoch: 2,
        }];
        let claimed = store.claim(2, &claim).await.expect("a database");
        claimed.expect("it is later");
        let stale = Refusal::Stale { character: ANNA };
        assert_eq!(refusal(send(SHARD, 1, "late").await), stale);
        assert!(matches!(
            send(2, 2, "written").await,
            Answer::Repeated(Outcome::Done { .. })
        ));
        require_done(&send(2, 2, "late").await);
        assert!(matches!(
            send(SHARD, 1, "late").await,
            Answer::Repeated(Outcome::Done { .. })
        ));
        assert_eq!(in_bag(store, ANNA, &log()).await, 21);
    });
}

#[test]
fn a_claim_takes_over_what_there_is_and_shuts_the_other_out() {
    on_each(async |store| {
        require_done(&apply(store, "a", vec![gain(ANNA, log(), 5)]).await);
        let claim = |epoch| {
            [Claim {
                character: ANNA,
                epoch,
            }]
        };
        let claimed = store.claim(2, &claim(1)).await.expect("a database");
        assert_eq!(
            claimed.expect_err("1 has it"),
            Refusal::Stale { character: ANNA }
        );
        let claimed = store.claim(2, &claim(2)).await.expect("a database");
        let claimed = claimed.expect("it is later");
        assert_eq!(claimed[0].books.balance(Account::bag(ANNA), &log()), 5);
        let refused = refusal(apply(store, "b", vec![gain(ANNA, log(), 5)]).await);
        assert_eq!(refused, Refusal::Stale { character: ANNA });
    });
}

#[test]
fn drops_are_picked_up_once_and_what_is_used_up_is_gone() {
    on_each(async |store| {
        let ground = Account::new(9_000, Place::Ground);
        let lost = Account::new(BERT, Place::Sink(Sink::Used));
        let (bag, theirs) = (Account::bag(ANNA), Account::bag(BERT));
        let carry = |from, to| -> Vec<Move> {
            vec![carry(log(), 5, from, to), carry(sword(3), 1, from, to)]
        };
        let gains = vec![gain(ANNA, log(), 5), gain(ANNA, sword(3), 1)];
        require_done(&apply(store, "gain", gains).await);
        require_done(&apply(store, "drop", carry(bag, ground)).await);
        require_done(&apply(store, "pick", carry(ground, theirs)).await);
        let refused = refusal(apply(store, "pick too", carry(ground, bag)).await);
        assert!(matches!(refused, Refusal::Lacking { .. }));
        require_done(&apply(store, "use", carry(theirs, lost)).await);
        let nothing = store.belongings(BERT).await.expect("a database");
        assert_eq!(nothing.iter().count(), 0);
        let back = carry(lost, theirs);
        assert!(matches!(
            refusal(apply(store, "back", back).await),
            Refusal::Malformed { .. }
        ));
    });
}

#[test]
fn a_ledger_tells_where_each_thing_came_from() {
    on_each(async |store| {
        for count in 1..=5 {
            let key = count.to_string();
            require_done(&apply(store, &key, vec![gain(ANNA, log(), count)]).await);
        }
        let page = store.entries(ANNA, i64::MAX, 4).await.expect("a database");
        let told: Vec<_> = page.iter().map(|it| (it.place.name(), it.change)).collect();
        assert_eq!(
            told,
            [
                ("bag", 5),
                ("source.mining", -5),
                ("bag", 4),
                ("source.mining", -4)
            ]
        );
        assert!(
            page.iter()
                .all(|it| it.at_ms == NOW_MS && it.thing == log())
        );
        let before = page[3].batch;
        let page = store.entries(ANNA, before, 100).await.expect("a database");
        assert_eq!(page.len(), 6);
        assert_eq!(page[0].change, 3);
    });
}

#[test]
fn no_page_of_a_ledger_ends_within_a_batch() {
    on_each(async |store| {
        let gains = vec![gain(ANNA, log(), 2), gain(ANNA, sword(1), 1)];
        require_done(&apply(store, "first", gains).await);
        require_done(&apply(store, "second", vec![gain(ANNA, log(), 3)]).await);
        for count_max in 1..=4 {
            let page = store.entries(ANNA, i64::MAX, count_max).await;
            let page = page.expect("a database");
            let expected = if count_max < 3 { 2 } else { 6 };
            assert_eq!(page.len(), expected, "of {count_max}");
            let before = page[page.len() - 1].batch;
            let rest = store.entries(ANNA, before, 100).await.expect("a database");
            assert_eq!(page.len() + rest.len(), 6, "of {count_max}");
        }
    });
}

#[test]
fn a_large_batch_is_many_statements_and_one_change() {
    on_each(async |store| {
        let moves = (1..=1_999).map(|owner| gain(owner, log(), 1));
        let mut moves: Vec<_> = moves.collect();
        require_done(&apply(store, "a", moves.clone()).await);
        moves.push(give(2_000, 1, log(), 1));
        let refused = refusal(apply(store, "b", moves).await);
        assert!(matches!(refused, Refusal::Lacking { .. }), "{refused:?}");
        assert_eq!(in_bag(store, 1_999, &log()).await, 1);
    });
}

#[test]
fn what_was_changed_is_told_once_it_is() {
    on_each(async |store| {
        let broker = backends::testing::broker_beside(store.database());
        let topics = backends::broker::Subscription::own(&["inventory.#"]);
        let mut consumer = broker.subscribe(&topics).await.expect("it is here");
        require_done(&apply(store, "a", vec![gain(ANNA, log(), 5)]).await);
        apply(store, "b", vec![give(ANNA, BERT, log(), 6)]).await;
        apply(store, "a", vec![gain(ANNA, log(), 5)]).await;
        let sent = store.outbox().send(store.database(), &broker, NOW_MS);
        let take = async {
            let delivery = consumer.next().await;
            let event = delivery.event.clone();
            delivery.done().await;
            event
        };
        let (sent, event) = tokio::join!(sent, take);
        assert_eq!(sent.expect("both are here"), 1);
        assert_eq!(event.topic, "inventory.flows");
        let told: serde_json::Value = serde_json::from_slice(&event.body).expect("JSON");
        let flow = serde_json::json!([{ "place": "source.mining", "item": "log", "count": -5 }]);
        assert_eq!(told["flows"], flow);
    });
}

/// Somebody writes past the rules: the check says what no longer closes.
#[test]
fn the_check_finds_what_is_broken() {
    on_each(async |store| {
        let gains = vec![gain(ANNA, log(), 5), gain(ANNA, sword(7), 1)];
        require_done(&apply(store, "a", gains).await);
        let write = async |text: &'static str| {
            let written = sqlx::query(text).execute(store.database().pool()).await;
            written.expect("a table of ours");
        };
        let found = async || store.audit().await.expect("a database");
        write("UPDATE inventory_balances SET balance = 6 WHERE place = 'bag' AND item = 'log'")
            .await;
        assert_eq!(found().await.unbalanced, [(log().item, 1)]);
        write("UPDATE inventory_balances SET balance = 5 WHERE place = 'bag' AND item = 'log'")
            .await;
        write("INSERT INTO inventory_balances VALUES (1, 'bag', 'log', 0, -2), (2, 'bag', 'log', 0, 2)").await;
        assert_eq!(found().await.overdrawn_count, 1);
        write("DELETE FROM inventory_balances WHERE owner < 3").await;
        write("INSERT INTO inventory_balances VALUES (1, 'bag', 'sword', 7, 1)").await;
        let broken = found().await;
        assert_eq!(
            (broken.doubled, broken.unbalanced),
            (vec![7], vec![(sword(7).item, 1)])
        );
        write("DELETE FROM inventory_balances WHERE owner < 3").await;
        assert!(found().await.is_closed());
    });
}

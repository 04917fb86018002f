//! Several pods want the same at once: exactly one gets it. Each pod has a connection and a thread
//! of its own.

use std::{
    future::{Future, poll_fn},
    sync::{Arc, Barrier},
    task::Poll,
    thread,
};

use directory::{Directory, DirectoryError, Fence, limits::LEASE_TTL};
use spatial::partition::{Epoch, PartitionError};
use sqlx::{AnyConnection, Executor};

use crate::common::{
    Database, block_on, blocked_count, connect, found, join, on_each_database, on_postgres, owner,
    registration, world,
};

const RACER_COUNT: u16 = 4;
const ROUND_COUNT: usize = 6;

/// Runs one operation for each racer, all at the same time; what each came to.
fn race<T: Send + 'static>(
    database: &Arc<Database>,
    run: impl AsyncFn(Directory, u16) -> T + Clone + Send + 'static,
) -> Vec<T> {
    let start = Arc::new(Barrier::new(usize::from(RACER_COUNT)));
    let racers: Vec<_> = (1..=RACER_COUNT)
        .map(|racer| {
            let (database, start, run) = (Arc::clone(database), Arc::clone(&start), run.clone());
            thread::spawn(move || {
                block_on(async {
                    let directory = database.open().await;
                    start.wait();
                    run(directory, racer).await
                })
            })
        })
        .collect();
    let ended = racers.into_iter().map(|racer| racer.join());
    ended.map(|result| result.expect("no panic")).collect()
}

/// Splits what came into the one success and the refusals.
fn winner<T>(results: Vec<Result<T, DirectoryError>>) -> (T, Vec<DirectoryError>) {
    let (mut won, mut refused) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => won.push(value),
            Err(error) => refused.push(error),
        }
    }
    assert_eq!(won.len(), 1, "exactly one wins; refused: {refused:?}");
    (won.remove(0), refused)
}

#[test]
fn a_number_is_registered_once() {
    on_each_database(async |_, database| {
        for round in 0..ROUND_COUNT {
            let results = race(&database, async |directory, _| {
                directory.register_pod(&registration(5)).await
            });
            let (lease, refused) = winner(results);
            assert_eq!(lease.fence.incarnation, round as u64 + 1);
            for error in refused {
                assert!(matches!(error, DirectoryError::LeaseHeld { pod: 5, .. }));
            }
            database.pass(LEASE_TTL).await;
        }
    });
}

#[test]
fn a_region_changes_once_for_one_epoch_seen() {
    on_each_database(async |directory, database| {
        let by = join(&directory, 1).await;
        found(&directory, owner(1, 0), by).await;
        for round in 0..ROUND_COUNT as u64 {
            let results = race(&database, async move |directory, racer| {
                let to = owner(1, racer - 1);
                directory.assign(world()[0], to, Epoch(round), by).await
            });
            let (epoch, refused) = winner(results);
            assert_eq!(epoch, Epoch(round + 1));
            for error in refused {
                assert!(matches!(
                    error,
                    DirectoryError::Partition(PartitionError::Stale { .. })
                ));
            }
        }
        assert_eq!(
            directory.epoch().await.expect("a world"),
            Epoch(ROUND_COUNT as u64)
        );
    });
}

#[test]
fn the_dead_are_inherited_once() {
    on_each_database(async |directory, database| {
        let dead = join(&directory, 9).await;
        found(&directory, owner(9, 0), dead).await;
        let mut heirs = Vec::new();
        for racer in 1..=RACER_COUNT {
            heirs.push(join(&directory, racer).await);
        }
        database.outlive(&directory, &heirs).await;
        let results = race(&database, async |directory, racer| {
            let by = Fence {
                pod: racer,
                incarnation: 1,
            };
            directory.take_over(9, owner(racer, 0), by).await
        });
        let results: Vec<_> = results
            .into_iter()
            .map(|result| result.expect("over"))
            .collect();
        let heirs = results.iter().filter(|taken| !taken.regions.is_empty());
        assert_eq!(heirs.count(), 1, "{results:?}");
        let partition = directory.partition().await.expect("a world");
        let owners: Vec<_> = partition
            .regions()
            .iter()
            .map(|region| region.owner)
            .collect();
        assert_eq!(owners[0], owners[1], "one heir");
        assert_eq!(partition.epoch(), Epoch(2));
    });
}

#[test]
fn one_is_elected() {
    on_each_database(async |directory, database| {
        for racer in 1..=RACER_COUNT {
            join(&directory, racer).await;
        }
        for round in 0..ROUND_COUNT as u64 {
            let results = race(&database, async |directory, racer| {
                let incarnation = 1;
                let pod = racer;
                directory.elect(Fence { pod, incarnation }).await
            });
            let (leadership, refused) = winner(results);
            assert_eq!(leadership.token, round + 1);
            for error in refused {
                assert!(matches!(error, DirectoryError::LeaderHeld { .. }));
            }
            directory.resign(leadership).await.expect("it leads");
        }
    });
}

/// Renewals wait for no change in progress; so one may come when a change has read the lease as over
/// and has not written yet. Then the renewal holds. Only PostgreSQL runs both at once.
#[test]
fn a_renewal_in_the_middle_of_a_change_wins() {
    on_postgres(async |directory, database| {
        let heir = join(&directory, 2).await;
        let holder = join(&directory, 1).await;
        let twin = found(&directory, owner(1, 0), holder).await;
        let leadership = directory.elect(holder).await.expect("nobody leads");
        database.outlive(&directory, &[heir]).await;
        database.outlive(&directory, &[heir]).await;

        let renewal = "UPDATE directory_pods SET lease_until_ms = 9000000000000 WHERE id = 1";
        let taken = while_blocked(&database, renewal, async || {
            directory.take_over(1, owner(2, 0), heir).await
        });
        let taken = taken.await;
        assert!(
            matches!(taken, Err(DirectoryError::LeaseHeld { pod: 1, .. })),
            "{taken:?}"
        );
        database
            .run("UPDATE directory_pods SET lease_until_ms = 1 WHERE id = 1")
            .await;
        let registered = while_blocked(&database, renewal, async || {
            directory.register_pod(&registration(1)).await
        });
        let registered = registered.await;
        assert!(
            matches!(registered, Err(DirectoryError::LeaseHeld { pod: 1, .. })),
            "{registered:?}"
        );
        directory.renew(holder).await.expect("held after all");
        assert_eq!(directory.partition().await.expect("a world"), twin);

        let renewal = "UPDATE directory_leader SET lease_until_ms = 9000000000000";
        let elected = while_blocked(&database, renewal, async || directory.elect(heir).await);
        let elected = elected.await;
        assert!(
            matches!(elected, Err(DirectoryError::LeaderHeld { pod: 1, .. })),
            "{elected:?}"
        );
        directory
            .renew_leadership(leadership)
            .await
            .expect("it leads after all");
    });
}

/// Runs a statement in a transaction that ends only when the operation waits for it.
async fn while_blocked<T>(
    database: &Database,
    statement: &'static str,
    operation: impl AsyncFnOnce() -> T,
) -> T {
    let mut connection = connect(&database.url).await;
    connection.execute("BEGIN").await.expect("a transaction");
    connection.execute(statement).await.expect(statement);
    let end = async {
        while blocked_count(&mut connection).await == 0 {
            tokio::task::yield_now().await;
        }
        connection.execute("COMMIT").await.expect("a transaction");
    };
    let (result, ()) = tokio::join!(operation(), end);
    result
}

/// A pod that is stopped in the middle of a change does not hold up the others: the database ends
/// its transaction, and what it does when it wakes fails.
#[test]
fn a_change_that_rests_is_ended() {
    on_postgres(async |directory, database| {
        let fence = join(&directory, 1).await;
        let mut observer = connect(&database.url).await;
        let stopped = database.open().await;
        let mut change = Box::pin(stopped.set_ready(fence));
        while is_world_free(&mut observer).await {
            let polled = poll_fn(|context| Poll::Ready(change.as_mut().poll(context)));
            // On a busy machine one may come and go between two looks.
            if polled.await.is_ready() {
                change = Box::pin(stopped.set_ready(fence));
            }
        }
        directory.release(fence).await.expect("its turn comes");
        change.await.expect_err("ended meanwhile");
    });
}

async fn is_world_free(observer: &mut AnyConnection) -> bool {
    let row = sqlx::query("SELECT id FROM directory_world FOR UPDATE SKIP LOCKED");
    row.fetch_optional(observer)
        .await
        .expect("an answer")
        .is_some()
}

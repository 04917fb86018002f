//! Watching the partition.

use directory::limits::WATCH_PERIOD;
use spatial::partition::Epoch;

use crate::common::{found, join, on_each_database, owner, world};

#[test]
fn each_change_is_seen_once() {
    on_each_database(async |directory, database| {
        let by = join(&directory, 1).await;
        let mut watch = database.open().await.watch(None, WATCH_PERIOD);
        assert_eq!(watch.look().await.expect("fine"), None, "no world yet");
        found(&directory, owner(1, 0), by).await;

        let first = watch.look().await.expect("fine").expect("a world");
        assert_eq!(first.epoch(), Epoch(0));
        assert_eq!(watch.look().await.expect("fine"), None);
        directory
            .split(world()[0], Epoch(0), by)
            .await
            .expect("its own");
        directory
            .split(world()[1], Epoch(0), by)
            .await
            .expect("its own");
        let changed = watch.changed().await.expect("fine");
        assert_eq!(changed, directory.partition().await.expect("a world"));
        assert_eq!((changed.epoch(), changed.regions().len()), (Epoch(2), 16));
        assert_eq!(watch.look().await.expect("fine"), None);
        let mut late = directory.watch(Some(Epoch(2)), WATCH_PERIOD);
        assert_eq!(late.look().await.expect("fine"), None);
    });
}

#[test]
fn who_waits_is_woken_by_a_change() {
    on_each_database(async |directory, database| {
        let by = join(&directory, 1).await;
        found(&directory, owner(1, 0), by).await;
        let mut watch = database.open().await.watch(Some(Epoch(0)), WATCH_PERIOD);
        let split = async {
            // First the watcher finds nothing.
            tokio::task::yield_now().await;
            let split = directory.split(world()[0], Epoch(0), by).await;
            split.expect("its own")
        };
        let (changed, epoch) = tokio::join!(watch.changed(), split);
        assert_eq!(changed.expect("fine").epoch(), epoch);
    });
}

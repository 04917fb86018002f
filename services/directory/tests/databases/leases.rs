//! Pods and their leases, on both databases.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::{join, on_a_running_clock, on_each_database, registration};
use directory::{
    DirectoryError, Fence, PodState, Registration, Role,
    limits::{ADDRESS_BYTES_MAX, LEASE_TTL, METRICS_BYTES_MAX, SHARDS_MAX},
};

fn is_lost<T>(result: Result<T, DirectoryError>) -> bool {
    matches!(result, Err(DirectoryError::LeaseLost { .. }))
}

#[test]
fn a_pod_is_known_as_it_registered() {
    on_each_database(async |directory, _| {
        let wanted = Registration {
            pod: 7,
            role: Role::Edge,
            link_addresses: vec!["10.0.0.7:9000".to_owned()],
            player_addresses: vec!["edge-7.example:443".to_owned(), "[::1]:444".to_owned()],
            shard_cores: vec![Some(3), None],
        };
        let lease = directory
            .register_pod(&wanted)
            .await
            .expect("a free number");
        assert_eq!((lease.fence.pod, lease.fence.incarnation), (7, 1));
        assert_eq!(lease.expires_in, LEASE_TTL);
        directory
            .report(lease.fence, "{\"tick_us\": 900}")
            .await
            .expect("a lease");

        let pods = directory.pods().await.expect("one pod");
        let [pod] = &pods[..] else {
            panic!("one pod, not {pods:?}")
        };
        assert_eq!((pod.id, pod.role, pod.incarnation), (7, Role::Edge, 1));
        assert_eq!(pod.state, PodState::Joining);
        assert_eq!(pod.link_addresses, wanted.link_addresses);
        assert_eq!(pod.player_addresses, wanted.player_addresses);
        assert_eq!(pod.metrics.as_deref(), Some("{\"tick_us\": 900}"));
        assert_eq!(pod.lease_remaining, LEASE_TTL);
        let shards = directory.shards().await.expect("two shards");
        let cores: Vec<_> = shards.iter().map(|shard| shard.core).collect();
        assert_eq!(cores, wanted.shard_cores);
        assert!(directory.expired_pods().await.expect("none").is_empty());
    });
}

#[test]
fn a_number_is_free_again_when_its_lease_is_over() {
    on_each_database(async |directory, database| {
        let first = join(&directory, 1).await;
        let again = directory.register_pod(&registration(1)).await;
        let Err(DirectoryError::LeaseHeld { pod: 1, remaining }) = again else {
            panic!("held, not {again:?}")
        };
        assert_eq!(remaining, LEASE_TTL);

        database.pass(LEASE_TTL).await;
        assert!(is_lost(directory.renew(first).await), "over is over");
        let expired = directory.expired_pods().await.expect("one");
        assert_eq!(expired.len(), 1);
        assert_eq!(expired[0].lease_remaining, Duration::ZERO);

        let second = join(&directory, 1).await;
        assert_eq!(second.incarnation, first.incarnation + 1);
        assert!(is_lost(directory.renew(first).await));
        assert!(is_lost(directory.report(first, "{}").await));
        assert!(is_lost(directory.set_ready(first).await));
        assert!(is_lost(directory.release(first).await));
        directory.renew(second).await.expect("the newer holds");
    });
}

#[test]
fn a_renewal_prolongs_by_the_clock_of_the_database() {
    on_each_database(async |directory, database| {
        let fence = join(&directory, 1).await;
        let remaining = async || directory.pods().await.expect("one")[0].lease_remaining;
        assert_eq!(remaining().await, LEASE_TTL);
        let short = Duration::from_millis(1);
        database.pass(LEASE_TTL - short).await;
        assert_eq!(remaining().await, short);
        let lease = directory.renew(fence).await.expect("held");
        assert_eq!((lease.fence, lease.expires_in), (fence, LEASE_TTL));
        assert_eq!(remaining().await, LEASE_TTL);
        database.pass(LEASE_TTL).await;
        assert!(is_lost(directory.renew(fence).await), "over to the moment");
    });
}

#[test]
fn a_late_renewal_does_not_shorten_what_a_later_one_gave() {
    on_each_database(async |directory, database| {
        let fence = join(&directory, 1).await;
        // As if the renewal had read the time, and then was held up for a minute.
        database
            .run("UPDATE directory_pods SET lease_until_ms = lease_until_ms + 60000")
            .await;
        directory.renew(fence).await.expect("held");
        let pods = directory.pods().await.expect("one");
        assert_eq!(pods[0].lease_remaining, LEASE_TTL + Duration::from_secs(60));
    });
}

#[test]
fn a_pod_that_left_is_gone_at_once() {
    on_each_database(async |directory, _| {
        let fence = join(&directory, 1).await;
        directory.set_draining(1, true).await.expect("there");
        let states = async || directory.pods().await.expect("one")[0].state;
        assert_eq!(states().await, PodState::Draining);
        directory.set_draining(1, false).await.expect("there");
        assert_eq!(states().await, PodState::Alive);
        directory.release(fence).await.expect("held");
        assert_eq!(states().await, PodState::Gone);
        assert!(is_lost(directory.renew(fence).await));
        assert!(
            directory.expired_pods().await.expect("fine").is_empty(),
            "it owned nothing"
        );
        let drained = directory.set_draining(1, true).await;
        assert!(matches!(drained, Err(DirectoryError::UnknownPod(1))));
        assert_eq!(join(&directory, 1).await.incarnation, 2);
    });
}

#[test]
fn only_who_is_ready_counts_as_alive() {
    on_each_database(async |directory, _| {
        let lease = directory.register_pod(&registration(1)).await;
        let fence = lease.expect("a free number").fence;
        let state = async || directory.pods().await.expect("one")[0].state;
        directory.set_draining(1, false).await.expect("there");
        assert_eq!(state().await, PodState::Joining, "not drained, not ready");
        directory.set_ready(fence).await.expect("held");
        assert_eq!(state().await, PodState::Alive);
        directory.set_draining(1, true).await.expect("there");
        directory.set_ready(fence).await.expect("held");
        assert_eq!(
            state().await,
            PodState::Draining,
            "an operator's word stays"
        );
    });
}

#[test]
fn nonsense_is_refused() {
    on_each_database(async |directory, _| {
        let with_address = |address: String| Registration {
            link_addresses: vec![address],
            ..registration(1)
        };
        let bad = [
            with_address(String::new()),
            with_address("a b".to_owned()),
            with_address("x".repeat(ADDRESS_BYTES_MAX + 1)),
            Registration {
                shard_cores: vec![None; SHARDS_MAX + 1],
                ..registration(1)
            },
        ];
        for registration in bad {
            let refused = directory.register_pod(&registration).await;
            assert!(matches!(refused, Err(DirectoryError::BadArgument(_))));
        }
        let fence = join(&directory, 1).await;
        let refused = directory
            .report(fence, &"x".repeat(METRICS_BYTES_MAX + 1))
            .await;
        assert!(matches!(refused, Err(DirectoryError::BadArgument(_))));
        let stranger = Fence {
            pod: 9,
            incarnation: 1,
        };
        assert!(is_lost(directory.renew(stranger).await));
    });
}

#[test]
fn urls_are_told_apart() {
    crate::common::block_on(async {
        for url in ["mysql://a:secret@b/c", "", "nonsense"] {
            let refused = directory::Directory::open(url).await;
            let message = refused.expect_err("not a database").to_string();
            assert!(!message.contains("secret"), "{message}");
        }
        let memory = directory::Directory::open("sqlite::memory:").await;
        let memory = memory.expect("a database in memory");
        memory.migrate().await.expect("a new database");
        memory.migrate().await.expect("nothing left to do");
        let lease = memory.register_pod(&registration(1)).await;
        assert_eq!(lease.expect("a free number").fence.incarnation, 1);
    });
}

/// All other tests have a clock of their own.
#[test]
fn the_clock_of_the_database_goes() {
    on_a_running_clock(async |directory, _| {
        let unix_ms = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.expect("after 1970").as_millis() as i64
        };
        let before_ms = unix_ms();
        let first_ms = directory.now_ms().await.expect("a clock");
        let mut next_ms = first_ms;
        while next_ms == first_ms {
            next_ms = directory.now_ms().await.expect("a clock");
        }
        // Both databases of the tests are on this machine.
        assert!(before_ms <= first_ms && first_ms < next_ms && next_ms <= unix_ms());
    });
}

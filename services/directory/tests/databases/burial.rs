//! Pods that do not come back, on both databases.

use crate::common::{found, join, on_each_database, owner};
use directory::{
    DirectoryError, PodState,
    limits::{BURIAL_AFTER, LEADERSHIP_TTL, LEASE_TTL},
};

#[test]
fn only_who_is_long_dead_and_owns_nothing_is_buried_and_only_by_the_leader() {
    on_each_database(async |directory, database| {
        let dead = join(&directory, 1).await;
        let heir = join(&directory, 2).await;
        found(&directory, owner(2, 0), heir).await;
        database.pass(BURIAL_AFTER).await;
        let leader = join(&directory, 3).await;
        let leadership = directory.elect(leader).await.expect("nobody leads");
        let bury = async |fence| directory.bury(fence, leadership).await;
        assert!(matches!(bury(leader).await, Ok(false)), "it lives");
        assert!(matches!(bury(heir).await, Ok(false)), "it owns regions");
        assert!(matches!(bury(dead).await, Ok(false)), "it died just now");
        for _ in 0..2 {
            directory.renew(leader).await.expect("held");
            database.pass(LEASE_TTL / 2).await;
        }
        assert!(matches!(bury(dead).await, Ok(true)));
        assert!(matches!(bury(dead).await, Ok(false)), "once");
        let state = async |pod| {
            let pods = directory.pods().await.expect("three");
            pods.into_iter().find(|it| it.id == pod).map(|it| it.state)
        };
        assert_eq!(state(1).await, Some(PodState::Gone));
        assert_eq!(state(2).await, Some(PodState::Alive));

        // Its former life is over, whatever it thinks; it comes back as another.
        let renewed = directory.renew(dead).await;
        assert!(matches!(renewed, Err(DirectoryError::LeaseLost { .. })));
        let back = join(&directory, 1).await;
        assert_eq!(back.incarnation, dead.incarnation + 1);
        assert!(matches!(bury(dead).await, Ok(false)), "it is another now");
        assert_eq!(state(1).await, Some(PodState::Alive));
        database.pass(LEADERSHIP_TTL).await;
        let stale = bury(back).await;
        assert!(matches!(
            stale,
            Err(DirectoryError::LeaseLost { .. } | DirectoryError::LeadershipLost { .. })
        ));
    });
}

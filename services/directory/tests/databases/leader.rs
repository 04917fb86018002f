//! Leadership.

use directory::{
    DirectoryError,
    limits::{LEADERSHIP_TTL, LEASE_TTL},
};

use crate::common::{join, on_each_database};

#[test]
fn one_leads_at_a_time() {
    on_each_database(async |directory, _| {
        let [first, second] = [join(&directory, 1).await, join(&directory, 2).await];
        assert_eq!(directory.leader().await.expect("fine"), None);
        let leadership = directory.elect(first).await.expect("nobody leads");
        assert_eq!(
            (leadership.token, leadership.expires_in),
            (1, LEADERSHIP_TTL)
        );
        assert_eq!(directory.leader().await.expect("fine"), Some(first));
        let refused = directory.elect(second).await;
        assert!(matches!(
            refused,
            Err(DirectoryError::LeaderHeld { pod: 1, remaining }) if remaining == LEADERSHIP_TTL
        ));
        let renewed = directory.renew_leadership(leadership).await;
        assert_eq!(renewed.expect("it leads"), leadership);
        directory.resign(leadership).await.expect("it leads");
        assert_eq!(directory.elect(second).await.expect("free").token, 2);
        let refused = directory.renew_leadership(leadership).await;
        assert!(matches!(
            refused,
            Err(DirectoryError::LeadershipLost { token: 1 })
        ));
    });
}

#[test]
fn leadership_ends_with_its_time_and_with_its_pod() {
    on_each_database(async |directory, database| {
        let [first, second] = [join(&directory, 1).await, join(&directory, 2).await];
        let leadership = directory.elect(first).await.expect("nobody leads");
        for _ in 0..2 {
            database.pass(LEADERSHIP_TTL / 2).await;
            directory.renew(first).await.expect("held");
            directory.renew(second).await.expect("held");
        }
        assert_eq!(directory.leader().await.expect("fine"), None);
        assert!(directory.renew_leadership(leadership).await.is_err());
        assert!(directory.resign(leadership).await.is_err());

        let leadership = directory.elect(second).await.expect("nobody leads");
        assert_eq!(leadership.token, 2);
        directory.release(second).await.expect("held");
        assert_eq!(directory.leader().await.expect("fine"), None, "it left");
        assert_eq!(directory.elect(first).await.expect("free").token, 3);
    });
}

#[test]
fn nobody_leads_without_a_lease() {
    on_each_database(async |directory, database| {
        let [first, second] = [join(&directory, 1).await, join(&directory, 2).await];
        let leadership = directory.elect(first).await.expect("nobody leads");
        database.outlive(&directory, &[second]).await;
        assert!(LEASE_TTL < LEADERSHIP_TTL, "it would lead yet");
        assert_eq!(directory.leader().await.expect("fine"), None);
        assert!(directory.resign(leadership).await.is_err());
        assert!(directory.elect(first).await.is_err());
        assert_eq!(directory.elect(second).await.expect("free").token, 2);
        assert!(directory.renew_leadership(leadership).await.is_err());
    });
}

#[test]
fn a_leader_elected_anew_drops_its_former_token() {
    on_each_database(async |directory, _| {
        let first = join(&directory, 1).await;
        let former = directory.elect(first).await.expect("nobody leads");
        let newer = directory.elect(first).await.expect("itself");
        assert_eq!(newer.token, former.token + 1);
        assert!(directory.renew_leadership(former).await.is_err());
        directory.renew_leadership(newer).await.expect("it leads");
    });
}

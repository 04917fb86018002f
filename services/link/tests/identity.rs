//! Who is let in, and who is told why not.

mod support;

use std::{net::SocketAddr, sync::Arc};

use link::{
    Endpoint, Identity, Peer, PeerName, PeerState, Refusal, RefusalKind, identity::ALPN,
};
use rustls::pki_types::CertificateDer;
use support::{
    Folder, address, always, authority, cluster, edge, identity, issue, localhost, open,
    open_with, pod, until, until_linked, watched,
};
use time::{Duration, OffsetDateTime};

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Waits until the peer refuses, or is refused.
async fn refusal(peer: &Peer) -> Refusal {
    let state = until(peer, |state| matches!(state, PeerState::Apart(Some(_)))).await;
    match state {
        PeerState::Apart(Some(refusal)) => refusal,
        other => unreachable!("just waited for it, not for {other:?}"),
    }
}

/// What the endpoint last turned away.
async fn turned_away(endpoint: &Endpoint) -> Refusal {
    let turned_away = watched(&mut endpoint.turned_away(), |away| away.count > 0).await;
    turned_away.last.expect("it counted one").1
}

/// Dials pod 1 with this identity and says how both sides see it.
async fn dial(acceptor: Identity, dialer: Identity, name: &PeerName) -> (Refusal, Refusal) {
    let acceptor = open_with(acceptor, 1, localhost(), always());
    let dialer = open_with(dialer, 1, localhost(), always());
    let peer = dialer.endpoint.link(name, address(&acceptor.endpoint));
    let seen_by_dialer = refusal(&peer.expect("room")).await;
    (seen_by_dialer, turned_away(&acceptor.endpoint).await)
}

#[tokio::test]
async fn members_of_a_cluster_are_linked_and_know_each_other() {
    let mut pod_opened = open(&pod(1), 7);
    let edge_opened = open(&edge("west"), 9);
    let to_pod = edge_opened
        .endpoint
        .link(&pod(1), address(&pod_opened.endpoint))
        .expect("room");
    until_linked(&to_pod).await;
    assert_eq!(
        *to_pod.state().borrow(),
        PeerState::Linked { incarnation: 7 }
    );
    let to_edge = pod_opened.arrivals.recv().await.expect("the edge came");
    assert_eq!(*to_edge.name(), edge("west"));
    until(&to_edge, |state| {
        *state == PeerState::Linked { incarnation: 9 }
    })
    .await;
    assert_eq!(to_edge.statistics().connections, 1);
}

#[tokio::test]
async fn another_clusters_certificate_is_refused_on_both_sides() {
    let stranger = issue(&authority("stranger"), &pod(2), now());
    let (dialer, acceptor) = dial(identity(&pod(1)), stranger, &pod(1)).await;
    assert_eq!(dialer.kind, RefusalKind::UnknownAuthority, "{dialer}");
    assert_eq!(acceptor.kind, RefusalKind::UnknownAuthority, "{acceptor}");
}

#[tokio::test]
async fn a_dialer_that_trusts_more_than_it_is_trusted_is_told() {
    let folder = Folder::new("half");
    let own = authority("half-own");
    let files = pem_files(&folder, &own, &pod(2));
    // It trusts the cluster, too, but its own certificate is not from there.
    let both = Identity::load(&link::PemFiles {
        authorities: concatenated(&folder, &[&authority_pem(cluster()), &authority_pem(&own)]),
        ..files
    })
    .expect("sound files");
    let (dialer, acceptor) = dial(identity(&pod(1)), both, &pod(1)).await;
    assert_eq!(dialer.kind, RefusalKind::UnknownAuthority, "{dialer}");
    assert!(dialer.text.contains("our certificate"), "{dialer}");
    assert_eq!(acceptor.kind, RefusalKind::UnknownAuthority, "{acceptor}");
}

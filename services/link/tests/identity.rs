//! Who is let in, and who is told why not.

mod support;

use std::net::UdpSocket;

use link::{
    Endpoint, Identity, Options, Peer, PeerName, PeerState, PemFiles, Refusal, RefusalKind,
    identity::ALPN, transport::Opened,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use support::{
    Folder, Pair, address, authority, cluster, edge, eventually, identity, issue, open,
    open_options, options, outsider::Outsider, pod, until, until_apart, until_linked, watched,
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

/// Opens an endpoint that shows this.
fn open_as(identity: Identity) -> Opened {
    let name = identity.name().clone();
    open_options(Options {
        identity,
        ..options(&name, 1)
    })
}

/// Dials a process under this name, and says how both sides see it.
async fn dial(acceptor: Identity, dialer: Identity, name: &PeerName) -> (Refusal, Refusal) {
    let [acceptor, dialer] = [acceptor, dialer].map(open_as);
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
    until(&to_pod, |state| {
        *state == PeerState::Linked { incarnation: 7 }
    })
    .await;
    let to_edge = pod_opened.arrivals.recv().await.expect("the edge came");
    assert_eq!(*to_edge.name(), edge("west"));
    until(&to_edge, |state| {
        *state == PeerState::Linked { incarnation: 9 }
    })
    .await;
    assert_eq!(to_edge.statistics().connections, 1);
}

#[tokio::test]
async fn a_peer_whose_fence_is_known_before_it_comes_is_still_announced() {
    let mut acceptor = open(&pod(1), 1);
    assert!(acceptor.endpoint.raise_fence(&edge("west"), 5));
    let address = address(&acceptor.endpoint);
    let early = open(&edge("west"), 4);
    let peer = early.endpoint.link(&pod(1), address).expect("room");
    until(&peer, |state| *state == PeerState::Fenced).await;
    assert!(acceptor.arrivals.try_recv().is_err());
    let late = open(&edge("west"), 5);
    let peer = late.endpoint.link(&pod(1), address).expect("room");
    until_linked(&peer).await;
    let arrived = acceptor.arrivals.recv().await.expect("it came");
    assert_eq!(arrived.statistics().stale_refusals, 1);
}

#[tokio::test]
async fn another_clusters_certificate_is_refused_on_both_sides() {
    let stranger = issue(&authority("stranger"), &pod(2), now());
    let (dialer, acceptor) = dial(identity(&pod(1)), stranger, &pod(1)).await;
    assert_eq!(dialer.kind, RefusalKind::UnknownAuthority, "{dialer}");
    assert_eq!(acceptor.kind, RefusalKind::UnknownAuthority, "{acceptor}");
}

#[tokio::test]
async fn a_dialer_that_is_not_trusted_is_told_so() {
    let folder = Folder::new("half");
    let own = authority("half-own");
    let ours = own
        .issue_files(&pod(2), &[], now(), &folder.0)
        .expect("written");
    let theirs = Folder::new("half-theirs");
    let theirs = cluster()
        .issue_files(&pod(2), &[], now(), &theirs.0)
        .expect("written");
    // It trusts the cluster, but shows a certificate from elsewhere.
    let dialer = Identity::load(&PemFiles {
        authorities: theirs.authorities,
        ..ours
    })
    .expect("sound files");
    let (dialer, acceptor) = dial(identity(&pod(1)), dialer, &pod(1)).await;
    assert_eq!(dialer.kind, RefusalKind::UnknownAuthority, "{dialer}");
    assert!(dialer.text.contains("our certificate"), "{dialer}");
    assert_eq!(acceptor.kind, RefusalKind::UnknownAuthority, "{acceptor}");
}

#[tokio::test]
async fn a_process_of_another_name_is_refused() {
    let (dialer, acceptor) = dial(identity(&pod(1)), identity(&pod(5)), &pod(3)).await;
    assert_eq!(dialer.kind, RefusalKind::WrongName, "{dialer}");
    assert_eq!(acceptor.kind, RefusalKind::WrongName, "{acceptor}");
}

#[tokio::test]
async fn an_expired_certificate_is_refused_whoever_shows_it() {
    let then = now() - Duration::days(400);
    let expired = |number| issue(cluster(), &pod(number), then);
    let (dialer, acceptor) = dial(expired(1), identity(&pod(2)), &pod(1)).await;
    assert_eq!(dialer.kind, RefusalKind::Expired, "{dialer}");
    assert_eq!(acceptor.kind, RefusalKind::Expired, "{acceptor}");
    let (dialer, acceptor) = dial(identity(&pod(1)), expired(2), &pod(1)).await;
    assert_eq!(dialer.kind, RefusalKind::Expired, "{dialer}");
    assert!(dialer.text.contains("our certificate"), "{dialer}");
    assert_eq!(acceptor.kind, RefusalKind::Expired, "{acceptor}");
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_from_then_on() {
    let expired = issue(cluster(), &pod(2), now() - Duration::days(400));
    let acceptor = open(&pod(1), 1);
    let dialer = open_as(expired);
    let peer = dialer
        .endpoint
        .link(&pod(1), address(&acceptor.endpoint))
        .expect("room");
    assert_eq!(refusal(&peer).await.kind, RefusalKind::Expired);
    dialer.endpoint.renew_identity(identity(&pod(2)));
    until_linked(&peer).await;
}

#[tokio::test]
async fn another_version_of_the_link_is_refused_by_name() {
    let acceptor = open(&pod(1), 1);
    let outsider = Outsider::new(b"voxelheim-link/2", Some(&pod(2)));
    let told = outsider.refused(address(&acceptor.endpoint)).await;
    assert_eq!(told.kind, RefusalKind::OtherVersion, "{told}");
    let refused = turned_away(&acceptor.endpoint).await;
    assert_eq!(refused.kind, RefusalKind::OtherVersion, "{refused}");
}

#[tokio::test]
async fn who_shows_no_certificate_is_refused() {
    let acceptor = open(&pod(1), 1);
    let outsider = Outsider::new(ALPN, None);
    let told = outsider.refused(address(&acceptor.endpoint)).await;
    assert_eq!(told.kind, RefusalKind::NoCertificate, "{told}");
    let refused = turned_away(&acceptor.endpoint).await;
    assert_eq!(refused.kind, RefusalKind::NoCertificate, "{refused}");
}

#[tokio::test]
async fn the_smaller_name_does_not_dial_and_nobody_dials_itself() {
    for number in [0, 1] {
        let acceptor = open(&pod(1), 1);
        let told = Outsider::new(ALPN, Some(&pod(number)))
            .refused(address(&acceptor.endpoint))
            .await;
        assert_eq!(told.kind, RefusalKind::WrongName, "{told}");
        assert!(told.text.contains("the greater name dials"), "{told}");
    }
    let alone = open(&pod(1), 1);
    let own_address = address(&alone.endpoint);
    assert!(alone.endpoint.link(&pod(1), own_address).is_none());
}

#[tokio::test]
async fn a_stop_is_told_and_a_return_is_found() {
    let Pair {
        dialer,
        acceptor,
        to_acceptor,
        to_dialer,
    } = Pair::linked().await;
    let address = address(&acceptor.endpoint);
    let (told, ()) = tokio::join!(refusal(&to_acceptor), acceptor.endpoint.close());
    assert_eq!(told.kind, RefusalKind::Stopped);
    // The port is free once all that held it is gone.
    drop(to_dialer);
    eventually("a free port", || UdpSocket::bind(address).is_ok()).await;
    let again = open_options(Options {
        socket: UdpSocket::bind(address).expect("it is free"),
        ..options(&pod(1), 2)
    });
    until(&to_acceptor, |state| {
        *state == PeerState::Linked { incarnation: 2 }
    })
    .await;
    drop(again);
    until_apart(&to_acceptor).await;
    drop(dialer);
}

#[test]
fn operators_are_known_by_a_certificate_that_no_process_of_the_cluster_has() {
    let folder = Folder::new("operators");
    assert!(cluster().issue_operator(now()).is_ok());
    for name in [pod(1), edge("west")] {
        let files = cluster().issue_files(&name, &[], now(), &folder.0);
        let files = files.expect("a folder of ours");
        let shown = CertificateDer::from_pem_file(&files.certificate).expect("a certificate");
        assert!(!link::operator::is_operator(&shown), "{name}");
        let posing = link::Operator::load(&files).err().expect("it is none");
        assert!(posing.to_string().contains("admin.voxelheim.internal"));
    }
}

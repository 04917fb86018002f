//! The loop that our edges drive QUIC with, and nothing of ours above it: what of our server's cost is the
//! transport's. Its clients are those of the stock quinn peer.

use std::{
    cell::RefCell,
    net::{Ipv4Addr, UdpSocket},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use tokio::task::spawn_local;

use super::{
    Failure, Traffic, certificate,
    counts::{COUNTS, add, say},
    server::every_tick,
    traffic::Due,
};

/// Chunks of stream that wait for a client that reads slowly.
const CHUNKS_MAX: usize = 16;

/// Serves until the process ends.
pub async fn serve(traffic: Traffic) -> Result<(), Failure> {
    let (certificate, key) = certificate::fresh()?;
    let hex = certificate::to_hex(&certificate);
    let mut config = quinn::ServerConfig::with_single_cert(vec![certificate], key)?;
    config.transport_config(Arc::new(transport_config()));
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = socket.local_addr()?.port();
    let endpoint = quic::Endpoint::new(socket, quic::EndpointConfig::default(), Some(config))?;
    say(&format!("{port} {hex}"))?;
    let members: Rc<RefCell<Vec<Member>>> = Rc::default();
    let told = Rc::clone(&members);
    spawn_local(every_tick(traffic, move |message| {
        let mut members = told.borrow_mut();
        members
            .iter_mut()
            .for_each(|member| member.tell(&traffic, message));
    }));
    while let Some(incoming) = endpoint.accept().await {
        let member = Member::seat(incoming.accept().await?).await?;
        members.borrow_mut().push(member);
        add(&COUNTS.connections, 1);
    }
    Ok(())
}

/// As an edge has it: few streams, and acknowledgements that come with inputs.
fn transport_config() -> quinn::TransportConfig {
    let mut acks = quinn::AckFrequencyConfig::default();
    acks.ack_eliciting_threshold(10_u32.into())
        .max_ack_delay(Some(Duration::from_millis(60)));
    let mut transport = quinn::TransportConfig::default();
    transport
        .ack_frequency_config(Some(acks))
        .max_concurrent_bidi_streams(2_u32.into())
        .max_concurrent_uni_streams(3_u32.into());
    transport
}

struct Member {
    connection: quic::Connection,
    stream: quic::SendStream,
    due: Due,
    _hearing: quic::Listening,
}

impl Member {
    async fn seat(connection: quic::Connection) -> Result<Self, Failure> {
        let hearing = connection.listen(|datagram| {
            add(&COUNTS.received, 1);
            add(&COUNTS.received_bytes, datagram.len() as u64);
        });
        Ok(Self {
            stream: connection.open_uni().await?,
            connection,
            due: Due::default(),
            _hearing: hearing,
        })
    }

    fn tell(&mut self, traffic: &Traffic, message: &[u8]) {
        let (datagrams, bytes) = self.due.next(traffic);
        for _ in 0..datagrams {
            let is_sent = self.connection.send_datagram(&[], message).is_ok();
            add(&COUNTS.sent, u64::from(is_sent));
        }
        if bytes > 0 && self.stream.backlog_count() < CHUNKS_MAX {
            // One who has gone hears nothing.
            let _ = self.stream.push(vec![7; bytes].into());
        }
    }
}

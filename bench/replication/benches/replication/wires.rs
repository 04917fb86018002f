//! naia's transport in memory: a packet that is sent lies in a queue until its other end takes it. naia has
//! one of its own, for tests, whose every packet looks at every client; with a thousand that would be most of
//! what is measured.

use std::{
    collections::VecDeque,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
};

use naia_client::transport as client;
use naia_server::transport as server;
use naia_shared::IdentityToken;

type Packet = Vec<u8>;

/// All packets on their way. One thread uses it, but naia wants to be free to use more.
#[derive(Clone, Default)]
pub struct Wires(Arc<Mutex<Queues>>);

#[derive(Default)]
struct Queues {
    to_server: VecDeque<(usize, Packet)>,
    to_clients: Vec<VecDeque<Packet>>,
    /// Who wants in.
    joins: VecDeque<(usize, Packet)>,
    /// By client: what lets it in.
    tokens: Vec<Option<IdentityToken>>,
    packets_count: usize,
    bytes_count: usize,
}

/// The server's end.
#[derive(Clone, Default)]
pub struct ServerEnd {
    wires: Wires,
    /// Taken last: naia reads it in place.
    taken: Packet,
}

/// A client's end.
#[derive(Clone)]
pub struct ClientEnd {
    wires: Wires,
    number: usize,
    taken: Packet,
}

impl Wires {
    pub fn server_end(&self) -> ServerEnd {
        ServerEnd {
            wires: self.clone(),
            taken: Packet::new(),
        }
    }

    pub fn client_end(&self) -> ClientEnd {
        let mut queues = self.queues();
        queues.to_clients.push(VecDeque::new());
        queues.tokens.push(None);
        ClientEnd {
            wires: self.clone(),
            number: queues.tokens.len() - 1,
            taken: Packet::new(),
        }
    }

    /// Counts packets and bytes to clients anew.
    pub fn start_counting(&self) {
        let mut queues = self.queues();
        queues.packets_count = 0;
        queues.bytes_count = 0;
    }

    /// Packets and bytes to clients since counting began.
    pub fn counts(&self) -> (usize, usize) {
        let queues = self.queues();
        (queues.packets_count, queues.bytes_count)
    }

    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().expect("nobody panics with it")
    }
}

fn address(number: usize) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, number as u16 + 1).into()
}

fn number(address: &SocketAddr) -> usize {
    usize::from(address.port()) - 1
}

const SERVER_ADDRESS: SocketAddr =
    SocketAddr::V4(std::net::SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));

impl From<ServerEnd> for Box<dyn server::Socket> {
    fn from(end: ServerEnd) -> Self {
        Box::new(end)
    }
}

impl server::Socket for ServerEnd {
    fn listen(self: Box<Self>) -> server::ListenResult {
        let end = || Box::new((*self).clone());
        (end(), end(), end(), end())
    }
}

impl server::PacketSender for ServerEnd {
    fn send(&self, address: &SocketAddr, payload: &[u8]) -> Result<(), server::SendError> {
        let mut queues = self.wires.queues();
        queues.packets_count += 1;
        queues.bytes_count += payload.len();
        queues.to_clients[number(address)].push_back(payload.to_vec());
        Ok(())
    }
}

impl server::PacketReceiver for ServerEnd {
    fn receive(&mut self) -> Result<Option<(SocketAddr, &[u8])>, server::RecvError> {
        let first = self.wires.queues().to_server.pop_front();
        Ok(first.map(|(number, packet)| {
            self.taken = packet;
            (address(number), &self.taken[..])
        }))
    }
}

impl server::AuthSender for ServerEnd {
    fn accept(&self, address: &SocketAddr, token: &IdentityToken) -> Result<(), server::SendError> {
        self.wires.queues().tokens[number(address)] = Some(token.clone());
        Ok(())
    }

    fn reject(&self, address: &SocketAddr) -> Result<(), server::SendError> {
        panic!("{address} was turned away")
    }
}

impl server::AuthReceiver for ServerEnd {
    fn receive(&mut self) -> Result<Option<(SocketAddr, &[u8])>, server::RecvError> {
        let first = self.wires.queues().joins.pop_front();
        Ok(first.map(|(number, join)| {
            self.taken = join;
            (address(number), &self.taken[..])
        }))
    }
}

type ClientEnds = (
    Box<dyn client::IdentityReceiver>,
    Box<dyn client::PacketSender>,
    Box<dyn client::PacketReceiver>,
);

impl From<ClientEnd> for Box<dyn client::Socket> {
    fn from(end: ClientEnd) -> Self {
        Box::new(end)
    }
}

impl client::Socket for ClientEnd {
    fn connect(self: Box<Self>) -> ClientEnds {
        self.connect_with_auth(Vec::new())
    }

    fn connect_with_auth(self: Box<Self>, join: Vec<u8>) -> ClientEnds {
        self.wires.queues().joins.push_back((self.number, join));
        (self.clone(), self.clone(), self)
    }

    fn connect_with_auth_headers(self: Box<Self>, _: Vec<(String, String)>) -> ClientEnds {
        self.connect()
    }

    fn connect_with_auth_and_headers(
        self: Box<Self>,
        join: Vec<u8>,
        _: Vec<(String, String)>,
    ) -> ClientEnds {
        self.connect_with_auth(join)
    }
}

impl client::IdentityReceiver for ClientEnd {
    fn receive(&mut self) -> client::IdentityReceiverResult {
        match self.wires.queues().tokens[self.number].take() {
            Some(token) => client::IdentityReceiverResult::Success(token),
            None => client::IdentityReceiverResult::Waiting,
        }
    }
}

impl client::PacketSender for ClientEnd {
    fn send(&self, payload: &[u8]) -> Result<(), client::SendError> {
        let packet = (self.number, payload.to_vec());
        self.wires.queues().to_server.push_back(packet);
        Ok(())
    }

    fn server_addr(&self) -> client::ServerAddr {
        client::ServerAddr::Found(SERVER_ADDRESS)
    }
}

impl client::PacketReceiver for ClientEnd {
    fn receive(&mut self) -> Result<Option<&[u8]>, client::RecvError> {
        let first = self.wires.queues().to_clients[self.number].pop_front();
        Ok(first.map(|packet| {
            self.taken = packet;
            &self.taken[..]
        }))
    }

    fn server_addr(&self) -> client::ServerAddr {
        client::ServerAddr::Found(SERVER_ADDRESS)
    }
}

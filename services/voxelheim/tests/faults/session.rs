//! A player's session with an edge over WebSocket, as far as one needs one to talk.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    net::TcpStream,
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    thread,
    time::{Duration, Instant},
};

use protocol::{
    Encoder,
    chat::{Said, Say, Unsaid},
    down::DownMessage,
    limits::BUDGET_BYTES_PER_SECOND_MIN,
    up::Hello,
};
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};

/// From one look at what is to be said to the next.
const LOOK_PERIOD: Duration = Duration::from_millis(20);

/// What comes down that is about words.
#[derive(Debug)]
pub enum Heard {
    Said(Said),
    Unsaid(Unsaid),
}

/// See the module. A thread reads all that comes until this is dropped.
pub struct Session {
    to_say: Sender<Say>,
    heard: Receiver<Heard>,
    /// How often each line came.
    pub lines: BTreeMap<String, u32>,
}

impl Session {
    /// Comes in at this edge, and is there when it returns.
    pub fn join(edge: &str, ticket: String) -> Self {
        let stream = TcpStream::connect(edge).expect("it listens");
        let (mut socket, _) = client(format!("ws://{edge}/ws"), stream).expect("a WebSocket");
        let hello = Hello {
            protocol_version: protocol::VERSION,
            house: 255,
            view_distance_blocks: 64,
            budget_bytes_per_second: BUDGET_BYTES_PER_SECOND_MIN,
            ticket,
            ..Hello::default()
        };
        send(&mut socket, Encoder::new().stream(&hello));
        wait_for_welcome(&mut socket);
        let timeout = socket.get_ref().set_read_timeout(Some(LOOK_PERIOD));
        timeout.expect("longer than nothing");
        let (to_say, wanted) = mpsc::channel();
        let (hear, heard) = mpsc::channel();
        thread::spawn(move || attend(&mut socket, &wanted, &hear));
        Self {
            to_say,
            heard,
            lines: BTreeMap::new(),
        }
    }

    pub fn say(&self, say: Say) {
        self.to_say.send(say).expect("the session goes on");
    }

    /// What is made of the first that is so, of all that comes until then.
    pub fn listen<T>(&mut self, until: Instant, is_it: impl Fn(&Heard) -> Option<T>) -> Option<T> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let heard = match self.heard.recv_timeout(left) {
                Ok(heard) => heard,
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => panic!("the session ended"),
            };
            if let Heard::Said(said) = &heard {
                *self.lines.entry(said.text.clone()).or_default() += 1;
            }
            if let Some(found) = is_it(&heard) {
                return Some(found);
            }
        }
    }
}

fn wait_for_welcome(socket: &mut WebSocket<TcpStream>) {
    loop {
        let message = match socket.read().expect("the session begins") {
            Message::Binary(message) => message,
            Message::Close(why) => panic!("not let in: {why:?}"),
            _ => continue,
        };
        let (message, _) = DownMessage::decode(&message).expect("it speaks the wire");
        match message {
            DownMessage::Welcome(_) => return,
            DownMessage::Closing(closing) => panic!("not let in: {closing:?}"),
            _ => {}
        }
    }
}

fn attend(socket: &mut WebSocket<TcpStream>, wanted: &Receiver<Say>, hear: &Sender<Heard>) {
    let mut encoder = Encoder::new();
    loop {
        match wanted.try_recv() {
            Ok(say) => send(socket, encoder.stream(&say)),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return,
        }
        let message = match socket.read() {
            Ok(Message::Binary(message)) => message,
            Ok(_) => continue,
            Err(Error::Io(error)) if is_silence(error.kind()) => continue,
            // Whoever listens notices.
            Err(_) => return,
        };
        let (message, _) = DownMessage::decode(&message).expect("it speaks the wire");
        let heard = match message {
            DownMessage::Said(said) => Heard::Said(said),
            DownMessage::Unsaid(unsaid) => Heard::Unsaid(unsaid),
            _ => continue,
        };
        // Nobody listens any more: the session is dropped.
        let _ = hear.send(heard);
    }
}

fn is_silence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn send(socket: &mut WebSocket<TcpStream>, message: &[u8]) {
    // That it has ended is noticed where it is read.
    let _ = socket.send(Message::Binary(message.to_vec().into()));
}

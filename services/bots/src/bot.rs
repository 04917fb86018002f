//! One bot from its join to its leave.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Instant,
};

use protocol::{
    Encoder,
    down::DownMessage,
    session::{Appearances, Overload},
    up::{InputRecord, Inputs, Leave, Ping},
};
use quinn::Connection;
use tokio::{
    task::spawn_local,
    time::{Instant as TokioInstant, sleep_until},
};

use crate::{
    brain::Brain,
    connection::{JoinError, Session},
    control,
    figures::Measured,
    limits,
    pace::{INPUT_INTERVAL, Pace},
    senses::{Notes, Senses},
};

/// Where the run stands, as all bots see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Others still join; what is heard is not measured.
    Joining,
    Measuring,
    Ended,
}

/// What all bots of a run share.
pub struct Shared {
    pub stage: Cell<Stage>,
    pub notes: Rc<RefCell<Notes>>,
    /// The shortest staleness that a Welcome promised.
    pub staleness_ticks_max: Cell<Option<u16>>,
    /// Bytes received by all bots while measuring.
    pub bytes: Cell<u64>,
    /// Datagrams heard by all bots while measuring, and their bytes.
    pub datagrams: Cell<u64>,
    pub datagram_bytes: Cell<u64>,
}

impl Shared {
    fn count(&self, datagram: &[u8]) {
        if self.stage.get() == Stage::Measuring {
            self.datagrams.set(self.datagrams.get() + 1);
            let bytes_count = datagram.len() as u64;
            self.datagram_bytes
                .set(self.datagram_bytes.get() + bytes_count);
        }
    }
}

/// Which bot it is.
#[derive(Clone, Copy, Debug)]
pub struct Character {
    pub seed: u64,
    /// See [`Senses::new`].
    pub is_witness: bool,
}

/// A bot in the world.
pub struct Player {
    pub senses: Senses,
    pub notes: Rc<RefCell<Notes>>,
    brain: Brain,
    encoder: Encoder,
    /// The newest inputs, oldest first.
    inputs: Vec<InputRecord>,
    /// Inputs not yet acknowledged and when they were sent.
    awaited: VecDeque<(u32, Instant)>,
    sequence: u32,
    datagram_number: u32,
    pace: Pace,
}

impl Player {
    fn new(session: &Session, shared: &Shared, character: Character) -> Self {
        let promised = session.welcome.staleness_ticks_max;
        shared.notes.borrow_mut().census.heed(promised.into());
        let shortest = shared.staleness_ticks_max.get();
        let shortest = shortest.map_or(promised, |shortest| shortest.min(promised));
        shared.staleness_ticks_max.set(Some(shortest));
        Self {
            senses: Senses::new(&session.welcome, character.is_witness),
            notes: shared.notes.clone(),
            brain: Brain::new(character.seed),
            encoder: Encoder::new(),
            inputs: Vec::new(),
            awaited: VecDeque::new(),
            sequence: 0,
            datagram_number: 0,
            pace: Pace::new(),
        }
    }

    fn hear(&mut self, datagram: &[u8], now: Instant) -> Result<(), JoinError> {
        let (message, _) = DownMessage::decode(datagram)
            .map_err(|error| JoinError::Nonsense(error.to_string()))?;
        if let DownMessage::Snapshot(snapshot) = message {
            let mut notes = self.notes.borrow_mut();
            self.senses.snapshot(&snapshot, now, &mut notes);
            if let Some(own) = snapshot.own() {
                self.pace.hear(own.input_queue_count);
                let measured = &mut notes.measured;
                acknowledge(&mut self.awaited, own.input_sequence, now, measured);
            }
        }
        Ok(())
    }

    pub fn appearances(&mut self, appearances: &Appearances) {
        let census = &mut self.notes.borrow_mut().census;
        self.senses.appearances(appearances, census);
    }

    /// What the server does less of: the world may run slower, and what is told be older.
    pub fn overload(&mut self, overload: &Overload) {
        let promised = overload.staleness_ticks_max;
        self.notes.borrow_mut().census.heed(promised.into());
        self.senses.heed(promised);
        self.pace.rate_permille = overload.rate_permille;
    }

    /// Measures what only the end of the run shows.
    fn close(&self) {
        self.senses.close(&mut self.notes.borrow_mut());
    }

    /// A question that every edge answers, now and then.
    fn ask(&mut self) -> Option<&[u8]> {
        let is_due = self.sequence.is_multiple_of(limits::PING_INTERVALS);
        is_due.then(|| {
            self.datagram_number += 1;
            let ping = Ping {
                nonce: self.sequence,
            };
            self.encoder.datagram(&ping, self.datagram_number)
        })
    }

    /// The next datagram of inputs.
    fn speak(&mut self, now: Instant) -> &[u8] {
        let slowest = &mut self.notes.borrow_mut().measured.rate_permille_min;
        *slowest = self.pace.rate_permille.min(*slowest);
        self.sequence += 1;
        let input = self.brain.next(&self.senses, self.sequence);
        if self.inputs.len() > limits::INPUTS_REPEATED {
            self.inputs.remove(0);
        }
        self.inputs.push(input);
        if self.awaited.len() == limits::INPUTS_AWAITED_MAX {
            self.awaited.pop_front();
        }
        self.awaited.push_back((self.sequence, now));
        self.datagram_number += 1;
        let inputs = Inputs::new(&self.inputs);
        self.encoder.datagram(&inputs, self.datagram_number)
    }
}

fn acknowledge(
    awaited: &mut VecDeque<(u32, Instant)>,
    sequence: u32,
    now: Instant,
    measured: &mut Measured,
) {
    while let Some(&(first, sent_at)) = awaited.front() {
        if first > sequence {
            break;
        }
        awaited.pop_front();
        measured.input_ack.record(now - sent_at);
    }
}

/// Plays until the run ends.
///
/// # Errors
/// Why the session ended before the run did.
pub async fn play(
    session: Session,
    shared: Rc<Shared>,
    character: Character,
) -> Result<(), JoinError> {
    let player = Rc::new(RefCell::new(Player::new(&session, &shared, character)));
    let Session {
        connection,
        mut control_send,
        control,
        ..
    } = session;
    spawn_local(control::swallow_terrain(connection.clone()));
    let ended = tokio::select! {
        error = control::listen(control, player.clone()) => Err(error),
        ended = exchange(&connection, &player, &shared, character.seed) => ended,
    };
    if ended.is_ok() {
        let leave = Encoder::new().stream(&Leave).to_vec();
        let _ = control_send.write_all(&leave).await;
        let _ = control_send.finish();
        let _ = tokio::time::timeout(INPUT_INTERVAL * 4, connection.closed()).await;
    }
    connection.close(0u8.into(), b"");
    ended
}

/// Hears datagrams and sends inputs, one a tick, each bot at a time of its own.
async fn exchange(
    connection: &Connection,
    player: &RefCell<Player>,
    shared: &Shared,
    seed: u64,
) -> Result<(), JoinError> {
    let offset = INPUT_INTERVAL * (seed % 50) as u32 / 50;
    let mut due_at = TokioInstant::now() + offset;
    let mut received = Received::new(connection, shared);
    let mut silent_intervals = 0;
    loop {
        tokio::select! {
            datagram = connection.read_datagram() => {
                let datagram = datagram.map_err(|error| JoinError::Lost(error.to_string()))?;
                silent_intervals = 0;
                shared.count(&datagram);
                if shared.stage.get() != Stage::Ended {
                    player.borrow_mut().hear(&datagram, Instant::now())?;
                }
            }
            () = sleep_until(due_at) => {
                if shared.stage.get() == Stage::Ended {
                    player.borrow().close();
                    return Ok(());
                }
                if shared.stage.get() == Stage::Measuring {
                    received.begin();
                }
                silent_intervals += 1;
                if silent_intervals > limits::SILENT_INTERVALS_MAX {
                    return Err(JoinError::Lost("no word came for 4 s".into()));
                }
                send(connection, player)?;
                // What was missed is not made up for.
                due_at = (due_at + player.borrow().pace.interval()).max(TokioInstant::now());
            }
        }
    }
}

/// Counts what a connection received while it was measured, however it ends.
struct Received<'a> {
    connection: &'a Connection,
    shared: &'a Shared,
    bytes_before: Option<u64>,
}

impl<'a> Received<'a> {
    fn new(connection: &'a Connection, shared: &'a Shared) -> Self {
        Self {
            connection,
            shared,
            bytes_before: None,
        }
    }

    fn begin(&mut self) {
        self.bytes_before.get_or_insert(bytes(self.connection));
    }
}

impl Drop for Received<'_> {
    fn drop(&mut self) {
        if let Some(bytes_before) = self.bytes_before {
            let received = bytes(self.connection).saturating_sub(bytes_before);
            self.shared.bytes.set(self.shared.bytes.get() + received);
        }
    }
}

fn bytes(connection: &Connection) -> u64 {
    connection.stats().udp_rx.bytes
}

fn send(connection: &Connection, player: &RefCell<Player>) -> Result<(), JoinError> {
    let mut player = player.borrow_mut();
    let send = |datagram: Vec<u8>| {
        let sent = connection.send_datagram(datagram.into());
        sent.map_err(|error| JoinError::Lost(error.to_string()))
    };
    if let Some(ping) = player.ask() {
        send(ping.to_vec())?;
    }
    send(player.speak(Instant::now()).to_vec())
}

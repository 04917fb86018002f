//! How operators reach the world over the network: a pod answers staff's service over TCP and TLS what it answers on
//! the socket in its folder. Both show a certificate of the cluster, and the asker an operator's. One request a
//! connection, on one line; the answer is the next line.
//!
//! All of it is on threads that no tick waits for. Strangers cost a handshake, for so long and of so many at once.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use link::{Operator, PeerName, operator::is_operator};
use placement::{Answer, ControlError, Request, ask, limits::MESSAGE_BYTES_MAX};

use crate::{
    ClusterError, Credentials,
    limits::{
        CONTROL_ACCEPT_PAUSE, CONTROL_CONNECT_TIME_MAX, CONTROL_CONNECTIONS_MAX, CONTROL_TIME_MAX,
    },
};

/// A pod's end: answers operators on `listener` as the socket of its folder does, for as long as the process lives.
///
/// # Errors
/// If there are no credentials, or the system gives no thread.
pub fn serve(
    listener: TcpListener,
    credentials: &Credentials,
    pod: u16,
    socket: PathBuf,
) -> Result<(), ClusterError> {
    let tls = credentials.identity(&PeerName::Pod(pod))?.operators_tls();
    let door = Arc::new(Door {
        tls,
        socket,
        open_count: AtomicUsize::new(0),
    });
    let thread = thread::Builder::new().name("operators".into());
    let started = thread.spawn(move || door.keep_open(&listener));
    started.map(drop).map_err(ClusterError::Threads)
}

struct Door {
    tls: Arc<rustls::ServerConfig>,
    socket: PathBuf,
    open_count: AtomicUsize,
}

impl Door {
    fn keep_open(self: &Arc<Self>, listener: &TcpListener) {
        loop {
            match listener.accept() {
                Ok((stream, from)) => self.begin(stream, from),
                Err(error) => {
                    tracing::debug!(%error, "an operator was not accepted");
                    thread::sleep(CONTROL_ACCEPT_PAUSE);
                }
            }
        }
    }

    /// On a thread of its own; where there are too many, it is closed.
    fn begin(self: &Arc<Self>, stream: TcpStream, from: SocketAddr) {
        if self.open_count.fetch_add(1, Ordering::Relaxed) >= CONTROL_CONNECTIONS_MAX {
            self.open_count.fetch_sub(1, Ordering::Relaxed);
            tracing::debug!(%from, "too many ask at once");
            return;
        }
        let door = self.clone();
        let answering = thread::Builder::new().spawn(move || {
            if let Err(error) = door.answer(stream) {
                tracing::warn!(%error, %from, "an operator was not answered");
            }
            door.open_count.fetch_sub(1, Ordering::Relaxed);
        });
        if answering.is_err() {
            self.open_count.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn answer(&self, stream: TcpStream) -> io::Result<()> {
        let mut stream = Timed::new(stream)?;
        let tls = rustls::ServerConnection::new(self.tls.clone());
        let mut tls = tls.map_err(io::Error::other)?;
        while tls.is_handshaking() {
            tls.complete_io(&mut stream)?;
        }
        let shown = tls.peer_certificates().and_then(<[_]>::first);
        if !shown.is_some_and(is_operator) {
            return Err(io::Error::other("its certificate is not an operator's"));
        }
        let mut stream = rustls::StreamOwned::new(tls, stream);
        let mut line = String::new();
        BufReader::new((&mut stream).take(MESSAGE_BYTES_MAX)).read_line(&mut line)?;
        let answer = match serde_json::from_str(&line) {
            Ok(request) => self.answer_of_world(&request),
            Err(error) => Answer::Refused {
                why: format!("no request of this version: {error}"),
            },
        };
        let mut bytes = serde_json::to_vec(&answer).map_err(io::Error::other)?;
        bytes.push(b'\n');
        stream.write_all(&bytes)?;
        stream.conn.send_close_notify();
        stream.flush()
    }

    fn answer_of_world(&self, request: &Request) -> Answer {
        ask(&self.socket, request).unwrap_or_else(|error| {
            tracing::debug!(%error, "the world does not answer yet");
            Answer::Refused {
                why: "this process has no part of the world yet".to_owned(),
            }
        })
    }
}

/// An operator's end.
#[derive(Clone)]
pub struct Remote {
    operator: Operator,
    /// Of pods, as this process reaches them; a name may stand for several.
    addresses: Vec<String>,
}

impl Remote {
    pub fn new(operator: Operator, addresses: Vec<String>) -> Self {
        Self {
            operator,
            addresses,
        }
    }

    /// Asks the first pod that can be reached: each answers for all. Waits for it; what was ordered of one is not
    /// ordered again of another.
    ///
    /// # Errors
    /// Any [`ControlError`].
    pub fn ask(&self, request: &Request) -> Result<Answer, ControlError> {
        let mut error = io::Error::new(io::ErrorKind::NotFound, "no such address");
        for address in self.addresses.iter().flat_map(|it| resolved(it)) {
            match self.reach(address) {
                Ok(stream) => return exchange(stream, request),
                Err(failed) => {
                    tracing::debug!(error = %failed, %address, "no pod there");
                    error = failed;
                }
            }
        }
        Err(ControlError::NoPod(self.addresses.join(", "), error))
    }

    /// A connection to what has shown that it is a pod of the cluster.
    fn reach(&self, address: SocketAddr) -> io::Result<Stream> {
        let stream = TcpStream::connect_timeout(&address, CONTROL_CONNECT_TIME_MAX)?;
        let mut stream = Timed::new(stream)?;
        let mut tls = self.operator.connection();
        while tls.is_handshaking() {
            tls.complete_io(&mut stream)?;
        }
        Ok(rustls::StreamOwned::new(tls, stream))
    }
}

type Stream = rustls::StreamOwned<rustls::ClientConnection, Timed>;

fn resolved(address: &str) -> Vec<SocketAddr> {
    let found = address.to_socket_addrs();
    found.map(Iterator::collect).unwrap_or_default()
}

fn exchange(mut stream: Stream, request: &Request) -> Result<Answer, ControlError> {
    let mut line = serde_json::to_vec(request).map_err(ControlError::BadAnswer)?;
    line.push(b'\n');
    stream.write_all(&line).map_err(ControlError::Io)?;
    stream.flush().map_err(ControlError::Io)?;
    let mut answer = String::new();
    let mut reader = BufReader::new(stream.take(MESSAGE_BYTES_MAX));
    reader.read_line(&mut answer).map_err(ControlError::Io)?;
    serde_json::from_str(&answer).map_err(ControlError::BadAnswer)
}

/// A connection that breaks when all that is done on it takes too long, however little comes at a time.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            until: Instant::now() + CONTROL_TIME_MAX,
        })
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.until.checked_duration_since(Instant::now());
        let left = left.filter(|left| !left.is_zero());
        left.ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Timed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(bytes)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("voxelheim-control-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }

        fn credentials(&self) -> Credentials {
            Credentials::Authority(self.0.clone())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn remote(folder: &Folder, addresses: &[SocketAddr]) -> Remote {
        let operator = folder.credentials().operator();
        let addresses = addresses.iter().map(SocketAddr::to_string);
        Remote::new(operator.expect("an authority"), addresses.collect())
    }

    /// Of a pod that has no part of a world.
    fn door(folder: &Folder) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let socket = folder.0.join("control.sock");
        serve(listener, &folder.credentials(), 7, socket).expect("a thread");
        address
    }

    fn answers(asked: Result<Answer, ControlError>) -> bool {
        matches!(asked, Ok(Answer::Refused { why }) if why.contains("no part of the world"))
    }

    #[test]
    fn an_operator_is_answered_by_the_first_pod_that_is_reached() {
        let folder = Folder::new("answered");
        let door = door(&folder);
        let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let gone = nobody.local_addr().expect("it is bound");
        drop(nobody);
        assert!(answers(
            remote(&folder, &[gone, door]).ask(&Request::Shards)
        ));
        let unreached = remote(&folder, &[gone]).ask(&Request::Shards);
        assert!(matches!(unreached, Err(ControlError::NoPod(..))));
    }

    #[test]
    fn strangers_are_neither_answered_nor_asked() {
        let (folder, other) = (Folder::new("ours"), Folder::new("theirs"));
        let (ours, theirs) = (door(&folder), door(&other));
        assert!(remote(&other, &[ours]).ask(&Request::Shards).is_err());
        let posing = remote(&folder, &[theirs]).ask(&Request::Shards);
        assert!(matches!(posing, Err(ControlError::NoPod(..))));
        for bytes in [
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            &[0x16, 3, 1, 0xff, 0xff, 0],
            &[],
        ] {
            let mut stream = TcpStream::connect(ours).expect("it listens");
            stream.write_all(bytes).expect("it takes a few bytes");
            stream
                .shutdown(std::net::Shutdown::Write)
                .expect("it is open");
            let mut heard = Vec::new();
            // An alert at most, and the end.
            let _ = stream.read_to_end(&mut heard);
            assert!(heard.len() < 32, "{heard:?}");
        }
        assert!(answers(remote(&folder, &[ours]).ask(&Request::Shards)));
    }
}

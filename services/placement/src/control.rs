//! The socket that operators ask on: a file that only its owner may open, so who can use it is who
//! can stop the server. One request a connection, on one line; the answer is the next line.

use std::{
    fmt, fs,
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use crate::{
    limits::{DOING_TIMEOUT, LOOK_PERIOD, MESSAGE_BYTES_MAX, REQUEST_TIMEOUT},
    request::{Answer, Request},
};

/// Why an operator got no answer.
#[derive(Debug)]
pub enum ControlError {
    /// Nobody listens there.
    NoServer(PathBuf, io::Error),
    /// No pod can be reached at any of these addresses.
    NoPod(String, io::Error),
    Io(io::Error),
    BadAnswer(serde_json::Error),
}

impl fmt::Display for ControlError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::NoServer(path, error) => write!(
                out,
                "no server answers on {} ({error}): is one running with this --data?",
                path.display()
            ),
            Self::NoPod(addresses, error) => {
                write!(out, "no pod answers operators at {addresses} ({error})")
            }
            Self::Io(error) => write!(out, "the server did not answer: {error}"),
            Self::BadAnswer(error) => write!(out, "the answer is of another version: {error}"),
        }
    }
}

impl std::error::Error for ControlError {}

/// Asks a server.
///
/// # Errors
/// Any [`ControlError`].
pub fn ask(path: &Path, request: &Request) -> Result<Answer, ControlError> {
    let stream = UnixStream::connect(path);
    let mut stream = stream.map_err(|error| ControlError::NoServer(path.to_owned(), error))?;
    let mut line = serde_json::to_vec(request).expect("requests are JSON");
    line.push(b'\n');
    stream.write_all(&line).map_err(ControlError::Io)?;
    let mut answer = String::new();
    let mut reader = BufReader::new(stream).take(MESSAGE_BYTES_MAX);
    reader.read_line(&mut answer).map_err(ControlError::Io)?;
    serde_json::from_str(&answer).map_err(ControlError::BadAnswer)
}

/// Asks a server in whatever way reaches it, and where something takes ticks waits until it is done: a region that moves has come, a battle has
/// ended, the directory has a configuration. What is told then is what came of it; of what is not done in [`DOING_TIMEOUT`], the server's first answer.
///
/// # Errors
/// Any [`ControlError`].
pub fn carry_out(
    ask: impl Fn(&Request) -> Result<Answer, ControlError>,
    request: &Request,
) -> Result<Answer, ControlError> {
    let begun = ask(request)?;
    let (Answer::Done { .. }, Some(question)) = (&begun, question_after(request)) else {
        return Ok(begun);
    };
    let deadline = Instant::now() + DOING_TIMEOUT;
    while Instant::now() < deadline {
        if let Some(what) = outcome(request, &ask(&question)?) {
            return Ok(Answer::Done { what });
        }
        thread::sleep(LOOK_PERIOD);
    }
    Ok(begun)
}

/// What is to be asked about an order that takes ticks.
fn question_after(order: &Request) -> Option<Request> {
    match order {
        Request::Move { region, .. } => Some(Request::Why {
            region: region.clone(),
        }),
        Request::EndBattle { .. } => Some(Request::Battle),
        Request::Configure { .. } => Some(Request::Configuration),
        _ => None,
    }
}

/// What came of an order, once an answer shows it.
fn outcome(order: &Request, answer: &Answer) -> Option<String> {
    match (order, answer) {
        (Request::Move { to, .. }, Answer::Why { region, .. }) => {
            let moved = region.moved.as_ref();
            let moved = moved.filter(|moved| moved.to == *to && region.owner == *to)?;
            Some(format!("region {} went {moved}", region.region))
        }
        (Request::EndBattle { number }, Answer::Battle { battle }) => battle
            .has_ended(*number)
            .then(|| format!("battle {number} has ended; {battle}")),
        (Request::Configure { text: wanted, .. }, Answer::Configuration { text }) => {
            (text == wanted).then(|| "all shards and edges go by it within seconds".to_owned())
        }
        _ => None,
    }
}

/// The server's end.
pub(crate) struct Listener {
    listener: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// Takes the place of a socket that an earlier server left.
    pub fn bind(path: &Path) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            listener,
            path: path.to_owned(),
        })
    }

    /// Answers whoever waits.
    pub fn serve(&self, mut answer: impl FnMut(Request) -> Answer) {
        while let Ok((stream, _)) = self.listener.accept() {
            if let Err(error) = serve_one(stream, &mut answer) {
                tracing::debug!(%error, "a control request was not answered");
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Somebody else may have removed it already.
        let _ = fs::remove_file(&self.path);
    }
}

fn serve_one(stream: UnixStream, answer: &mut impl FnMut(Request) -> Answer) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(REQUEST_TIMEOUT))?;
    stream.set_write_timeout(Some(REQUEST_TIMEOUT))?;
    let mut line = String::new();
    BufReader::new((&stream).take(MESSAGE_BYTES_MAX)).read_line(&mut line)?;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => answer(request),
        Err(error) => Answer::Refused {
            why: format!("no request of this version: {error}"),
        },
    };
    let mut bytes = serde_json::to_vec(&answer).expect("answers are JSON");
    bytes.push(b'\n');
    (&stream).write_all(&bytes)
}

//! A way to a server that can be cut: what is on it then waits, as on a net that has come apart, and arrives
//! once it is joined again.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

/// Bytes carried at a time.
const CHUNK_BYTES: usize = 64 * 1_024;

/// See the module. Lives as long as the test's process.
pub struct Relay {
    url: String,
    gate: Arc<Gate>,
}

/// Where all that is carried stops while the way is cut.
#[derive(Default)]
struct Gate {
    is_cut: Mutex<bool>,
    joined: Condvar,
}

impl Relay {
    /// To the server of this URL, which is on this machine and says its port.
    pub fn to(url: &str) -> Self {
        const HOST: &str = "127.0.0.1:";
        let (before, rest) = url.split_once(HOST).expect("a URL of this machine");
        let digits = rest.len()
            - rest
                .trim_start_matches(|it: char| it.is_ascii_digit())
                .len();
        let (port, after) = rest.split_at(digits);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let gate = Arc::new(Gate::default());
        let (target, passed) = (format!("{HOST}{port}"), Arc::clone(&gate));
        thread::spawn(move || accept(&listener, &target, &passed));
        Self {
            url: format!("{before}{address}{after}"),
            gate,
        }
    }

    /// The server's URL by this way.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn cut(&self) {
        *self.gate.is_cut.lock().expect("no holder panics") = true;
    }

    pub fn join(&self) {
        *self.gate.is_cut.lock().expect("no holder panics") = false;
        self.gate.joined.notify_all();
    }
}

impl Gate {
    fn pass(&self) {
        let is_cut = self.is_cut.lock().expect("no holder panics");
        let passed = self.joined.wait_while(is_cut, |is_cut| *is_cut);
        drop(passed.expect("no holder panics"));
    }
}

fn accept(listener: &TcpListener, target: &str, gate: &Arc<Gate>) {
    for client in listener.incoming().flatten() {
        let (target, gate) = (target.to_owned(), Arc::clone(gate));
        thread::spawn(move || {
            gate.pass();
            // A server that is down: the client's connection ends, too.
            let Ok(server) = TcpStream::connect(target) else {
                return;
            };
            let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else {
                return;
            };
            let there = Arc::clone(&gate);
            thread::spawn(move || carry(client, server, &there));
            carry(server_too, client_too, &gate);
        });
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, gate: &Gate) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        gate.pass();
        if to.write_all(&chunk[..length]).is_err() {
            break;
        }
    }
    gate.pass();
    // Whoever has gone already need not be told.
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

//! The least of an HTTP client.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// Asks for a path with extra header lines, each ending in CRLF.
pub async fn get(address: SocketAddr, path: &str, headers: &str) -> Answer {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    let bytes = exchange(address, request.as_bytes()).await;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.expect("an answer has a head");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is text");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.expect("a status"),
        headers: head,
        body: bytes[end + 4..].to_vec(),
    }
}

/// Sends any bytes and reads until the server closes or refuses.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address)
        .await
        .expect("the server accepts");
    let _ = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let _ = super::within("an answer", stream.read_to_end(&mut bytes)).await;
    bytes
}

pub async fn json(address: SocketAddr, path: &str) -> Value {
    let answer = get(address, path, "").await;
    assert_eq!(answer.status, 200, "{path}");
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// The sum of some counters in /status's drops.
pub async fn drops(address: SocketAddr, cause: &str) -> u64 {
    let status = json(address, "/status").await;
    status["drops"][cause]
        .as_u64()
        .expect("a cause that is counted")
}

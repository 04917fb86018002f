//! Asks a server over HTTP where its battle is: `GET /connect.json`.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, lookup_host},
};

use crate::{limits, run::BotsError};

/// Where to connect to, and the certificate to expect there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub address: SocketAddr,
    pub certificate_sha256: [u8; 32],
    /// Base addresses of other servers of the same battle.
    pub edges: Vec<String>,
}

/// Asks the server. Called for each join: a server of several edges names the roomiest.
///
/// # Errors
/// If nobody answers, or not as WIRE.md and this version say.
pub async fn target(url: &str) -> Result<Target, BotsError> {
    let authority = authority(url)?;
    let answer = get(&authority, "/connect.json")
        .await
        .map_err(|error| BotsError::Unreachable(format!("{url}: {error}")))?;
    let body = body(&answer).ok_or_else(|| wrong("no answer of status 200"))?;
    let answer = parse(body)?;
    let address = answer.quic_address;
    let mut addresses = lookup_host(&address)
        .await
        .map_err(|error| BotsError::Unreachable(format!("{address}: {error}")))?;
    let address = addresses.next().ok_or_else(|| wrong("quic_address"))?;
    Ok(Target {
        address,
        certificate_sha256: answer.certificate_sha256,
        edges: answer.edges,
    })
}

/// Host and port of an `http://` URL; port 80 when it names none.
fn authority(url: &str) -> Result<String, BotsError> {
    let rest = url.strip_prefix("http://");
    let rest = rest.ok_or_else(|| BotsError::BadUrl(url.into()))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err(BotsError::BadUrl(url.into()));
    }
    let has_port = authority.rsplit(':').next().is_some_and(|port| {
        authority.contains(':') && !port.ends_with(']') && port.parse::<u16>().is_ok()
    });
    let port = if has_port { "" } else { ":80" };
    Ok(format!("{authority}{port}"))
}

async fn get(authority: &str, path: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(authority).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut stream = stream.take(limits::HTTP_BYTES_MAX);
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// What stands behind the head of an answer of status 200.
fn body(answer: &[u8]) -> Option<&[u8]> {
    let head_end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = answer.split_at(head_end);
    let status = head.split(|&byte| byte == b' ').nth(1)?;
    (status == b"200").then_some(&body[4..])
}

/// What `/connect.json` says that bots need.
#[derive(PartialEq, Eq, Debug)]
struct Answer {
    quic_address: String,
    certificate_sha256: [u8; 32],
    edges: Vec<String>,
}

fn parse(body: &[u8]) -> Result<Answer, BotsError> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| wrong("not JSON"))?;
    let version = answer["protocol_version"].as_u64();
    if version != Some(protocol::VERSION.into()) {
        let ours = protocol::VERSION;
        let theirs = version.unwrap_or_default();
        return Err(BotsError::Version { ours, theirs });
    }
    let address = answer["quic_address"].as_str();
    let address = address.ok_or_else(|| wrong("quic_address"))?;
    let hash = answer["certificate_sha256"].as_str().and_then(hex_decode);
    let edges = answer["edges"].as_array().map_or(&[][..], Vec::as_slice);
    let edge = |edge: &Value| edge.as_str().map(str::to_owned);
    let edges: Option<Vec<String>> = edges.iter().map(edge).collect();
    Ok(Answer {
        quic_address: address.into(),
        certificate_sha256: hash.ok_or_else(|| wrong("certificate_sha256"))?,
        edges: edges.ok_or_else(|| wrong("edges"))?,
    })
}

fn wrong(what: &'static str) -> BotsError {
    BotsError::BadAnswer(what)
}

fn hex_decode(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_host_and_a_port() {
        let good = |url: &str| authority(url).expect("a good URL");
        assert_eq!(good("http://127.0.0.1:8080"), "127.0.0.1:8080");
        assert_eq!(good("http://localhost/"), "localhost:80");
        assert_eq!(good("http://[::1]:9/play?x"), "[::1]:9");
        assert_eq!(good("http://[::1]"), "[::1]:80");
        for bad in [
            "",
            "127.0.0.1:80",
            "https://a",
            "http://",
            "http://user@host",
        ] {
            assert!(authority(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn answers_are_read_or_refused() {
        let hash = "ab".repeat(32);
        let json = |version: u16, hash: &str| {
            format!(
                "{{\"protocol_version\":{version},\"quic_address\":\"127.0.0.1:4\",\
                 \"certificate_sha256\":\"{hash}\",\"edges\":[\"http://b:1\"]}}"
            )
        };
        let good = parse(json(protocol::VERSION, &hash).as_bytes()).expect("good");
        assert_eq!(good.quic_address, "127.0.0.1:4");
        assert_eq!(good.certificate_sha256, [0xab; 32]);
        assert_eq!(good.edges, ["http://b:1"]);
        assert!(parse(json(protocol::VERSION + 1, &hash).as_bytes()).is_err());
        assert!(parse(json(protocol::VERSION, "ab").as_bytes()).is_err());
        assert!(parse(json(protocol::VERSION, &"zz".repeat(32)).as_bytes()).is_err());
        assert!(parse(b"{}").is_err() && parse(b"<html>").is_err());
        assert_eq!(body(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}"), Some(&b"{}"[..]));
        assert_eq!(body(b"HTTP/1.1 503 No\r\n\r\n{}"), None);
        assert_eq!(body(b"nonsense"), None);
    }
}

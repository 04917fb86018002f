//! Asks a server over HTTP where its battle is: `GET /connect.json`.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::net::lookup_host;

use crate::{http, run::BotsError};

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
    let (authority, _) = http::parts(url)?;
    let answer = http::get(&authority, "/connect.json")
        .await
        .map_err(|error| BotsError::Unreachable(format!("{url}: {error}")))?;
    if answer.status != 200 {
        return Err(wrong("no answer of status 200"));
    }
    let answer = parse(answer.body())?;
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
    }
}

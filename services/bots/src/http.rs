//! As much HTTP as bots speak: one request a connection, and what stands behind the head of the answer.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream, lookup_host},
};

use crate::{limits, run::BotsError};

/// What came back.
pub struct Answer {
    pub status: u16,
    bytes: Vec<u8>,
    body_begin: usize,
}

impl Answer {
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body_begin..]
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let head_end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let status = bytes[..head_end].split(|&byte| byte == b' ').nth(1)?;
        let status = std::str::from_utf8(status).ok()?.parse().ok()?;
        Some(Self {
            status,
            bytes,
            body_begin: head_end + 4,
        })
    }
}

/// Host and port, and the path without a slash at its end, of an `http://` URL; port 80 when it names none.
///
/// # Errors
/// [`BotsError::BadUrl`].
pub fn parts(url: &str) -> Result<(String, &str), BotsError> {
    let rest = url.strip_prefix("http://");
    let rest = rest.ok_or_else(|| BotsError::BadUrl(url.into()))?;
    let path_begin = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(path_begin);
    if authority.is_empty() || authority.contains('@') {
        return Err(BotsError::BadUrl(url.into()));
    }
    let has_port = authority.rsplit(':').next().is_some_and(|port| {
        authority.contains(':') && !port.ends_with(']') && port.parse::<u16>().is_ok()
    });
    let port = if has_port { "" } else { ":80" };
    Ok((format!("{authority}{port}"), path.trim_end_matches('/')))
}

/// Asks for a page.
///
/// # Errors
/// Of the connection; also if the answer is none.
pub async fn get(authority: &str, path: &str) -> io::Result<Answer> {
    let stream = TcpStream::connect(authority).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    exchange(stream, request).await
}

/// Says something, in JSON: as whoever has the access token, from an address of this machine.
///
/// # Errors
/// As [`get`].
pub async fn send(
    (method, authority, path): (&str, &str, &str),
    (from, access): (Option<IpAddr>, &str),
    body: &str,
) -> io::Result<Answer> {
    let stream = connect(authority, from).await?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\
         Authorization: Bearer {access}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    exchange(stream, request).await
}

async fn exchange(mut stream: TcpStream, request: String) -> io::Result<Answer> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut stream = stream.take(limits::HTTP_BYTES_MAX);
    stream.read_to_end(&mut answer).await?;
    Answer::parse(answer).ok_or_else(|| io::Error::other("no answer of HTTP"))
}

async fn connect(authority: &str, from: Option<IpAddr>) -> io::Result<TcpStream> {
    let Some(from) = from else {
        return TcpStream::connect(authority).await;
    };
    let mut addresses = lookup_host(authority).await?;
    let address = addresses.find(SocketAddr::is_ipv4);
    let address = address.ok_or_else(|| io::Error::other("no address of IPv4"))?;
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(address).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_host_and_a_port_and_a_path() {
        for (url, authority, path) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080", ""),
            ("http://localhost/", "localhost:80", ""),
            ("http://[::1]:9/auth/", "[::1]:9", "/auth"),
            ("http://[::1]", "[::1]:80", ""),
        ] {
            assert_eq!(parts(url).expect("a URL"), (authority.to_owned(), path));
        }
        for bad in [
            "",
            "127.0.0.1:80",
            "https://a",
            "http://",
            "http://user@host",
        ] {
            assert!(parts(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn answers_come_apart() {
        let parse = |text: &str| Answer::parse(text.as_bytes().to_vec());
        let answer = parse("HTTP/1.1 201 Created\r\nx: y\r\n\r\n{}").expect("an answer");
        assert_eq!((answer.status, answer.body()), (201, &b"{}"[..]));
        assert!(parse("HTTP/1.1 200").is_none() && parse("nonsense\r\n\r\n").is_none());
    }
}

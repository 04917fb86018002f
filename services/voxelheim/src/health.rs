//! Asks a process of ours whether it is well, for an image that has no other program to ask with.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use crate::{Failure, cli::HealthArguments};

/// For each of connecting, writing and reading: less than what asks waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// Of the answer, which begins with its status.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// Fails unless it answers 200.
pub fn run(arguments: &HealthArguments) -> Result<(), Failure> {
    let url = &arguments.url;
    let (host, path) = parts(url).ok_or_else(|| {
        Failure::Usage(format!(
            "{url}: say it as http://HOST:PORT/PATH, without TLS"
        ))
    })?;
    let answer = ask(host, path).map_err(|error| Failure::Runtime(format!("{url}: {error}")))?;
    let status = answer.split(' ').nth(1);
    match status {
        Some("200") => Ok(()),
        Some(status) => Err(Failure::Runtime(format!("{url} answers {status}"))),
        None => Err(Failure::Runtime(format!("{url} does not speak HTTP"))),
    }
}

fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("http://")?;
    let path_at = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(path_at);
    let is_whole = host.contains(':') && !rest.contains(char::is_whitespace);
    is_whole.then_some((host, if path.is_empty() { "/" } else { path }))
}

fn ask(host: &str, path: &str) -> std::io::Result<String> {
    let unknown = || std::io::Error::other("no such host");
    let address = host.to_socket_addrs()?.next().ok_or_else(unknown)?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_host_a_port_and_a_path() {
        assert_eq!(parts("http://a:1/readyz"), Some(("a:1", "/readyz")));
        assert_eq!(parts("http://[::1]:80"), Some(("[::1]:80", "/")));
        for url in [
            "https://a:1/",
            "a:1/",
            "http://a/",
            "http://a:1/ HTTP/1.1\r\nx: y",
            "",
        ] {
            assert_eq!(parts(url), None, "{url}");
        }
    }
}

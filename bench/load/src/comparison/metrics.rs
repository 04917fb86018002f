//! Our server's `/metrics`, as a script reads them.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

/// The page at one moment.
pub struct Metrics(String);

impl Metrics {
    pub fn fetch(address: SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut page = String::new();
        stream.read_to_string(&mut page)?;
        Ok(Self(page))
    }

    /// The value of a metric by its name behind `voxelheim_`, labels included.
    pub fn value(&self, name: &str) -> io::Result<f64> {
        let found = self.0.lines().find_map(|line| {
            let (line_name, value) = line.strip_prefix("voxelheim_")?.rsplit_once(' ')?;
            (line_name == name).then(|| value.parse().ok())?
        });
        found.ok_or_else(|| io::Error::other(format!("/metrics has no {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_whole_name() {
        let page =
            "# HELP voxelheim_a_total b 1\nvoxelheim_a_total 3\nvoxelheim_a{of=\"x y\"} 4.5\n";
        let metrics = Metrics(page.into());
        assert_eq!(metrics.value("a_total").expect("there"), 3.0);
        assert_eq!(metrics.value("a{of=\"x y\"}").expect("there"), 4.5);
        assert!(metrics.value("a").is_err());
    }
}

//! One request a connection, as simple as HTTP gets.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Null if it is no JSON.
    pub body: Value,
}

impl Answer {
    pub fn text(&self, name: &str) -> String {
        let text = self.body[name].as_str();
        text.unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .to_owned()
    }
}

/// `call` is a method and a path; a body of null is none.
///
/// # Errors
/// Of the connection.
pub fn ask(address: &str, call: &str, access: &str, body: &Value) -> io::Result<Answer> {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let length = body.len();
    let mut stream = TcpStream::connect(address)?;
    let request = format!(
        "{call} HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text
        .split_once("\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    Ok(Answer {
        status: status.ok_or(io::ErrorKind::InvalidData)?,
        body: serde_json::from_str(body).unwrap_or(Value::Null),
    })
}

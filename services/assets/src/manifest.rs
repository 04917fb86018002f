//! What the page is made of, and the version of all of it.

use std::collections::BTreeMap;

use bytes::Bytes;
use ring::digest::{Context, SHA256, digest};
use serde::Serialize;

/// Where a page asks for it.
pub const MANIFEST_PATH: &str = "/manifest.json";

#[derive(Serialize)]
struct Manifest<'a> {
    /// Another one of anything makes another version of all: a page whose version is not this one is old.
    version: String,
    protocol: u16,
    files: BTreeMap<&'a str, FileEntry>,
}

#[derive(Serialize)]
struct FileEntry {
    bytes: usize,
    sha256: String,
}

/// The manifest of these files, by path, for a page that speaks this version of the protocol.
pub fn manifest_of(files: &BTreeMap<String, Bytes>, protocol: u16) -> Bytes {
    let mut all = Context::new(&SHA256);
    let mut entries = BTreeMap::new();
    for (path, bytes) in files {
        let sha256 = digest(&SHA256, bytes);
        all.update(path.as_bytes());
        all.update(sha256.as_ref());
        let entry = FileEntry {
            bytes: bytes.len(),
            sha256: data_encoding::HEXLOWER.encode(sha256.as_ref()),
        };
        entries.insert(path.as_str(), entry);
    }
    let manifest = Manifest {
        version: data_encoding::HEXLOWER.encode(&all.finish().as_ref()[..8]),
        protocol,
        files: entries,
    };
    let bytes = serde_json::to_vec(&manifest);
    bytes.expect("names and numbers are JSON").into()
}

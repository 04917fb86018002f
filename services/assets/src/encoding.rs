//! A file's compressed twins, and which of them a browser takes.

use std::{io, sync::OnceLock};

use axum::http::{HeaderMap, header};
use bytes::Bytes;

use crate::limits::{BROTLI_QUALITY, BROTLI_WINDOW_BITS, COMPRESS_BYTES_MIN, ZSTD_LEVEL};

/// A way to compress, by its name in headers.
struct Encoding {
    name: &'static str,
    compress: fn(&[u8]) -> Vec<u8>,
}

/// By size of what comes out, smallest first: the order in which they are offered.
const ENCODINGS: [Encoding; 3] = [
    Encoding {
        name: "br",
        compress: brotli,
    },
    Encoding {
        name: "zstd",
        compress: zstd,
    },
    Encoding {
        name: "gzip",
        compress: gzip,
    },
];

/// Filled in the background; until then the plain bytes go out.
#[derive(Debug, Default)]
pub struct Twins([OnceLock<Bytes>; ENCODINGS.len()]);

impl Twins {
    /// Makes those that are smaller than the file.
    pub fn fill(&self, plain: &[u8]) {
        if plain.len() < COMPRESS_BYTES_MIN {
            return;
        }
        for (encoding, twin) in ENCODINGS.iter().zip(&self.0) {
            let bytes = (encoding.compress)(plain);
            if bytes.len() < plain.len() {
                // It is filled once, by one thread.
                let _ = twin.set(bytes.into());
            }
        }
    }

    /// The smallest that the request takes, and its name.
    pub fn best_for(&self, request: &HeaderMap) -> Option<(Bytes, &'static str)> {
        let mut twins = ENCODINGS.iter().zip(&self.0);
        twins.find_map(|(encoding, twin)| {
            let bytes = twin.get().filter(|_| accepts(request, encoding.name))?;
            Some((bytes.clone(), encoding.name))
        })
    }
}

fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let is_named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.finish())
        .expect("a vector takes all")
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(plain, ZSTD_LEVEL).expect("a vector takes all")
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut bytes = Vec::new();
    brotli::BrotliCompress(&mut io::Cursor::new(plain), &mut bytes, &params)
        .expect("a vector takes all");
    bytes
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn the_best_encoding_that_is_accepted_is_sent() {
        let twins = Twins::default();
        twins.fill(&[b'a'; 10_000]);
        for (accepted, name) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip, zstd", Some("zstd")),
            ("gzip", Some("gzip")),
            ("br;q=0, zstd;q=0.0, gzip;q=0.5", Some("gzip")),
            ("identity", None),
        ] {
            let best = twins.best_for(&accepting(accepted));
            assert_eq!(best.as_ref().map(|(_, name)| *name), name, "{accepted}");
            assert!(best.is_none_or(|(bytes, _)| bytes.len() < 1_000));
        }
    }

    #[test]
    fn what_does_not_shrink_goes_out_plain() {
        let twins = Twins::default();
        twins.fill(b"small");
        assert!(twins.best_for(&accepting("br, zstd, gzip")).is_none());
    }
}

//! The page's files in memory: from a folder or embedded, with types, cache rules and compressed
//! twins. Read once at start; nothing of a request's path ever reaches the file system.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    thread,
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;

use crate::limits;

/// The built page, embedded by build.rs: paths from `/` on, and bytes.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Shown where no page was built.
const NO_PAGE: &str = "<!doctype html><meta charset=utf-8><title>VoxelHeim</title>\
<p>The server runs, but it holds no page. Build one with <code>./dev play</code>, \
or name a built one with <code>--client-dir client/dist</code>.";

/// Smaller files gain nothing from compression.
const COMPRESS_BYTES_MIN: usize = 1_024;
/// Quality 9 of 11: within 3 % of the smallest at a fifth of the time, once at start.
const BROTLI_QUALITY: i32 = 9;
const BROTLI_WINDOW_BITS: i32 = 22;

struct Asset {
    content_type: &'static str,
    cache_control: &'static str,
    etag: HeaderValue,
    plain: Bytes,
    /// Filled in the background; until then the plain bytes go out.
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

/// All files of the page, by path.
#[derive(Clone)]
pub struct Assets {
    by_path: Arc<HashMap<String, Asset>>,
}

impl Assets {
    /// The page embedded in this binary.
    pub fn embedded() -> Self {
        let files = EMBEDDED
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), Bytes::from_static(bytes)));
        Self::build(files.collect())
    }

    /// The page in a folder, as it is now.
    ///
    /// # Errors
    /// If the folder has no `index.html`, or a file cannot be read.
    pub fn from_directory(directory: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        read_directory(directory, "", &mut files)?;
        if !files.iter().any(|(path, _)| path == "/index.html") {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "no index.html in it",
            ));
        }
        Ok(Self::build(files))
    }

    fn build(files: Vec<(String, Bytes)>) -> Self {
        let by_path: HashMap<String, Asset> = files
            .into_iter()
            .map(|(path, bytes)| {
                let asset = Asset::new(&path, bytes);
                (path, asset)
            })
            .collect();
        let assets = Self {
            by_path: Arc::new(by_path),
        };
        assets.clone().compress_in_background();
        assets
    }

    /// The answer to a GET of `path`.
    pub fn respond(&self, path: &str, request: &HeaderMap) -> Response {
        let path = if path == "/" { "/index.html" } else { path };
        match self.by_path.get(path) {
            Some(asset) => asset.respond(request),
            None if path == "/index.html" => page_missing(),
            None => {
                let mut response = Response::new(Body::from("not found\n"));
                *response.status_mut() = StatusCode::NOT_FOUND;
                response
            }
        }
    }

    fn compress_in_background(self) {
        thread::Builder::new()
            .name("compress".into())
            .spawn(move || self.by_path.values().for_each(Asset::compress))
            .expect("the system lets us start a thread");
    }
}

impl Asset {
    fn new(path: &str, plain: Bytes) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, &plain);
        let tag = format!("\"{}\"", crate::hex::encode(&digest.as_ref()[..8]));
        Self {
            content_type: content_type(path),
            cache_control: cache_control(path),
            etag: HeaderValue::try_from(tag).expect("hexadecimal is a header value"),
            plain,
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
        }
    }

    fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = Response::new(Body::empty());
        if request.get(header::IF_NONE_MATCH) == Some(&self.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let (bytes, encoding) = self.encoded_for(request);
            if let Some(encoding) = encoding {
                let encoding = HeaderValue::from_static(encoding);
                response
                    .headers_mut()
                    .insert(header::CONTENT_ENCODING, encoding);
            }
            *response.body_mut() = Body::from(bytes);
        }
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(header::CONTENT_TYPE, self.content_type);
        set(header::CACHE_CONTROL, self.cache_control);
        set(header::VARY, "accept-encoding");
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        headers.insert(header::ETAG, self.etag.clone());
        response
    }

    fn encoded_for(&self, request: &HeaderMap) -> (Bytes, Option<&'static str>) {
        if let Some(bytes) = self.brotli.get().filter(|_| accepts(request, "br")) {
            return (bytes.clone(), Some("br"));
        }
        if let Some(bytes) = self.gzip.get().filter(|_| accepts(request, "gzip")) {
            return (bytes.clone(), Some("gzip"));
        }
        (self.plain.clone(), None)
    }

    fn compress(&self) {
        if self.plain.len() < COMPRESS_BYTES_MIN || is_compressed(self.content_type) {
            return;
        }
        let smaller = |bytes: Vec<u8>| (bytes.len() < self.plain.len()).then(|| bytes.into());
        if let Some(bytes) = smaller(gzip(&self.plain)) {
            let _ = self.gzip.set(bytes);
        }
        if let Some(bytes) = smaller(brotli(&self.plain)) {
            let _ = self.brotli.set(bytes);
        }
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(plain)
        .and_then(|()| encoder.finish())
        .expect("a vector takes all")
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

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn is_compressed(content_type: &str) -> bool {
    matches!(
        content_type,
        "image/png" | "image/jpeg" | "image/webp" | "font/woff2"
    )
}

/// Vite names the files under /assets by their content, so they never change; the rest is asked for
/// again each time (and answered 304 by its tag).
fn cache_control(path: &str) -> &'static str {
    if path.starts_with("/assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn page_missing() -> Response {
    let mut response = Response::new(Body::from(NO_PAGE));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

fn read_directory(
    directory: &Path,
    prefix: &str,
    files: &mut Vec<(String, Bytes)>,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let file: PathBuf = entry.path();
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        let metadata = fs::metadata(&file)?;
        if metadata.is_dir() {
            read_directory(&file, &path, files)?;
        } else if metadata.len() <= limits::ASSET_BYTES_MAX {
            files.push((path, fs::read(&file)?.into()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        headers
    }

    fn asset() -> Asset {
        let asset = Asset::new("/assets/a.js", Bytes::from(vec![b'a'; 10_000]));
        asset.compress();
        asset
    }

    #[test]
    fn sends_the_best_encoding_that_is_accepted() {
        for (accepted, encoding) in [
            ("gzip, deflate, br", Some("br")),
            ("gzip", Some("gzip")),
            ("br;q=0, gzip;q=0.5", Some("gzip")),
            ("identity", None),
        ] {
            let (bytes, chosen) = asset().encoded_for(&accepting(accepted));
            assert_eq!(chosen, encoding);
            assert_eq!(bytes.len() < 1_000, encoding.is_some());
        }
    }

    #[test]
    fn a_known_tag_is_answered_without_the_bytes() {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, asset().etag);
        assert_eq!(asset().respond(&headers).status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn no_path_leaves_the_table() {
        let assets = Assets::build(vec![("/index.html".into(), Bytes::from_static(b"page"))]);
        for path in [
            "/../Cargo.toml",
            "//etc/passwd",
            "/%2e%2e/x",
            "/index.html/..",
            "",
        ] {
            let response = assets.respond(path, &HeaderMap::new());
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(
            assets.respond("/", &HeaderMap::new()).status(),
            StatusCode::OK
        );
    }
}

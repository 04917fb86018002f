//! The files in memory: from a folder or embedded, with types and cache rules.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use bytes::Bytes;

use crate::{
    encoding::Twins,
    headers::secure,
    limits::FILE_BYTES_MAX,
    manifest::{MANIFEST_PATH, manifest_of},
};

/// The built page, embedded by build.rs: paths from `/` on, and bytes.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// What a folder's address shows.
const INDEX_NAME: &str = "index.html";
const INDEX_PATH: &str = "/index.html";

/// Shown where no page was built.
const NO_PAGE: &str = "<!doctype html><meta charset=utf-8><title>VoxelHeim</title>\
<p>The server runs, but it holds no page. Build one with <code>./dev play</code>, \
or name a built one with <code>--client-dir client/dist</code>.";

/// All files of the page, by path. Cheap to clone.
#[derive(Clone)]
pub struct Assets {
    by_path: Arc<HashMap<String, File>>,
}

struct File {
    content_type: &'static str,
    cache_control: &'static str,
    etag: HeaderValue,
    plain: Bytes,
    twins: Twins,
}

impl Assets {
    /// The page embedded in this binary, which speaks this version of the protocol.
    pub fn embedded(protocol: u16) -> Self {
        let files = EMBEDDED
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), Bytes::from_static(bytes)));
        Self::build(files.collect(), protocol)
    }

    /// The page in a folder, as it is now.
    ///
    /// # Errors
    /// If the folder has no `index.html`, or a file cannot be read.
    pub fn from_directory(directory: &Path, protocol: u16) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        read_directory(directory, "", &mut files)?;
        if !files.contains_key(INDEX_PATH) {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "no index.html in it",
            ));
        }
        Ok(Self::build(files, protocol))
    }

    fn build(mut files: BTreeMap<String, Bytes>, protocol: u16) -> Self {
        files.insert(MANIFEST_PATH.to_owned(), manifest_of(&files, protocol));
        let by_path: HashMap<String, File> = files
            .into_iter()
            .map(|(path, bytes)| {
                let file = File::new(&path, bytes);
                (path, file)
            })
            .collect();
        let assets = Self {
            by_path: Arc::new(by_path),
        };
        assets.clone().compress_in_background();
        assets
    }

    /// The answer to a request of whatever method.
    pub fn respond(&self, method: &Method, path: &str, request: &HeaderMap) -> Response {
        let path = Self::file_path(path);
        let mut response = match self.by_path.get(path.as_ref()) {
            _ if !matches!(*method, Method::GET | Method::HEAD) => {
                plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n")
            }
            Some(file) => file.respond(request),
            None if path == INDEX_PATH => page_missing(),
            None if self.is_folder(&path) => to_folder(&path),
            None => plain(StatusCode::NOT_FOUND, "not found\n"),
        };
        secure(response.headers_mut());
        response
    }

    /// The file that an address shows: a folder's is its index.
    fn file_path(path: &str) -> Cow<'_, str> {
        if path.ends_with('/') {
            Cow::Owned(format!("{path}{INDEX_NAME}"))
        } else {
            Cow::Borrowed(path)
        }
    }

    /// Whether it is a page's address without its last slash.
    fn is_folder(&self, path: &str) -> bool {
        !path.is_empty() && self.by_path.contains_key(&format!("{path}/{INDEX_NAME}"))
    }

    /// The page alone.
    pub fn router(&self) -> Router {
        let assets = self.clone();
        Router::new().fallback(async move |request: Request| {
            assets.respond(request.method(), request.uri().path(), request.headers())
        })
    }

    fn compress_in_background(self) {
        thread::Builder::new()
            .name("compress".into())
            .spawn(move || self.by_path.values().for_each(File::compress))
            .expect("the system lets us start a thread");
    }
}

impl File {
    fn new(path: &str, plain: Bytes) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, &plain);
        let tag = data_encoding::HEXLOWER.encode(&digest.as_ref()[..8]);
        Self {
            content_type: content_type(path),
            cache_control: cache_control(path),
            etag: HeaderValue::try_from(format!("\"{tag}\"")).expect("hexadecimal is ASCII"),
            plain,
            twins: Twins::default(),
        }
    }

    fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = Response::new(Body::empty());
        if request.get(header::IF_NONE_MATCH) == Some(&self.etag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else if let Some((bytes, encoding)) = self.twins.best_for(request) {
            let encoding = HeaderValue::from_static(encoding);
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_ENCODING, encoding);
            *response.body_mut() = Body::from(bytes);
        } else {
            *response.body_mut() = Body::from(self.plain.clone());
        }
        let headers = response.headers_mut();
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(header::CONTENT_TYPE, self.content_type);
        set(header::CACHE_CONTROL, self.cache_control);
        headers.insert(header::ETAG, self.etag.clone());
        response
    }

    fn compress(&self) {
        if !is_compressed(self.content_type) {
            self.twins.fill(&self.plain);
        }
    }
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

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Only for paths of the table, which a header takes.
fn to_folder(path: &str) -> Response {
    let mut response = plain(StatusCode::PERMANENT_REDIRECT, "");
    let location = HeaderValue::try_from(format!("{path}/")).expect("a file's path is plain text");
    response.headers_mut().insert(header::LOCATION, location);
    response
}

fn page_missing() -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, NO_PAGE);
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

fn read_directory(
    directory: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, Bytes>,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let file: PathBuf = entry.path();
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        let metadata = fs::metadata(&file)?;
        if metadata.is_dir() {
            read_directory(&file, &path, files)?;
        } else if metadata.len() <= FILE_BYTES_MAX {
            files.insert(path, fs::read(&file)?.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets(files: &[(&str, &'static str)]) -> Assets {
        let files = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Bytes::from_static(text.as_bytes())));
        Assets::build(files.collect(), 3)
    }

    fn get(assets: &Assets, path: &str) -> Response {
        assets.respond(&Method::GET, path, &HeaderMap::new())
    }

    #[test]
    fn a_known_tag_is_answered_without_the_bytes() {
        let assets = assets(&[("/index.html", "page")]);
        let tag = get(&assets, "/").headers()[header::ETAG].clone();
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, tag);
        let again = assets.respond(&Method::GET, "/", &headers);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn no_path_leaves_the_table() {
        let assets = assets(&[("/index.html", "page")]);
        for path in [
            "/../Cargo.toml",
            "//etc/passwd",
            "/%2e%2e/x",
            "/index.html/..",
            "",
        ] {
            assert_eq!(get(&assets, path).status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(get(&assets, "/").status(), StatusCode::OK);
        let posted = assets.respond(&Method::POST, "/", &HeaderMap::new());
        assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[test]
    fn a_folder_shows_its_index_and_is_found_without_its_slash() {
        let assets = assets(&[("/index.html", "page"), ("/admin/index.html", "panel")]);
        for (path, status) in [
            ("/admin/", StatusCode::OK),
            ("/admin/index.html", StatusCode::OK),
            ("/admin", StatusCode::PERMANENT_REDIRECT),
            ("/adm/", StatusCode::NOT_FOUND),
            ("//admin/", StatusCode::NOT_FOUND),
        ] {
            assert_eq!(get(&assets, path).status(), status, "{path}");
        }
        assert_eq!(
            get(&assets, "/admin").headers()[header::LOCATION],
            "/admin/"
        );
    }

    #[test]
    fn every_answer_says_what_the_page_may_do() {
        let assets = assets(&[("/index.html", "page")]);
        for path in ["/", MANIFEST_PATH, "/nothing"] {
            let answer = get(&assets, path);
            let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str();
            let policy = policy.expect("it is ASCII");
            assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"));
            assert!(policy.contains("frame-ancestors 'none'"), "{path}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
            for (name, value) in [
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-embedder-policy", "require-corp"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                assert_eq!(answer.headers()[name], value, "{path}");
            }
        }
    }

    #[test]
    fn a_version_is_of_all_files() {
        let version = |files: &[(&str, &'static str)]| {
            let assets = assets(files);
            let manifest = assets.by_path[MANIFEST_PATH].plain.clone();
            let manifest: serde_json::Value =
                serde_json::from_slice(&manifest).expect("it is JSON");
            assert_eq!(manifest["protocol"], 3);
            manifest["version"].as_str().expect("it is text").to_owned()
        };
        let one = version(&[("/index.html", "page"), ("/assets/a.js", "1")]);
        assert_eq!(
            one,
            version(&[("/assets/a.js", "1"), ("/index.html", "page")])
        );
        assert_ne!(
            one,
            version(&[("/index.html", "page"), ("/assets/a.js", "2")])
        );
        assert_ne!(
            one,
            version(&[("/index.html", "page"), ("/assets/b.js", "1")])
        );
    }
}

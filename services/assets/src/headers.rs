//! The headers of every answer: what a page may load and run, and who may hold it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Scripts, workers and the WebAssembly module are the page's own; nothing is inline. Edges of other
/// processes have addresses that only the directory knows, so it may speak to whom it is told of; a page that
/// came encrypted speaks to nobody who does not.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    font-src 'self'; manifest-src 'self'; connect-src 'self' https: wss: http: ws:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The page uses none of them.
const PERMISSIONS_POLICY: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";

const FIXED: [(HeaderName, &str); 9] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::VARY, "accept-encoding"),
    // Alone in its process, and loading only what agrees to be loaded: for clocks that are not coarsened.
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        PERMISSIONS_POLICY,
    ),
];

pub fn secure(headers: &mut HeaderMap) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

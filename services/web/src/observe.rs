//! Around every request: its trace and address in, and out the headers, the log line, the count, and a
//! problem in place of any plainer refusal.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use forwarded::TrustedProxies;
use tracing::{Instrument, Span, field};

use crate::{
    Peer, Problem,
    address::ClientAddress,
    metrics::Metrics,
    problem,
    trace::{REQUEST_ID, TRACE_PARENT, Trace},
};

#[derive(Clone)]
pub(crate) struct Observer {
    pub metrics: Metrics,
    pub trusted_proxies: TrustedProxies,
    pub allowed_origins: Arc<[HeaderValue]>,
}

pub(crate) async fn observe(
    State(observer): State<Observer>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let _under_way = observer.metrics.begin_request();
    let peer = request.extensions().get::<Peer>().copied();
    let address = ClientAddress::of(peer, request.headers(), &observer.trusted_proxies);
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = method_name(request.method());
    let origin = observer.allowed_origin(request.headers());
    let span = tracing::info_span!(
        "request",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        method,
        route,
        request_id = field::Empty,
        trace_id = field::Empty,
        span_id = field::Empty,
        status = field::Empty,
    );
    let trace = Trace::begin(request.headers(), &span);
    request.extensions_mut().insert(trace.clone());
    request.extensions_mut().insert(address);
    let answer = async {
        let mut response = as_problem(next.run(request).await);
        add_headers(&mut response, &trace, origin);
        let status = response.status().as_u16();
        let took = began.elapsed();
        observer.metrics.end_request(method, &route, status, took);
        Span::current().record("status", status);
        let took_us = took.as_micros() as u64;
        tracing::info!(target: "access", status, took_us, address = %address.0, "answered");
        response
    };
    answer.instrument(span).await
}

impl Observer {
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        self.allowed_origins
            .contains(origin)
            .then(|| origin.clone())
    }
}

/// Few, whatever clients make up.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Libraries refuse in plain text; clients get one shape.
fn as_problem(response: Response) -> Response {
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let is_ours = content_type.is_some_and(|value| {
        value == problem::CONTENT_TYPE || value == HeaderValue::from_static("application/json")
    });
    if !is_refusal || is_ours {
        return response;
    }
    let mut told = Problem::of_status(status).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        told.headers_mut().insert(header::ALLOW, allow.clone());
    }
    told
}

/// For answers that are data, never pages: nothing in them is run, framed, sniffed or kept.
const SECURITY_HEADERS: [(header::HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=31536000; includeSubDomains",
    ),
];

fn add_headers(response: &mut Response, trace: &Trace, origin: Option<HeaderValue>) {
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    let no_store = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    let request_id = HeaderValue::try_from(&trace.request_id).expect("checked or hexadecimal");
    headers.insert(REQUEST_ID, request_id);
    headers.insert(TRACE_PARENT, trace.parent_header());
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_static("x-request-id, retry-after");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

/// The answer to a browser that asks before it calls from another origin.
pub(crate) async fn preflight(
    State(observer): State<Observer>,
    request: Request,
    next: Next,
) -> Response {
    let asks = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks || observer.allowed_origin(request.headers()).is_none() {
        return next.run(request).await;
    }
    let allow = [
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "GET, POST, PUT, PATCH, DELETE",
        ),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, x-request-id, traceparent",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, allow).into_response()
}

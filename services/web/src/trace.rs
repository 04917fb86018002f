//! What ties a request's log lines together: its id, and the trace that it is part of (W3C Trace Context). Where
//! traces are exported, the ids are those under which the collector knows it.

use std::fmt::Write;

use axum::http::{HeaderMap, HeaderValue};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use ring::rand::{SecureRandom, SystemRandom};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::limits::REQUEST_ID_CHARS_MAX;

pub(crate) const REQUEST_ID: &str = "x-request-id";
pub(crate) const TRACE_PARENT: &str = "traceparent";

/// In each request's extensions, to be handed on to the services that it calls.
#[derive(Clone, Debug)]
pub struct Trace {
    pub request_id: String,
    /// 32 hexadecimal digits: the caller's, if it brought any.
    pub trace_id: String,
    /// 16 hexadecimal digits: this request's own.
    pub span_id: String,
    /// Whether the caller records this trace.
    pub is_sampled: bool,
}

impl Trace {
    /// The caller's trace goes on in a request's span, which learns its ids.
    pub(crate) fn begin(headers: &HeaderMap, span: &Span) -> Self {
        let parent = text(headers, TRACE_PARENT).and_then(parse_parent);
        if let Some(parent) = &parent {
            // Nobody exports: then there is nothing to set.
            let _ = span.set_parent(Context::new().with_remote_span_context(parent.clone()));
        }
        let exported = span.context().span().span_context().clone();
        let trace = match exported.is_valid() {
            true => Self::of(headers, &exported),
            false => Self::of(headers, &parent.map_or_else(root, child)),
        };
        span.record("request_id", &trace.request_id);
        span.record("trace_id", &trace.trace_id);
        span.record("span_id", &trace.span_id);
        trace
    }

    fn of(headers: &HeaderMap, span: &SpanContext) -> Self {
        let request_id = text(headers, REQUEST_ID).filter(|id| is_request_id(id));
        Self {
            request_id: request_id.map_or_else(random_hex::<16>, str::to_owned),
            trace_id: span.trace_id().to_string(),
            span_id: span.span_id().to_string(),
            is_sampled: span.is_sampled(),
        }
    }

    /// As the header `traceparent`, with this request as the parent.
    pub fn parent_header(&self) -> HeaderValue {
        let flags = u8::from(self.is_sampled);
        let text = format!("00-{}-{}-{flags:02x}", self.trace_id, self.span_id);
        HeaderValue::try_from(text).expect("hexadecimal is a header value")
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A trace that begins here, and that nobody records.
fn root() -> SpanContext {
    let trace_id = TraceId::from_bytes(random());
    let span_id = SpanId::from_bytes(random());
    let flags = TraceFlags::default();
    SpanContext::new(trace_id, span_id, flags, false, TraceState::NONE)
}

fn child(parent: SpanContext) -> SpanContext {
    let span_id = SpanId::from_bytes(random());
    let flags = parent.trace_flags();
    SpanContext::new(parent.trace_id(), span_id, flags, false, TraceState::NONE)
}

/// The caller's span. Later versions may say more at the end, which is passed over.
fn parse_parent(text: &str) -> Option<SpanContext> {
    let mut parts = text.split('-');
    let (version, trace_id) = (parts.next()?, parts.next()?);
    let (span_id, flags) = (parts.next()?, parts.next()?);
    let is_whole = version != "00" || parts.next().is_none();
    let is_sound = is_whole
        && is_hex(version, 2)
        && version != "ff"
        && is_hex(trace_id, 32)
        && is_hex(span_id, 16)
        && is_hex(flags, 2)
        && trace_id.contains(|digit| digit != '0')
        && span_id.contains(|digit| digit != '0');
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()? & 1);
    let (trace_id, span_id) = (TraceId::from_hex(trace_id), SpanId::from_hex(span_id));
    let (trace_id, span_id) = (trace_id.ok()?, span_id.ok()?);
    is_sound.then(|| SpanContext::new(trace_id, span_id, flags, true, TraceState::NONE))
}

fn is_hex(text: &str, length: usize) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == length && text.bytes().all(is_digit)
}

/// Only what cannot forge a log line or a header.
fn is_request_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=REQUEST_ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(is_plain)
}

fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.expect("the system has random numbers");
    bytes
}

fn random_hex<const BYTES: usize>() -> String {
    random::<BYTES>()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn trace(name: &'static str, value: &str) -> Trace {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::try_from(value).expect("a header value"));
        Trace::begin(&headers, &Span::none())
    }

    #[test]
    fn a_callers_trace_goes_on_under_a_span_of_our_own() {
        let got = trace(TRACE_PARENT, &format!("00-{TRACE}-00f067aa0ba902b7-01"));
        assert_eq!(got.trace_id, TRACE);
        assert_ne!(got.span_id, "00f067aa0ba902b7");
        let told = got.parent_header();
        let told = told.to_str().expect("ASCII");
        let parsed = parse_parent(told).expect("it is one");
        assert_eq!(parsed.trace_id().to_string(), TRACE);
        assert!(parsed.is_sampled());
    }

    #[test]
    fn what_is_no_trace_begins_a_new_one() {
        for text in [
            format!("00-{TRACE}-00f067aa0ba902b7"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{TRACE}-00f067aa0ba902b7-01-x"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
        ] {
            assert_ne!(trace(TRACE_PARENT, &text).trace_id, TRACE, "{text}");
        }
    }

    #[test]
    fn only_a_plain_request_id_is_kept() {
        assert_eq!(trace(REQUEST_ID, "a-1_B.2").request_id, "a-1_B.2");
        for text in ["", "a b", "<script>", "a\"", &"a".repeat(65)] {
            assert!(is_hex(&trace(REQUEST_ID, text).request_id, 32), "{text:?}");
        }
    }
}

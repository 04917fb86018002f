//! Traces of requests, sent to an OpenTelemetry collector: only where VOXELHEIM_TRACES says its address, as
//! http://HOST:4318. They are sent from a thread of their own; what a collector does not take is dropped.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::{Level, Subscriber};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

const ADDRESS_VARIABLE: &str = "VOXELHEIM_TRACES";
/// What of our spans is told: those of requests. Ticks have metrics, which cost less.
const TOLD_TARGET: &str = "web";
/// How long a stop waits for the last ones.
const STOP_TIME_MAX: Duration = Duration::from_secs(2);

/// Sends what is left when it is dropped.
pub struct Traces(SdkTracerProvider);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(STOP_TIME_MAX) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// None unless they are wished for; an address that is none says so on standard error.
pub fn layer<S>() -> Option<(Box<dyn Layer<S> + Send + Sync>, Traces)>
where
    S: Subscriber + for<'s> LookupSpan<'s> + Send + Sync,
{
    let address = std::env::var(ADDRESS_VARIABLE).ok()?;
    // Who set one before is right, too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpJson)
        .with_endpoint(format!("{}/v1/traces", address.trim_end_matches('/')))
        .build();
    let exporter = match exporter {
        Ok(exporter) => exporter,
        Err(error) => {
            eprintln!("{ADDRESS_VARIABLE}: {error}; no traces are sent");
            return None;
        }
    };
    let resource = Resource::builder().with_service_name("voxelheim").build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build();
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("voxelheim"));
    let told = Targets::new().with_target(TOLD_TARGET, Level::INFO);
    Some((spans.with_filter(told).boxed(), Traces(provider)))
}

//! Services mounted under one roof: their routes, the limits before them, and the routes of operation.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use forwarded::TrustedProxies;
use tokio::sync::{Semaphore, watch};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Info, OpenApi, OpenApiBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    Check, ClientAddress, Clock, Metrics, Problem, limits,
    observe::{Observer, observe, preflight},
    operations::Operations,
    rate::{AddressRates, Rate},
};

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct Settings {
    pub body_bytes_max: usize,
    pub requests_max: usize,
    pub address_requests_per_second: u32,
    pub address_requests_burst: u32,
    /// Whose `x-forwarded-for` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Pages of other origins that may call, as browsers name them: `https://play.example.org`.
    pub allowed_origins: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_bytes_max: limits::BODY_BYTES_MAX,
            requests_max: limits::REQUESTS_MAX,
            address_requests_per_second: limits::ADDRESS_REQUESTS_PER_SECOND,
            address_requests_burst: limits::ADDRESS_REQUESTS_BURST,
            trusted_proxies: TrustedProxies::default(),
            allowed_origins: Vec::new(),
        }
    }
}

/// Mount services and checks, then turn it into a router.
pub struct Shell {
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    services: OpenApiRouter,
    checks: Vec<Check>,
}

impl Shell {
    pub fn new(settings: Settings, clock: Clock) -> Self {
        let info = Info::new("VoxelHeim", env!("CARGO_PKG_VERSION"));
        let document: OpenApi = OpenApiBuilder::new().info(info).build();
        Self {
            settings,
            clock,
            metrics: Metrics::default(),
            services: OpenApiRouter::with_openapi(document),
            checks: Vec::new(),
        }
    }

    /// Where services count what they do.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// A service's routes under a prefix such as `/auth`, alone or beside others alike.
    ///
    /// # Panics
    /// If it calls a shape by a name that another service has given to another: the document has one for both.
    #[must_use]
    pub fn mount(mut self, prefix: &str, service: OpenApiRouter) -> Self {
        require_own_names(self.services.get_openapi(), service.get_openapi());
        self.services = self.services.nest(prefix, service);
        self
    }

    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// All of it. `stop` is true once a stop has begun, from when on it is no longer ready.
    ///
    /// # Panics
    /// If an allowed origin is no header's value.
    pub fn into_router(self, stop: watch::Receiver<bool>) -> Router {
        let observer = self.observer();
        let guard = Guard::new(&self.settings, self.clock);
        let (services, mut api) = self.services.split_for_parts();
        complete(&mut api);
        let services = services
            .layer(DefaultBodyLimit::max(self.settings.body_bytes_max))
            .layer(from_fn_with_state(guard, admit));
        let operations = Operations {
            checks: self.checks.into(),
            metrics: self.metrics,
            document: Operations::document(&api),
            stop,
        };
        services
            .merge(operations.router())
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(async || {
                Problem::of_status(StatusCode::METHOD_NOT_ALLOWED)
            })
            .layer(from_fn_with_state(observer.clone(), preflight))
            .layer(from_fn_with_state(observer, observe))
    }

    fn observer(&self) -> Observer {
        let origins = self.settings.allowed_origins.iter();
        let origins = origins.map(|it| HeaderValue::try_from(it).expect("an origin is ASCII"));
        Observer {
            metrics: self.metrics.clone(),
            trusted_proxies: self.settings.trusted_proxies.clone(),
            allowed_origins: origins.collect(),
        }
    }
}

fn require_own_names(document: &OpenApi, service: &OpenApi) {
    let (Some(known), Some(added)) = (&document.components, &service.components) else {
        return;
    };
    for (name, shape) in &added.schemas {
        let is_new = known.schemas.get(name).is_none_or(|it| it == shape);
        assert!(is_new, "two services call different shapes {name}");
    }
}

/// The scheme that routes name as `bearer`, and the shape of refusals.
fn complete(api: &mut OpenApi) {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    components.schemas.extend(schemas);
}

#[derive(Clone)]
struct Guard {
    clock: Clock,
    rates: Arc<AddressRates>,
    room: Arc<Semaphore>,
}

impl Guard {
    fn new(settings: &Settings, clock: Clock) -> Self {
        let rate = Rate {
            per_second: settings.address_requests_per_second.max(1),
            burst: settings.address_requests_burst.max(1),
        };
        Self {
            clock,
            rates: Arc::new(AddressRates::new(rate, limits::ADDRESSES_MAX)),
            room: Arc::new(Semaphore::new(settings.requests_max)),
        }
    }
}

/// Lets a request in if its address has an allowance and there is room, and for so long only.
async fn admit(
    State(guard): State<Guard>,
    address: ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let now_ms = guard.clock.now_ms();
    if let Err(seconds) = guard.rates.take(address.subscriber(), now_ms) {
        return Problem::too_many(seconds).into_response();
    }
    let Ok(_permit) = guard.room.try_acquire() else {
        return Problem::unavailable(1).into_response();
    };
    let answer = tokio::time::timeout(limits::REQUEST_TIME_MAX, next.run(request)).await;
    answer.unwrap_or_else(|_| Problem::unavailable(1).into_response())
}

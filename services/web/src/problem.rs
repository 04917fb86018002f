//! The one shape of every refusal: RFC 9457, `application/problem+json`.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) const CONTENT_TYPE: &str = "application/problem+json";

/// A refusal, for programs by `type` and for people by `title` and `detail`. Which request it was, the
/// header `x-request-id` says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:voxelheim:problem:` and a name that never changes.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: Box<str>,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    detail: Option<Box<str>>,
    /// What is wrong with which field of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Seconds after which it makes sense to try again; also in the header `retry-after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u32>,
    /// Milliseconds since 1970 at which the refusal ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    until_ms: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldError {
    pub field: String,
    pub detail: String,
}

impl Problem {
    /// `name` is small letters and hyphens, and what clients branch on.
    pub fn new(status: StatusCode, name: &str, title: &'static str) -> Self {
        debug_assert!(status.is_client_error() || status.is_server_error());
        Self {
            kind: format!("urn:voxelheim:problem:{name}").into(),
            title,
            status: status.as_u16(),
            detail: None,
            errors: Vec::new(),
            retry_after_s: None,
            until_ms: None,
        }
    }

    /// A refusal about which there is no more to say than its status.
    pub fn of_status(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Refused");
        let name = title.to_ascii_lowercase().replace(' ', "-");
        Self::new(status, &name, title)
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "Bad request").detail(detail)
    }

    /// 422: the request is well-formed, but this field cannot be.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid-field",
            "A field is not valid",
        )
        .field(field, detail)
    }

    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Sign in to do this",
        )
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "You may not do this").detail(detail)
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is no such thing")
    }

    pub fn conflict(name: &str, title: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, name, title)
    }

    pub fn too_many(retry_after_s: u64) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::new(status, "too-many-requests", "Too many requests").retry_after_s(retry_after_s)
    }

    /// A backend is away, or everything is busy: nothing was done, or it may be done again.
    pub fn unavailable(retry_after_s: u64) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "unavailable", "Try again in a moment").retry_after_s(retry_after_s)
    }

    /// Our own fault; what it was goes to the log, not to the client.
    pub fn internal() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "internal", "Something is broken here")
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into());
        self
    }

    #[must_use]
    pub fn field(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        let (field, detail) = (field.into(), detail.into());
        self.errors.push(FieldError { field, detail });
        self
    }

    #[must_use]
    pub fn retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(u32::try_from(seconds).unwrap_or(u32::MAX));
        self
    }

    #[must_use]
    pub fn until_ms(mut self, until_ms: Option<i64>) -> Self {
        self.until_ms = until_ms;
        self
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).expect("it was made from one")
    }

    /// For a log that people read: the title, and whatever says more.
    pub fn sentence(&self) -> String {
        let mut parts = vec![self.title.to_owned()];
        parts.extend(self.detail.iter().map(|detail| detail.to_string()));
        let errors = self.errors.iter();
        parts.extend(errors.map(|it| format!("{}: {}", it.field, it.detail)));
        parts.join("; ")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).expect("strings and numbers are JSON");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == 401 {
            let challenge = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

//! JSON in and out. In: nothing that the type does not name is let pass, and a refusal names the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Problem, limits::BODY_TIME_MAX};

/// As an extractor a body of strict JSON, as an answer its body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let body = tokio::time::timeout(BODY_TIME_MAX, Bytes::from_request(request, state)).await;
        let body = body.map_err(|_| Problem::of_status(StatusCode::REQUEST_TIMEOUT))?;
        parse(&body.map_err(unread)?).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.0).expect("our own answers are JSON");
        let content_type = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, content_type)], body).into_response()
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = content_type.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let problem = Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    Err(problem.detail("the body must be application/json"))
}

fn unread(rejection: BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Problem::bad_request("the body did not arrive whole"),
    }
}

/// Strictly: unknown fields, doubled fields and anything after the value are refused.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut unknown = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = {
        let mut note = |path: serde_ignored::Path| unknown.push(path.to_string());
        let watched = serde_ignored::Deserializer::new(&mut json, &mut note);
        serde_path_to_error::deserialize(watched).map_err(|error| misfit(&error))?
    };
    json.end().map_err(|error| not_json(&error))?;
    if unknown.is_empty() {
        return Ok(value);
    }
    let problem = Problem::bad_request("the request has fields that nobody knows");
    let add = |problem: Problem, field| problem.field(field, "unknown field");
    Err(unknown.into_iter().fold(problem, add))
}

fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    if !error.inner().is_data() {
        return not_json(error.inner());
    }
    let path = error.path().to_string();
    let field = if path == "." { "" } else { &path };
    Problem::bad_request("the request does not have the right shape")
        .field(field, error.inner().to_string())
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::bad_request(format!("the body is not JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Form {
        name: String,
        inner: Option<Inner>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Inner {
        count: u8,
    }

    fn refusal(body: &str) -> String {
        let problem = parse::<Form>(body.as_bytes()).expect_err(body);
        assert_eq!(problem.status(), StatusCode::BAD_REQUEST, "{body}");
        serde_json::to_string(&problem).expect("JSON")
    }

    #[test]
    fn what_fits_is_taken() {
        let form: Form = parse(br#" {"name": "a", "inner": {"count": 2}} "#).expect("it fits");
        assert_eq!(form.name, "a");
        assert_eq!(form.inner, Some(Inner { count: 2 }));
    }

    #[test]
    fn a_refusal_names_the_field() {
        for (body, field) in [
            (r#"{"name":"a","role":"admin"}"#, r#""field":"role""#),
            (
                r#"{"name":"a","inner":{"count":1,"x":0}}"#,
                r#""field":"inner.?.x""#,
            ),
            (r#"{"name":"a","inner":{"count":256}}"#, "inner.count"),
            (r#"{"name":7}"#, r#""field":"name""#),
            (r#"{"name":"a","name":"b"}"#, "duplicate field `name`"),
            (r#"{}"#, "missing field `name`"),
        ] {
            let told = refusal(body);
            assert!(told.contains(field), "{body}: {told}");
        }
    }

    #[test]
    fn what_is_not_one_value_of_json_is_refused() {
        for body in [
            "",
            "{",
            "[]",
            "null",
            r#"{"name":"a"} {}"#,
            r#"{"name":"\ud800"}"#,
            "\u{feff}{}",
        ] {
            refusal(body);
        }
        let deep = "[".repeat(100_000);
        refusal(&deep);
    }
}

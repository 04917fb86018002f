//! For the tests of services: a client that calls a router as the server would, and what one says to a
//! service to do it harm. Only with the feature `testing`, for `[dev-dependencies]`.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::Peer;

/// Where [`Client::call`] comes from.
pub const HOME: &str = "192.0.2.1";
/// The most of an answer that is read.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Texts that mean harm: to SQL, to markup, to paths, to headers, to whoever reads them, to numbers.
pub const HOSTILE: [&str; 13] = [
    "'; DROP TABLE accounts; --",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    "\u{0}",
    "%00",
    "{{7*7}}",
    "-1",
    "9223372036854775808",
    "../../etc/passwd",
    "x\r\ny",
    "a@b.c\r\nBcc: x@y.z",
    "\u{202e}\u{200b}\u{feff}",
    "\u{1f9e8}\u{fe0f}",
];

/// Calls a router.
pub struct Client(Router);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub text: String,
    /// The same, or null if it is no JSON.
    pub body: Value,
}

impl Client {
    pub fn new(router: Router) -> Self {
        Self(router)
    }

    /// `call` is a method and a path: `GET /auth/account`.
    pub async fn call(&self, call: &str, token: &str, body: &Value) -> Answer {
        self.call_from(HOME, call, token, body).await
    }

    /// As somebody at an address, with a token or, if it is empty, without.
    pub async fn call_from(&self, from: &str, call: &str, token: &str, body: &Value) -> Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let mut request = Request::builder().method(method).uri(path);
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let peer = Peer(format!("{from}:1").parse().expect("an address"));
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .extension(peer)
            .body(Body::from(body.to_string()));
        self.request(request.expect("a request")).await
    }

    /// The answer as it comes, for one that does not end.
    pub async fn open(&self, request: Request<Body>) -> Response {
        let response = self.0.clone().oneshot(request).await;
        response.expect("it is infallible")
    }

    pub async fn request(&self, request: Request<Body>) -> Answer {
        let response = self.open(request).await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
        let text = String::from_utf8(body.expect("a body").into()).expect("text");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, text, body }
    }

    /// The routes that the document names.
    pub async fn routes(&self) -> Vec<Route> {
        let document = self.call("GET /openapi.json", "", &Value::Null).await;
        routes(&document.ok(200))
    }
}

impl Answer {
    /// What it holds, if it is as hoped.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// That it refuses so.
    #[track_caller]
    pub fn refused(self, status: u16, name: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        let kind = format!("urn:voxelheim:problem:{name}");
        assert_eq!(self.body["type"], kind, "{}", self.body);
        self.body
    }
}

/// A route of the document.
#[derive(Clone, Debug)]
pub struct Route {
    /// A method and a path, with names in braces.
    pub call: String,
    /// Of the body.
    pub fields: Vec<String>,
    /// In the path.
    pub names: Vec<String>,
    /// Parameters that the document declares, without those behind the question mark.
    pub declared: Vec<String>,
    /// Whether it asks for a token.
    pub is_locked: bool,
}

impl Route {
    /// The call with a text in place of each name.
    pub fn with(&self, text: &str) -> String {
        let text: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let fill = |call: String, name: &String| call.replace(&format!("{{{name}}}"), &text);
        self.names.iter().fold(self.call.clone(), fill)
    }

    /// A body that has the same in each field.
    pub fn body_of(&self, value: &Value) -> Map<String, Value> {
        let fields = self.fields.iter();
        fields.map(|it| (it.clone(), value.clone())).collect()
    }
}

fn routes(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            routes.push(route(document, method, path, operation));
        }
    }
    routes
}

fn route(document: &Value, method: &str, path: &str, operation: &Value) -> Route {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let form = schema.as_str().and_then(|it| it.rsplit('/').next());
    let fields = &document["components"]["schemas"][form.unwrap_or_default()]["properties"];
    let names = path.split('/');
    let names = names.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let declared = parameters.filter(|it| it["in"] == "path");
    Route {
        call: format!("{} {path}", method.to_uppercase()),
        fields: fields
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .collect(),
        names: names.map(str::to_owned).collect(),
        declared: declared
            .filter_map(|it| it["name"].as_str())
            .map(str::to_owned)
            .collect(),
        is_locked: operation["security"].is_array(),
    }
}

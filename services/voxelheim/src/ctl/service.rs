//! Staff's service by HTTP: all that the panel does.

use std::{
    io::{self, BufRead as _},
    time::Duration,
};

use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};

use crate::{
    Failure,
    ctl::{
        arguments::{CtlArguments, CtlVerb},
        calls::{self, Call},
        shards, table,
    },
    services::{runtime, runtime_failure},
};

/// More than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What it answers, as text or JSON.
pub fn ask(url: &str, arguments: &CtlArguments) -> Result<String, Failure> {
    runtime()?.block_on(async {
        let service = Service::new(url)?;
        if let CtlVerb::Login { email, code, auth } = &arguments.verb {
            let token = service.log_in((email, code), auth.as_deref()).await?;
            return Ok(match arguments.json {
                true => format!("{}\n", json!({ "access_token": token })),
                false => format!("{token}\n"),
            });
        }
        let call = calls::call(&arguments.verb)?;
        let shown = call.shown;
        let answer = service.serve(call, arguments).await?;
        let answer = match shown {
            "" => &answer,
            name => &answer[name],
        };
        Ok(match arguments.json {
            true => format!("{answer:#}\n"),
            false => text_of(&arguments.verb, answer),
        })
    })
}

/// As people read it.
fn text_of(verb: &CtlVerb, answer: &Value) -> String {
    let shards = match verb {
        CtlVerb::Shards => shards::of_pods(answer),
        _ => None,
    };
    shards.map_or_else(|| table::text_of(answer), |shards| shards::text_of(&shards))
}

struct Service {
    url: String,
    client: Client,
}

impl Service {
    fn new(url: &str) -> Result<Self, Failure> {
        // Who set one before is right, too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build();
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            client: client.map_err(runtime_failure)?,
        })
    }

    /// With what has to be asked before, and why.
    async fn serve(&self, call: Call, arguments: &CtlArguments) -> Result<Value, Failure> {
        let token = arguments.token.as_deref().ok_or_else(|| {
            Failure::Usage(
                "say who you are with --token; see voxelheim ctl login --help".to_owned(),
            )
        })?;
        let reason = arguments.reason.as_deref();
        let mut call = call;
        if call.method == "PUT" && call.path == "/config" {
            let now = self.send(&calls::call(&SHOW_CONFIG)?, token).await?;
            call.body["digest"] = now["digest"].clone();
        }
        let answer = self
            .send(&with_reason(call.clone(), reason)?, token)
            .await?;
        match arguments.verb {
            CtlVerb::Rollback { yes: true, .. } => {
                let key = format!("ctl-{:016x}", web::ids::new_id());
                let call = calls::rollback(&call, &answer, &key);
                self.send(&with_reason(call, reason)?, token).await
            }
            _ => Ok(answer),
        }
    }

    async fn send(&self, call: &Call, token: &str) -> Result<Value, Failure> {
        let url = format!("{}{}", self.url, call.path);
        self.exchange(call.method, &url, token, &call.body).await
    }

    /// The access token of who has the password and a code.
    async fn log_in(
        &self,
        (email, code): (&str, &str),
        auth: Option<&str>,
    ) -> Result<String, Failure> {
        let beside = self.url.trim_end_matches("/admin").to_owned() + "/auth";
        let auth = auth.map_or(beside, |url| url.trim_end_matches('/').to_owned());
        let mut password = String::new();
        let read = io::stdin().lock().read_line(&mut password);
        read.map_err(|error| Failure::Usage(format!("no password was given: {error}")))?;
        let password = password.trim_end_matches(['\r', '\n']);
        let form = json!({ "email": email, "password": password, "code": code });
        let url = format!("{auth}/login");
        let answer = self.exchange("POST", &url, "", &form).await?;
        let token = answer["access_token"].as_str();
        let token = token.ok_or_else(|| Failure::Runtime(format!("{auth} gave no token")))?;
        Ok(token.to_owned())
    }

    async fn exchange(
        &self,
        method: &str,
        url: &str,
        token: &str,
        body: &Value,
    ) -> Result<Value, Failure> {
        let method = Method::from_bytes(method.as_bytes()).expect("ours are methods");
        let mut request = self.client.request(method, url);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.header("content-type", "application/json");
            request = request.body(body.to_string());
        }
        let unreachable = |error: reqwest::Error| {
            Failure::Usage(format!("{url} does not answer ({error}): check --url"))
        };
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let text = answer.text().await.map_err(runtime_failure)?;
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        match status.is_success() {
            true => Ok(value),
            false if status.is_client_error() => Err(Failure::Usage(refusal(&value, status))),
            false => Err(Failure::Runtime(refusal(&value, status))),
        }
    }
}

const SHOW_CONFIG: CtlVerb = CtlVerb::Config {
    verb: super::arguments::SettingsVerb::Show,
};

fn with_reason(mut call: Call, reason: Option<&str>) -> Result<Call, Failure> {
    if call.is_action() {
        let missing = || Failure::Usage("say why with --reason: it goes into the log".to_owned());
        call.body["reason"] = reason.ok_or_else(missing)?.into();
    }
    Ok(call)
}

/// A problem in one line.
fn refusal(problem: &Value, status: reqwest::StatusCode) -> String {
    let mut parts = vec![problem["title"].as_str().unwrap_or("").to_owned()];
    parts.push(problem["detail"].as_str().unwrap_or("").to_owned());
    for error in problem["errors"].as_array().into_iter().flatten() {
        let of = |name: &str| error[name].as_str().unwrap_or("");
        parts.push(format!("{}: {}", of("field"), of("detail")));
    }
    parts.retain(|part| !part.is_empty());
    match parts.is_empty() {
        true => format!("it answered {status}"),
        false => parts.join("; "),
    }
}

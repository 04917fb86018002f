//! Staff's service by HTTP: all that the panel does.

use std::{
    io::{self, BufRead as _, Write as _},
    time::Duration,
};

use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};

use crate::{
    Failure,
    ctl::{
        Told,
        arguments::{CtlArguments, CtlVerb, SettingsVerb},
        calls::{self, Call},
        shards, statistics, table,
        tree::Tree,
    },
    services::{runtime, runtime_failure},
};

/// More than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What it answers, as text or JSON.
pub fn ask(url: &str, arguments: &CtlArguments) -> Result<Told, Failure> {
    runtime()?.block_on(async {
        let service = Service::new(url)?;
        if let CtlVerb::Login { email, code, auth } = &arguments.verb {
            let token = service.log_in((email, code), auth.as_deref()).await?;
            let text = match arguments.json {
                true => format!("{}\n", json!({ "access_token": token })),
                false => format!("{token}\n"),
            };
            return Ok(text.into());
        }
        let (service, call) = match &arguments.verb {
            CtlVerb::Statistics(asked) => {
                let beside = service.beside("analytics", asked.analytics.as_deref());
                (Service::new(&beside)?, statistics::call(asked))
            }
            verb => (service, calls::call(verb)?),
        };
        let shown = call.shown;
        let body = service.serve(call, arguments).await?;
        told(&body, shown, arguments)
    })
}

/// What of an answer is shown, and whether it is one that the program fails of.
fn told(body: &str, shown: &str, arguments: &CtlArguments) -> Result<Told, Failure> {
    let whole = value_of(body);
    let answer = match shown {
        "" => &whole,
        name => &whole[name],
    };
    let failure = match &arguments.verb {
        CtlVerb::Config {
            verb: SettingsVerb::Check { file },
        } if answer["is_right"] == false => {
            let trouble = answer["trouble"].as_str().unwrap_or("it is not right");
            Some(Failure::Usage(format!("{}: {trouble}", file.display())))
        }
        _ if shown.is_empty() => None,
        _ => troubles_of(&whole, answer),
    };
    let text = match arguments.json {
        true => format!("{answer:#}\n"),
        false => text_of(&arguments.verb, body, shown)?,
    };
    Ok(Told { text, failure })
}

/// Why a list that is a part of the answer is empty. Where it is not, what else is not known is told beside it.
fn troubles_of(whole: &Value, list: &Value) -> Option<Failure> {
    let troubles = whole["troubles"].as_array()?.iter();
    let troubles: Vec<&str> = troubles.filter_map(Value::as_str).collect();
    let is_empty = list.as_array().is_none_or(Vec::is_empty);
    if is_empty && !troubles.is_empty() {
        return Some(Failure::Runtime(troubles.join("; ")));
    }
    for trouble in troubles {
        let _ = writeln!(io::stderr(), "warning: {trouble}");
    }
    None
}

/// As people read it.
fn text_of(verb: &CtlVerb, body: &str, shown: &str) -> Result<String, Failure> {
    let shards = match verb {
        CtlVerb::Shards => shards::of_pods(&value_of(body)[shown]),
        _ => None,
    };
    if let Some(shards) = shards {
        return Ok(shards::text_of(&shards));
    }
    let whole: Tree = serde_json::from_str(body).map_err(runtime_failure)?;
    Ok(table::text_of(match shown {
        "" => &whole,
        name => whole.field(name),
    }))
}

/// Null of what is no JSON.
fn value_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or(Value::Null)
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

    /// Where another service is: as is said, else beside this one.
    fn beside(&self, service: &str, said: Option<&str>) -> String {
        let beside = || format!("{}/{service}", self.url.trim_end_matches("/admin"));
        said.map_or_else(beside, |url| url.trim_end_matches('/').to_owned())
    }

    /// With what has to be asked before, and why.
    async fn serve(&self, call: Call, arguments: &CtlArguments) -> Result<String, Failure> {
        let token = arguments.token.as_deref().ok_or_else(|| {
            Failure::Usage(
                "say who you are with --token; see voxelheim ctl login --help".to_owned(),
            )
        })?;
        let reason = arguments.reason.as_deref();
        let mut call = call;
        if call.method == "PUT" && call.path == "/config" {
            let now = self.send(&calls::call(&SHOW_CONFIG)?, token).await?;
            call.body["digest"] = value_of(&now)["digest"].clone();
        }
        let answer = self
            .send(&with_reason(call.clone(), reason)?, token)
            .await?;
        match arguments.verb {
            CtlVerb::Rollback { yes: true, .. } => {
                let key = format!("ctl-{:016x}", web::ids::new_id());
                let call = calls::rollback(&call, &value_of(&answer), &key);
                self.send(&with_reason(call, reason)?, token).await
            }
            _ => Ok(answer),
        }
    }

    async fn send(&self, call: &Call, token: &str) -> Result<String, Failure> {
        let url = format!("{}{}", self.url, call.path);
        self.exchange(call.method, &url, token, &call.body).await
    }

    /// The access token of who has the password and a code.
    async fn log_in(
        &self,
        (email, code): (&str, &str),
        auth: Option<&str>,
    ) -> Result<String, Failure> {
        let auth = self.beside("auth", auth);
        let mut password = String::new();
        let read = io::stdin().lock().read_line(&mut password);
        read.map_err(|error| Failure::Usage(format!("no password was given: {error}")))?;
        let password = password.trim_end_matches(['\r', '\n']);
        let form = json!({ "email": email, "password": password, "code": code });
        let url = format!("{auth}/login");
        let answer = self.exchange("POST", &url, "", &form).await?;
        let answer = value_of(&answer);
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
    ) -> Result<String, Failure> {
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
        let problem = || refusal(&value_of(&text), status);
        match status.is_success() {
            true => Ok(text),
            false if status.is_client_error() => Err(Failure::Usage(problem())),
            false => Err(Failure::Runtime(problem())),
        }
    }
}

const SHOW_CONFIG: CtlVerb = CtlVerb::Config {
    verb: SettingsVerb::Show,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: CtlArguments,
    }

    fn told_of(body: &str, shown: &str, words: &str) -> Told {
        let line = ["ctl"].into_iter().chain(words.split(' '));
        let line: Line = clap::Parser::try_parse_from(line).expect("it is a line");
        told(body, shown, &line.arguments).expect("it is an answer")
    }

    #[test]
    fn a_wrong_file_is_shown_and_fails() {
        let wrong =
            r#"{ "is_right": false, "trouble": "line 1: no", "diff": [], "needs_restart": [] }"#;
        let told = told_of(wrong, "", "config check new.toml");
        assert!(
            told.text
                .starts_with("is_right: false\ntrouble: line 1: no\n"),
            "{}",
            told.text
        );
        let failure = told.failure.expect("it is wrong").to_string();
        assert_eq!(failure, "new.toml: line 1: no");
        let right = wrong.replace("false", "true");
        assert!(
            told_of(&right, "", "config check new.toml")
                .failure
                .is_none()
        );
    }

    #[test]
    fn regions_of_a_world_that_does_not_answer_are_a_failure() {
        let silent = r#"{ "regions": [], "pods": [], "troubles": ["the world does not answer"] }"#;
        for (shown, words) in [
            ("regions", "regions"),
            ("pods", "shards"),
            ("regions", "regions --json"),
        ] {
            let failure = told_of(silent, shown, words)
                .failure
                .expect("nothing is known");
            assert_eq!(failure.to_string(), "the world does not answer");
        }
        let answer = r#"{ "regions": [{ "region": "2f", "owner": "0/0" }], "troubles": ["an edge is silent"] }"#;
        let told = told_of(answer, "regions", "regions");
        assert_eq!(told.text, "REGION  OWNER\n2f      0/0\n");
        assert!(told.failure.is_none());
    }
}

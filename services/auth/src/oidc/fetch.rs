//! Asking another provider: over TLS, without redirects, for so long and so many bytes.

use reqwest::{Client, Request, Url, redirect::Policy};
use serde::de::DeserializeOwned;

use crate::{
    limits::{OIDC_ANSWER_BYTES_MAX, OIDC_ANSWER_MAX},
    text,
};

pub struct Fetcher {
    client: Client,
}

impl Fetcher {
    /// # Errors
    /// If the system's certificates cannot be read.
    pub fn new() -> Result<Self, String> {
        // Who set one before is right, too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(OIDC_ANSWER_MAX)
            .build();
        let client = client.map_err(|error| error.to_string())?;
        Ok(Self { client })
    }

    pub async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let request = Request::new(reqwest::Method::GET, checked(url)?);
        self.ask(request).await
    }

    /// From a process of our own, whose address the operator gave.
    pub async fn get_inside<T: DeserializeOwned>(&self, url: Url) -> Result<T, String> {
        self.ask(Request::new(reqwest::Method::GET, url)).await
    }

    /// A form, as the token endpoint takes it.
    pub async fn post<T: DeserializeOwned>(
        &self,
        url: &str,
        form: &[(&str, &str)],
    ) -> Result<T, String> {
        let request = self.client.post(checked(url)?).form(form).build();
        self.ask(request.map_err(|error| error.to_string())?).await
    }

    async fn ask<T: DeserializeOwned>(&self, request: Request) -> Result<T, String> {
        let answer = self.client.execute(request).await;
        let mut answer = answer.map_err(|error| error.without_url().to_string())?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("it answered {status}"));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| error.to_string())? {
            if body.len() + chunk.len() > OIDC_ANSWER_BYTES_MAX {
                return Err("its answer is too long".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|error| format!("its answer: {error}"))
    }
}

/// TLS, or this very machine, for tests and development.
pub fn checked(url: &str) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let is_here = text::is_this_machine(url.host_str().unwrap_or_default());
    if url.scheme() == "https" || url.scheme() == "http" && is_here {
        return Ok(url);
    }
    Err("it must be https".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_leaves_this_machine() {
        for url in [
            "https://a.example/x",
            "http://127.0.0.1:9/x",
            "http://[::1]:9/",
        ] {
            assert!(checked(url).is_ok(), "{url}");
        }
        for url in [
            "http://a.example/",
            "http://localhost.a.example/",
            "file:///etc/passwd",
            "x",
            "",
        ] {
            assert!(checked(url).is_err(), "{url}");
        }
    }
}

//! What answers by HTTP: the edges' status and who is connected to them, and other environments.

use std::sync::{Arc, RwLock};

use axum::http::{HeaderValue, header};
use reqwest::{Client, RequestBuilder, Url, redirect::Policy};
use serde::de::DeserializeOwned;

use crate::limits::{SOURCES_MAX, STATUS_BYTES_MAX, STATUS_TIME_MAX};

/// The addresses of edges as this process reaches them, which may become known later. Cheap to clone; the clones
/// are one list.
#[derive(Clone, Debug, Default)]
pub struct Edges(Arc<RwLock<Vec<String>>>);

impl Edges {
    /// In place of those before; those beyond [`SOURCES_MAX`] are not asked.
    pub fn set(&self, urls: Vec<String>) {
        *self.0.write().expect("no holder panics") = urls;
    }

    pub fn urls(&self) -> Vec<String> {
        let urls = self.0.read().expect("no holder panics");
        urls.iter().take(SOURCES_MAX).cloned().collect()
    }
}

/// Asks addresses that an operator gave, for so long and so many bytes.
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
            .no_proxy()
            .timeout(STATUS_TIME_MAX)
            .build();
        let client = client.map_err(|error| error.to_string())?;
        Ok(Self { client })
    }

    /// # Errors
    /// A sentence, without the address.
    pub async fn get<T: DeserializeOwned>(&self, base: &str, path: &str) -> Result<T, String> {
        self.send(self.client.get(url_of(base, path)?)).await
    }

    /// In the name of who shows this.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn get_as<T: DeserializeOwned>(
        &self,
        authorization: &HeaderValue,
        base: &str,
        (path, query): (&str, &[(&str, String)]),
    ) -> Result<T, String> {
        let mut url = url_of(base, path)?;
        url.query_pairs_mut().extend_pairs(query);
        let request = self.client.get(url);
        let request = request.header(header::AUTHORIZATION, authorization);
        self.send(request).await
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, String> {
        let answer = request.send().await;
        let mut answer = answer.map_err(|_| "it does not answer".to_owned())?;
        if !answer.status().is_success() {
            return Err(format!("it answered {}", answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|_| "it broke off".to_owned())?
        {
            if body.len() + chunk.len() > STATUS_BYTES_MAX {
                return Err("its answer is too long".to_owned());
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|_| "its answer is of another version".to_owned())
    }
}

fn url_of(base: &str, path: &str) -> Result<Url, String> {
    let url = format!("{}{path}", base.trim_end_matches('/'));
    Url::parse(&url).map_err(|error| error.to_string())
}

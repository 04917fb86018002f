//! Large things by name: checkpoints and dumps. In S3 (MinIO) or in a folder, by URL.
//!
//! An object is there whole or not at all, and is replaced at once.

mod error;

use std::{fs, path::PathBuf, sync::Arc};

use futures_util::TryStreamExt;
use object_store::{
    BackoffConfig, Certificate, ClientOptions, Error, ObjectStore, ObjectStoreExt, PutMode,
    PutOptions, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
};
use percent_encoding::percent_decode_str;
use reqwest::Url;

pub use error::ObjectsError;

use crate::limits::{
    NAME_BYTES_MAX, OBJECT_BYTES_MAX, OBJECTS_CONNECT_MAX, OBJECTS_LISTED_MAX, OBJECTS_RETRIES,
    OBJECTS_RETRY_MAX, OBJECTS_RETRY_MIN, OBJECTS_TRANSFER_MAX,
};

/// A place for objects. Cheap to clone; the clones share connections.
#[derive(Clone)]
pub struct Objects(Arc<dyn ObjectStore>);

/// What is known of an object without reading it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    pub name: String,
    pub size_bytes: u64,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        // Not the store: it knows a secret.
        formatter.write_str("Objects")
    }
}

impl Objects {
    /// `s3s://key:secret@host:port/bucket?region=R&authority=FILE`, of a bucket that is there, spoken to by TLS:
    /// signed for that region, `us-east-1` unless said, and believed if its certificate is of an authority of
    /// the system or of the one in that PEM file. `s3://` the same without TLS, so it belongs into the
    /// processes' own network. What a URL gives a meaning to in key or secret is percent-encoded. Or
    /// `file:///path`, a folder that is made if it is missing.
    ///
    /// # Errors
    /// [`ObjectsError::BadUrl`], [`ObjectsError::Unavailable`] of a folder.
    pub fn open(url: &str) -> Result<Self, ObjectsError> {
        let parsed = Url::parse(url).map_err(|error| ObjectsError::BadUrl(error.to_string()))?;
        match parsed.scheme() {
            "s3" | "s3s" => open_s3(&parsed),
            "file" => open_folder(&parsed),
            // Not the whole URL: it may hold a secret.
            scheme => Err(ObjectsError::BadUrl(format!(
                "begins with {scheme:?}, but must with s3s://, s3:// or file://"
            ))),
        }
    }

    /// Whether it answers, for readiness.
    ///
    /// # Errors
    /// [`ObjectsError::Unavailable`]; [`ObjectsError::Failed`] if there is no such bucket, or the secret
    /// is wrong.
    pub async fn ping(&self) -> Result<(), ObjectsError> {
        // An answer about one object says whether the secret is right, one about all whether there is a
        // bucket.
        self.get("ping").await?;
        self.list("ping").await.map(drop)
    }

    /// Puts an object in place of whatever has its name.
    ///
    /// # Errors
    /// [`ObjectsError::BadName`], [`ObjectsError::TooLarge`], [`ObjectsError::Unavailable`].
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), ObjectsError> {
        let (path, payload) = (path_of(name)?, payload_of(bytes)?);
        Ok(self.0.put(&path, payload).await.map(drop)?)
    }

    /// Puts an object unless there is one of its name; whether it did. Of many who try, one does.
    ///
    /// # Errors
    /// As of [`Self::put`]; after [`ObjectsError::Unavailable`] it may be there.
    pub async fn put_if_absent(&self, name: &str, bytes: Vec<u8>) -> Result<bool, ObjectsError> {
        let (path, payload) = (path_of(name)?, payload_of(bytes)?);
        let put = self
            .0
            .put_opts(&path, payload, PutOptions::from(PutMode::Create));
        match put.await {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// None if there is no object of this name.
    ///
    /// # Errors
    /// [`ObjectsError::BadName`], [`ObjectsError::Unavailable`]; [`ObjectsError::TooLarge`] if somebody
    /// else put it there.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, ObjectsError> {
        let result = match self.0.get(&path_of(name)?).await {
            Ok(result) => result,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if result.meta.size > OBJECT_BYTES_MAX as u64 {
            return Err(ObjectsError::TooLarge);
        }
        Ok(Some(result.bytes().await?.to_vec()))
    }

    /// The objects in a folder and its folders, by name; all with `""`.
    ///
    /// # Errors
    /// [`ObjectsError::BadName`], [`ObjectsError::Unavailable`];
    /// [`ObjectsError::Failed`] if there are more than
    /// [`OBJECTS_LISTED_MAX`].
    pub async fn list(&self, folder: &str) -> Result<Vec<Object>, ObjectsError> {
        let folder = folder.trim_end_matches('/');
        let path = (!folder.is_empty()).then(|| path_of(folder)).transpose()?;
        let mut stream = self.0.list(path.as_ref());
        let mut objects = Vec::new();
        while let Some(meta) = stream.try_next().await? {
            if objects.len() == OBJECTS_LISTED_MAX {
                return Err(ObjectsError::Failed(format!(
                    "too many objects in {folder:?}"
                )));
            }
            let (name, size_bytes) = (meta.location.to_string(), meta.size);
            objects.push(Object { name, size_bytes });
        }
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(objects)
    }

    /// The names of the folders that lie directly in a folder, in order. One from which all was deleted may be
    /// among them.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn folders(&self, folder: &str) -> Result<Vec<String>, ObjectsError> {
        let found = self.0.list_with_delimiter(Some(&path_of(folder)?)).await?;
        if found.common_prefixes.len() > OBJECTS_LISTED_MAX {
            return Err(ObjectsError::Failed(format!(
                "too many folders in {folder:?}"
            )));
        }
        let folders = found.common_prefixes.iter();
        let mut names: Vec<String> = folders
            .filter_map(|path| path.filename().map(str::to_owned))
            .collect();
        names.sort();
        Ok(names)
    }

    /// Deletes an object, if there is one.
    ///
    /// # Errors
    /// [`ObjectsError::BadName`], [`ObjectsError::Unavailable`].
    pub async fn delete(&self, name: &str) -> Result<(), ObjectsError> {
        match self.0.delete(&path_of(name)?).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn open_s3(url: &Url) -> Result<Objects, ObjectsError> {
    let host = url.host_str().ok_or_else(|| bad_url("names no host"))?;
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let bucket = url.path().trim_matches('/');
    let secret = url
        .password()
        .ok_or_else(|| bad_url("has no key and secret"))?;
    if bucket.is_empty() {
        return Err(bad_url("names no bucket"));
    }
    // The HTTP client wants to know whose cryptography it would use, even where it uses none. If another
    // part of the process has said so before, that is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let is_plain = url.scheme() == "s3";
    let web_scheme = if is_plain { "http" } else { "https" };
    let client = ClientOptions::new()
        .with_allow_http(is_plain)
        .with_connect_timeout(OBJECTS_CONNECT_MAX)
        .with_timeout(OBJECTS_TRANSFER_MAX);
    let options = S3Options::of(url)?;
    let client = options
        .authorities
        .into_iter()
        .fold(client, |client, it| client.with_root_certificate(it));
    let mut builder = AmazonS3Builder::new()
        .with_endpoint(format!("{web_scheme}://{host}{port}"))
        .with_bucket_name(bucket)
        .with_access_key_id(decoded(url.username())?)
        .with_secret_access_key(decoded(secret)?)
        .with_retry(retries())
        .with_client_options(client);
    if let Some(region) = options.region {
        builder = builder.with_region(region);
    }
    let store = builder.build();
    let store = store.map_err(|error| ObjectsError::BadUrl(error.to_string()))?;
    Ok(Objects(Arc::new(store)))
}

/// What stands behind the question mark.
#[derive(Default)]
struct S3Options {
    region: Option<String>,
    authorities: Vec<Certificate>,
}

impl S3Options {
    fn of(url: &Url) -> Result<Self, ObjectsError> {
        let mut options = Self::default();
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "region" => options.region = Some(value.into_owned()),
                "authority" => options.authorities = authorities(&value)?,
                // Not by its name: who forgot to encode a secret has a piece of it here.
                _ => return Err(bad_url("says what is neither region nor authority")),
            }
        }
        Ok(options)
    }
}

fn authorities(file: &str) -> Result<Vec<Certificate>, ObjectsError> {
    let pem = fs::read(file).map_err(|error| bad_url(&format!("authority {file:?}: {error}")))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(bad_url(&format!("authority {file:?} holds no certificate"))),
    }
}

fn decoded(part: &str) -> Result<String, ObjectsError> {
    let decoded = percent_decode_str(part).decode_utf8();
    let decoded = decoded.map_err(|_| bad_url("has a key or secret that is no text"))?;
    Ok(decoded.into_owned())
}

fn bad_url(what: &str) -> ObjectsError {
    ObjectsError::BadUrl(what.to_owned())
}

fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: OBJECTS_RETRY_MIN,
            max_backoff: OBJECTS_RETRY_MAX,
            base: 2.0,
        },
        max_retries: OBJECTS_RETRIES,
        retry_timeout: OBJECTS_TRANSFER_MAX,
    }
}

fn open_folder(url: &Url) -> Result<Objects, ObjectsError> {
    let folder: PathBuf = url
        .to_file_path()
        .map_err(|()| bad_url("names no folder of this machine"))?;
    fs::create_dir_all(&folder).map_err(|error| ObjectsError::Unavailable(error.to_string()))?;
    let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
    Ok(Objects(Arc::new(store)))
}

/// Names are words of a file system and of a URL alike, with `/` between.
fn path_of(name: &str) -> Result<Path, ObjectsError> {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"-_./".contains(&it);
    let bad_name = || ObjectsError::BadName(name.to_owned());
    if name.len() > NAME_BYTES_MAX || !name.bytes().all(is_allowed) || name.is_empty() {
        return Err(bad_name());
    }
    let path = Path::parse(name).map_err(|_| bad_name())?;
    // As it was given, or two names would be one object.
    if path.as_ref() == name {
        Ok(path)
    } else {
        Err(bad_name())
    }
}

fn payload_of(bytes: Vec<u8>) -> Result<object_store::PutPayload, ObjectsError> {
    if bytes.len() > OBJECT_BYTES_MAX {
        return Err(ObjectsError::TooLarge);
    }
    Ok(bytes.into())
}

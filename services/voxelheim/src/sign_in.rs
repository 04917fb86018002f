//! What an operator sets about accounts: where mail goes, where the page is, and by whom one may sign in besides.

use std::{
    env, fmt, fs,
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use auth::{FolderMail, MailSender, Provider, SmtpMail};
use reqwest::Url;
use serde::Deserialize;
use web::Clock;

use crate::Failure;

/// Where mail goes.
#[derive(Clone, PartialEq, Eq)]
pub enum MailWay {
    /// It is kept there, for development.
    Folder(PathBuf),
    /// To a mail server, by a URL with a password.
    Server(String),
}

impl From<&str> for MailWay {
    fn from(text: &str) -> Self {
        match text.contains("://") {
            true => Self::Server(text.to_owned()),
            false => Self::Folder(text.into()),
        }
    }
}

/// Without the password.
impl fmt::Debug for MailWay {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(formatter, "{}", folder.display()),
            Self::Server(_) => formatter.write_str("a mail server"),
        }
    }
}

impl MailWay {
    pub fn open(&self, clock: &Clock) -> Result<Arc<dyn MailSender>, Failure> {
        match self {
            Self::Folder(folder) => Ok(Arc::new(FolderMail::new(folder, clock.clone()))),
            Self::Server(url) => match SmtpMail::new(url) {
                Ok(sender) => Ok(Arc::new(sender)),
                Err(error) => Err(Failure::Usage(format!("mail: {error}"))),
            },
        }
    }
}

/// A provider as a file names it.
#[derive(Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields)]
pub struct ProviderEntry {
    name: String,
    title: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    client_secret_env: Option<String>,
}

impl ProviderEntry {
    fn resolve(&self, page_url: &str) -> Result<Provider, String> {
        let secret = self.secret();
        Ok(Provider {
            name: self.name.clone(),
            title: self.title.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret.map_err(|error| format!("{}: {error}", self.name))?,
            // One a provider, so that the page knows who answers.
            redirect_url: format!("{page_url}?by={}", self.name),
        })
    }

    fn secret(&self) -> Result<Option<String>, String> {
        let secret = match (&self.client_secret_file, &self.client_secret_env) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err("either client_secret_file or client_secret_env".to_owned());
            }
            (Some(path), None) => read_secret(path)
                .map_err(|error| format!("client_secret_file: {}: {error}", path.display()))?,
            (None, Some(name)) => env::var(name)
                .map_err(|_| format!("client_secret_env: {name} is not set to a text"))?,
        };
        let secret = secret.trim().to_owned();
        match secret.is_empty() {
            true => Err("the client's secret is empty".to_owned()),
            false => Ok(Some(secret)),
        }
    }
}

/// Far longer than any provider's.
const SECRET_BYTES_MAX: u64 = 64 * 1_024;

/// Of a plain file: what else has a path may have no end, or wait for somebody to write.
fn read_secret(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is no file"));
    }
    let mut text = String::new();
    let mut file = fs::File::open(path)?.take(SECRET_BYTES_MAX);
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// The file of providers that a service alone is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvidersFile {
    providers: Vec<ProviderEntry>,
}

/// In the data folder: mail that is not sent but kept.
pub const MAIL: &str = "mail";

/// See the module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignIn {
    pub mail: MailWay,
    /// As players reach it, with a `/` at its end.
    pub page_url: String,
    pub providers: Vec<ProviderEntry>,
}

impl SignIn {
    pub fn new(
        mail: MailWay,
        page_url: &str,
        providers: Vec<ProviderEntry>,
    ) -> Result<Self, Failure> {
        http_url(page_url)
            .map_err(|error| Failure::Usage(format!("url: {page_url:?}: {error}")))?;
        Ok(Self {
            mail,
            page_url: format!("{}/", page_url.trim_end_matches('/')),
            providers,
        })
    }

    /// All that can be said without asking anybody.
    pub fn check(&self) -> Result<(), Failure> {
        self.mail.open(&Clock::system())?;
        self.resolved_providers().map(drop)
    }

    /// With their secrets.
    pub fn resolved_providers(&self) -> Result<Vec<Provider>, Failure> {
        let wrong = |error| Failure::Usage(format!("providers: {error}"));
        let entries = self.providers.iter();
        let providers = entries.map(|entry| entry.resolve(&self.page_url));
        let providers = providers.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        Provider::check(&providers).map_err(wrong)?;
        Ok(providers)
    }
}

/// An address that others follow, as it is said.
///
/// # Errors
/// What is wrong with it.
pub fn http_url(text: &str) -> Result<String, String> {
    const WRONG: &str = "it must begin with https:// or http://, and name a host";
    let url = Url::parse(text).map_err(|error| format!("{WRONG} ({error})"))?;
    match ["http", "https"].contains(&url.scheme()) {
        true => Ok(text.to_owned()),
        false => Err(WRONG.to_owned()),
    }
}

pub fn read_providers(path: &Path) -> Result<Vec<ProviderEntry>, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("--providers: {shown}: {error}")))?;
    let file = toml::from_str::<ProvidersFile>(&text);
    let file = file.map_err(|error| {
        // Its message quotes the line, in which a secret may stand by mistake.
        Failure::Usage(format!("--providers: {shown}: {}", error.message()))
    })?;
    Ok(file.providers)
}

//! Mail by SMTP, through the server that an operator names by URL.

use std::fs;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error,
        client::{Certificate, Tls, TlsParameters},
    },
};
use reqwest::Url;
use tokio::time;

use crate::{
    limits::SMTP_MAIL_MAX,
    mail::{Mail, MailError, MailSender, Sending},
    text,
};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// See the module.
pub struct SmtpMail {
    from: Mailbox,
    transport: Transport,
}

impl SmtpMail {
    /// `smtps://USER:PASSWORD@HOST:PORT?from=ADDRESS` within TLS, `smtp://` with STARTTLS, which is required
    /// unless the host is this machine by number (`127.0.0.1`). `&ca=FILE` names an authority to believe
    /// beside those of the system. Nothing is sent yet.
    ///
    /// # Errors
    /// A sentence, in which the password is not.
    pub fn new(url: &str) -> Result<Self, String> {
        let url = Url::parse(url).map_err(|error| format!("is no URL: {error}"))?;
        let settings = Settings::of(&url)?;
        let transport = transport(&url, &settings)?;
        Ok(Self {
            from: settings.from,
            transport,
        })
    }

    /// Neither a header nor another line can be slipped in: addresses are parsed, the rest is encoded.
    fn message(&self, mail: &Mail) -> Result<Message, String> {
        let to = mail.to.parse().map_err(|_| "not a mail address")?;
        let id = format!("<{}@{}>", web::ids::new_id(), self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone());
        message.map_err(|error| error.to_string())
    }
}

impl MailSender for SmtpMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        let message = self.message(mail);
        Box::pin(async move {
            // The crate's own limit holds for connecting only.
            let message = message.map_err(|words| MailError {
                words,
                is_final: true,
            })?;
            let sent = time::timeout(SMTP_MAIL_MAX, self.transport.send(message)).await;
            let sent =
                sent.map_err(|_| MailError::passing("the mail server does not answer in time"))?;
            sent.map(drop).map_err(|error| MailError {
                words: without_words(&error),
                is_final: error.is_permanent(),
            })
        })
    }
}

/// What a mail server says may name who gets the mail, which the log should not.
fn without_words(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None => format!("the mail server: {error}"),
    }
}

/// What stands behind the URL's `?`.
struct Settings {
    from: Mailbox,
    authority: Option<Certificate>,
}

impl Settings {
    fn of(url: &Url) -> Result<Self, String> {
        let (mut from, mut authority) = (None, None);
        for (name, value) in url.query_pairs() {
            match &*name {
                "from" => from = Some(value.parse().map_err(|_| "from: not a mail address")?),
                "ca" => authority = Some(certificate(&value)?),
                _ => return Err(format!("{name:?} is not known; from and ca are")),
            }
        }
        let from = from.ok_or("needs ?from=ADDRESS, from whom mail is")?;
        Ok(Self { from, authority })
    }
}

fn certificate(path: &str) -> Result<Certificate, String> {
    let is_file = fs::metadata(path).is_ok_and(|it| it.is_file());
    let pem = is_file
        .then(|| fs::read(path))
        .ok_or_else(|| format!("ca: {path} is no file"))?;
    let pem = pem.map_err(|error| format!("ca: {path}: {error}"))?;
    Certificate::from_pem(&pem).map_err(|_| format!("ca: {path} holds no certificate"))
}

fn transport(url: &Url, settings: &Settings) -> Result<Transport, String> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or("names no host")?;
    let is_within_tls = url.scheme() == "smtps";
    let is_plain = !is_within_tls && text::is_this_machine(host);
    let mut plainer = url.clone();
    // The crate reads the rest by its own rules: this is how it is told of TLS, and of our name.
    plainer.set_query((!is_within_tls && !is_plain).then_some("tls=required"));
    plainer.set_path(settings.from.email.domain());
    let builder = Transport::from_url(plainer.as_str());
    let mut builder = builder.map_err(|_| "must begin with smtp:// or smtps://, and be whole")?;
    if let Some(authority) = settings.authority.clone().filter(|_| !is_plain) {
        let believing = TlsParameters::builder(host.to_owned()).add_root_certificate(authority);
        let parameters = believing.build_rustls().map_err(|it| it.to_string())?;
        builder = builder.tls(match is_within_tls {
            true => Tls::Wrapper(parameters),
            false => Tls::Required(parameters),
        });
    }
    Ok(builder.timeout(Some(SMTP_MAIL_MAX)).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_url_is_said_without_the_password() {
        let wrong = [
            ("", "no URL"),
            ("smtps://u:hush@mail.example.org", "from"),
            ("smtps://u:hush@mail.example.org?from=nobody", "from"),
            (
                "smtps://u:hush@mail.example.org?from=a@example.org&tls=none",
                "tls",
            ),
            (
                "smtps://u:hush@mail.example.org?from=a@example.org&ca=/nowhere",
                "/nowhere",
            ),
            (
                "http://u:hush@mail.example.org?from=a@example.org",
                "smtp://",
            ),
            ("smtp:///?from=a@example.org", "host"),
        ];
        for (url, word) in wrong {
            let told = SmtpMail::new(url).err().expect(url);
            assert!(told.contains(word) && !told.contains("hush"), "{told}");
        }
        let from = "from=VoxelHeim%20%3Cgame@example.org%3E";
        for url in ["smtps://u:hush@mail.example.org", "smtp://127.0.0.1:25"] {
            SmtpMail::new(&format!("{url}?{from}")).expect(url);
        }
    }

    #[test]
    fn nothing_is_slipped_into_a_mails_head() {
        let sender = SmtpMail::new("smtp://127.0.0.1:25?from=a@example.org").expect("a URL");
        let mail = |to: &str| Mail {
            to: to.to_owned(),
            subject: "Hello",
            text: "Subject: other\r\n.\r\nBcc: b@example.org".to_owned(),
        };
        for to in [
            "a@example.org\r\nBcc: b@example.org",
            "a@example.org, b@example.org",
            "<a@example.org> b",
        ] {
            assert!(sender.message(&mail(to)).is_err(), "{to}");
        }
        let whole = sender.message(&mail("c@example.org")).expect("sound");
        let whole = String::from_utf8(whole.formatted()).expect("text");
        let (head, _) = whole.split_once("\r\n\r\n").expect("a head");
        assert!(!head.contains("Bcc") && !head.contains("other"), "{head}");
        assert!(head.contains("To: c@example.org") && head.contains("From: a@example.org"));
    }
}

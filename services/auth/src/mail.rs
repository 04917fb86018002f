//! Mail: what is sent, whoever sends it, and the queue before it. A request never waits for a mail: how
//! long it took would tell whether an account exists.

use std::{
    fs::DirBuilder,
    future::Future,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    sync::{Mutex, mpsc},
    task::{self, JoinSet},
    time,
};
use web::Clock;

use crate::{
    AuthError,
    limits::{MAIL_RETRY, MAIL_TRIES, MAILS_AT_ONCE, MAILS_WAITING_MAX},
};

/// A mail in plain text, to a checked address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: &'static str,
    pub text: String,
}

/// Why a mail was not sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailError {
    /// Not to whom: that is nobody's business who reads logs.
    pub words: String,
    /// The server refuses this mail for good, such as for an address that is none.
    pub is_final: bool,
}

impl MailError {
    /// The same may succeed later.
    pub fn passing(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            is_final: false,
        }
    }
}

pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>>;

/// Sends mail, or says why it did not; unless that is final, it is asked again a few times.
pub trait MailSender: Send + Sync {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a>;
}

/// Puts each mail as a file into a folder, for development.
pub struct FolderMail {
    folder: PathBuf,
    clock: Clock,
    count: AtomicU64,
}

impl FolderMail {
    pub fn new(folder: impl Into<PathBuf>, clock: Clock) -> Self {
        Self {
            folder: folder.into(),
            clock,
            count: AtomicU64::new(0),
        }
    }
}

impl MailSender for FolderMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}.eml", self.clock.now_ms());
        let folder = self.folder.clone();
        let text = format!(
            "To: {}\r\nSubject: {}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}",
            mail.to, mail.subject, mail.text
        );
        Box::pin(async move {
            let written = task::spawn_blocking(move || write(&folder, &name, &text)).await;
            let written = written.map_err(|error| MailError::passing(error.to_string()))?;
            written.map_err(|error| MailError::passing(error.to_string()))
        })
    }
}

/// Under its name only once it is whole. Who reads it may act for whom it is to.
fn write(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let unfinished = folder.join(format!(".{name}"));
    std::fs::write(&unfinished, text)?;
    std::fs::rename(unfinished, folder.join(name))
}

/// Mails that wait; what waits when the process ends is lost, and asked for again by who misses it.
pub struct MailQueue {
    sender: mpsc::Sender<Mail>,
    waiting: Mutex<mpsc::Receiver<Mail>>,
}

impl MailQueue {
    pub fn new() -> Self {
        let (sender, waiting) = mpsc::channel(MAILS_WAITING_MAX);
        Self {
            sender,
            waiting: Mutex::new(waiting),
        }
    }

    /// # Errors
    /// [`AuthError::Busy`].
    pub fn put(&self, mail: Mail) -> Result<(), AuthError> {
        self.sender.try_send(mail).map_err(|_| AuthError::Busy)
    }

    /// Sends what is put, a few at once, for ever: one that has to be tried again holds up no other.
    pub async fn run(&self, sender: Arc<dyn MailSender>) {
        let mut waiting = self.waiting.lock().await;
        let mut under_way = JoinSet::new();
        while let Some(mail) = waiting.recv().await {
            if under_way.len() >= MAILS_AT_ONCE {
                under_way.join_next().await;
            }
            while under_way.try_join_next().is_some() {}
            let sender = sender.clone();
            under_way.spawn(async move { send(&*sender, &mail).await });
        }
    }
}

async fn send(sender: &dyn MailSender, mail: &Mail) {
    let mut pause = MAIL_RETRY;
    for tries_left in (0..MAIL_TRIES).rev() {
        let Err(MailError { words, is_final }) = sender.send(mail).await else {
            return;
        };
        if is_final || tries_left == 0 {
            tracing::error!(error = words, subject = mail.subject, "a mail was not sent");
            return;
        }
        tracing::warn!(error = words, tries_left, "a mail was not sent yet");
        time::sleep(pause).await;
        pause *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails so many times first.
    struct Flaky(AtomicU64);

    impl MailSender for Flaky {
        fn send<'a>(&'a self, _: &'a Mail) -> Sending<'a> {
            let left = self.0.load(Ordering::SeqCst);
            self.0.store(left.saturating_sub(1), Ordering::SeqCst);
            let result = if left == 0 {
                Ok(())
            } else {
                Err(MailError::passing("no route"))
            };
            Box::pin(async move { result })
        }
    }

    fn mail(text: &str) -> Mail {
        Mail {
            to: "a@example.org".to_owned(),
            subject: "Hello",
            text: text.to_owned(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_mail_is_tried_again() {
        let sender = Flaky(AtomicU64::new(3));
        send(&sender, &mail("a")).await;
        assert_eq!(sender.0.load(Ordering::SeqCst), 0);
    }

    /// Is never reached for one address, refuses another for good, and notes whose mail it sent.
    #[derive(Default)]
    struct Choosy {
        asked: AtomicU64,
        sent: std::sync::Mutex<Vec<String>>,
    }

    impl MailSender for Choosy {
        fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let result = match &*mail.text {
                "unreachable" => Err(MailError::passing("no route")),
                "refused" => Err(MailError {
                    words: "550".to_owned(),
                    is_final: true,
                }),
                text => {
                    self.sent
                        .lock()
                        .expect("no holder panics")
                        .push(text.to_owned());
                    Ok(())
                }
            };
            Box::pin(async move { result })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_mail_that_is_refused_is_given_up_and_holds_up_no_other() {
        let sender = Choosy::default();
        send(&sender, &mail("refused")).await;
        assert_eq!(sender.asked.load(Ordering::SeqCst), 1);
        let (queue, sender) = (MailQueue::new(), Arc::new(Choosy::default()));
        for text in ["unreachable", "refused", "fine"] {
            queue.put(mail(text)).expect("room");
        }
        let no_time = time::timeout(MAIL_RETRY / 2, queue.run(sender.clone())).await;
        assert!(no_time.is_err(), "it runs for ever");
        assert_eq!(*sender.sent.lock().expect("no holder panics"), ["fine"]);
    }

    #[tokio::test]
    async fn a_full_queue_says_so() {
        let queue = MailQueue::new();
        for _ in 0..MAILS_WAITING_MAX {
            queue.put(mail("a")).expect("room");
        }
        assert!(matches!(queue.put(mail("b")), Err(AuthError::Busy)));
    }

    #[tokio::test]
    async fn a_folder_gets_whole_files() {
        let name = format!("auth-mail-{}", web::ids::new_id());
        let folder = std::env::temp_dir().join(name);
        let sender = FolderMail::new(&folder, Clock::system());
        for text in ["one", "two"] {
            sender.send(&mail(text)).await.expect("a folder");
        }
        let mut texts: Vec<String> = std::fs::read_dir(&folder)
            .expect("it was made")
            .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"))
            .collect();
        texts.sort();
        let head = "To: a@example.org\r\nSubject: Hello\r\n";
        assert!(texts.iter().all(|text| text.starts_with(head)), "{texts:?}");
        assert!(texts[0].ends_with("\r\n\r\none") && texts[1].ends_with("\r\n\r\ntwo"));
        std::fs::remove_dir_all(folder).expect("a folder of ours");
    }
}

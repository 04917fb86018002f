//! Mail by SMTP, to a server that really runs.

use std::fs;

use auth::{Mail, MailSender, SmtpMail};
use backends::testing::{OwnServer, Server, block_on};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

const FROM: &str = "from=VoxelHeim%20%3Cgame@example.org%3E";

fn mail(to: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Confirm your VoxelHeim account",
        text: "Open\n\nhttp://play.example.org/#verify=a-very-long-token-of-more-letters-than-a-line-of-mail-should-have\n\n.\nGrüße\n".to_owned(),
    }
}

/// The mails to this address that the server took.
fn kept(server: &OwnServer, to: &str) -> Vec<String> {
    let files = fs::read_dir(server.folder().join("mails")).expect("its folder");
    let paths = files.map(|file| file.expect("a file").path());
    let is_theirs = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_str().expect("text");
        name == to
    };
    let texts = paths
        .filter(is_theirs)
        .map(|path| fs::read_to_string(path).expect("text"));
    texts.collect()
}

/// Its URL with another beginning and port.
fn beside(server: &OwnServer, scheme: &str, host: &str, step: u16) -> String {
    let (place, port) = server.url().rsplit_once(':').expect("a port");
    let user = place.trim_start_matches("smtp://").split('@').next();
    let port: u16 = port.parse().expect("a number");
    let authority = server.folder().join("authority.pem");
    let (user, port) = (user.expect("a user"), port + step);
    format!(
        "{scheme}://{user}@{host}:{port}?{FROM}&ca={}",
        authority.display()
    )
}

#[test]
fn a_mail_arrives_within_tls_after_starttls_and_on_this_machine() {
    block_on(async {
        let server = OwnServer::start_new(Server::Smtp);
        let ways = [
            ("tls@example.org", beside(&server, "smtps", "localhost", 1)),
            (
                "starttls@example.org",
                beside(&server, "smtp", "localhost", 0),
            ),
            ("plain@example.org", beside(&server, "smtp", "127.0.0.1", 0)),
        ];
        for (to, url) in ways {
            let sender = SmtpMail::new(&url).expect("a URL");
            sender.send(&mail(to)).await.expect(to);
            let mails = kept(&server, to);
            let [text] = &mails[..] else {
                panic!("{} mails to {to}", mails.len());
            };
            // Quoted-printable breaks lines; put together they are what was sent.
            let text = text.replace("=\r\n", "");
            for part in [
                format!("To: {to}\r\n"),
                "From: VoxelHeim <game@example.org>\r\n".to_owned(),
                "Subject: Confirm your VoxelHeim account\r\n".to_owned(),
                "#verify=3Da-very-long-token-of-more-letters-than-a-line-of-mail-should-have\r\n"
                    .to_owned(),
                "Gr=C3=BC=C3=9Fe".to_owned(),
            ] {
                assert!(text.contains(&part), "{part} in {text}");
            }
        }
    });
}

#[test]
fn who_is_refused_is_told_so_and_nothing_is_sent() {
    block_on(async {
        let server = OwnServer::start_new(Server::Smtp);
        let right = beside(&server, "smtps", "localhost", 1);
        let refused = [
            ("refused@example.org", right.clone(), "550"),
            ("a@example.org", right.replace("secret", "guess"), "535"),
            // Nobody vouches for its certificate.
            (
                "a@example.org",
                right.split("&ca=").next().expect("it").to_owned(),
                "certificate",
            ),
        ];
        for (to, url, word) in refused {
            let sender = SmtpMail::new(&url).expect("a URL");
            let told = sender.send(&mail(to)).await.expect_err(word);
            let words = &told.words;
            assert!(words.contains(word), "{words} for {word}");
            // Neither who it was for nor what opens the server.
            assert!(!words.contains(to) && !words.contains("secret"), "{words}");
            // A certificate may be mended; an address that is none stays none.
            assert_eq!(told.is_final, word != "certificate", "{words}");
            assert_eq!(kept(&server, to), Vec::<String>::new());
        }
    });
}

#[test]
fn a_server_that_is_away_gets_the_mail_once_it_is_back() {
    block_on(async {
        let server = OwnServer::start_new(Server::Smtp);
        let sender = SmtpMail::new(&beside(&server, "smtps", "localhost", 1)).expect("a URL");
        sender.send(&mail("a@example.org")).await.expect("it runs");
        server.stop();
        let told = sender.send(&mail("a@example.org")).await.expect_err("away");
        assert!(
            told.words.contains("the mail server") && !told.is_final,
            "{told:?}"
        );
        server.start();
        sender.send(&mail("b@example.org")).await.expect("it runs");
        assert_eq!(kept(&server, "b@example.org").len(), 1);
    });
}

/// As somebody between us and the server would have it, who takes the offer of TLS away.
#[test]
fn without_starttls_no_password_and_no_mail_leaves_this_machine() {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let heard = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let mut heard = Vec::new();
            write.write_all(b"220 here\r\n").await.expect("it listens");
            while let Ok(Some(line)) = lines.next_line().await {
                heard.push(line);
                if write.write_all(b"250 AUTH PLAIN\r\n").await.is_err() {
                    break;
                }
            }
            heard
        });
        let url = format!("smtp://user:hush@localhost:{port}?{FROM}");
        let sender = SmtpMail::new(&url).expect("a URL");
        let told = sender
            .send(&mail("a@example.org"))
            .await
            .expect_err("no TLS");
        assert!(!told.words.contains("hush"), "{told:?}");
        let heard = heard.await.expect("no panic").join("\n");
        assert!(heard.starts_with("EHLO example.org"), "{heard}");
        assert!(
            !heard.contains("AUTH") && !heard.contains("MAIL"),
            "{heard}"
        );
    });
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_not_waited_for_long() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let sender = SmtpMail::new(&format!("smtp://{address}?{FROM}")).expect("a URL");
    let told = sender.send(&mail("a@example.org")).await;
    assert!(told.expect_err("silence").words.contains("in time"));
}

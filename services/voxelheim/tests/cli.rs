//! The binary as an operator meets it: mistakes in one line, a clean start and stop.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use backends::testing::{TestDatabase, block_on, server_url};

fn voxelheim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_voxelheim"));
    command.args(arguments).env_remove("VOXELHEIM_LOG");
    command
}

fn run(arguments: &[&str]) -> Output {
    voxelheim(arguments).output().expect("the binary runs")
}

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("voxelheim-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a temporary folder");
    path
}

/// The mistake in one line on stderr, and exit code 2.
fn mistake(arguments: &[&str]) -> String {
    let output = run(arguments);
    let text = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
    assert_eq!(text.trim_end().lines().count(), 1, "{arguments:?}: {text}");
    assert!(text.starts_with("error: "), "{text}");
    text
}

#[test]
fn wrong_flags_are_one_line_that_says_how_to_mend_it() {
    for (arguments, hint) in [
        (&["--sodliers", "5"][..], "--soldiers"),
        (&["--soldiers", "many"], "--soldiers"),
        (&["--listen", "nowhere"], "--listen"),
        (&["--soldiers", "10000"], "lower soldiers"),
        (&["--edges", "0"], "between 1 and"),
        (&["--sessions-max", "0"], "between 1 and"),
        (&["--budget-bytes-per-second", "1"], "between"),
        (
            &["--listen", "127.0.0.1:65535", "--edges", "2"],
            "lower port",
        ),
        (
            &["--client-dir", "/nonexistent", "--listen", "127.0.0.1:0"],
            "--client-dir",
        ),
        (&["--config", "/nonexistent.toml"], "--config"),
        (&["extra"], "--help"),
        (&["bots", "--count", "0"], "between 1 and"),
        (&["bots", "--seconds", "100000"], "between 1 and"),
        (&["shard"], "--directory"),
        (&["edge", "--pod", "70000"], "--pod"),
    ] {
        let text = mistake(arguments);
        assert!(text.contains(hint), "{arguments:?} says {text}, not {hint}");
    }
}

#[test]
fn a_process_that_finds_no_cluster_says_what_to_check() {
    let folder = folder("no-cluster");
    let data = folder.to_str().expect("a plain path");
    let with = |directory, link, credentials: [&str; 2]| {
        let place = [
            "shard",
            "--pod",
            "1",
            "--directory",
            directory,
            "--link",
            link,
        ];
        mistake(&[&place[..], &["--data", data], &credentials].concat())
    };
    let authority = ["--authority", data];
    let text = with("mysql://nowhere", "127.0.0.1:0", authority);
    assert!(
        text.contains("postgres://") && text.contains("--directory"),
        "{text}"
    );
    let database = format!("sqlite://{data}/directory.db");
    let text = with(&database, "192.0.2.1:7000", authority);
    assert!(text.contains("--link"), "{text}");
    let text = with(&database, "127.0.0.1:0", ["--credentials", "/nonexistent"]);
    assert!(text.contains("/nonexistent"), "{text}");
    fs::remove_dir_all(folder).expect("removes");
}

#[test]
fn a_wrong_configuration_file_is_told_by_its_line() {
    let folder = folder("config");
    let data = folder.to_str().expect("a plain path");
    for (text, hint) in [
        (
            "seed = 1\nsoldeirs = 5\n",
            "line 2: unknown field `soldeirs`",
        ),
        ("soldiers = \"many\"\n", "line 1: invalid type"),
        ("soldiers = \n", "line 1"),
        ("edges = 1000\n", "edges: 1000 is not between"),
    ] {
        fs::write(folder.join("voxelheim.toml"), text).expect("writes");
        let line = mistake(&["--data", data]);
        assert!(line.contains(hint), "{text:?} says {line}, not {hint}");
    }
    fs::remove_dir_all(folder).expect("removes");
}

#[test]
fn a_taken_port_is_one_line() {
    let holder = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = holder.local_addr().expect("it is bound").to_string();
    let text = mistake(&["--listen", &address]);
    assert!(
        text.contains("is taken") && text.contains(&address),
        "{text}"
    );
}

#[test]
fn help_and_version_are_no_mistakes() {
    for flag in ["--help", "--version"] {
        let output = run(&[flag]);
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("voxelheim"));
    }
}

#[test]
fn starts_says_where_and_stops_clean_with_its_battle_kept() {
    let folder = folder("start");
    let data = folder.to_str().expect("a plain path");
    let arguments = [
        "--listen",
        "127.0.0.1:0",
        "--data",
        data,
        "--seed",
        "3",
        "--soldiers",
        "4",
    ];
    start_and_stop(&arguments, "TERM");
    assert!(folder.join("world").join("run-1").exists());
    assert!(folder.join("token_key").exists());
    start_and_stop(&["--listen", "127.0.0.1:0", "--data", data], "INT");
    let text = mistake(&["--listen", "127.0.0.1:0", "--data", data, "--seed", "4"]);
    assert!(
        text.contains("has seed 3, not 4") && text.contains("--data"),
        "{text}"
    );
    fs::create_dir(folder.join("world").join("run-99")).expect("makes it");
    let text = mistake(&["--listen", "127.0.0.1:0", "--data", data]);
    assert!(text.contains("run-99 holds no recorded battle"), "{text}");
    fs::remove_dir_all(folder).expect("removes");
}

/// The same battle again, after a clean end and after the process was killed, on other numbers of
/// shards: every run is replayed to the hash it ended with.
#[test]
fn a_killed_server_comes_back_and_its_battle_replays() {
    let folder = folder("killed");
    let data = folder.to_str().expect("a plain path");
    let base = [
        "--listen",
        "127.0.0.1:0",
        "--data",
        data,
        "--soldiers",
        "20",
    ];
    let mut ticks = Vec::new();
    for (shards, signal) in [("2", "KILL"), ("2", "TERM"), ("3", "KILL"), ("1", "TERM")] {
        let arguments = [&base[..], &["--shards", shards, "--keep-all"]].concat();
        let server = Server::start(&arguments);
        server.fight(20);
        server.end(signal);
        let replay = run(&["replay", data, "--json", "--bench"]);
        let text = String::from_utf8_lossy(&replay.stdout);
        assert!(
            replay.status.success(),
            "{}",
            String::from_utf8_lossy(&replay.stderr)
        );
        let replayed: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert!(replayed["ticks"].as_u64() > Some(5), "{text}");
        assert!(
            replayed["phases_us"]["think"]["p50"].as_u64() > Some(0),
            "{text}"
        );
        ticks.push(replayed["tick_first"].as_u64().expect("a number"));
    }
    assert!(
        ticks.is_sorted_by(|tick, next| tick + 5 < *next),
        "{ticks:?}"
    );
    fs::remove_dir_all(folder).expect("removes");
}

/// Nobody says goodbye, and the bots find the new process at the old address.
#[test]
fn players_go_on_in_their_bodies_after_the_server_was_killed() {
    const COUNT: u64 = 6;
    let folder = folder("resumed");
    let data = folder.to_str().expect("a plain path");
    let base = ["--data", data, "--soldiers", "20", "--listen"];
    let server = Server::start(&[&base[..], &["127.0.0.1:0"]].concat());
    let address = server.address.clone();
    let url = format!("http://{address}");
    let count = COUNT.to_string();
    let flags = ["bots", "--json", "--seconds", "8", "--url", &url];
    let bots = voxelheim(&[&flags[..], &["--count", &count]].concat())
        .stdout(Stdio::piped())
        .spawn();
    while server.status()["players"] != COUNT {
        std::thread::yield_now();
    }
    server.fight(10);
    server.end("KILL");
    let server = Server::start(&[&base[..], &[&address]].concat());
    let output = bots.expect("the binary runs").wait_with_output();
    let report = output.expect("the bots end").stdout;
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(
        (&report["dropped"], &report["reattached"]),
        (&0.into(), &COUNT.into()),
        "{report:#}"
    );
    server.end("TERM");
    fs::remove_dir_all(folder).expect("removes");
}

#[test]
fn a_configuration_file_is_checked_without_a_server() {
    let folder = folder("check");
    let file = folder.join("voxelheim.toml");
    let shown = file.to_str().expect("a plain path");
    fs::write(&file, "seed = 1\naccounts = \"open\"\n").expect("writes");
    let output = run(&["config", "check", shown]);
    assert!(output.status.success(), "{output:?}");
    fs::write(&file, "seed = 1\naccounts = \"required\"\n").expect("writes");
    let text = mistake(&["config", "check", shown]);
    assert!(text.contains("--data"), "{text}");
    fs::write(&file, "soldeirs = 5\n").expect("writes");
    let text = mistake(&["config", "check", shown]);
    assert!(text.contains("line 1: unknown field `soldeirs`"), "{text}");
    fs::write(&file, "log = \"inof\"\n").expect("writes");
    let text = mistake(&["config", "check", shown]);
    assert!(
        text.contains("log: \"inof\" is no level: off, error,"),
        "{text}"
    );
    fs::remove_dir_all(folder).expect("removes");
}

/// What a start would refuse is told, without anything being made or a password being said.
#[test]
fn where_things_are_kept_is_checked_without_a_server() {
    let folder = folder("stores");
    let file = folder.join("voxelheim.toml");
    let shown = file.to_str().expect("a plain path");
    let data = folder.join("data");
    let data = data.to_str().expect("a plain path");
    let check = ["config", "check", "--data", data, shown];
    for (key, url) in [
        ("database", "mysql://a:hush@b/c"),
        ("game", "postgres://a:hush@b:notaport/c"),
        ("cache", "banana"),
        ("cache", "redis://127.0.0.1:notaport"),
        ("broker", "amqp://127.0.0.1:notaport"),
        ("warehouse", "ftp://x/y"),
    ] {
        fs::write(&file, format!("{key} = {url:?}\n")).expect("writes");
        let told = mistake(&check);
        assert!(told.contains(&format!("{key}: ")), "{told}");
        assert!(!told.contains("hush"), "{told}");
    }
    for (role, key, url) in [
        ("auth", "database", "mysql://x"),
        ("shard", "directory", "mysql://x"),
        ("auth", "url", "banana"),
    ] {
        fs::write(&file, format!("[role.{role}]\n{key} = {url:?}\n")).expect("writes");
        let told = mistake(&check);
        let hint = format!("line 2: [role.{role}] {key}: ");
        assert!(told.contains(&hint), "{told}");
    }
    let database = format!("sqlite://{}", folder.join("accounts.db").display());
    let text = format!(
        "database = {database:?}\ngame = \"postgres://a:b@127.0.0.1:1/c\"\ncache = \"redis://127.0.0.1:1\"\n\
         broker = \"amqp://a:b@127.0.0.1:1/c\"\nwarehouse = \"http://127.0.0.1:1/c\"\n"
    );
    fs::write(&file, text).expect("writes");
    let output = run(&check);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
    fs::remove_dir_all(folder).expect("removes");
}

#[test]
fn a_misspelt_level_of_the_log_is_told_and_no_module() {
    let mut command = voxelheim(&["config", "example"]);
    let output = command.env("VOXELHEIM_LOG", "inof").output();
    let output = output.expect("the binary runs");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(
        told.starts_with("error: VOXELHEIM_LOG: \"inof\" is no level"),
        "{told}"
    );
}

#[test]
fn who_has_no_account_is_not_appointed() {
    let folder = folder("appoint");
    let data = folder.to_str().expect("a plain path");
    let told = mistake(&["appoint", "--data", data, "nobody@example.org", "admin"]);
    assert!(
        told.contains("no account has the address nobody@example.org"),
        "{told}"
    );
    fs::remove_dir_all(folder).expect("removes");
}

/// Whoever reads the beginning alone.
#[test]
fn completions_that_nobody_reads_on_are_no_panic() {
    let mut command = voxelheim(&["completions", "zsh"]);
    let mut process = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(process.stdout.take());
    let output = process.wait_with_output().expect("it ends");
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(
        told.starts_with("error: ") && told.lines().count() == 1,
        "{told}"
    );
}

/// The words are the flags': what is wrong with one is told by its line, with and without starting the role.
#[test]
fn a_role_goes_by_its_table_of_the_configuration_file() {
    let folder = folder("role");
    let file = folder.join("voxelheim.toml");
    let shown = file.to_str().expect("a plain path");
    fs::write(folder.join("index.html"), "<!doctype html>").expect("writes");
    let begin = ["assets", "--config", shown];
    for (text, hint) in [
        (
            "[role.assets]\nlisten = \"nowhere\"\n",
            "line 2: [role.assets] listen: invalid value",
        ),
        (
            "log = \"warn\"\n[role.assets]\n\nport = 1\n",
            "line 4: [role.assets] port: there is no such",
        ),
        (
            "[role.assets]\nlisten = [\"127.0.0.1:0\"]\n",
            "line 2: [role.assets] listen: it is a text",
        ),
        (
            "[role.assets]\ntrusted_proxies = \"::1/128\"\n",
            "trusted_proxies: it is a list",
        ),
        ("log = \"edge=loud\"\n[role.assets]\n", "log: "),
    ] {
        fs::write(&file, text).expect("writes");
        for arguments in [&begin[..], &["config", "check", shown]] {
            let told = mistake(arguments);
            assert!(told.contains(hint), "{told}, not {hint}");
        }
    }
    fs::write(&file, "[role.asets]\n").expect("writes");
    let told = mistake(&["config", "check", shown]);
    assert!(told.contains("line 1: there is no role asets"), "{told}");
    let text = format!(
        "[role.assets]\nlisten = \"127.0.0.1:1\"\nclient_dir = {:?}\ntrusted_proxies = [\"10.0.0.0/8\"]\n\
         [role.auth]\nlisten = \"127.0.0.1:0\"\n",
        folder.display().to_string()
    );
    fs::write(&file, text).expect("writes");
    let output = run(&["config", "check", shown]);
    assert!(output.status.success(), "{output:?}");
    // What a flag says goes before the file, and so does a variable.
    let server = Server::start(&["assets", "--config", shown, "--listen", "127.0.0.1:0"]);
    let manifest = server.ask("GET /manifest.json HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert_eq!(manifest["files"]["/index.html"]["bytes"], 15, "{manifest}");
    server.signal("HUP");
    server.ask("GET /manifest.json HTTP/1.0\r\nHost: localhost\r\n\r\n");
    server.end("TERM");
    fs::remove_dir_all(folder).expect("removes");
}

/// Where mail goes and by whom one may sign in: what is wrong is told, and no secret with it.
#[test]
fn mail_and_providers_are_checked_without_a_server() {
    const PROVIDER: &str = "[[providers]]\nname = \"example\"\ntitle = \"Example\"\n\
        issuer = \"https://id.example.org\"\nclient_id = \"game\"\n";
    let folder = folder("sign-in");
    let file = folder.join("voxelheim.toml");
    let shown = file.to_str().expect("a plain path");
    let secret = folder.join("secret");
    let secret_file = format!("client_secret_file = {:?}\n", secret.display().to_string());
    let mail = "mail = \"smtps://game:hush@mail.example.org?from=game@example.org\"\n";
    let wrong_mail = mail.replace("?from=game@example.org", "");
    let twice = format!("{PROVIDER}{PROVIDER}");
    for (text, hint) in [
        (wrong_mail.as_str(), "mail: needs ?from="),
        (
            &mail.replace("smtps", "imap"),
            "mail: must begin with smtp://",
        ),
        ("url = \"play.example.org\"\n", "url:"),
        (&PROVIDER.replace("https", "http"), "must be https"),
        (
            &PROVIDER.replace("\"example\"", "\"Example 1\""),
            "small letters",
        ),
        (&format!("{PROVIDER}{secret_file}"), "client_secret_file"),
        (
            &format!("{PROVIDER}client_secret_env = \"NOWHERE\"\n"),
            "NOWHERE is not set",
        ),
        (
            &format!("{PROVIDER}client_secret = \"hush\"\n"),
            "unknown field",
        ),
        (&twice, "two providers"),
    ] {
        fs::write(&file, text).expect("writes");
        let told = mistake(&["config", "check", shown]);
        assert!(told.contains(hint) && !told.contains("hush"), "{told}");
    }
    fs::write(&secret, "hush\n").expect("writes");
    fs::write(&file, format!("{mail}{PROVIDER}{secret_file}")).expect("writes");
    let output = run(&["config", "check", shown]);
    assert!(output.status.success(), "{output:?}");
    // A variable goes before the file.
    let mut command = voxelheim(&["--listen", "127.0.0.1:0", "--config", shown]);
    let output = command.env("VOXELHEIM_MAIL", "smtp://:hush@mail.example.org");
    let output = output.output().expect("the binary runs");
    let told = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("mail: needs ?from=") && !told.contains("hush"),
        "{told}"
    );
    fs::remove_dir_all(folder).expect("removes");
}

/// Who comes without a ticket is refused at the door; a guest's session outlives a restart, and a ticket
/// is given for the asking.
#[test]
fn a_server_that_requires_accounts_keeps_them_over_a_restart() {
    let folder = folder("accounts");
    let data = folder.to_str().expect("a plain path");
    let flags = ["--listen", "127.0.0.1:0", "--soldiers", "4", "--data", data];
    let flags = [&flags[..], &["--accounts", "required"]].concat();
    let server = Server::start(&flags);
    let url = format!("http://{}", server.address);
    let bots = run(&[
        "bots",
        "--json",
        "--count",
        "1",
        "--seconds",
        "1",
        "--url",
        &url,
    ]);
    let report = String::from_utf8_lossy(&bots.stdout);
    assert!(report.contains("BadTicket"), "{report}");
    let guest = server.post("/api/auth/guests", "", &serde_json::Value::Null);
    server.end("KILL");
    let server = Server::start(&flags);
    let refresh = serde_json::json!({ "refresh_token": guest["refresh_token"] });
    let session = server.post("/api/auth/refresh", "", &refresh);
    assert_eq!(session["account"], guest["account"], "{session}");
    let access = session["access_token"].as_str().expect("a token");
    let wish = serde_json::json!({ "character": "Bera", "edge": "battle" });
    let ticket = server.post("/api/auth/tickets", access, &wish);
    assert!(ticket["ticket"].is_string(), "{ticket}");
    server.end("TERM");
    fs::remove_dir_all(folder).expect("removes");
}

/// No restart, and nobody is asked: the file is written, and holds. A wrong one changes nothing.
#[test]
fn a_running_server_follows_its_configuration() {
    let folder = folder("follow");
    let data = folder.to_str().expect("a plain path");
    let file = folder.join("voxelheim.toml");
    let flags = ["--listen", "127.0.0.1:0", "--soldiers", "4", "--data", data];
    let server = Server::start(&flags);
    let holds = |sessions_max: u64| {
        while server.status()["sessions_max"] != sessions_max {
            std::thread::yield_now();
        }
    };
    for (text, sessions_max) in [("sessions_max = 7\n", 7), ("sessions_max = 12\n", 12)] {
        fs::write(&file, text).expect("writes");
        holds(sessions_max);
    }
    fs::write(&file, "sessions_max = 13\nsoldeirs = 5\n").expect("writes");
    server.signal("HUP");
    server.fight(30);
    assert_eq!(server.status()["sessions_max"], 12);
    fs::write(&file, "log = \"error\"\nsessions_max = 14\n").expect("writes");
    server.signal("HUP");
    holds(14);
    server.end("TERM");
    fs::remove_dir_all(folder).expect("removes");
}

#[test]
fn the_page_is_served_alone_and_its_requests_are_traced() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    let collector = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = collector.local_addr().expect("it is bound");
    let told = std::thread::spawn(move || {
        let (mut stream, _) = collector.accept().expect("somebody tells");
        let told = read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        told
    });
    let folder = folder("page");
    fs::write(folder.join("index.html"), "<!doctype html>").expect("writes");
    let page = folder.to_str().expect("a plain path");
    let mut command = voxelheim(&["assets", "--listen", "127.0.0.1:0", "--client-dir", page]);
    command.env("VOXELHEIM_TRACES", format!("http://{address}"));
    let server = Server::start_command(command);
    let manifest = server.ask("GET /manifest.json HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert_eq!(manifest["files"]["/index.html"]["bytes"], 15, "{manifest}");
    let url = format!("http://{}/readyz", server.address);
    assert!(run(&["health", &url]).status.success());
    assert_eq!(run(&["health", &format!("{url}x")]).status.code(), Some(1));
    server.ask(&format!(
        "GET /readyz HTTP/1.0\r\nHost: localhost\r\ntraceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n\r\n"
    ));
    server.end("TERM");
    let (head, body) = told.join().expect("it was told");
    assert!(head.starts_with("POST /v1/traces "), "{head}");
    let text = body.to_string();
    assert!(
        text.contains(TRACE) && text.contains("GET /readyz"),
        "{text}"
    );
    fs::remove_dir_all(folder).expect("removes");
}

/// Accounts, characters and belongings as processes of their own, on the databases of production: whoever asks
/// one of them is known to it without its asking another.
#[test]
fn services_alone_know_each_others_callers() {
    let folder = folder("roles");
    let accounts = block_on(TestDatabase::postgres());
    let game = block_on(TestDatabase::postgres());
    let redis = server_url(backends::testing::Server::Redis);
    let rabbitmq = server_url(backends::testing::Server::RabbitMq);
    let stores = |command: &mut Command| {
        command.env("VOXELHEIM_ACCOUNTS_DATABASE", &accounts.url);
        command.env("VOXELHEIM_GAME", &game.url);
        command.env("VOXELHEIM_CACHE", &redis);
        command.env("VOXELHEIM_BROKER", &rabbitmq);
    };
    let role = |arguments: &[&str]| {
        let mut command = voxelheim(&[arguments, &["--listen", "127.0.0.1:0"]].concat());
        stores(&mut command);
        Server::start_command(command)
    };
    let mut migrate = voxelheim(&["migrate"]);
    stores(&mut migrate);
    assert!(migrate.output().expect("the binary runs").status.success());
    let path = |name| folder.join(name).to_str().expect("a plain path").to_owned();
    let (key, mail) = (path("key"), path("mail"));
    let places = ["--master-key", &key, "--mail", &mail];
    let urls = [
        "--url",
        "http://auth.test/",
        "--page-url",
        "http://page.test/",
    ];
    let auth = role(&[&["auth"][..], &places, &urls].concat());
    let keys = format!("http://{}/auth", auth.address);
    let player = role(&["player", "--keys", &keys]);
    let inventory = role(&["inventory", "--keys", &keys]);
    for server in [&player, &inventory] {
        let url = format!("http://{}/readyz", server.address);
        while !run(&["health", &url]).status.success() {
            std::thread::yield_now();
        }
    }
    let guest = auth.post("/auth/guests", "", &serde_json::Value::Null);
    let access = guest["access_token"].as_str().expect("a token");
    let wish = serde_json::json!({ "character": "Bera", "edge": "battle" });
    let ticket = auth.post("/auth/tickets", access, &wish);
    assert!(ticket["ticket"].is_string(), "{ticket}");
    let characters = player.get("/player/characters", access);
    let character = characters[0]["character"].as_str();
    let character = character.unwrap_or_else(|| panic!("{characters}"));
    let path = format!("/inventory/characters/{character}/belongings");
    let belongings = inventory.get(&path, access);
    assert!(belongings["bag"].is_array(), "{belongings}");
    let refused = inventory.get(&path, "not.a.token");
    assert_eq!(refused["status"], 401, "{refused}");
    auth.post("/auth/logout-everywhere", access, &serde_json::Value::Null);
    let refused = inventory.get(&path, access);
    assert_eq!(refused["status"], 401, "{refused}");
    for server in [inventory, player, auth] {
        server.end("TERM");
    }
    block_on(accounts.delete());
    block_on(game.delete());
    fs::remove_dir_all(folder).expect("removes");
}

/// The head of a request, and its body as JSON.
fn read_request(stream: &mut TcpStream) -> (String, serde_json::Value) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("text");
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().expect("a number");
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("all of it");
    (head, serde_json::from_slice(&body).expect("JSON"))
}

/// A running server.
struct Server {
    process: std::process::Child,
    address: String,
}

impl Server {
    /// Waits for the line that says where it listens.
    fn start(arguments: &[&str]) -> Self {
        Self::start_command(voxelheim(arguments))
    }

    fn start_command(mut command: Command) -> Self {
        let process = command.stdout(Stdio::piped()).spawn();
        let mut process = process.expect("the binary runs");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut line).expect("text");
        let address = line.trim().split("http://").nth(1).expect("a URL");
        Self {
            address: address.trim_end_matches('/').to_owned(),
            process,
        }
    }

    /// Lets some ticks go by.
    fn fight(&self, ticks: u64) {
        let first = self.tick();
        while self.tick() < first + ticks {
            std::thread::yield_now();
        }
    }

    fn tick(&self) -> u64 {
        self.status()["tick"].as_u64().expect("a number")
    }

    fn status(&self) -> serde_json::Value {
        self.ask("GET /status HTTP/1.0\r\nHost: localhost\r\n\r\n")
    }

    fn get(&self, path: &str, access: &str) -> serde_json::Value {
        self.ask(&format!(
            "GET {path} HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n\r\n"
        ))
    }

    fn post(&self, path: &str, access: &str, body: &serde_json::Value) -> serde_json::Value {
        let body = match body.is_null() {
            true => String::new(),
            false => body.to_string(),
        };
        let length = body.len();
        self.ask(&format!(
            "POST {path} HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {access}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    fn ask(&self, request: &str) -> serde_json::Value {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let body = text.split("\r\n\r\n").nth(1).expect("a body");
        match body.is_empty() {
            true => serde_json::Value::Null,
            false => serde_json::from_str(body).expect("JSON"),
        }
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let killed = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(killed.expect("kill runs").success());
    }

    fn end(mut self, signal: &str) {
        self.signal(signal);
        self.process.wait().expect("it ends");
    }
}

/// Also when a test fails.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits for the line that says where it listens, then sends the signal.
fn start_and_stop(arguments: &[&str], signal: &str) {
    let mut server = voxelheim(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut line = String::new();
    let stdout = server.stdout.take().expect("it is piped");
    BufReader::new(stdout).read_line(&mut line).expect("text");
    let pid = server.id().to_string();
    let killed = Command::new("kill").args(["-s", signal, &pid]).status();
    assert!(killed.expect("kill runs").success());
    let status = server.wait().expect("it ends");
    let mut errors = String::new();
    let mut stderr = server.stderr.take().expect("it is piped");
    stderr.read_to_string(&mut errors).expect("text");
    assert!(line.contains("http://127.0.0.1:"), "{line} {errors}");
    assert!(status.success(), "{status} {errors}");
    assert_eq!(errors, "", "quiet by default");
}

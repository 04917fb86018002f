//! Staff in a running battle: a whole server, real sign-ins with a second factor, and `voxelheim ctl`.

#[path = "faults/http.rs"]
mod http;
#[path = "common/staff.rs"]
mod staff;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

const LOOK_PERIOD: Duration = Duration::from_millis(100);

struct Server {
    process: Child,
    address: String,
    data: PathBuf,
}

impl Server {
    fn start(name: &str) -> Self {
        let name = format!("voxelheim-staff-{name}-{}", std::process::id());
        let data = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&data);
        let mut process = voxelheim()
            .args([
                "--listen",
                "127.0.0.1:0",
                "--soldiers",
                "20",
                "--shards",
                "2",
            ])
            .arg("--data")
            .arg(&data)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut said = String::new();
        let stdout = process.stdout.take().expect("it is piped");
        BufReader::new(stdout).read_line(&mut said).expect("text");
        let address = said.split("http://").nth(1).expect("it says where");
        Self {
            process,
            address: address.trim().trim_end_matches('/').to_owned(),
            data,
        }
    }

    fn ask(&self, call: &str, access: &str, body: Value) -> http::Answer {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        let call = format!("{method} /api{path}");
        http::ask(&self.address, &call, access, &body).expect("it answers")
    }

    /// The access token of an account with a role, before and after its second factor.
    fn staff(&self, email: &str, role: &str) -> (String, String) {
        let appoint = || {
            let mut appoint = voxelheim();
            appoint.arg("appoint").arg("--data").arg(&self.data);
            let appointed = appoint.args([email, role]).output();
            let appointed = appointed.expect("the binary runs");
            assert!(appointed.status.success(), "{appointed:?}");
        };
        let ask = |call: &str, access: &str, body| self.ask(call, access, body);
        staff::sign_in(&ask, (email, &self.data.join("mail")), &appoint)
    }

    /// As somebody looks, who is refused if they look too often.
    fn overview(&self, access: &str) -> Value {
        thread::sleep(LOOK_PERIOD);
        self.ask("GET /admin/overview", access, Value::Null).body
    }

    /// On its service, as whoever has the token.
    fn ctl(&self, access: &str, words: &[&str]) -> Output {
        let url = format!("http://{}/api/admin", self.address);
        let mut command = voxelheim();
        command.args(["ctl", "--json", "--url", &url]).args(words);
        let asked = command.env("VOXELHEIM_TOKEN", access).output();
        asked.expect("the binary runs")
    }

    fn stop(mut self) {
        let id = self.process.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status();
        assert!(killed.expect("kill runs").success());
        assert!(self.process.wait().expect("it ends").success());
        fs::remove_dir_all(&self.data).expect("removes");
    }
}

/// Also when a test fails.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn voxelheim() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_voxelheim"));
    command.env_remove("VOXELHEIM_LOG");
    command
}

#[test]
fn an_operator_moves_a_region_and_bans_a_cheater_and_a_moderator_may_not() {
    let server = Server::start("ban");
    let (unproven, operator) = server.staff("olga@example.org", "operator");
    assert_eq!(
        server.ask("GET /admin/me", &unproven, Value::Null).status,
        403
    );
    let (_, moderator) = server.staff("mona@example.org", "moderator");
    let mut seen = server.overview(&operator);
    let is_told = |of: &Value| of.as_array().is_some_and(|parts| !parts.is_empty());
    // What phases take is known once there were ticks, what edges are busy with from the second look on.
    while !is_told(&seen["pods"][0]["shards"][0]["phases"]) || !is_told(&seen["edges"][0]["parts"])
    {
        seen = server.overview(&operator);
    }
    assert_eq!(seen["edges"][0]["parts"][0]["part"], "share", "{seen}");
    assert_eq!(seen["troubles"], json!([]), "{seen}");
    assert_eq!(seen["pods"][0]["shards"].as_array().map(Vec::len), Some(2));
    move_a_region(&server, (&operator, &moderator), &seen["regions"][0]);
    ban_a_cheater(&server, (&operator, &moderator));
    let log = server.ask("GET /admin/audit", &operator, Value::Null).body;
    let lines = log["lines"].as_array().expect("a list").iter();
    let told: Vec<_> = lines
        .map(|it| format!("{} {}", it["action"], it["outcome"]))
        .collect();
    let expected = [
        r#""player.ban" "done""#,
        r#""player.ban" "failed""#,
        r#""region.move" "done""#,
    ];
    assert_eq!(told, expected);
    server.stop();
}

fn move_a_region(server: &Server, (operator, moderator): (&str, &str), region: &Value) {
    let name = region["region"].as_str().expect("a name");
    let to = if region["owner"] == "0/0" {
        "0/1"
    } else {
        "0/0"
    };
    let words = ["regions", "move", name, to, "--reason", "it is hot"];
    let refused = server.ctl(moderator, &words);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("operator"));
    let moved = server.ctl(operator, &words);
    assert!(moved.status.success(), "{moved:?}");
    let told = String::from_utf8_lossy(&moved.stdout).into_owned();
    assert!(told.contains("a pause of"), "{told}");
    let is_moved = |seen: &Value| {
        let regions = seen["regions"].as_array().expect("a list");
        regions
            .iter()
            .any(|it| it["region"] == name && it["owner"] == to && it["moved"]["to"] == to)
    };
    while !is_moved(&server.overview(operator)) {
        thread::yield_now();
    }
}

fn ban_a_cheater(server: &Server, (operator, moderator): (&str, &str)) {
    let guest = server.ask("POST /auth/guests", "", Value::Null);
    let (account, access) = (guest.text("account"), guest.text("access_token"));
    let ban = format!("POST /admin/players/{account}/ban");
    let form = json!({ "until_ms": null, "reason": "walks through walls" });
    assert_eq!(server.ask(&ban, moderator, form.clone()).status, 403);
    assert_eq!(server.ask(&ban, operator, form).status, 200);
    assert_eq!(
        server.ask("GET /auth/account", &access, Value::Null).status,
        401
    );
}

#[test]
fn an_admin_makes_a_moderator_by_ctl_and_both_are_told() {
    let server = Server::start("role");
    let (player, _) = server.staff("mona@example.org", "player");
    let (_, admin) = server.staff("bo@example.org", "admin");
    let account = server.ask("GET /auth/account", &player, Value::Null);
    let account = account.text("account");
    let words = [
        "players",
        "role",
        &account,
        "moderator",
        "--reason",
        "she helps",
    ];
    let given = server.ctl(&admin, &words);
    assert!(given.status.success(), "{given:?}");
    let told = String::from_utf8_lossy(&given.stdout).into_owned();
    assert!(told.contains("was player and is moderator now"), "{told}");
    let ended = server.ask("GET /auth/account", &player, Value::Null);
    assert_eq!(ended.status, 401, "its sessions have ended");
    let log = server.ask("GET /admin/audit", &admin, Value::Null).body;
    assert_eq!(
        (&log["lines"][0]["action"], &log["lines"][0]["reason"]),
        (&json!("player.role"), &json!("she helps"))
    );
    let own = server.ask("GET /auth/account", &admin, Value::Null);
    let own = own.text("account");
    let words = ["players", "role", &own, "player", "--reason", "I am tired"];
    let refused = server.ctl(&admin, &words);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("their own role"));
    let sessions = server.ctl(&admin, &["sessions"]);
    let told: Value = serde_json::from_slice(&sessions.stdout).expect("JSON");
    assert_eq!(
        told,
        json!({ "sessions": [], "next": null, "troubles": [] })
    );
    server.stop();
}

#[test]
fn staff_ask_the_warehouse_by_ctl() {
    let server = Server::start("statistics");
    let (player, operator) = server.staff("ole@example.org", "operator");
    let ask = |access: &str, words: &str| {
        let words = format!("statistics {words}");
        let words: Vec<_> = words.split(' ').collect();
        server.ctl(access, &words)
    };
    for question in [
        "players",
        "players --minutes --hours 2",
        "retention",
        "balance",
        "weapons",
        "kills --weapon bomb --cell 32",
        "blocks",
        "economy",
        "shards",
        "regions --world w",
    ] {
        let answer = ask(&operator, question);
        assert!(answer.status.success(), "{question}: {answer:?}");
        let told: Value = serde_json::from_slice(&answer.stdout).expect("JSON");
        assert!(told["rows"].is_array(), "{question}: {told}");
    }
    let refused = ask(&player, "players");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let refused = ask(&operator, "economy --minutes");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    server.stop();
}

#[test]
fn the_manual_has_a_page_for_each_word_and_shells_complete_them() {
    let folder = std::env::temp_dir().join(format!("voxelheim-man-{}", std::process::id()));
    let written = voxelheim().arg("man").arg(&folder).status();
    assert!(written.expect("the binary runs").success());
    for page in [
        "voxelheim",
        "voxelheim-ctl",
        "voxelheim-ctl-regions-move",
        "voxelheim-admin",
    ] {
        let text = fs::read_to_string(folder.join(format!("{page}.1"))).expect("a page");
        assert!(text.contains(".TH") && text.contains(".SH"), "{text}");
    }
    fs::remove_dir_all(folder).expect("removes");
    for shell in ["bash", "zsh", "fish"] {
        let mut command = voxelheim();
        let completed = command
            .args(["completions", shell])
            .output()
            .expect("the binary runs");
        assert!(
            String::from_utf8_lossy(&completed.stdout).contains("environments"),
            "{shell}"
        );
    }
}

#[test]
fn ctl_says_what_it_misses() {
    let mistake = |words: &[&str]| {
        let mut command = voxelheim();
        let output = command.arg("ctl").args(words).stdin(Stdio::null()).output();
        let output = output.expect("the binary runs");
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    assert!(mistake(&["overview"]).contains("--data"));
    assert!(mistake(&["--data", "/nonexistent", "economy"]).contains("--url"));
    let url = ["--url", "http://127.0.0.1:9/admin"];
    assert!(mistake(&[&url[..], &["economy"]].concat()).contains("--token"));
    let with_token = [&url[..], &["--token", "x"]].concat();
    assert!(mistake(&[&with_token[..], &["economy"]].concat()).contains("does not answer"));
    // Flags may stand behind the word, too.
    let behind = ["players", "find", "x", "--token", "x", "--url", url[1]];
    assert!(mistake(&behind).contains("does not answer"));
    assert!(mistake(&["shards", "--data", "/nonexistent"]).contains("/nonexistent"));
    let kick = ["players", "kick", "7"];
    assert!(mistake(&[&with_token[..], &kick].concat()).contains("--reason"));
}

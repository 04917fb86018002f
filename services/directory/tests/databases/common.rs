//! Databases for tests: an SQLite file, and a schema of its own in the PostgreSQL that
//! ops/dev/postgres.sh starts.

use std::{
    env,
    future::Future,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use directory::{Directory, Fence, Registration, Role, limits::LEASE_TTL};
use spatial::{
    CellCoord,
    partition::{Owner, Partition},
    region::RegionId,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

/// Where the PostgreSQL of tests is; unset, the script is asked.
const POSTGRES_VARIABLE: &str = "VOXELHEIM_TEST_POSTGRES";

/// A database that nobody else uses, deleted afterwards.
pub struct Database {
    pub url: String,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Schema(String),
}

impl Database {
    fn sqlite() -> Self {
        let folder = env::temp_dir().join(unique_name());
        std::fs::create_dir(&folder).expect("a folder for the database");
        let url = format!("sqlite://{}/directory.db", folder.display());
        let place = Place::Folder(folder);
        Self { url, place }
    }

    async fn postgres() -> Self {
        let schema = unique_name();
        run_on_postgres(format!("CREATE SCHEMA {schema}")).await;
        let url = format!("{}?options[search_path]={schema}", postgres_url());
        let place = Place::Schema(schema);
        Self { url, place }
    }

    /// Another pod's connection.
    pub async fn open(&self) -> Directory {
        Directory::open(&self.url).await.expect("a database")
    }

    /// Puts a clock in place of the database's own that only [`Self::pass`] moves.
    async fn stop_clock(&self) {
        let mut connection = connect(&self.url).await;
        for statement in [
            "DROP VIEW directory_clock",
            "CREATE TABLE directory_clock (now_ms BIGINT NOT NULL)",
            "INSERT INTO directory_clock (now_ms) VALUES (1000000)",
        ] {
            connection.execute(statement).await.expect(statement);
        }
        connection.close().await.expect("an idle connection");
    }

    /// Time passes.
    pub async fn pass(&self, span: Duration) {
        let mut connection = connect(&self.url).await;
        sqlx::query("UPDATE directory_clock SET now_ms = now_ms + $1")
            .bind(i64::try_from(span.as_millis()).expect("a short span"))
            .execute(&mut connection)
            .await
            .expect("a clock");
        connection.close().await.expect("an idle connection");
    }

    /// The time of a lease passes, while these are renewed.
    pub async fn outlive(&self, directory: &Directory, survivors: &[Fence]) {
        for _ in 0..2 {
            for &fence in survivors {
                directory.renew(fence).await.expect("held");
            }
            self.pass(LEASE_TTL / 2).await;
        }
    }

    /// What no operation of the directory does.
    pub async fn run(&self, statement: &'static str) {
        let mut connection = connect(&self.url).await;
        connection.execute(statement).await.expect(statement);
        connection.close().await.expect("an idle connection");
    }

    async fn delete(self) {
        match self.place {
            Place::Folder(folder) => std::fs::remove_dir_all(folder).expect("a folder of ours"),
            Place::Schema(schema) => {
                run_on_postgres(format!("DROP SCHEMA {schema} CASCADE")).await;
            }
        }
    }
}

/// Runs a test on each database, with a clock that stands. What it leaves is kept if it fails.
pub fn on_each_database<F, T>(test: F)
where
    F: Fn(Directory, Arc<Database>) -> T,
    T: Future<Output = ()>,
{
    block_on(on(Database::sqlite(), true, &test));
    on_postgres(test);
}

/// For what only PostgreSQL can do.
pub fn on_postgres<F, T>(test: F)
where
    F: Fn(Directory, Arc<Database>) -> T,
    T: Future<Output = ()>,
{
    block_on(async { on(Database::postgres().await, true, &test).await });
}

/// With the database's own clock.
pub fn on_a_running_clock<F, T>(test: F)
where
    F: Fn(Directory, Arc<Database>) -> T,
    T: Future<Output = ()>,
{
    block_on(async {
        on(Database::sqlite(), false, &test).await;
        on(Database::postgres().await, false, &test).await;
    });
}

async fn on<F, T>(database: Database, is_clock_stopped: bool, test: &F)
where
    F: Fn(Directory, Arc<Database>) -> T,
    T: Future<Output = ()>,
{
    eprintln!("on {}", database.url);
    let database = Arc::new(database);
    let directory = database.open().await;
    directory.migrate().await.expect("a new database");
    if is_clock_stopped {
        database.stop_clock().await;
    }
    test(directory, Arc::clone(&database)).await;
    let database = Arc::into_inner(database).expect("the test has ended");
    database.delete().await;
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}

pub async fn connect(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.expect("a database")
}

async fn run_on_postgres(statement: String) {
    let mut connection = connect(postgres_url()).await;
    let result = connection.execute(AssertSqlSafe(statement.clone())).await;
    result.unwrap_or_else(|error| panic!("{statement}: {error}"));
    connection.close().await.expect("an idle connection");
}

pub fn postgres_url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| start_postgres()))
}

/// The script waits for whoever starts it at the same time.
fn start_postgres() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ops/dev/postgres.sh");
    let output = Command::new(script).output().expect("the script");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanoseconds = now.expect("after 1970").as_nanos();
    format!("directory_{}_{nanoseconds}_{count}", process::id())
}

/// A pod with shards 0 to 3.
pub fn registration(pod: u16) -> Registration {
    Registration {
        pod,
        role: Role::Shard,
        link_addresses: vec![format!("127.0.0.1:{}", 9_000 + pod)],
        player_addresses: Vec::new(),
        shard_cores: vec![Some(0), Some(1), None, None],
    }
}

/// Registers a pod and calls it ready.
pub async fn join(directory: &Directory, pod: u16) -> Fence {
    let lease = directory.register_pod(&registration(pod)).await;
    let fence = lease.expect("a free number").fence;
    directory.set_ready(fence).await.expect("a new lease");
    fence
}

pub fn region(x: i32, y: i32, z: i32, level: u8) -> RegionId {
    RegionId::of_cell(CellCoord::new(x, y, z), level).expect("a region in range")
}

pub const fn owner(pod: u16, shard: u16) -> Owner {
    Owner { pod, shard }
}

/// Two cubes of 16 cells an edge beside each other, across zero.
pub fn world() -> Vec<RegionId> {
    vec![region(0, 0, 0, 4), region(-16, 0, 0, 4)]
}

/// A database of its own, for what schemas share; its name and its URL.
pub async fn new_postgres_database() -> (String, String) {
    let name = unique_name();
    run_on_postgres(format!("CREATE DATABASE {name}")).await;
    let (server, _) = postgres_url()
        .rsplit_once('/')
        .expect("a URL of a database");
    let url = format!("{server}/{name}");
    (name, url)
}

pub async fn drop_postgres_database(name: &str) {
    run_on_postgres(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

/// Makes the world of one owner.
pub async fn found(directory: &Directory, owner: Owner, by: Fence) -> Partition {
    let founded = directory.found_world(&world(), owner, by).await;
    founded.expect("no world yet");
    Partition::new(&world(), owner).expect("a fair world")
}

/// Sessions that wait for this one.
pub async fn blocked_count(connection: &mut AnyConnection) -> i64 {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))",
    );
    count.fetch_one(connection).await.expect("a number")
}

//! The one module that knows glommio: whether io_uring is permitted, loops of turns on an executor that
//! is pinned to a core, and the journal's writer as a task beside them. [`crate::pin`] is the twin.
//!
//! Three faults of glommio 0.9 to step around:
//! - Whether a disk can be polled it finds out by reading from the first file that an executor opens for
//!   direct I/O. If that is empty it finds wrong, and later requests fail (EOPNOTSUPP) or hang. So each
//!   executor first opens a file that has 4 KiB ([`prime`]).
//! - If its preemption timer passes just before it would run its tasks, it takes none to be runnable and
//!   sleeps, for ever if nothing else wakes it: a busy machine need only hold the thread up for that
//!   long. So the timer is set beyond all reason (`PREEMPT_AFTER`); no task of ours needs it.
//! - Where rings or disks are not as it expects it ends the process. So [`probe`] looks at both first.

use std::{
    fmt, fs,
    future::poll_fn,
    io,
    os::unix::fs::MetadataExt,
    path::Path,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use glommio::{
    GlommioError, LocalExecutor, LocalExecutorBuilder, Placement, PoolPlacement, executor,
    io::{DmaFile, OpenOptions},
    spawn_local,
    timer::Timer,
};
use io_uring::{IoUring, Probe, opcode};
use journal::{Committer, Creation, Disk, Folder, appender, limits::RETRY_AFTER};
use rustix::{
    fs::major,
    process::{Resource, getrlimit},
};

use crate::{
    bell::Bell,
    limits::{IO_MEMORY_BYTES, MEMLOCK_BYTES_MIN, PASS, PREEMPT_AFTER, RING_DEPTH},
    pin::{self, Pinned},
    runner::{Seat, Turn, Writing},
};

const PAGE_BYTES: usize = 4_096;

/// Why loops cannot run on io_uring here.
#[derive(Debug)]
pub enum Refusal {
    /// The process may lock too little memory.
    Memlock { limit_bytes: u64 },
    /// The system grants no ring: an old kernel, or a container's seccomp profile.
    Ring(io::Error),
    /// Rings work, but not with files in this folder.
    Files(io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memlock { limit_bytes } => write!(
                out,
                "io_uring needs {MEMLOCK_BYTES_MIN} bytes of locked memory, the limit is \
                 {limit_bytes} (ulimit -l, LimitMEMLOCK)"
            ),
            Self::Ring(error) => write!(out, "io_uring is not permitted: {error}"),
            Self::Files(error) => write!(out, "io_uring does not work with these files: {error}"),
        }
    }
}

/// Tries what [`start`] does: makes an executor, waits for a timer, and, if there is a folder, writes
/// to a file there, syncs and reads it back.
///
/// # Errors
/// If any of it is refused, with the reason.
pub fn probe(folder: Option<&Path>) -> Result<(), Refusal> {
    let limit_bytes = getrlimit(Resource::Memlock).current;
    if let Some(limit_bytes) = limit_bytes.filter(|bytes| *bytes < MEMLOCK_BYTES_MIN) {
        return Err(Refusal::Memlock { limit_bytes });
    }
    try_ring().map_err(Refusal::Ring)?;
    folder.map_or(Ok(()), find_disk).map_err(Refusal::Files)?;
    let folder = folder.map(Path::to_owned);
    let probed = run_pinned("uring-probe", None, move || async move {
        Timer::new(PASS).await;
        match folder {
            Some(folder) => probe_files(&folder).await.map_err(Refusal::Files),
            None => Ok(()),
        }
    });
    let joined = probed.map_err(Refusal::Ring)?.join();
    joined.unwrap_or_else(|_| Err(Refusal::Ring(io::Error::other("glommio panicked"))))
}

/// Whether the system grants a ring, and whether that can do what glommio insists on: the newest of it
/// came with Linux 5.6.
fn try_ring() -> io::Result<()> {
    let ring = IoUring::new(1)?;
    let mut able = Probe::new();
    ring.submitter().register_probe(&mut able)?;
    let needs = [
        opcode::Fallocate::CODE,
        opcode::OpenAt::CODE,
        opcode::Close::CODE,
        opcode::Statx::CODE,
        opcode::Read::CODE,
        opcode::Write::CODE,
        opcode::Recv::CODE,
    ];
    if needs.into_iter().all(|code| able.is_supported(code)) {
        Ok(())
    } else {
        Err(io::Error::other("the kernel is older than 5.6"))
    }
}

/// Whether the folder's disk is in memory, or described where glommio reads of it.
fn find_disk(folder: &Path) -> io::Result<()> {
    let major = major(fs::metadata(folder)?.dev());
    let disk = Path::new("/sys/dev/block").join(format!("{major}:0"));
    let is_described = disk.join("queue/rotational").exists() && disk.join("slaves").exists();
    if is_described || !disk.exists() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "{} tells too little",
            disk.display()
        )))
    }
}

async fn probe_files(folder: &Path) -> io::Result<()> {
    prime(folder).await?;
    let path = folder.join(own_name("uring-probe"));
    let file = open(&path, true).await?;
    let mut buffer = file.alloc_dma_buffer(PAGE_BYTES);
    buffer.as_bytes_mut().fill(0x5a);
    let written = file.write_at(buffer, 0).await.map_err(system_error)?;
    file.fdatasync().await.map_err(system_error)?;
    let read = file.read_at_aligned(0, PAGE_BYTES).await;
    let is_same = read.map_err(system_error)?.iter().all(|byte| *byte == 0x5a);
    file.close().await.map_err(system_error)?;
    fs::remove_file(&path)?;
    if written != PAGE_BYTES || !is_same {
        return Err(io::Error::other("what was written is not what is read"));
    }
    Ok(())
}

/// A file name that no other executor uses, here or in another process: one that emptied the file would
/// bring the fault about.
fn own_name(name: &str) -> String {
    format!("{name}-{}-{}", std::process::id(), executor().id())
}

/// See the module.
async fn prime(folder: &Path) -> io::Result<()> {
    let path = folder.join(own_name("uring-prime"));
    fs::write(&path, [0; PAGE_BYTES])?;
    let file = open(&path, false).await?;
    file.close().await.map_err(system_error)?;
    fs::remove_file(&path)
}

/// `DmaFile::create` would open it to write only.
async fn open(path: &Path, creates: bool) -> io::Result<DmaFile> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(creates);
    options.dma_open(path).await.map_err(system_error)
}

/// Runs a future to its end on an executor of its own, on a thread of this name, pinned to the core if
/// there is one. The future is made there, so it need not be `Send`.
///
/// # Errors
/// If there is no thread, no such core or no ring.
pub fn run_pinned<F, R>(
    name: &str,
    core: Option<usize>,
    main: impl FnOnce() -> F + Send + 'static,
) -> io::Result<Pinned<R>>
where
    F: Future<Output = R> + 'static,
    R: Send + 'static,
{
    let make = move || make_executor(core).map_err(system_error);
    pin::spawn(name, make, move |executor: LocalExecutor| {
        executor.run(async move { main().await })
    })
}

fn make_executor(core: Option<usize>) -> Result<LocalExecutor, GlommioError<()>> {
    let placement = core.map_or(Placement::Unbound, Placement::Fixed);
    LocalExecutorBuilder::new(placement)
        .io_memory(IO_MEMORY_BYTES)
        .ring_depth(RING_DEPTH)
        .preempt_timer(PREEMPT_AFTER)
        // What blocks (removing and creating files) must not run on the loop's core.
        .blocking_thread_pool_placement(PoolPlacement::Unbound(1))
        .make()
}

/// Waits on this executor until then.
pub async fn sleep_until(at: Instant) {
    Timer::new(at.saturating_duration_since(Instant::now())).await;
}

/// Starts a loop of turns, and the journal's writer as a task beside it.
///
/// # Errors
/// If there is no thread, no such core or no ring.
pub(crate) fn start<T: Turn>(
    seat: Seat,
    mut turn: T,
    writing: Option<Writing>,
    stop: Arc<AtomicBool>,
) -> io::Result<Pinned<T>> {
    let Seat { name, core, bell } = seat;
    run_pinned(&name, core, move || async move {
        let closer = writing.as_ref().map(|writing| writing.committer.closer());
        let writer = writing.map(|writing| spawn_local(UringWriter::new(writing).run()));
        while !stop.load(Ordering::Acquire) {
            let due_at = turn.turn(Instant::now());
            sleep_until_or_rung(due_at, &bell).await;
        }
        bell.retire();
        if let (Some(closer), Some(writer)) = (closer, writer) {
            closer.close();
            writer.await;
        }
        turn
    })
}

async fn sleep_until_or_rung(due_at: Instant, bell: &Bell) {
    let left = due_at.saturating_duration_since(Instant::now());
    let left = if bell.take() { PASS } else { left.max(PASS) };
    let mut timer = pin!(Timer::new(left));
    poll_fn(|context| {
        let rung = bell.poll(context.waker());
        if rung.is_ready() {
            return rung;
        }
        timer.as_mut().poll(context).map(drop)
    })
    .await;
}

/// The journal's writer on an executor: direct I/O, so nothing waits in the system's cache, and neither
/// writing nor syncing holds the executor's other tasks up. The same [`Committer`] as the plain one's.
pub struct UringWriter {
    folder: Folder,
    committer: Committer,
    file: Option<DmaFile>,
    is_primed: bool,
}

impl UringWriter {
    pub fn new(writing: Writing) -> Self {
        Self {
            folder: writing.folder,
            committer: writing.committer,
            file: None,
            is_primed: false,
        }
    }

    /// Writes until the port is closed and nothing waits.
    pub async fn run(mut self) {
        loop {
            let is_closed = self.committer.is_closed();
            if !self.committer.gather() {
                if is_closed {
                    break;
                }
                poll_fn(|context| self.committer.poll_wake(context.waker())).await;
                continue;
            }
            if let Err(error) = self.commit().await {
                self.committer.failed(&error);
                self.close().await;
                if is_closed {
                    break;
                }
                self.sleep_before_retry().await;
            }
        }
        self.close().await;
    }

    async fn commit(&mut self) -> io::Result<()> {
        let plan = self.committer.plan();
        let begun_at = Instant::now();
        if let Some(creation) = &plan.create {
            self.create(creation).await?;
        }
        let file = self.file.as_ref().expect("the plan's segment is open");
        let mut buffer = file.alloc_dma_buffer(plan.bytes_count as usize);
        let mut rest = buffer.as_bytes_mut();
        for part in self.committer.parts() {
            let (place, behind) = rest.split_at_mut(part.len());
            place.copy_from_slice(part);
            rest = behind;
        }
        let written = file.write_at(buffer, plan.offset).await;
        if (written.map_err(system_error)? as u64) < plan.bytes_count {
            // The rest would begin anywhere, which direct I/O does not take.
            return Err(io::ErrorKind::WriteZero.into());
        }
        let written_at = Instant::now();
        file.fdatasync().await.map_err(system_error)?;
        if plan.create.is_some() {
            self.sync_names().await?;
        }
        let write = written_at - begun_at;
        self.committer.committed(write, written_at.elapsed());
        Ok(())
    }

    /// glommio panics if a file is gone while it opens it: nobody but this writer may take the newest
    /// segment away.
    async fn create(&mut self, creation: &Creation) -> io::Result<()> {
        self.close().await;
        if !self.is_primed {
            prime(self.folder.path()).await?;
            self.is_primed = true;
        }
        let path = self.folder.path().join(&creation.file);
        let (folder, creation) = (self.folder.clone(), creation.clone());
        let create = move || appender::create(&folder, &creation).map(drop);
        executor().spawn_blocking(create).await?;
        // Also when opening fails: then it is this writer's own, to be replaced.
        self.committer.created();
        self.file = Some(open(&path, false).await?);
        Ok(())
    }

    /// On a thread aside: glommio's own would be an fdatasync, which need not write names.
    async fn sync_names(&self) -> io::Result<()> {
        let folder = self.folder.clone();
        executor().spawn_blocking(move || folder.sync_names()).await
    }

    async fn close(&mut self) {
        if let Some(file) = self.file.take() {
            // What was synced stays so, whatever closing says.
            let _ = file.close().await;
        }
    }

    /// Only the journal's end is not waited for.
    async fn sleep_before_retry(&mut self) {
        let mut timer = pin!(Timer::new(RETRY_AFTER));
        poll_fn(|context| {
            let _ = self.committer.poll_wake(context.waker());
            if self.committer.is_closed() {
                return std::task::Poll::Ready(());
            }
            timer.as_mut().poll(context).map(drop)
        })
        .await;
    }
}

/// With the system's number of the error, if it has one: the journal's state tells it on.
fn system_error(error: GlommioError<()>) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => error.into(),
    }
}

//! How threads that never wait wake the link's tasks. Waking a task of the runtime takes a lock of the
//! runtime's, so a thread writes a byte into a socket pair instead, and a task of the link's reads it
//! and wakes whoever was rung for. One byte does for all rings until it is read.

use std::{
    io::{self, Write},
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{io::AsyncReadExt, sync::Notify};

/// The bells of one link and the task that hears them.
#[derive(Debug)]
pub struct Switchboard {
    wire: Arc<Wire>,
    lines: Mutex<Vec<Weak<Line>>>,
}

/// One waiter's bell.
#[derive(Debug)]
pub struct Line {
    is_rung: AtomicBool,
    notify: Notify,
    wire: Arc<Wire>,
}

#[derive(Debug)]
struct Wire {
    is_rung: AtomicBool,
    writer: UnixStream,
}

/// The end that [`Switchboard::hear`] reads.
pub struct Ear(tokio::net::UnixStream);

impl Switchboard {
    /// Needs a tokio runtime around it.
    pub fn new() -> io::Result<(Self, Ear)> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        let wire = Arc::new(Wire {
            is_rung: AtomicBool::new(false),
            writer,
        });
        let ear = Ear(tokio::net::UnixStream::from_std(reader)?);
        let lines = Mutex::default();
        Ok((Self { wire, lines }, ear))
    }

    /// A new bell; it is gone with its last holder.
    pub fn line(&self) -> Arc<Line> {
        let line = Arc::new(Line {
            is_rung: AtomicBool::new(false),
            notify: Notify::new(),
            wire: self.wire.clone(),
        });
        let mut lines = self.lines.lock().expect("no holder panics");
        lines.retain(|line| line.strong_count() > 0);
        lines.push(Arc::downgrade(&line));
        line
    }

    /// Passes rings on, for as long as it is polled.
    pub async fn hear(&self, mut ear: Ear) {
        let mut bytes = [0; 16];
        while ear.0.read(&mut bytes).await.is_ok_and(|count| count > 0) {
            // Before the lines are looked at: who rings later writes another byte.
            self.wire.is_rung.swap(false, Ordering::SeqCst);
            let lines = self.lines.lock().expect("no holder panics");
            for line in lines.iter().filter_map(Weak::upgrade) {
                if line.is_rung.swap(false, Ordering::SeqCst) {
                    line.notify.notify_one();
                }
            }
        }
    }
}

impl Line {
    /// Wakes who waits at this line, from any thread; never waits itself. A system call at most.
    pub fn ring(&self) {
        if self.is_rung.swap(true, Ordering::SeqCst)
            || self.wire.is_rung.swap(true, Ordering::SeqCst)
        {
            return;
        }
        // A full pair has been rung; one whose reader is gone has nobody to wake.
        let _ = (&self.wire.writer).write(&[1]);
    }

    /// Waits for the next ring, or returns at once if there was one since the last.
    pub async fn rung(&self) {
        self.notify.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::atomic::AtomicU64, thread, time::Duration};

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn every_ring_is_followed_by_a_look() {
        const RINGS_COUNT: u64 = 20_000;
        let (board, ear) = Switchboard::new().expect("a socket pair");
        let lines = [board.line(), board.line()];
        let done = [AtomicU64::new(0), AtomicU64::new(0)];
        let done = Arc::new(done);
        let threads: Vec<_> = (0..2)
            .map(|index| {
                let (line, done) = (lines[index].clone(), done.clone());
                thread::spawn(move || {
                    for count in 1..=RINGS_COUNT {
                        done[index].store(count, Ordering::SeqCst);
                        line.ring();
                    }
                })
            })
            .collect();
        let looked = |index: usize| {
            let (line, done) = (lines[index].clone(), done.clone());
            async move {
                while done[index].load(Ordering::SeqCst) < RINGS_COUNT {
                    line.rung().await;
                }
            }
        };
        let both = async { tokio::join!(looked(0), looked(1)) };
        let all = async {
            tokio::select! {
                () = board.hear(ear) => panic!("the bells fell silent"),
                _ = both => (),
            }
        };
        timeout(Duration::from_secs(30), all)
            .await
            .expect("no ring is lost");
        for thread in threads {
            thread.join().expect("no panic");
        }
    }

    #[tokio::test]
    async fn lines_go_with_their_holders() {
        let (board, _ear) = Switchboard::new().expect("a socket pair");
        for _ in 0..100 {
            drop(board.line());
        }
        let _line = board.line();
        assert_eq!(board.lines.lock().expect("no panic").len(), 1);
    }
}

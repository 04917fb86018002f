//! Wakes a loop before its turn is due, from any thread; the same for a plain thread and an executor.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, Wake, Waker},
};

use atomic_waker::AtomicWaker;

/// See the module; clones ring the same loop. Ringing is free of locks and remembered: a loop that is
/// at work when it rings takes its next turn at once.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    has_rung: AtomicBool,
    waker: AtomicWaker,
}

impl Bell {
    pub fn ring(&self) {
        self.0.ring();
    }

    /// Rings it, for those who wake.
    pub(crate) fn waker(&self) -> Waker {
        Waker::from(self.0.clone())
    }

    /// Whether it rang since the last time it was asked.
    pub(crate) fn take(&self) -> bool {
        self.0.has_rung.swap(false, Ordering::AcqRel)
    }

    /// As [`Self::take`]; if it did not ring yet, the waker is woken when it does.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<()> {
        self.0.waker.register(waker);
        if self.take() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// The loop has ended: its waker is let go of on its own thread.
    pub(crate) fn retire(&self) {
        drop(self.0.waker.take());
    }
}

impl Inner {
    fn ring(&self) {
        // Who finds it rung already leaves the waking to who rang.
        if !self.has_rung.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }
}

impl Wake for Inner {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn rings_are_remembered_once_and_wake_who_waits() {
        let count = Arc::new(Count::default());
        let waker = Waker::from(count.clone());
        let bell = Bell::default();
        bell.ring();
        bell.ring();
        assert_eq!(bell.poll(&waker), Poll::Ready(()));
        assert_eq!(bell.poll(&waker), Poll::Pending);
        bell.waker().wake();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert!(bell.take() && !bell.take());
        bell.retire();
        bell.ring();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
    }
}

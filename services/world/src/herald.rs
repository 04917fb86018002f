//! How tasks that look after a process tell its loops something.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::{bell::Bell, limits::WORDS_MAX};

/// Tells a loop; cheap to clone.
pub struct Herald<W> {
    words: SyncSender<W>,
    bell: Bell,
}

/// One that rings this bell, and where its words come out.
pub fn new<W>(bell: Bell) -> (Herald<W>, Receiver<W>) {
    let (words, heard) = sync_channel(WORDS_MAX);
    (Herald { words, bell }, heard)
}

impl<W> Herald<W> {
    /// Waits while too many words wait; false if the loop is gone.
    pub fn tell(&self, word: W) -> bool {
        let is_told = self.words.send(word).is_ok();
        self.bell.ring();
        is_told
    }

    /// What it rings.
    pub fn bell(&self) -> &Bell {
        &self.bell
    }
}

impl<W> Clone for Herald<W> {
    fn clone(&self) -> Self {
        Self {
            words: self.words.clone(),
            bell: self.bell.clone(),
        }
    }
}

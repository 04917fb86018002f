//! How notices of chat get from edge to edge: a bounded queue to each edge thread of the process, and one to
//! the services where there are any, which keep them and pass them on to other processes. An edge's full queue drops
//! what comes and counts it; what the services' does not take was not said. Nobody ever waits.

use std::{fmt, sync::Arc};

use chat::{Ears, Notice, Refusal, WordList};
use tokio::sync::mpsc;

use crate::{
    counters::{Cause, Counters},
    limits,
};

/// What an edge uses of a chat service.
#[derive(Clone, Default)]
pub struct ChatService {
    /// Takes what is said here, for other processes and for what keeps it. None while there is no service.
    pub outlet: Option<mpsc::Sender<Notice>>,
    /// Words that are not shown; none for those that come with the program.
    pub word_list: Option<Arc<WordList>>,
}

impl fmt::Debug for ChatService {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("ChatService");
        shown
            .field("is_linked", &self.outlet.is_some())
            .finish_non_exhaustive()
    }
}

/// Tells all edges of the process what came from elsewhere: other processes' words, moderators' orders.
#[derive(Clone)]
pub struct ChatInlet {
    edges: Vec<mpsc::Sender<Notice>>,
    counters: Arc<Counters>,
}

impl Ears for ChatInlet {
    fn tell(&self, notice: &Notice) {
        for edge in &self.edges {
            send(edge, notice, &self.counters);
        }
    }

    fn lose(&self, count: usize) {
        self.counters.drop_many(Cause::ChatUnrelayed, count as u64);
    }
}

/// One edge's end.
pub struct ChatEnd {
    pub inbox: mpsc::Receiver<Notice>,
    pub word_list: Arc<WordList>,
    /// To the other edges of the process.
    others: Vec<mpsc::Sender<Notice>>,
    service: Option<mpsc::Sender<Notice>>,
}

impl ChatEnd {
    /// Tells all others.
    ///
    /// # Errors
    /// If the services take nothing more, or have ended: then nobody was told.
    pub fn hand_on(&self, notice: &Notice, counters: &Counters) -> Result<(), Refusal> {
        if let Some(service) = &self.service {
            let taken = service.try_send(notice.clone());
            taken.map_err(|_| Refusal::Unavailable)?;
        }
        for other in &self.others {
            send(other, notice, counters);
        }
        Ok(())
    }
}

/// The ends of so many edges, and the inlet to all of them.
pub fn connect(
    edges_count: usize,
    service: &ChatService,
    counters: &Arc<Counters>,
) -> (Vec<ChatEnd>, ChatInlet) {
    let queues = (0..edges_count).map(|_| mpsc::channel(limits::CHAT_NOTICES_MAX));
    let (senders, inboxes): (Vec<_>, Vec<_>) = queues.unzip();
    let built_in = || Arc::new(WordList::built_in());
    let word_list = service.word_list.clone().unwrap_or_else(built_in);
    let end = |(own, inbox)| {
        let others = senders
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != own);
        let others = others.map(|(_, sender): (_, &mpsc::Sender<Notice>)| sender.clone());
        ChatEnd {
            inbox,
            word_list: word_list.clone(),
            others: others.collect(),
            service: service.outlet.clone(),
        }
    };
    let ends = inboxes.into_iter().enumerate().map(end).collect();
    let inlet = ChatInlet {
        edges: senders,
        counters: counters.clone(),
    };
    (ends, inlet)
}

fn send(queue: &mpsc::Sender<Notice>, notice: &Notice, counters: &Counters) {
    if queue.try_send(notice.clone()).is_err() {
        counters.drop_one(Cause::ChatUnrelayed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unrelayed(counters: &Counters) -> u64 {
        let mut drops = counters.drops();
        let found = drops.find(|(cause, _)| *cause == "chat_unrelayed");
        found.expect("a cause").1
    }

    #[test]
    fn each_hears_all_others_and_not_itself() {
        let counters = Arc::new(Counters::default());
        let (outlet, mut service_inbox) = mpsc::channel(4);
        let service = ChatService {
            outlet: Some(outlet),
            word_list: None,
        };
        let (mut ends, inlet) = connect(3, &service, &counters);
        let said = Notice::Removed { sequence: 1 };
        assert_eq!(ends[1].hand_on(&said, &counters), Ok(()));
        assert_eq!(service_inbox.try_recv(), Ok(said.clone()));
        let heard = ends.iter_mut().map(|end| end.inbox.try_recv().ok());
        let heard: Vec<Option<Notice>> = heard.collect();
        assert_eq!(heard, [Some(said.clone()), None, Some(said.clone())]);
        inlet.tell(&said);
        assert!(ends.iter_mut().all(|end| end.inbox.try_recv().is_ok()));
        assert!(service_inbox.try_recv().is_err(), "it does not come back");
    }

    #[test]
    fn what_the_services_do_not_take_nobody_hears() {
        let counters = Arc::new(Counters::default());
        let (outlet, service_inbox) = mpsc::channel(1);
        let service = ChatService {
            outlet: Some(outlet),
            word_list: None,
        };
        let (mut ends, _inlet) = connect(2, &service, &counters);
        let said = Notice::Removed { sequence: 1 };
        assert_eq!(ends[0].hand_on(&said, &counters), Ok(()));
        let refused = Err(Refusal::Unavailable);
        assert_eq!(ends[0].hand_on(&said, &counters), refused);
        drop(service_inbox);
        assert_eq!(ends[0].hand_on(&said, &counters), refused);
        assert_eq!(ends[1].inbox.try_recv(), Ok(said));
        assert!(ends[1].inbox.try_recv().is_err(), "only what was taken");
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let counters = Arc::new(Counters::default());
        let (ends, inlet) = connect(1, &ChatService::default(), &counters);
        for sequence in 0..limits::CHAT_NOTICES_MAX as u64 + 9 {
            inlet.tell(&Notice::Removed { sequence });
        }
        assert_eq!(unrelayed(&counters), 9);
        assert_eq!(ends[0].inbox.len(), limits::CHAT_NOTICES_MAX);
    }
}

//! How a process begins to listen to a world that goes on: it first has every pod say its frames to it,
//! then takes a snapshot that is new enough for what it will hear. Both newcomers and edges do.

use std::collections::BTreeMap;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Admission {
    /// By pod: the oldest tick of it that will come, once it has answered; none if the pod has not
    /// begun, so that all of it will come.
    answers: BTreeMap<u16, Option<Option<u32>>>,
}

impl Admission {
    /// Waits for the answers of these pods.
    pub fn new(pods: impl IntoIterator<Item = u16>) -> Self {
        Self {
            answers: pods.into_iter().map(|pod| (pod, None)).collect(),
        }
    }

    /// A pod says its frames from this tick on; none if it has not begun.
    pub fn handle_answer(&mut self, pod: u16, first_tick: Option<u32>) {
        if let Some(answer) = self.answers.get_mut(&pod) {
            *answer = Some(first_tick);
        }
    }

    /// A pod is gone and will not answer.
    pub fn handle_gone(&mut self, pod: u16) {
        self.answers.remove(&pod);
    }

    /// The pods that have not answered.
    pub fn unanswered(&self) -> impl Iterator<Item = u16> + '_ {
        let answers = self.answers.iter();
        answers.filter_map(|(pod, answer)| answer.is_none().then_some(*pod))
    }

    /// A snapshot of this tick or a later one goes with what will be heard; none before all answered.
    pub fn poll_tick(&self) -> Option<u32> {
        if self.unanswered().next().is_some() {
            return None;
        }
        let firsts = self.answers.values().flatten().flatten();
        Some(firsts.copied().max().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snapshot_is_no_older_than_what_will_be_heard() {
        let mut admission = Admission::new([1, 2, 3, 4]);
        admission.handle_answer(1, Some(50));
        admission.handle_answer(2, Some(52));
        admission.handle_answer(9, Some(99));
        assert_eq!(admission.poll_tick(), None);
        admission.handle_answer(3, None);
        admission.handle_gone(4);
        assert_eq!(admission.poll_tick(), Some(52));
    }
}

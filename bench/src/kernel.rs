//! A kernel: a piece of work that several sides do on the same data, ours first. It is written once and run
//! by two runners: [`crate::rounds`], of which docs/PERFORMANCE.md tells, and criterion.

use std::hint::black_box;

use crate::targets::Target;

/// One side's way to do a kernel's work, with all that it needs for it.
pub trait Work {
    /// What comes before each run and is not measured.
    fn prepare(&mut self) {}

    /// Does the work once and tells what came of it, so that nothing of it is left out.
    fn run(&mut self, tell: impl FnMut(i64));

    /// What all sides must agree upon, in an order they share. More than [`Self::run`] tells where to tell
    /// it all would take time.
    fn answer(&mut self) -> Vec<i64> {
        let mut told = Vec::new();
        self.prepare();
        self.run(|value| told.push(value));
        told
    }
}

/// [`Work`] of whatever kind.
trait AnyWork {
    fn prepare(&mut self);
    fn run(&mut self) -> i64;
    fn answer(&mut self) -> Vec<i64>;
}

impl<W: Work> AnyWork for W {
    fn prepare(&mut self) {
        Work::prepare(self);
    }

    fn run(&mut self) -> i64 {
        let mut sum = 0i64;
        Work::run(self, |value| sum = sum.wrapping_add(value));
        black_box(sum)
    }

    fn answer(&mut self) -> Vec<i64> {
        Work::answer(self)
    }
}

/// One who does a kernel's work.
pub struct Side {
    pub name: &'static str,
    work: Box<dyn AnyWork>,
}

impl Side {
    pub fn new(name: &'static str, work: impl Work + 'static) -> Self {
        Self {
            name,
            work: Box::new(work),
        }
    }

    pub fn prepare(&mut self) {
        self.work.prepare();
    }

    /// Does the work once; returns the sum of what it told.
    pub fn run(&mut self) -> i64 {
        self.work.run()
    }
}

/// What one run is made of.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    pub count: u64,
    /// One of them.
    pub unit: &'static str,
}

/// A piece of work and who does it.
pub struct Kernel {
    /// Its group in criterion, and what a filter looks for.
    pub name: &'static str,
    pub amount: Amount,
    /// The row of the table that it measures.
    pub target: Option<Target>,
    /// By how much answers may differ: for sides that do not count in integers.
    tolerance: i64,
    /// Ours first.
    pub sides: Vec<Side>,
}

impl Kernel {
    /// Our side alone.
    pub fn new(name: &'static str, amount: Amount, ours: impl Work + 'static) -> Self {
        Self {
            name,
            amount,
            target: None,
            tolerance: 0,
            sides: vec![Side::new("voxelheim", ours)],
        }
    }

    pub fn for_target(self, target: Target) -> Self {
        Self {
            target: Some(target),
            ..self
        }
    }

    /// Adds a peer.
    pub fn beside(mut self, name: &'static str, work: impl Work + 'static) -> Self {
        self.sides.push(Side::new(name, work));
        self
    }

    pub fn with_tolerance(self, tolerance: i64) -> Self {
        Self { tolerance, ..self }
    }

    /// Whether sides count alike, so that what they tell in a run has the same sum.
    pub fn is_exact(&self) -> bool {
        self.tolerance == 0
    }

    /// Panics unless all sides give the same answer: nothing is measured of one who does not.
    pub fn assert_agree(&mut self) {
        let answers: Vec<_> = self.sides.iter_mut().map(|it| it.work.answer()).collect();
        let name = self.name;
        let ours = &answers[0];
        assert!(!ours.is_empty(), "{name}: we tell something");
        for (side, theirs) in self.sides.iter().zip(&answers).skip(1) {
            let peer = side.name;
            assert_eq!(ours.len(), theirs.len(), "{name}: answers of us and {peer}");
            let differs =
                |index: &usize| ours[*index].abs_diff(theirs[*index]) > self.tolerance as u64;
            if let Some(index) = (0..ours.len()).find(differs) {
                let (our, their) = (ours[index], theirs[index]);
                panic!("{name}: answer {index} is {our} here and {their} of {peer}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counts(i64);

    impl Work for Counts {
        fn run(&mut self, tell: impl FnMut(i64)) {
            (0..self.0).for_each(tell);
        }
    }

    struct Shifted(i64);

    impl Work for Shifted {
        fn run(&mut self, mut tell: impl FnMut(i64)) {
            Work::run(&mut Counts(3), |value| tell(value + self.0));
        }
    }

    fn counting() -> Kernel {
        let amount = Amount {
            count: 3,
            unit: "number",
        };
        Kernel::new("counting", amount, Counts(3))
    }

    #[test]
    fn sides_that_agree_pass() {
        counting().beside("another", Counts(3)).assert_agree();
        let near = counting().with_tolerance(1);
        near.beside("another", Shifted(-1)).assert_agree();
    }

    #[test]
    #[should_panic(expected = "answer 0 is 0 here and 1 of another")]
    fn another_answer_is_caught() {
        counting().beside("another", Shifted(1)).assert_agree();
    }

    #[test]
    #[should_panic(expected = "answers of us and another")]
    fn fewer_answers_are_caught() {
        counting().beside("another", Counts(2)).assert_agree();
    }
}

//! The runner whose figures are kept: sides take turns, round by round, by the thread's CPU time, so that
//! what disturbs one disturbs all.

use std::{fmt, time::Duration};

use crate::{
    ROUNDS_COUNT, cpu_time, filter,
    kernel::{Amount, Kernel},
    percentile, results, times,
};

/// A kernel by its name, made when it is its turn: most bring much data.
pub struct Entry {
    pub name: &'static str,
    pub make: fn() -> Kernel,
}

/// Measures the kernels that were asked for, prints them, and keeps what is a row of the table.
/// `command` is what runs this.
#[expect(clippy::print_stdout, reason = "the figures are for the terminal")]
pub fn measure_all<'a>(entries: impl Iterator<Item = &'a Entry>, command: &str) {
    println!("| kernel | side | median | quartiles | our time to theirs |");
    println!("| --- | --- | --- | --- | --- |");
    for entry in entries.filter(|entry| filter(entry.name)) {
        let mut kernel = (entry.make)();
        assert_eq!(entry.name, kernel.name, "the list says what is made");
        let measured = Measured::of(&mut kernel);
        print!("{measured}");
        if let (Some(target), Some(ratio)) = (kernel.target, measured.ratio_to_best_peer()) {
            results::record(&target, ratio, &format!("{command} {}", entry.name));
        }
    }
}

/// What the sides took.
pub struct Measured {
    name: &'static str,
    amount: Amount,
    sides: Vec<(&'static str, Spread)>,
}

/// Quartiles of CPU time.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub low: Duration,
    pub median: Duration,
    pub high: Duration,
}

impl Spread {
    pub fn of(times: &[Duration]) -> Self {
        let [low, median, high] = [25, 50, 75].map(|percent| percentile(times, percent));
        Self { low, median, high }
    }
}

impl Measured {
    /// Runs all sides in turns after one turn that does not count. Panics when they do not agree.
    pub fn of(kernel: &mut Kernel) -> Self {
        kernel.assert_agree();
        round(kernel);
        let mut samples = vec![Vec::new(); kernel.sides.len()];
        for _ in 0..times(ROUNDS_COUNT, 1) {
            for (samples, time) in samples.iter_mut().zip(round(kernel)) {
                samples.push(time);
            }
        }
        let names = kernel.sides.iter().map(|side| side.name);
        Self {
            name: kernel.name,
            amount: kernel.amount,
            sides: names.zip(samples.iter().map(|it| Spread::of(it))).collect(),
        }
    }

    /// How many times our time the best peer takes; none without a peer.
    pub fn ratio_to_best_peer(&self) -> Option<f64> {
        let peers = self.sides[1..].iter().map(|(_, spread)| spread.median);
        Some(peers.min()?.as_secs_f64() / self.sides[0].1.median.as_secs_f64())
    }
}

/// One turn of each side.
fn round(kernel: &mut Kernel) -> Vec<Duration> {
    let is_exact = kernel.is_exact();
    let mut sums = Vec::new();
    let turn = kernel.sides.iter_mut().map(|side| {
        side.prepare();
        cpu_time(|| sums.push(side.run()))
    });
    let durations = turn.collect();
    let is_same = sums.iter().all(|sum| *sum == sums[0]);
    assert!(
        is_same || !is_exact,
        "{}: sums differ: {sums:?}",
        kernel.name
    );
    durations
}

impl fmt::Display for Measured {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Amount { count, unit } = self.amount;
        let ours = self.sides[0].1.median.as_secs_f64();
        for (side, spread) in &self.sides {
            let Spread { low, median, high } = *spread;
            let each = |time: Duration| Each(time.as_secs_f64() / count as f64);
            let (low, high, middle) = (each(low), each(high), each(median));
            let ratio = ours / median.as_secs_f64();
            let name = self.name;
            writeln!(
                out,
                "| {name} | {side} | {middle} a {unit} | {low} to {high} | {ratio:.2} × |"
            )?;
        }
        Ok(())
    }
}

/// Seconds, printed in the unit that suits them.
struct Each(f64);

impl fmt::Display for Each {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds >= 1e-3 => write!(out, "{:.2} ms", seconds * 1e3),
            seconds if seconds >= 1e-6 => write!(out, "{:.2} µs", seconds * 1e6),
            seconds => write!(out, "{:.2} ns", seconds * 1e9),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Work;

    struct Fixed(i64);

    impl Work for Fixed {
        fn run(&mut self, mut tell: impl FnMut(i64)) {
            tell(self.0);
        }

        fn answer(&mut self) -> Vec<i64> {
            vec![1]
        }
    }

    fn kernel(theirs: i64) -> Kernel {
        let amount = Amount {
            count: 1,
            unit: "number",
        };
        Kernel::new("fixed", amount, Fixed(7)).beside("peer", Fixed(theirs))
    }

    #[test]
    fn every_side_has_its_row() {
        let measured = Measured::of(&mut kernel(7));
        let table = measured.to_string();
        assert!(table.contains("| fixed | voxelheim | "), "{table}");
        assert!(table.contains("| fixed | peer | "), "{table}");
        assert!(measured.ratio_to_best_peer().is_some());
    }

    #[test]
    #[should_panic(expected = "sums differ")]
    fn who_does_other_work_while_measured_is_caught() {
        Measured::of(&mut kernel(8));
    }

    #[test]
    fn times_have_the_unit_that_suits_them() {
        assert_eq!(Each(0.0025).to_string(), "2.50 ms");
        assert_eq!(Each(2.5e-9).to_string(), "2.50 ns");
    }
}

//! Every kernel under criterion, by the thread's CPU time: `./dev bench criterion [FILTER] [OPTION...]`, with
//! criterion's own `--save-baseline` and `--baseline`. The figures that are kept come from the rounds of
//! `./dev bench kernels`; this is for who changes a kernel and compares it with what it was.

use std::{env, time::Duration};

use bench::{kernel::Kernel, kernels, thread_cpu_time};
use criterion::{
    BenchmarkGroup, Criterion, Throughput,
    measurement::{Measurement, ValueFormatter, WallTime},
};

fn main() {
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime)
        .without_plots()
        .configure_from_args();
    let all = peers::COMPARED.iter().chain(&kernels::ALONE);
    for entry in all.filter(|entry| is_wanted(entry.name)) {
        let mut kernel = (entry.make)();
        kernel.assert_agree();
        measure(&mut criterion.benchmark_group(entry.name), kernel);
    }
    criterion.final_summary();
}

fn measure(group: &mut BenchmarkGroup<CpuTime>, kernel: Kernel) {
    group.sample_size(20);
    group.throughput(Throughput::Elements(kernel.amount.count));
    for mut side in kernel.sides {
        group.bench_function(side.name, |bencher| {
            bencher.iter_custom(|count| {
                let mut total = Duration::ZERO;
                for _ in 0..count {
                    side.prepare();
                    total += bench::cpu_time(|| side.run());
                }
                total
            });
        });
    }
}

/// Whether the first word asks for a kernel, so that no other's data is made: criterion sees to its sides.
fn is_wanted(name: &str) -> bool {
    let word = env::args().nth(1).filter(|word| !word.starts_with('-'));
    let kernel = word.as_ref().and_then(|word| word.split('/').next());
    kernel.is_none_or(|kernel| bench::names(kernel, name))
}

/// CPU time of the measuring thread: other work on the machine does not lengthen it.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        thread_cpu_time()
    }

    fn end(&self, start: Duration) -> Duration {
        thread_cpu_time() - start
    }

    fn add(&self, left: &Duration, right: &Duration) -> Duration {
        *left + *right
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

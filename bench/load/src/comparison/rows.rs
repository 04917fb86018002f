//! The rows of the project's table that a run measures: `./dev bench --table` prints them.

use bench::targets::{
    BYTES_COLYSEUS, CONNECTION_MEMORY, SERVER_CPU_COLYSEUS, SERVER_CPU_QUINN, Target,
};

use super::{
    outcome::Outcome,
    table::{COLYSEUS, QUINN, Table},
};

/// Rows with what was measured, each at the largest number of clients with which both sides count.
pub fn rows(table: &Table) -> Vec<(Target, f64)> {
    let share = |server, figure| at_most_clients(table, server, figure);
    let cpu = Outcome::cpu_us_per_client_and_tick;
    let found = [
        (SERVER_CPU_QUINN, share(QUINN, cpu)),
        (
            CONNECTION_MEMORY,
            share(QUINN, Outcome::memory_kb_per_connection),
        ),
        (BYTES_COLYSEUS, share(COLYSEUS, Outcome::bytes_per_update)),
        // How many times ours, not our share.
        (
            SERVER_CPU_COLYSEUS,
            share(COLYSEUS, cpu).map(|share| 1.0 / share),
        ),
    ];
    let measured = found.into_iter();
    measured
        .filter_map(|(target, measured)| Some((target, measured?)))
        .collect()
}

fn at_most_clients(table: &Table, server: &str, figure: fn(&Outcome) -> f64) -> Option<f64> {
    let mut numbers = table.numbers_of_clients();
    numbers.reverse();
    numbers
        .into_iter()
        .find_map(|clients| table.ratio(server, clients, figure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::outcome::tests::outcome;

    #[test]
    fn rows_are_of_the_most_clients_of_whom_both_sides_have_a_run() {
        let of = |server, clients, cpu_times: u32| {
            let mut outcome = outcome(server);
            outcome.clients = clients;
            outcome.cpu *= cpu_times;
            outcome
        };
        let mut table = Table::new("./dev bench server".into());
        for (server, clients, cpu_times) in [
            ("voxelheim", 10, 1),
            ("stock quinn", 10, 2),
            ("Colyseus", 10, 8),
            ("voxelheim", 20, 3),
            ("stock quinn", 20, 4),
        ] {
            table.add(of(server, clients, cpu_times));
        }
        let rows = rows(&table);
        let measured = |target: Target| {
            let row = rows.iter().find(|row| row.0 == target);
            row.expect("it is measured").1
        };
        assert!((measured(SERVER_CPU_QUINN) - 0.75).abs() < 1e-9);
        assert!((measured(SERVER_CPU_COLYSEUS) - 8.0).abs() < 1e-9);
        assert!((measured(BYTES_COLYSEUS) - 1.0).abs() < 1e-9);
    }
}

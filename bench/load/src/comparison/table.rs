//! What all runs took, and the ratios of our server's figures to its peers'.

use std::fmt;

use super::outcome::Outcome;

/// Servers by the names that outcomes have.
pub const OURS: &str = "voxelheim";
/// Our transport alone: a part of ours, and no peer.
pub const LOOP: &str = "our loop alone";
pub const QUINN: &str = "stock quinn";
pub const WTRANSPORT: &str = "wtransport";
pub const COLYSEUS: &str = "Colyseus";
const PEERS: [&str; 3] = [QUINN, WTRANSPORT, COLYSEUS];

/// All runs in the order they were made.
pub struct Table {
    command: String,
    outcomes: Vec<Outcome>,
}

impl Table {
    /// `command` gives the figures again.
    pub fn new(command: String) -> Self {
        Self {
            command,
            outcomes: Vec::new(),
        }
    }

    pub fn command(&self) -> &str {
        &self.command
    }

    pub fn add(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }

    /// All numbers of clients, the smallest first.
    pub fn numbers_of_clients(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.outcomes.iter().map(|it| it.clients).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// How many times a server's figure ours is; none where one of them has no run that counts.
    pub fn ratio(
        &self,
        server: &str,
        clients: usize,
        figure: impl Fn(&Outcome) -> f64,
    ) -> Option<f64> {
        self.ratio_of(OURS, server, clients, figure)
    }

    fn ratio_of(
        &self,
        server: &str,
        other: &str,
        clients: usize,
        figure: impl Fn(&Outcome) -> f64,
    ) -> Option<f64> {
        let figure_of_server = self.median(server, clients, &figure)?;
        Some(figure_of_server / self.median(other, clients, &figure)?)
    }

    /// The median of a figure over the runs of one server with one number of clients that count.
    fn median(
        &self,
        server: &str,
        clients: usize,
        figure: impl Fn(&Outcome) -> f64,
    ) -> Option<f64> {
        let runs = self.outcomes.iter();
        let runs = runs.filter(|it| it.server == server && it.clients == clients);
        let mut figures: Vec<f64> = runs.filter(|it| it.fault().is_none()).map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
    }

    /// Memory of each connection more, between the fewest and the most clients: what does not grow with
    /// them, such as loaded land, is in neither.
    fn memory_kb_of_one_more(&self, server: &str) -> Option<f64> {
        let resident = |outcome: &Outcome| outcome.resident_bytes as f64;
        let with = |clients: usize| Some((clients, self.median(server, clients, resident)?));
        let mut found = self.numbers_of_clients().into_iter().filter_map(with);
        let (fewest, bytes_before) = found.next()?;
        let (most, bytes) = found.next_back()?;
        Some((bytes - bytes_before) / 1_024.0 / (most - fewest) as f64)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "`{}`\n", self.command)?;
        writeln!(
            out,
            "| server | clients | µs a client and tick | KB a connection | messages, bytes a client and tick | \
             delivered | ticks/s | tick p50 / p99 | input to visible p50 / p99 | load |"
        )?;
        writeln!(out, "|{}", " --- |".repeat(10))?;
        self.outcomes
            .iter()
            .try_for_each(|outcome| row(out, outcome))?;
        writeln!(out)?;
        self.ratios(out)
    }
}

fn row(out: &mut fmt::Formatter<'_>, outcome: &Outcome) -> fmt::Result {
    let Outcome {
        server,
        clients,
        ticks,
        seconds,
        load,
        ..
    } = outcome;
    let fault = outcome.fault();
    let fault = fault.map_or_else(String::new, |fault| format!(" **thrown away: {fault}**"));
    let client_ticks = (*clients as u64 * ticks).max(1) as f64;
    let each = |count: u64| count as f64 / client_ticks;
    writeln!(
        out,
        "| {server} | {clients} | {:.1} | {:.0} | {:.2}, {:.0} + {:.0} | {:.2} %{fault} | {:.1} | {} | {} | {load:.1} |",
        outcome.cpu_us_per_client_and_tick(),
        outcome.memory_kb_per_connection(),
        each(outcome.sent),
        each(outcome.received_bytes),
        each(outcome.stream_bytes),
        outcome.delivered() * 100.0,
        *ticks as f64 / seconds,
        times(outcome.tick_ms),
        times(outcome.visible_ms),
    )
}

fn times(quantiles: Option<[f64; 2]>) -> String {
    quantiles.map_or_else(String::new, |[p50, p99]| format!("{p50:.1} / {p99:.1} ms"))
}

impl Table {
    fn ratios(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for clients in self.numbers_of_clients() {
            for server in PEERS {
                self.ratio_line(out, clients, (OURS, server))?;
            }
            self.ratio_line(out, clients, (LOOP, QUINN))?;
        }
        for server in [OURS, LOOP].into_iter().chain(PEERS) {
            if let Some(kb) = self.memory_kb_of_one_more(server) {
                writeln!(out, "- {server}: {kb:.0} KB for each connection more")?;
            }
        }
        Ok(())
    }

    fn ratio_line(
        &self,
        out: &mut fmt::Formatter<'_>,
        clients: usize,
        (ours, server): (&str, &str),
    ) -> fmt::Result {
        let ratio = |figure: fn(&Outcome) -> f64| self.ratio_of(ours, server, clients, figure);
        let Some(cpu) = ratio(Outcome::cpu_us_per_client_and_tick) else {
            return Ok(());
        };
        write!(
            out,
            "- {clients} clients, {ours} to {server}: {cpu:.2} × its CPU"
        )?;
        if let Some(memory) = ratio(Outcome::memory_kb_per_connection) {
            write!(out, ", {memory:.2} × its memory")?;
        }
        if server == COLYSEUS
            && let Some(bytes) = ratio(Outcome::bytes_per_update)
        {
            write!(out, ", {bytes:.2} × its bytes a body")?;
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::outcome::tests::outcome;

    fn table(outcomes: Vec<Outcome>) -> Table {
        Table {
            command: "./dev bench server".into(),
            outcomes,
        }
    }

    #[test]
    fn runs_that_lost_too_much_do_not_count() {
        let mut lossy = outcome("stock quinn");
        lossy.received = 1_000;
        lossy.cpu /= 2;
        let table = table(vec![outcome("voxelheim"), lossy, outcome("stock quinn")]);
        let cpu = table.median("stock quinn", 10, Outcome::cpu_us_per_client_and_tick);
        assert!(cpu.is_some_and(|us| (us - 10.0).abs() < 1e-9), "{cpu:?}");
        let text = table.to_string();
        assert!(text.contains("50.00 % **thrown away: too much"), "{text}");
        assert!(
            text.contains("10 clients, voxelheim to stock quinn: 1.00 ×"),
            "{text}"
        );
    }

    #[test]
    fn memory_that_all_share_is_no_connections() {
        let mut many = outcome("voxelheim");
        many.clients = 30;
        many.resident_bytes += 20 * 50 * 1_024;
        let text = table(vec![outcome("voxelheim"), many]).to_string();
        assert!(
            text.contains("- voxelheim: 50 KB for each connection more"),
            "{text}"
        );
    }

    #[test]
    fn no_ratio_to_who_has_no_run() {
        let text = table(vec![outcome("voxelheim")]).to_string();
        assert!(!text.contains("voxelheim to"), "{text}");
    }
}

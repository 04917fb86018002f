//! The table a bench prints: what was measured, the bound it must keep, and whether it did.

use std::fmt;

/// One measured figure beside its bound.
#[derive(Clone, Debug)]
pub struct Claim {
    pub what: &'static str,
    pub measured: f64,
    pub unit: &'static str,
    /// The figure must be at most this, or at least this.
    pub bound: Bound,
    /// The parts the figure was made of, for the reader.
    pub detail: String,
}

/// Which side of the bound is good.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Claim {
    pub fn at_most(what: &'static str, measured: f64, bound: f64, unit: &'static str) -> Self {
        Self {
            what,
            measured,
            unit,
            bound: Bound::AtMost(bound),
            detail: String::new(),
        }
    }

    pub fn at_least(what: &'static str, measured: f64, bound: f64, unit: &'static str) -> Self {
        Self {
            what,
            measured,
            unit,
            bound: Bound::AtLeast(bound),
            detail: String::new(),
        }
    }

    pub fn with_detail(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }

    pub fn holds(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.measured <= bound,
            Bound::AtLeast(bound) => self.measured >= bound,
        }
    }
}

/// Claims in the order they were measured; prints as a Markdown table.
#[derive(Debug, Default)]
pub struct Report {
    claims: Vec<Claim>,
}

impl Report {
    pub fn add(&mut self, claim: Claim) {
        self.claims.push(claim);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| what | measured | must be | holds | detail |")?;
        writeln!(out, "| --- | --- | --- | --- | --- |")?;
        for claim in &self.claims {
            let (word, bound) = match claim.bound {
                Bound::AtMost(bound) => ("≤", bound),
                Bound::AtLeast(bound) => ("≥", bound),
            };
            let holds = if claim.holds() { "yes" } else { "NO" };
            let Claim {
                what,
                measured,
                unit,
                detail,
                ..
            } = claim;
            writeln!(
                out,
                "| {what} | {measured:.2} {unit} | {word} {bound} {unit} | {holds} | {detail} |"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_beyond_its_bound_says_no() {
        let mut report = Report::default();
        report.add(Claim::at_most("tick", 11.0, 10.0, "ms"));
        report.add(Claim::at_least("read", 4.5, 4.0, "×"));
        let table = report.to_string();
        assert!(table.contains("| tick | 11.00 ms | ≤ 10 ms | NO |"));
        assert!(table.contains("| read | 4.50 × | ≥ 4 × | yes |"));
    }
}

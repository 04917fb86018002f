//! A program that the bench started: its words, and what the system says it used.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde_json::Value;

/// What a process has used.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// User and system time of all its threads, since it began.
    pub cpu: Duration,
    pub resident_bytes: u64,
}

/// A running program; dropping it ends it.
pub struct Program {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it with its standard input and output in our hands.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| io::Error::other(format!("{command:?} does not start: {error}")))?;
        Ok(Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().expect("it is piped")),
            child,
        })
    }

    /// The next line it says.
    pub fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(io::Error::other("a program ended before it was asked to"));
        }
        Ok(line.trim_end().to_owned())
    }

    /// Its standard error, where that was piped.
    pub fn errors(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// All else that it says until it ends.
    pub fn rest(&mut self) -> io::Result<String> {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest)?;
        Ok(rest)
    }

    /// Asks a peer's program what it has counted.
    pub fn counts(&mut self) -> io::Result<Value> {
        let input = self
            .input
            .as_mut()
            .expect("its input is open until it ends");
        input.write_all(b"\n")?;
        input.flush()?;
        Ok(serde_json::from_str(&self.line()?)?)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn usage(&self) -> io::Result<Usage> {
        let id = self.child.id();
        let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
        let memory = fs::read_to_string(format!("/proc/{id}/statm"))?;
        let parsed = cpu_ticks(&stat).zip(resident_pages(&memory));
        let (ticks, pages) = parsed.ok_or_else(|| io::Error::other("/proc speaks differently"))?;
        Ok(Usage {
            cpu: Duration::from_secs(ticks) / rustix::param::clock_ticks_per_second() as u32,
            resident_bytes: pages * rustix::param::page_size() as u64,
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time, fields 14 and 15 of `/proc/PID/stat`; the second one, a name in parentheses, may
/// hold spaces.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The second field of `/proc/PID/statm`.
fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_of_a_process() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 100 0 0 0 250 31 0 0 20 0 1 0 5 9 9";
        assert_eq!(cpu_ticks(stat), Some(281));
        assert_eq!(cpu_ticks("7 (a) S 1"), None);
        assert_eq!(resident_pages("100 42 9 1 0 5 0"), Some(42));
    }

    #[test]
    fn a_program_is_asked_and_ended() {
        let mut program =
            Program::start(Command::new("sed").args(["-u", "s/^/[1]/"])).expect("sed");
        assert_eq!(program.counts().expect("an answer")[0], 1);
        assert!(program.usage().expect("it runs").resident_bytes > 0);
    }
}

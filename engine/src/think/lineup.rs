//! The bodies of all shards in the order that one frame of them all would have: by Morton code of their
//! cell, in a cell by index. Frames are in that order already, so it is told as runs of their rows.

use alloc::{sync::Arc, vec::Vec};
use core::ops::Range;

use crate::frame::Frame;

/// See the module; made anew for the frames of each tick.
#[derive(Clone, Debug, Default)]
pub struct Lineup {
    runs: Vec<Run>,
    /// By frame: how many of its cells are in the runs yet.
    cells_taken: Vec<usize>,
    /// Storage of [`Self::mix`].
    rests: Vec<Rest>,
}

/// Rows that follow each other, of one frame.
#[derive(Clone, Debug)]
pub struct Run {
    pub frame: usize,
    pub rows: Range<usize>,
}

/// What is left of a cell in one frame.
#[derive(Clone, Debug)]
struct Rest {
    index_next: u32,
    run: Run,
}

impl Lineup {
    pub fn rebuild(&mut self, frames: &[Arc<Frame>]) {
        self.runs.clear();
        // As many as there may be, so that a battle on a border allocates nothing (R7); what is not
        // written is never taken from the system.
        let row_counts = frames.iter().map(|frame| frame.bodies.count());
        self.runs.reserve(row_counts.sum());
        self.cells_taken.clear();
        self.cells_taken.resize(frames.len(), 0);
        while let Some((code, frame)) = self.next_cell(frames, None) {
            match self.next_cell(frames, Some(frame)) {
                Some((other, _)) if other == code => self.mix(frames, code),
                Some((other, _)) => self.take_cells_below(other, frames, frame),
                None => self.take_cells_below(u64::MAX, frames, frame),
            }
        }
    }

    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The lowest code of a cell that is not taken, and whose: of all frames, or all but one.
    fn next_cell(&self, frames: &[Arc<Frame>], but: Option<usize>) -> Option<(u64, usize)> {
        let next = |place: usize| {
            let cell = frames[place].cells.cells().get(self.cells_taken[place]);
            cell.map(|cell| (cell.code, place))
        };
        let places = (0..frames.len()).filter(|&place| Some(place) != but);
        places.filter_map(next).min()
    }

    /// Takes the cells that only this frame has bodies in.
    fn take_cells_below(&mut self, code: u64, frames: &[Arc<Frame>], frame: usize) {
        let cells = &frames[frame].cells.cells()[self.cells_taken[frame]..];
        let count = cells.partition_point(|cell| cell.code < code);
        let rows = cells[0].start as usize..cells[count - 1].end as usize;
        self.cells_taken[frame] += count;
        self.runs.push(Run { frame, rows });
    }

    /// Takes a cell that several frames have bodies in.
    fn mix(&mut self, frames: &[Arc<Frame>], code: u64) {
        let index = |frame: usize, row: usize| frames[frame].bodies.id[row].index();
        self.rests.clear();
        for (frame, taken) in self.cells_taken.iter_mut().enumerate() {
            let cell = frames[frame].cells.cells().get(*taken);
            if let Some(cell) = cell.filter(|cell| cell.code == code) {
                *taken += 1;
                let rows = cell.start as usize..cell.end as usize;
                let index_next = index(frame, rows.start);
                self.rests.push(Rest {
                    index_next,
                    run: Run { frame, rows },
                });
            }
        }
        while let Some(rest) = self.rests.iter_mut().min_by_key(|rest| rest.index_next) {
            let Run { frame, rows } = &mut rest.run;
            take_row(&mut self.runs, *frame, rows.start);
            rows.start += 1;
            if rows.start < rows.end {
                rest.index_next = index(*frame, rows.start);
            } else {
                let is_left = |rest: &Rest| rest.run.rows.start < rest.run.rows.end;
                self.rests.retain(is_left);
            }
        }
    }
}

/// Takes one more row, as part of the last run if it follows.
fn take_row(runs: &mut Vec<Run>, frame: usize, row: usize) {
    match runs.last_mut() {
        Some(run) if run.frame == frame && run.rows.end == row => run.rows.end += 1,
        _ => runs.push(Run {
            frame,
            rows: row..row + 1,
        }),
    }
}

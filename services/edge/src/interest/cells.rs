//! The occupied cells of a tick and the columns of their bodies, encoded once for all clients.

use std::{collections::HashMap, ops::Range};

use engine::Frame;
use protocol::snapshot::{Bodies, SnapshotColumns};
use spatial::{CellCoord, index::CellIndex};

use crate::limits;

/// Stands for no cell, no slot, no row.
pub const NONE: u32 = u32::MAX;

/// An occupied cell and its rows.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub cell: CellCoord,
    pub row_first: u32,
    pub row_end: u32,
    /// Names this cell in every client's memory.
    pub slot: u16,
}

/// What is where in this tick.
#[derive(Default)]
pub struct TickCells {
    pub tick: u32,
    /// Rows in order of cells and, in a cell, of body indices.
    pub columns: SnapshotColumns,
    pub spans: Vec<Span>,
    /// Body indices in order of rows.
    index: Vec<u32>,
    slots: HashMap<CellCoord, u16>,
    /// By slot: its span, or [`NONE`].
    span_of_slot: Vec<u32>,
    /// Counts how often the slots were given out afresh.
    pub slots_epoch: u32,
    grid: Grid,
    gathered: Gathered,
}

/// Columns of bodies in the order of rows.
#[derive(Default)]
struct Gathered {
    order: Vec<u32>,
    axes: [Vec<i32>; 3],
    yaw: Vec<u16>,
    pose: Vec<u8>,
    health: Vec<u8>,
}

impl TickCells {
    /// Takes in a frame; nothing of the one before is left.
    pub fn set(&mut self, frame: &Frame) {
        self.tick = frame.tick;
        self.set_rows(frame);
        self.set_spans(&frame.cells);
        self.grid.set(&self.spans);
    }

    /// The first of a cell's rows whose body index is greater than `after`.
    pub fn row_after(&self, rows: Range<u32>, after: u32) -> u32 {
        let indices = &self.index[rows.start as usize..rows.end as usize];
        rows.start + indices.partition_point(|&index| index <= after) as u32
    }

    pub fn body_index(&self, row: u32) -> u32 {
        self.index[row as usize]
    }

    /// The span in a slot as an index into `spans`, if its cell is occupied.
    pub fn span_index(&self, slot: u16) -> Option<u32> {
        let span = *self.span_of_slot.get(usize::from(slot))?;
        (span != NONE).then_some(span)
    }

    /// The span of a cell, as an index into `spans`.
    pub fn find(&self, cell: CellCoord) -> Option<u32> {
        let mut column = self.column(cell.x, cell.z);
        column.find(|&span| self.spans[span as usize].cell.y == cell.y)
    }

    pub fn slot_count(&self) -> usize {
        self.span_of_slot.len()
    }

    /// The spans of all cells above one another at a place, as indices into `spans`.
    pub fn column(&self, x: i32, z: i32) -> impl Iterator<Item = u32> {
        let mut span = self.grid.head(x, z);
        std::iter::from_fn(move || {
            let this = (span != NONE).then_some(span)?;
            span = self.grid.above[this as usize];
            Some(this)
        })
    }

    fn set_rows(&mut self, frame: &Frame) {
        let bodies = &frame.bodies;
        let gathered = &mut self.gathered;
        gathered.order.clear();
        gathered.order.extend_from_slice(frame.cells.rows());
        let index_of = |&row: &u32| bodies.id[row as usize].index();
        for cell in frame.cells.cells() {
            let rows = &mut gathered.order[cell.start as usize..cell.end as usize];
            if !rows.is_sorted_by_key(index_of) {
                rows.sort_unstable_by_key(index_of);
            }
        }
        let order = &gathered.order;
        self.index.clear();
        self.index.extend(order.iter().map(index_of));
        for (axis, from) in [&bodies.x, &bodies.y, &bodies.z].into_iter().enumerate() {
            gather(&mut gathered.axes[axis], from, order);
        }
        gather(&mut gathered.yaw, &bodies.yaw, order);
        gather(&mut gathered.pose, &bodies.pose, order);
        gather(&mut gathered.health, &bodies.health, order);
        let [x, y, z] = &gathered.axes;
        self.columns.set(&Bodies {
            index: &self.index,
            x,
            y,
            z,
            yaw: &gathered.yaw,
            pose: &gathered.pose,
            health: &gathered.health,
        });
    }

    fn set_spans(&mut self, index: &CellIndex) {
        let cells = index.cells();
        assert!(
            cells.len() <= limits::INTEREST_SLOTS_MAX,
            "a cell is occupied by a body"
        );
        self.span_of_slot.fill(NONE);
        let is_full =
            |slots: &HashMap<_, _>| slots.len() + cells.len() > limits::INTEREST_SLOTS_MAX;
        if is_full(&self.slots)
            && cells
                .iter()
                .any(|rows| !self.slots.contains_key(&rows.cell()))
        {
            self.slots.clear();
            self.span_of_slot.clear();
            self.slots_epoch += 1;
        }
        self.spans.clear();
        for rows in cells {
            let slot = self.slot(rows.cell());
            self.span_of_slot[usize::from(slot)] = self.spans.len() as u32;
            self.spans.push(Span {
                cell: rows.cell(),
                row_first: rows.start,
                row_end: rows.end,
                slot,
            });
        }
    }

    fn slot(&mut self, cell: CellCoord) -> u16 {
        let slot_next = self.span_of_slot.len() as u16;
        let slot = *self.slots.entry(cell).or_insert(slot_next);
        if slot == slot_next {
            self.span_of_slot.push(NONE);
        }
        slot
    }
}

fn gather<T: Copy>(column: &mut Vec<T>, from: &[T], order: &[u32]) {
    column.clear();
    column.extend(order.iter().map(|&row| from[row as usize]));
}

/// Finds the occupied cells of a column of cells: a list for each, threaded through `above`.
#[derive(Default)]
struct Grid {
    x_min: i32,
    z_min: i32,
    width: i32,
    depth: i32,
    heads: Vec<u32>,
    above: Vec<u32>,
}

impl Grid {
    fn set(&mut self, spans: &[Span]) {
        let x = || spans.iter().map(|span| span.cell.x);
        let z = || spans.iter().map(|span| span.cell.z);
        self.x_min = x().min().unwrap_or(0);
        self.z_min = z().min().unwrap_or(0);
        let edge = |min: i32, max: Option<i32>| {
            (max.unwrap_or(min) - min + 1).min(limits::INTEREST_GRID_EDGE_MAX)
        };
        self.width = edge(self.x_min, x().max());
        self.depth = edge(self.z_min, z().max());
        self.heads.clear();
        self.heads.resize((self.width * self.depth) as usize, NONE);
        self.above.clear();
        for (index, span) in spans.iter().enumerate() {
            let head = self.place(span.cell.x, span.cell.z);
            let head = head.map(|place| std::mem::replace(&mut self.heads[place], index as u32));
            self.above.push(head.unwrap_or(NONE));
        }
    }

    #[inline]
    fn head(&self, x: i32, z: i32) -> u32 {
        self.place(x, z).map_or(NONE, |place| self.heads[place])
    }

    #[inline]
    fn place(&self, x: i32, z: i32) -> Option<usize> {
        let (x, z) = (x - self.x_min, z - self.z_min);
        let is_inside = (0..self.width).contains(&x) && (0..self.depth).contains(&z);
        is_inside.then_some((z * self.width + x) as usize)
    }
}

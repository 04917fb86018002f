//! Reads a snapshot in place: the columns stay in the datagram.

use flatbuffers::Vector;

use crate::{
    down_datagram_generated::voxelheim::wire,
    error::WireError,
    header::Kind,
    own::Own,
    verify::{count, root, same},
};

/// A checked snapshot.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    wire: wire::Snapshot<'a>,
    base: [i16; 3],
    row_count: usize,
    near_count: usize,
}

/// One body of a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BodyRow {
    /// Body index, 24 bits.
    pub index: u32,
    /// 1/4096 m; rounded down to 1/16 m when far.
    pub position: [i32; 3],
    /// 256 to a full turn.
    pub yaw: u8,
    pub pose: u8,
    /// Near detail only.
    pub health: Option<u8>,
}

/// One cell's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellHeader {
    pub cell: [i32; 3],
    pub row_first: usize,
    pub row_count: usize,
}

/// Position units along a cell's edge, log2.
const CELL_UNIT_BITS: u32 = 16;

impl<'a> Snapshot<'a> {
    pub fn decode(table: &'a [u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Snapshot;
        let wire = root::<wire::Snapshot>(KIND, table)?;
        let base = wire.base().ok_or(WireError::Range("base"))?;
        let row_count = count(&wire.id_low());
        let near_count = count(&wire.health());
        same(KIND, near_count <= row_count)?;
        let high_count = count(&wire.id_high());
        same(KIND, high_count == 0 || high_count == row_count)?;
        same(KIND, count(&wire.yaw()) == row_count)?;
        same(KIND, count(&wire.pose()) == row_count)?;
        same(KIND, count(&wire.offset()) == 3 * near_count)?;
        same(
            KIND,
            count(&wire.offset_far()) == 3 * (row_count - near_count),
        )?;
        let snapshot = Snapshot {
            wire,
            base: [base.x(), base.y(), base.z()],
            row_count,
            near_count,
        };
        snapshot.check_cells()?;
        Ok(snapshot)
    }

    /// The cells' rows must add up, and near detail must end where a cell ends.
    fn check_cells(&self) -> Result<(), WireError> {
        let mut is_split = self.near_count > 0;
        let mut total = 0;
        for header in self.cells() {
            total += header.row_count;
            is_split &= total != self.near_count;
        }
        same(Kind::Snapshot, total == self.row_count && !is_split)
    }

    pub fn tick(&self) -> u32 {
        self.wire.tick()
    }

    pub fn base(&self) -> [i16; 3] {
        self.base
    }

    pub fn own(&self) -> Option<Own> {
        self.wire.own().map(Own::from_wire)
    }

    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// Rows of near detail; they come first.
    pub fn near_count(&self) -> usize {
        self.near_count
    }

    pub fn cells(&self) -> impl Iterator<Item = CellHeader> + use<'a> {
        let base = self.base;
        let mut row_first = 0;
        self.wire.cells().into_iter().flatten().map(move |header| {
            let [x, y, z, rows] = header.to_le_bytes();
            let axis = |base: i16, relative: u8| i32::from(base) + i32::from(relative as i8);
            let header = CellHeader {
                cell: [axis(base[0], x), axis(base[1], y), axis(base[2], z)],
                row_first,
                row_count: usize::from(rows),
            };
            row_first += header.row_count;
            header
        })
    }

    /// The index of each row's body.
    pub fn body_indices(&self) -> impl Iterator<Item = u32> + use<'a> {
        let low = self.wire.id_low().into_iter().flatten();
        let high = self.wire.id_high().into_iter().flatten();
        let high = high.map(u32::from).chain(core::iter::repeat(0));
        low.zip(high).map(|(low, high)| u32::from(low) | high << 16)
    }

    pub fn bodies(&self) -> impl Iterator<Item = BodyRow> + use<'a> {
        let snapshot = *self;
        let rows = |header: CellHeader| header.row_first..header.row_first + header.row_count;
        self.cells()
            .flat_map(move |header| rows(header).map(move |row| snapshot.body(row, header.cell)))
    }

    fn body(&self, row: usize, cell: [i32; 3]) -> BodyRow {
        let low = get(self.wire.id_low(), row);
        let high = self.wire.id_high().filter(|column| !column.is_empty());
        let high = high.map_or(0, |column| column.get(row));
        let offset = |axis: usize| match row.checked_sub(self.near_count) {
            None => i32::from(get(self.wire.offset(), axis * self.near_count + row)),
            Some(row_far) => {
                let far_count = self.row_count - self.near_count;
                i32::from(get(self.wire.offset_far(), axis * far_count + row_far)) << 8
            }
        };
        BodyRow {
            index: u32::from(low) | u32::from(high) << 16,
            position: [0, 1, 2].map(|axis| (cell[axis] << CELL_UNIT_BITS) + offset(axis)),
            yaw: get(self.wire.yaw(), row),
            pose: get(self.wire.pose(), row),
            health: (row < self.near_count).then(|| get(self.wire.health(), row)),
        }
    }
}

fn get<'a, T>(column: Option<Vector<'a, T>>, row: usize) -> T::Inner
where
    T: flatbuffers::Follow<'a> + 'a,
{
    column.expect("its length was checked").get(row)
}

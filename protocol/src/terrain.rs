//! Server to client on the terrain stream: bricks, their edits, and what to forget.
//!
//! A brick's own bytes are `spatial`'s; here they are opaque.

use alloc::{vec, vec::Vec};

use crate::{
    down_stream_generated::voxelheim::wire,
    encoder::{Builder, Encode, Table},
    error::WireError,
    header::Kind,
    limits,
    verify::{count, range, root, same},
};

/// Bricks of some cells; their encoded bytes stand one behind the other, compressed as one LZ4 block.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bricks {
    cells: Vec<[i16; 3]>,
    sizes: Vec<u16>,
    plain: Vec<u8>,
}

/// Changed blocks, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edits {
    pub tick: u32,
    /// Block and what it is now.
    pub rows: Vec<([i32; 3], u16)>,
}

/// Cells that are void to the client again.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Forget {
    pub cells: Vec<[i16; 3]>,
}

impl Bricks {
    /// Whether another brick of so many bytes still fits.
    pub fn has_room(&self, brick_bytes: usize) -> bool {
        self.cells.len() < limits::BRICKS_MAX
            && self.plain.len() + brick_bytes <= limits::BRICKS_PLAIN_BYTES_MAX
    }

    /// Adds one encoded brick. Panics when there is no room for it.
    pub fn push(&mut self, cell: [i16; 3], brick: &[u8]) {
        assert!(
            brick.len() <= limits::BRICK_BYTES_MAX,
            "larger than a brick can be"
        );
        assert!(self.has_room(brick.len()), "the caller asks has_room first");
        self.cells.push(cell);
        self.sizes.push(brick.len() as u16);
        self.plain.extend_from_slice(brick);
    }

    pub fn clear(&mut self) {
        self.cells.clear();
        self.sizes.clear();
        self.plain.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Each cell and its encoded brick.
    pub fn iter(&self) -> impl Iterator<Item = ([i16; 3], &[u8])> {
        let mut rest = self.plain.as_slice();
        self.cells
            .iter()
            .zip(&self.sizes)
            .map(move |(&cell, &size)| {
                let (brick, behind) = rest.split_at(usize::from(size));
                rest = behind;
                (cell, brick)
            })
    }

    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Bricks;
        let wire = root::<wire::Bricks>(KIND, table)?;
        let cells = cells(wire.cell()).ok_or(WireError::Columns(KIND))?;
        let sizes: Vec<u16> = wire.size().into_iter().flatten().collect();
        same(
            KIND,
            cells.len() <= limits::BRICKS_MAX && cells.len() == sizes.len(),
        )?;
        let plain_count: usize = sizes.iter().map(|&size| usize::from(size)).sum();
        let is_brick = |&size: &u16| usize::from(size) <= limits::BRICK_BYTES_MAX;
        range("size", sizes.iter().all(is_brick))?;
        range(
            "bytes_plain_count",
            plain_count <= limits::BRICKS_PLAIN_BYTES_MAX,
        )?;
        range(
            "bytes_plain_count",
            plain_count == wire.bytes_plain_count() as usize,
        )?;
        let packed = wire.bytes().map_or(&[][..], |bytes| bytes.bytes());
        Ok(Bricks {
            cells,
            sizes,
            plain: decompress(packed, plain_count)?,
        })
    }
}

fn decompress(packed: &[u8], plain_count: usize) -> Result<Vec<u8>, WireError> {
    let mut plain = vec![0; plain_count];
    match lz4_flex::block::decompress_into(packed, &mut plain) {
        Ok(count) if count == plain_count => Ok(plain),
        _ => Err(WireError::Compression),
    }
}

/// Triples of a flat column; none if it is not made of triples.
fn cells(column: Option<flatbuffers::Vector<'_, i16>>) -> Option<Vec<[i16; 3]>> {
    let column = column?;
    let triple = |index| {
        [
            column.get(index),
            column.get(index + 1),
            column.get(index + 2),
        ]
    };
    let starts = (0..column.len()).step_by(3);
    column
        .len()
        .is_multiple_of(3)
        .then(|| starts.map(triple).collect())
}

impl Encode for Bricks {
    const KIND: Kind = Kind::Bricks;

    fn write(&self, builder: &mut Builder) -> Table {
        let packed = lz4_flex::block::compress(&self.plain);
        let cell = builder.create_vector(self.cells.as_flattened());
        let size = builder.create_vector(&self.sizes);
        let bytes = builder.create_vector(&packed);
        let args = wire::BricksArgs {
            cell: Some(cell),
            size: Some(size),
            bytes: Some(bytes),
            bytes_plain_count: self.plain.len() as u32,
        };
        wire::Bricks::create(builder, &args).as_union_value()
    }
}

impl Edits {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Edits;
        let wire = root::<wire::Edits>(KIND, table)?;
        let row_count = count(&wire.now());
        same(KIND, row_count <= limits::EDITS_MAX)?;
        same(KIND, count(&wire.block()) == 3 * row_count)?;
        let reach = -limits::BLOCK_MAX..limits::BLOCK_MAX;
        let mut axes = wire.block().into_iter().flatten();
        range("block", axes.clone().all(|axis| reach.contains(&axis)))?;
        let mut axis = || axes.next().expect("three to a row, counted above");
        let now = wire.now().into_iter().flatten();
        Ok(Edits {
            tick: wire.tick(),
            rows: now.map(|now| ([axis(), axis(), axis()], now)).collect(),
        })
    }
}

impl Encode for Edits {
    const KIND: Kind = Kind::Edits;

    fn write(&self, builder: &mut Builder) -> Table {
        assert!(self.rows.len() <= limits::EDITS_MAX, "split by the caller");
        builder.start_vector::<i32>(3 * self.rows.len());
        for &(block, _) in self.rows.iter().rev() {
            block.into_iter().rev().for_each(|axis| {
                builder.push(axis);
            });
        }
        let block = builder.end_vector::<i32>(3 * self.rows.len());
        let now = builder.create_vector_from_iter(self.rows.iter().map(|row| row.1));
        let args = wire::EditsArgs {
            tick: self.tick,
            block: Some(block),
            now: Some(now),
        };
        wire::Edits::create(builder, &args).as_union_value()
    }
}

impl Forget {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Forget>(Kind::Forget, table)?;
        let cells = cells(wire.cell()).ok_or(WireError::Columns(Kind::Forget))?;
        same(Kind::Forget, cells.len() <= limits::FORGET_MAX)?;
        Ok(Forget { cells })
    }
}

impl Encode for Forget {
    const KIND: Kind = Kind::Forget;

    fn write(&self, builder: &mut Builder) -> Table {
        assert!(
            self.cells.len() <= limits::FORGET_MAX,
            "split by the caller"
        );
        let cell = builder.create_vector(self.cells.as_flattened());
        wire::Forget::create(builder, &wire::ForgetArgs { cell: Some(cell) }).as_union_value()
    }
}

//! Generation of land, columns of cells around a keep.

use engine::generate::{CELLS_HIGH, Generator};

use crate::{
    kernel::{Amount, Kernel, Work},
    land, times,
};

/// Columns along each side of the square that is generated.
const COLUMNS_EDGE: usize = 8;
const BRICK_VOXELS: u64 = 4_096;

pub fn kernel() -> Kernel {
    let edge = times(COLUMNS_EDGE, 2) as i32;
    let amount = Amount {
        count: (edge * edge * CELLS_HIGH) as u64 * BRICK_VOXELS,
        unit: "voxel",
    };
    let generating = Generating {
        generator: Generator::new(land::SEED),
        edge,
    };
    Kernel::new("generate", amount, generating)
}

struct Generating {
    generator: Generator,
    edge: i32,
}

impl Work for Generating {
    fn run(&mut self, mut tell: impl FnMut(i64)) {
        let first = land::CORNER.cell();
        for x in 0..self.edge {
            for z in 0..self.edge {
                for (_, brick) in self.generator.column(first.x + x, first.z + z) {
                    tell(brick.width_bits() as i64);
                }
            }
        }
    }
}

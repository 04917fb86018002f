//! Reads columns of little-endian numbers from what the page handed over.

/// Consumes columns from the front of some bytes.
pub struct Columns<'a> {
    rest: &'a [u8],
}

impl<'a> Columns<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next `count` bytes; `None` when there are fewer.
    pub fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    pub fn numbers_u16(&mut self, count: usize) -> Option<impl Iterator<Item = u16> + 'a> {
        let bytes = self.bytes(count.checked_mul(2)?)?;
        let (pairs, _) = bytes.as_chunks::<2>();
        Some(pairs.iter().map(|&pair| u16::from_le_bytes(pair)))
    }

    /// Rows of three numbers each.
    pub fn triples_i16(&mut self, count: usize) -> Option<impl Iterator<Item = [i32; 3]> + 'a> {
        let bytes = self.bytes(count.checked_mul(6)?)?;
        let (rows, _) = bytes.as_chunks::<6>();
        Some(rows.iter().map(|row| {
            let axis = |at: usize| i32::from(i16::from_le_bytes([row[at], row[at + 1]]));
            [axis(0), axis(2), axis(4)]
        }))
    }

    /// Rows of three numbers each.
    pub fn triples_i32(&mut self, count: usize) -> Option<impl Iterator<Item = [i32; 3]> + 'a> {
        let bytes = self.bytes(count.checked_mul(12)?)?;
        let (rows, _) = bytes.as_chunks::<12>();
        Some(rows.iter().map(|row| {
            let axis =
                |at: usize| i32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
            [axis(0), axis(4), axis(8)]
        }))
    }
}

//! The terrain stream of each client: columns near first, edits in their order, and what falls out of
//! view forgotten. Bounded for every client and for the edge as a whole, so that far land never waits
//! in front of near land and joining never starves playing.
//!
//! Pure: it makes messages; who sends them when is the hub's business.

use std::collections::HashMap;

use bytes::Bytes;
use engine::Edit;
use protocol::{
    Encoder,
    terrain::{Bricks, Edits, Forget},
};
use spatial::{CellCoord, codec, position::CELL_BLOCK_BITS, terrain::Terrain};

use crate::{
    hub::columns::{Column, ColumnSet, length_squared, offsets_near_first},
    limits,
};

/// Encoded columns, shared by all clients of an edge; made when first wanted, dropped when edited.
pub struct ColumnCache {
    messages: HashMap<Column, Vec<Bytes>>,
    /// All columns that may be in view, near first, relative to the own one.
    offsets: Vec<[i8; 2]>,
    encoder: Encoder,
    bricks: Bricks,
    brick_bytes: Vec<u8>,
}

impl ColumnCache {
    pub fn new() -> Self {
        Self {
            messages: HashMap::new(),
            offsets: offsets_near_first(limits::VIEW_COLUMNS_MAX),
            encoder: Encoder::new(),
            bricks: Bricks::default(),
            brick_bytes: Vec::new(),
        }
    }

    /// Forgets what was encoded of a column that changed.
    pub fn invalidate(&mut self, column: Column) {
        self.messages.remove(&column);
    }

    /// The messages that bring a column; none while it is not loaded.
    fn column(&mut self, column: Column, terrain: &Terrain) -> Option<&[Bytes]> {
        if !column.cells().all(|cell| terrain.is_loaded(cell)) {
            return None;
        }
        if !self.messages.contains_key(&column) {
            let messages = self.encode(column, terrain);
            self.messages.insert(column, messages);
        }
        self.messages.get(&column).map(Vec::as_slice)
    }

    /// Encodes a tick's edits once, and forgets what was encoded of their columns.
    pub fn change(&mut self, tick: u32, edits: &[Edit]) -> TickEdits {
        let columns_of = edits.iter().map(|edit| Column::of(edit.block.cell()));
        let is_inside = columns_of.clone().all(|column| column.is_some());
        let mut columns: Vec<Column> = columns_of.flatten().collect();
        columns.sort_unstable_by_key(|column| column.index());
        columns.dedup();
        columns.iter().for_each(|column| self.invalidate(*column));
        let is_one_message = is_inside && edits.len() <= protocol::limits::EDITS_MAX;
        TickEdits {
            tick,
            edits: edits.to_vec(),
            columns,
            message: is_one_message.then(|| edits_message(&mut self.encoder, tick, edits)),
        }
    }

    fn encode(&mut self, column: Column, terrain: &Terrain) -> Vec<Bytes> {
        let mut messages = Vec::with_capacity(1);
        self.bricks.clear();
        for cell in column.cells() {
            let brick = terrain
                .brick(cell)
                .expect("the caller asked whether it is loaded");
            self.brick_bytes.clear();
            codec::encode_brick(brick, &mut self.brick_bytes);
            if !self.bricks.has_room(self.brick_bytes.len()) {
                messages.push(Bytes::copy_from_slice(self.encoder.stream(&self.bricks)));
                self.bricks.clear();
            }
            self.bricks.push(wire_cell(cell), &self.brick_bytes);
        }
        messages.push(Bytes::copy_from_slice(self.encoder.stream(&self.bricks)));
        assert!(
            messages.len() <= limits::COLUMN_MESSAGES_MAX,
            "16 bricks fit"
        );
        messages
    }
}

/// The edits of a tick, and the message that tells all of them: most clients in a battle have every column
/// that changed, and share it.
pub struct TickEdits {
    tick: u32,
    edits: Vec<Edit>,
    /// Each once.
    columns: Vec<Column>,
    /// None when they are too many for one message, or some are in no column.
    message: Option<Bytes>,
}

impl Default for ColumnCache {
    fn default() -> Self {
        Self::new()
    }
}

/// How far from the client columns may be sent now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    Nothing,
    Near,
    All,
}

/// What one client has of the terrain.
pub struct TerrainView {
    /// Columns it was sent and is kept up to date about.
    sent: ColumnSet,
    /// Columns it has an older state of, until they are sent again or forgotten.
    stale: ColumnSet,
    /// Edits of them not yet sent, in order, each with its tick.
    edits: Vec<(u32, Edit)>,
    centre: Option<Column>,
    radius: i32,
    /// Where in the offsets the search for the next column goes on.
    cursor: usize,
    /// Whether a column before the cursor was not loaded yet.
    is_waiting: bool,
    /// Whether columns may have fallen out of view.
    has_moved: bool,
    /// The last tick whose terrain the client was told to have in full.
    told_tick: u32,
}

impl TerrainView {
    /// A client that has nothing yet and sees `view_distance_blocks`.
    pub fn new(view_distance_blocks: u16) -> Self {
        let mut view = Self {
            sent: ColumnSet::new(),
            stale: ColumnSet::new(),
            edits: Vec::new(),
            centre: None,
            radius: 0,
            cursor: 0,
            is_waiting: false,
            has_moved: false,
            told_tick: 0,
        };
        view.set_distance(view_distance_blocks);
        view
    }

    /// Changes how far the client sees.
    pub fn set_distance(&mut self, view_distance_blocks: u16) {
        let columns = i32::from(view_distance_blocks) >> CELL_BLOCK_BITS;
        self.radius = (columns + 1).min(limits::VIEW_COLUMNS_MAX);
        self.cursor = 0;
        self.has_moved = true;
    }

    /// Where the client is now.
    pub fn set_centre(&mut self, cell: CellCoord) {
        let centre = Column::of(cell);
        if centre.is_some() && centre != self.centre {
            self.centre = centre;
            self.cursor = 0;
            self.has_moved = true;
        }
    }

    /// Takes in a tick's edits: the message for all, if it is for this client too, else what concerns the
    /// client waits for [`Self::next_edits`].
    pub fn change(&mut self, changed: &TickEdits) -> Option<Bytes> {
        let is_sent = |column: &Column| self.sent.contains(*column);
        let is_for_all = self.edits.is_empty() && changed.columns.iter().all(is_sent);
        let message = changed.message.clone().filter(|_| is_for_all);
        if message.is_none() {
            self.keep(changed);
        }
        message
    }

    /// Has a tick's edits wait, as far as they concern the client.
    pub fn keep(&mut self, changed: &TickEdits) {
        for edit in &changed.edits {
            self.edit(changed.tick, *edit);
        }
    }

    /// A block changed in this tick. What the client was not sent does not concern it.
    fn edit(&mut self, tick: u32, edit: Edit) {
        let is_sent =
            Column::of(edit.block.cell()).is_some_and(|column| self.sent.contains(column));
        if !is_sent {
            return;
        }
        if self.edits.len() == limits::EDITS_PENDING_MAX {
            self.send_all_again(edit);
            return;
        }
        self.edits.push((tick, edit));
    }

    /// A column changed in a way that no list of edits tells: it goes out whole again.
    pub fn changed_whole(&mut self, column: Column) {
        if self.sent.contains(column) {
            self.send_again(column);
            self.edits
                .retain(|(_, edit)| Column::of(edit.block.cell()) != Some(column));
        }
    }

    /// The next edits for the client's terrain stream, all of one tick; they go before all else.
    pub fn next_edits(&mut self, cache: &mut ColumnCache) -> Option<Bytes> {
        let &(tick, _) = self.edits.first()?;
        let of_tick = self.edits.iter().take_while(|(other, _)| *other == tick);
        let count = of_tick.take(protocol::limits::EDITS_MAX).count();
        let edits: Vec<Edit> = self.edits.drain(..count).map(|(_, edit)| edit).collect();
        Some(edits_message(&mut cache.encoder, tick, &edits))
    }

    /// Says that the client has all of a tick's terrain, now and then: an Edits message without edits.
    /// Only when nothing waits.
    pub fn next_told(&mut self, cache: &mut ColumnCache, tick: u32) -> Option<Bytes> {
        if tick.saturating_sub(self.told_tick) < limits::TERRAIN_TOLD_TICKS {
            return None;
        }
        self.told_tick = tick;
        Some(edits_message(&mut cache.encoder, tick, &[]))
    }

    /// What comes behind the edits: what the client may forget, then the nearest column it lacks
    /// within reach. Empty when it has all that is there.
    pub fn next(&mut self, cache: &mut ColumnCache, terrain: &Terrain, reach: Reach) -> Vec<Bytes> {
        if self.has_moved
            && let Some(message) = self.forget(&mut cache.encoder)
        {
            return vec![message];
        }
        self.next_column(cache, terrain, reach)
    }

    /// Looks again for columns that were not loaded before.
    pub fn look_again(&mut self) {
        if self.is_waiting {
            self.cursor = 0;
        }
    }

    fn forget(&mut self, encoder: &mut Encoder) -> Option<Bytes> {
        const COLUMNS_MAX: usize =
            protocol::limits::FORGET_MAX / crate::hub::columns::COLUMN_CELLS as usize;
        let centre = self.centre?;
        let kept = self.radius + limits::VIEW_COLUMNS_SLACK;
        let is_far = |column: &Column| column.distance_squared(centre) > kept * kept;
        let had = self.sent.iter().chain(self.stale.iter());
        let far: Vec<Column> = had.filter(is_far).take(COLUMNS_MAX).collect();
        if far.is_empty() {
            self.has_moved = false;
            return None;
        }
        for column in &far {
            self.sent.remove(*column);
            self.stale.remove(*column);
        }
        let cells = far.iter().flat_map(|column| column.cells()).map(wire_cell);
        let forget = Forget {
            cells: cells.collect(),
        };
        Some(Bytes::copy_from_slice(encoder.stream(&forget)))
    }

    fn next_column(
        &mut self,
        cache: &mut ColumnCache,
        terrain: &Terrain,
        reach: Reach,
    ) -> Vec<Bytes> {
        let radius = match reach {
            Reach::Nothing => return Vec::new(),
            Reach::Near => self.radius.min(limits::NEAR_COLUMNS),
            Reach::All => self.radius,
        };
        let Some(centre) = self.centre else {
            return Vec::new();
        };
        if self.cursor == 0 {
            self.is_waiting = false;
        }
        for _ in 0..limits::COLUMNS_LOOKED_AT_MAX {
            let Some(&offset) = cache.offsets.get(self.cursor) else {
                break;
            };
            if length_squared(offset) > radius * radius {
                break;
            }
            self.cursor += 1;
            let [x, z] = offset.map(i32::from);
            let column = Column::at(i32::from(centre.x) + x, i32::from(centre.z) + z);
            let Some(column) = column.filter(|column| !self.sent.contains(*column)) else {
                continue;
            };
            match cache.column(column, terrain) {
                Some(messages) => {
                    self.sent.insert(column);
                    self.stale.remove(column);
                    return messages.to_vec();
                }
                None => self.is_waiting = true,
            }
        }
        Vec::new()
    }

    /// With this one more edits wait than are worth telling one by one: their columns go out whole again.
    fn send_all_again(&mut self, last: Edit) {
        let edits = std::mem::take(&mut self.edits).into_iter();
        for edit in edits.map(|(_, edit)| edit).chain([last]) {
            if let Some(column) = Column::of(edit.block.cell()) {
                self.send_again(column);
            }
        }
    }

    /// What the client has of a column is not what is there.
    fn send_again(&mut self, column: Column) {
        self.sent.remove(column);
        self.stale.insert(column);
        self.cursor = 0;
    }
}

fn edits_message(encoder: &mut Encoder, tick: u32, edits: &[Edit]) -> Bytes {
    let row = |edit: &Edit| ([edit.block.x, edit.block.y, edit.block.z], edit.now.0);
    let rows = edits.iter().map(row).collect();
    Bytes::copy_from_slice(encoder.stream(&Edits { tick, rows }))
}

fn wire_cell(cell: CellCoord) -> [i16; 3] {
    [cell.x as i16, cell.y as i16, cell.z as i16]
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Header, Kind};
    use spatial::{Block, BlockCoord, Brick};

    /// What a client makes of its terrain stream.
    #[derive(Default)]
    struct Reader {
        terrain: Terrain,
    }

    impl Reader {
        fn read(&mut self, message: &[u8]) {
            let header = Header::decode(message).expect("our own header");
            let table = &message[Header::BYTES..];
            match header.kind {
                Kind::Bricks => self.bricks(&Bricks::decode(table).expect("our own bricks")),
                Kind::Edits => {
                    for ([x, y, z], now) in Edits::decode(table).expect("our own edits").rows {
                        let before = self.terrain.set(BlockCoord::new(x, y, z), Block(now));
                        assert!(before.is_some(), "an edit of a cell that was sent");
                    }
                }
                Kind::Forget => {
                    for [x, y, z] in Forget::decode(table).expect("our own cells").cells {
                        let cell = CellCoord::new(x.into(), y.into(), z.into());
                        assert!(self.terrain.remove_brick(cell).is_some());
                    }
                }
                kind => panic!("{kind:?} does not belong on the terrain stream"),
            }
        }

        fn bricks(&mut self, bricks: &Bricks) {
            for ([x, y, z], bytes) in bricks.iter() {
                let (brick, _) = codec::decode_brick(bytes).expect("our own brick");
                let cell = CellCoord::new(x.into(), y.into(), z.into());
                self.terrain.insert_brick(cell, brick);
            }
        }
    }

    fn world(columns: impl Iterator<Item = Column>) -> Terrain {
        let mut terrain = Terrain::new();
        for cell in columns.flat_map(Column::cells) {
            let block = if cell.y < 3 { Block::STONE } else { Block::AIR };
            terrain.insert_brick(cell, Brick::uniform(block));
        }
        terrain
    }

    fn everything() -> impl Iterator<Item = Column> {
        (0..crate::hub::columns::COLUMN_COUNT).map(Column::from_index)
    }

    fn everything_next(
        view: &mut TerrainView,
        cache: &mut ColumnCache,
        terrain: &Terrain,
    ) -> Vec<Bytes> {
        match view.next_edits(cache) {
            Some(message) => vec![message],
            None => view.next(cache, terrain, Reach::All),
        }
    }

    fn drain(view: &mut TerrainView, cache: &mut ColumnCache, terrain: &Terrain) -> Reader {
        let mut reader = Reader::default();
        drain_into(&mut reader, view, cache, terrain);
        reader
    }

    fn drain_into(
        reader: &mut Reader,
        view: &mut TerrainView,
        cache: &mut ColumnCache,
        terrain: &Terrain,
    ) {
        let mut idle_count = 0;
        while idle_count < 8 {
            let messages = everything_next(view, cache, terrain);
            idle_count = if messages.is_empty() {
                idle_count + 1
            } else {
                0
            };
            messages.iter().for_each(|message| reader.read(message));
        }
    }

    fn edit(sequence: u32, x: i32, y: i32, z: i32) -> Edit {
        Edit {
            sequence,
            block: BlockCoord::new(x, y, z),
            now: Block::PLANK,
        }
    }

    #[test]
    fn near_land_comes_first_and_all_in_view_comes() {
        let terrain = world(everything());
        let mut cache = ColumnCache::new();
        let mut view = TerrainView::new(64);
        view.set_centre(CellCoord::new(30, 4, 30));
        let first = everything_next(&mut view, &mut cache, &terrain);
        let bricks = Bricks::decode(&first[0][Header::BYTES..]).expect("bricks");
        assert!(bricks.iter().all(|([x, _, z], _)| (x, z) == (30, 30)));
        let reader = drain(&mut view, &mut cache, &terrain);
        for column in everything() {
            let centre = Column { x: 30, z: 30 };
            let is_in_view = column.distance_squared(centre) <= 25 && column != centre;
            let cell = column.cells().next().expect("a column has cells");
            assert_eq!(reader.terrain.is_loaded(cell), is_in_view, "{column:?}");
        }
    }

    #[test]
    fn a_short_pot_reaches_only_near() {
        let terrain = world(everything());
        let mut cache = ColumnCache::new();
        let mut view = TerrainView::new(256);
        view.set_centre(CellCoord::new(30, 4, 30));
        let mut count = 0;
        while !view.next(&mut cache, &terrain, Reach::Near).is_empty() {
            count += 1;
        }
        let near = offsets_near_first(limits::NEAR_COLUMNS).len();
        assert_eq!(count, near);
        assert!(view.next(&mut cache, &terrain, Reach::Nothing).is_empty());
        assert!(!view.next(&mut cache, &terrain, Reach::All).is_empty());
    }

    #[test]
    fn now_and_then_a_client_hears_that_it_has_all() {
        let mut cache = ColumnCache::new();
        let mut view = TerrainView::new(32);
        let ticks: Vec<u32> = (100..130)
            .filter_map(|tick| view.next_told(&mut cache, tick))
            .map(|message| Edits::decode(&message[Header::BYTES..]).expect("our own edits"))
            .inspect(|edits| assert!(edits.rows.is_empty()))
            .map(|edits| edits.tick)
            .collect();
        assert_eq!(ticks, [100, 110, 120]);
    }

    #[test]
    fn edits_go_out_by_their_tick() {
        let terrain = world(everything());
        let mut cache = ColumnCache::new();
        let mut view = TerrainView::new(32);
        view.set_centre(CellCoord::new(9, 4, 9));
        drain(&mut view, &mut cache, &terrain);
        for (sequence, tick) in [(1, 7), (2, 7), (3, 8)] {
            let edits = [edit(sequence, 9 * 16, sequence as i32, 9 * 16)];
            view.keep(&cache.change(tick, &edits));
        }
        let told: Vec<(u32, usize)> = std::iter::from_fn(|| view.next_edits(&mut cache))
            .map(|message| Edits::decode(&message[Header::BYTES..]).expect("our own edits"))
            .map(|edits| (edits.tick, edits.rows.len()))
            .collect();
        assert_eq!(told, [(7, 2), (8, 1)]);
    }

    #[test]
    fn land_that_loads_later_comes_when_looked_for_again() {
        let mut cache = ColumnCache::new();
        let mut view = TerrainView::new(32);
        view.set_centre(CellCoord::new(5, 4, 5));
        let half = world(everything().filter(|column| column.x <= 5));
        let mut reader = drain(&mut view, &mut cache, &half);
        let whole = world(everything());
        drain_into(&mut reader, &mut view, &mut cache, &whole);
        assert!(!reader.terrain.is_loaded(CellCoord::new(6, 0, 5)));
        view.look_again();
        drain_into(&mut reader, &mut view, &mut cache, &whole);
        assert!(reader.terrain.is_loaded(CellCoord::new(6, 0, 5)));
    }

    #[test]
    fn edits_and_walks_leave_the_client_with_the_servers_blocks() {
        let mut random = spatial::random::SplitMix64::new(7);
        let mut terrain = world(everything());
        let mut cache = ColumnCache::new();
        let mut view = TerrainView::new(48);
        let mut reader = Reader::default();
        let mut shared_count = 0;
        let mut at = [32, 32];
        for tick in 0..400u32 {
            at = at.map(|axis: i32| (axis + random.below(3) as i32 - 1).clamp(0, 63));
            view.set_centre(CellCoord::new(at[0], 4, at[1]));
            let burst = if tick % 50 == 0 {
                limits::EDITS_PENDING_MAX as u32 + 9
            } else {
                5
            };
            let mut edits = Vec::new();
            for _ in 0..burst {
                let x = at[0] * 16 + random.below(64) as i32 - 32;
                let z = at[1] * 16 + random.below(64) as i32 - 32;
                let edit = edit(tick, x, random.below(60) as i32, z);
                if terrain.set(edit.block, edit.now).is_none() {
                    continue;
                }
                edits.push(edit);
            }
            if let Some(message) = view.change(&cache.change(tick, &edits)) {
                reader.read(&message);
                shared_count += 1;
            }
            // Now behind, now with all that there is.
            for _ in 0..random.below(8) {
                for message in everything_next(&mut view, &mut cache, &terrain) {
                    reader.read(&message);
                }
            }
        }
        drain_into(&mut reader, &mut view, &mut cache, &terrain);
        let mut compared = 0;
        for (cell, brick) in reader.terrain.bricks() {
            let ours = terrain.brick(cell).expect("only what the server has");
            assert!(brick.voxels() == ours.voxels(), "{cell:?}");
            compared += 1;
        }
        assert!((50..390).contains(&shared_count), "{shared_count} of 400");
        assert!(
            compared >= 16 * 29,
            "all in view was sent, {compared} bricks"
        );
    }

    #[test]
    fn a_column_that_changed_whole_is_sent_again() {
        let mut terrain = world(everything());
        let mut cache = ColumnCache::new();
        let mut view = TerrainView::new(32);
        view.set_centre(CellCoord::new(9, 4, 9));
        let mut reader = drain(&mut view, &mut cache, &terrain);
        let column = Column { x: 9, z: 9 };
        terrain.insert_brick(CellCoord::new(9, 0, 9), Brick::uniform(Block::SAND));
        view.keep(&cache.change(1, &[edit(1, 9 * 16, 20, 9 * 16)]));
        view.changed_whole(column);
        drain_into(&mut reader, &mut view, &mut cache, &terrain);
        assert_eq!(
            reader.terrain.block(BlockCoord::new(9 * 16, 0, 9 * 16)),
            Block::SAND
        );
    }
}

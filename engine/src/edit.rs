//! The edit phase: terrain effects of the last tick change the terrain.
//!
//! Every shard applies all of them to its copy, in the same order and knowing the same, so all copies
//! stay equal. Only the owner of a cell answers for it: it tells what happened and gives blocks back.
//!
//! It runs before anything moves, so the newest frames say exactly where every body stands: nobody is
//! walled in.

use spatial::{
    Block, BlockBox, BlockCoord, Position,
    block::UNBREAKABLE,
    morton,
    position::{CellCoord, UNITS_PER_METRE},
};

use crate::{
    angle,
    balance::{BLAST_BREAK_RADIUS, BLAST_HARDNESS_TICKS},
    drops,
    effect::{Change, Effect, EffectTarget, Origin, Work, sequence},
    event::Event,
    hash,
    history::{History, Lag},
    id::BodyId,
    limits::{BODY_HALF_WIDTH, BODY_HEIGHT},
    movement::body_box,
    projectile::between,
    spoils::Thing,
    world::World,
};

/// Applies the effects on cells, which stand behind those on bodies in the inbox.
pub fn phase(world: &mut World) {
    let inbox = core::mem::take(&mut world.inbox);
    for effect in inbox.effects() {
        if let EffectTarget::Cell(code) = effect.target {
            apply(world, effect, morton::decode(code));
        }
    }
    world.inbox = inbox;
    world.inbox.clear();
    drops::sweep(world);
}

/// Whether no living body of the newest frame overlaps a block.
pub fn is_free_of_bodies(history: &History, tick: u32, block: BlockCoord) -> bool {
    let low = block.position();
    let half = UNITS_PER_METRE / 2;
    let middle = Position::new(low.x + half, low.y + half, low.z + half);
    let mut is_free = true;
    let seen = history.seen(Lag::NEWEST, tick);
    seen.each_near(middle, half + BODY_HEIGHT.max(BODY_HALF_WIDTH), |body| {
        let is_crouched = body.height < BODY_HEIGHT;
        is_free &= !body_box(is_crouched).blocks(body.feet).contains(block);
    });
    is_free
}

/// Applies an effect to a cell; outside of the world it is refused and counted (R4).
fn apply(world: &mut World, effect: &Effect, cell: CellCoord) {
    let Ok(region) = world.partition.locate(cell) else {
        world.happenings.counters.effects_foreign_count += u64::from(world.seat.is_some());
        return;
    };
    let mut editor = Editor {
        answers: region.owner == world.owner,
        by: effect.source,
        world,
    };
    match effect.change {
        Change::Break { block } => {
            if let Some(was) = editor.break_block(block) {
                let thing = Thing::of_block(editor.world.config.seed, block, was);
                editor.grant(effect, Work::Dug { thing });
            }
        }
        Change::Place { block, now } => {
            let work = match editor.place_block(block, now) {
                true => Work::Placed,
                false => Work::GivenBack,
            };
            editor.grant(effect, work);
        }
        Change::Blast { centre } => editor.blast(cell, centre),
        Change::Restore { block, now } => editor.restore(block, now),
        Change::Lay { loot, at } => drops::lay(world, effect, loot, at),
        Change::Take { drop } => editor.take(effect, drop),
        Change::Hurt { .. }
        | Change::Heal { .. }
        | Change::Credit { .. }
        | Change::Grant { .. }
        | Change::Forget { .. }
        | Change::Dress { .. } => {
            unreachable!("bodies and the seat get these, not cells")
        }
    }
}

/// One effect on one cell under way.
struct Editor<'a> {
    world: &'a mut World,
    by: BodyId,
    /// Whether the cell is this shard's, which then tells and grants.
    answers: bool,
}

impl Editor<'_> {
    /// Tells whose hand it was what became of its work.
    fn grant(&mut self, effect: &Effect, work: Work) {
        self.answer(effect, Origin::Answer, work);
    }

    /// Gives who is first what lies there.
    fn take(&mut self, effect: &Effect, drop: u32) {
        let EffectTarget::Cell(cell) = effect.target else {
            unreachable!("it lies in a cell")
        };
        if let Some(loot) = drops::take(self.world, cell, drop) {
            self.answer(effect, Origin::Loot, Work::Found { loot });
        }
    }

    fn answer(&mut self, effect: &Effect, origin: Origin, work: Work) {
        if self.answers {
            self.world.outbox.push(Effect {
                target: EffectTarget::Body(effect.source),
                source: effect.source,
                sequence: sequence(origin, effect.sequence as u32),
                change: Change::Grant { work },
            });
        }
    }

    fn tell(&mut self, event: Event) {
        if self.answers {
            self.world.happenings.tell(event);
        }
    }

    /// Makes air of a block, and says what it was; none when it is gone already or cannot break.
    fn break_block(&mut self, block: BlockCoord) -> Option<Block> {
        let was = self.world.terrain.block(block);
        let is_breakable = was.is_solid() && was.kind().hardness_ticks != UNBREAKABLE;
        if !is_breakable || !self.world.happenings.has_room_for_edit() {
            return None;
        }
        write(self.world, block, Block::AIR);
        let by = self.by;
        self.tell(Event::BlockBroken { block, was, by });
        Some(was)
    }

    /// Puts a block where nothing is and nobody stands; false when it cannot.
    fn place_block(&mut self, block: BlockCoord, now: Block) -> bool {
        let world = &mut *self.world;
        let is_empty = matches!(world.terrain.block(block), Block::AIR | Block::WATER);
        let may_place = is_empty
            && world.happenings.has_room_for_edit()
            && is_free_of_bodies(&world.history, world.tick, block);
        if may_place {
            write(world, block, now);
            let by = self.by;
            self.tell(Event::BlockPlaced { block, now, by });
        }
        may_place
    }

    /// Puts a block in the place of another, unless it would wall somebody in.
    fn restore(&mut self, block: BlockCoord, now: Block) {
        let world = &mut *self.world;
        let was = world.terrain.block(block);
        let walls_in = now.is_solid()
            && !was.is_solid()
            && !is_free_of_bodies(&world.history, world.tick, block);
        let may_change = was != now && was != Block::VOID && !walls_in;
        if may_change && world.happenings.has_room_for_edit() {
            write(world, block, now);
        }
    }

    /// Breaks what an explosion is strong enough to break in one cell.
    fn blast(&mut self, cell: CellCoord, centre: Position) {
        let corner = |by: i32| Position::new(centre.x + by, centre.y + by, centre.z + by).block();
        let reach = BlockBox::new(corner(-BLAST_BREAK_RADIUS), corner(BLAST_BREAK_RADIUS));
        let Some(area) = reach.intersection(BlockBox::of_cell(cell)) else {
            return;
        };
        for block in area.blocks() {
            let kind = self.world.terrain.block(block).kind();
            if kind.hardness_ticks as i32 <= blast_hardness(block, centre) {
                self.break_block(block);
            }
        }
    }
}

/// The hardness that an explosion breaks at a block.
fn blast_hardness(block: BlockCoord, centre: Position) -> i32 {
    let low = block.position();
    let half = UNITS_PER_METRE / 2;
    let middle = Position::new(low.x + half, low.y + half, low.z + half);
    let left = BLAST_BREAK_RADIUS - angle::length(between(centre, middle));
    (left.max(-1) as i64 * BLAST_HARDNESS_TICKS as i64 / BLAST_BREAK_RADIUS as i64) as i32
}

fn write(world: &mut World, block: BlockCoord, now: Block) {
    world.terrain.set(block, now);
    let navigation = &mut world.thought.navigation;
    navigation.touch(BlockBox::new(block, block));
    world.terrain_hash = world.terrain_hash.wrapping_add(hash::of_edit(block, now));
    world.happenings.keep_edit(block, now);
}

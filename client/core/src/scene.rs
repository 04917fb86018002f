//! The battle behind the title: soldiers alone, in the land of a seed, by the server's own rules.
//! Nobody plays in it, and nothing of it goes to a server or comes from one.

use alloc::{sync::Arc, vec::Vec};

use engine::{
    Appearance, BannerState, Command, Event, Frame, World, WorldConfig, generate::Generator, tick,
};
use spatial::{Brick, CellCoord, Position, terrain::Terrain};

/// Numbers of events as on the wire (protocol/WIRE.md); what is not told here has none.
mod kind {
    pub const ARROW_LOOSED: u32 = 0;
    pub const BOMB_THROWN: u32 = 1;
    pub const ARROW_STOPPED: u32 = 2;
    pub const EXPLOSION: u32 = 3;
    pub const HURT: u32 = 4;
    pub const DIED: u32 = 7;
}

/// Above the damage of a wound stands its weapon.
const DAMAGE_BITS: u32 = 12;

/// See the module.
pub struct Scene {
    generator: Generator,
    world: World,
    /// Generated since the last tick.
    arriving: Vec<(CellCoord, Brick)>,
}

impl Scene {
    /// A battle whose land is not there yet. Soldiers come in when that of their camp is.
    pub fn new(seed: u64, soldiers_per_house: u32) -> Self {
        let generator = Generator::new(seed);
        let config = WorldConfig {
            founding: 0,
            seed,
            soldiers_per_house,
            // No round ever ends: the armies are what is to be seen.
            score_to_win: u32::MAX,
            landmarks: generator.layout().landmarks(),
        };
        Self {
            world: World::new(config, Terrain::new()),
            generator,
            arriving: Vec::new(),
        }
    }

    /// Generates a column of cells; the next tick takes it in, and the one after has it.
    pub fn load_column(&mut self, x: i32, z: i32) {
        self.arriving.extend(self.generator.column(x, z));
    }

    pub fn tick(&mut self) -> Arc<Frame> {
        let bricks = core::mem::take(&mut self.arriving);
        tick(
            &mut self.world,
            &mut Vec::from([Command::Terrain { bricks }]),
        )
    }

    pub fn terrain(&self) -> &Terrain {
        &self.world.terrain
    }

    /// Of each body its index, and house + 256 × gear.
    pub fn write_roster(&self, output: &mut Vec<u32>) {
        output.clear();
        let roster = self.world.frame.roster.appearances.iter().flatten();
        output.extend(roster.flat_map(
            |&Appearance {
                 id, house, gear, ..
             }| { [id.index(), house as u32 | u32::from(gear) << 8] },
        ));
    }
}

/// A frame as words: counts of bodies, events, edits, cells that came and banners, and the tick;
/// then the rows of each. A row is of a body: index, place, yaw + pose << 16 + health << 24; of an
/// event: kind, subject, other, value, place, velocity; of an edit and of a cell: place; of a
/// banner: place, owner + taker << 8 + progress << 16. A place is three words.
pub fn write_frame(frame: &Frame, output: &mut Vec<u32>) {
    output.clear();
    let counts = [
        frame.bodies.count(),
        0,
        frame.edits.len(),
        frame.loaded.len(),
        frame.banners.len(),
    ];
    output.extend(counts.map(|count| count as u32));
    output.push(frame.tick);
    for row in 0..frame.bodies.count() {
        write_body(frame, row, output);
    }
    output[1] = frame
        .events
        .iter()
        .filter(|event| write_event(event, output))
        .count() as u32;
    for edit in &frame.edits {
        output.extend([edit.block.x, edit.block.y, edit.block.z].map(i32::cast_unsigned));
    }
    for cell in &frame.loaded {
        output.extend([cell.x, cell.y, cell.z].map(i32::cast_unsigned));
    }
    for &BannerState {
        block,
        owner,
        taker,
        progress,
    } in &frame.banners
    {
        output.extend([block.x, block.y, block.z].map(i32::cast_unsigned));
        output.push(u32::from_le_bytes([owner, taker, progress, 0]));
    }
}

fn write_body(frame: &Frame, row: usize, output: &mut Vec<u32>) {
    let bodies = &frame.bodies;
    let [yaw_low, yaw_high] = bodies.yaw[row].to_le_bytes();
    output.push(bodies.id[row].index());
    output.extend(place(bodies.position(row)));
    output.push(u32::from_le_bytes([
        yaw_low,
        yaw_high,
        bodies.pose[row],
        bodies.health[row],
    ]));
}

/// False for what the title does not show.
fn write_event(event: &Event, output: &mut Vec<u32>) -> bool {
    let (words, position, velocity) = match *event {
        Event::ArrowLoosed {
            arrow,
            shooter,
            position,
            velocity,
        } => (
            [kind::ARROW_LOOSED, arrow, shooter.index(), 0],
            position,
            velocity,
        ),
        Event::BombThrown {
            bomb,
            thrower,
            position,
            velocity,
        } => (
            [kind::BOMB_THROWN, bomb, thrower.index(), 0],
            position,
            velocity,
        ),
        Event::ArrowStopped {
            arrow,
            position,
            hit,
        } => (
            [kind::ARROW_STOPPED, arrow, hit.index(), 0],
            position,
            [0; 3],
        ),
        Event::Explosion { bomb, position } => ([kind::EXPLOSION, bomb, 0, 0], position, [0; 3]),
        Event::Hurt {
            target,
            attacker,
            weapon,
            damage,
            position,
        } => {
            let value = u32::from(damage) | (weapon as u32) << DAMAGE_BITS;
            (
                [kind::HURT, target.index(), attacker.index(), value],
                position,
                [0; 3],
            )
        }
        Event::Died {
            target,
            killer,
            weapon,
            position,
        } => (
            [kind::DIED, target.index(), killer.index(), weapon as u32],
            position,
            [0; 3],
        ),
        _ => return false,
    };
    output.extend(words);
    output.extend(place(position));
    output.extend(velocity.map(i32::cast_unsigned));
    true
}

fn place(position: Position) -> [u32; 3] {
    [position.x, position.y, position.z].map(i32::cast_unsigned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::generate::layout::MIDDLE;

    const SOLDIERS: u32 = 12;
    /// Cells from the middle of the world that hold both camps.
    const REACH_CELLS: i32 = 7;

    /// The words of a frame, taken apart again.
    struct Parts<'a> {
        bodies: &'a [u32],
        events: &'a [u32],
        banners: &'a [u32],
    }

    fn parts(words: &[u32]) -> Parts<'_> {
        let [bodies, events, edits, loaded, banners] =
            core::array::from_fn(|at| words[at] as usize);
        let (bodies, rest) = words[6..].split_at(bodies * 5);
        let (events, rest) = rest.split_at(events * 10);
        let (_, rest) = rest.split_at(edits * 3 + loaded * 3);
        assert_eq!(rest.len(), banners * 4, "nothing is left over");
        Parts {
            bodies,
            events,
            banners: rest,
        }
    }

    fn field() -> Scene {
        let mut scene = Scene::new(7, SOLDIERS);
        let middle = MIDDLE / 16;
        for x in middle - REACH_CELLS..middle + REACH_CELLS {
            for z in middle - REACH_CELLS..middle + REACH_CELLS {
                scene.load_column(x, z);
            }
        }
        scene
    }

    #[test]
    fn both_houses_come_in_and_fight() {
        let mut scene = field();
        let mut words = Vec::new();
        let mut kinds_seen = [false; 8];
        for _ in 0..1_200 {
            let frame = scene.tick();
            write_frame(&frame, &mut words);
            for event in parts(&words).events.chunks_exact(10) {
                kinds_seen[event[0] as usize] = true;
            }
        }
        let Parts {
            bodies, banners, ..
        } = parts(&words);
        assert_eq!(bodies.len() / 5, SOLDIERS as usize * 2);
        assert_eq!(banners.len() / 4, 3);
        assert!(kinds_seen[kind::HURT as usize], "nobody was hurt");
        assert!(kinds_seen[kind::ARROW_LOOSED as usize], "no arrow flew");
    }

    #[test]
    fn the_roster_names_every_body_once() {
        let scene = Scene::new(7, SOLDIERS);
        let mut words = Vec::new();
        scene.write_roster(&mut words);
        let mut ids: Vec<u32> = words.chunks_exact(2).map(|row| row[0]).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), SOLDIERS as usize * 2);
        let of_blue = words
            .chunks_exact(2)
            .filter(|row| row[1] & 0xff == 1)
            .count();
        assert_eq!(of_blue, SOLDIERS as usize);
    }

    #[test]
    fn land_that_came_is_told_and_meshed_from() {
        let mut core = crate::ClientCore::new();
        core.begin_scene(7, SOLDIERS);
        core.load_scene_column(32, 32);
        // What one tick takes in is there in the next.
        core.tick_scene();
        let frame = core.tick_scene().expect("a scene was begun");
        assert_eq!(frame.loaded.len(), engine::generate::CELLS_HIGH as usize);
        assert_eq!(core.terrain().bricks().count(), frame.loaded.len());
        core.reset();
        assert!(core.tick_scene().is_none(), "a reset ends the scene");
    }
}

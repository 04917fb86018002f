//! What a pod was given for one tick, as the records of its journal: for each of its shards the
//! commands, as they came in, and every frame of another pod that the tick read.
//!
//! What a shard was given is kept, not what it took: commands that it sent on are in its frame, and
//! after a crash it has to say the same frame again. Terrain is not kept as bricks but as the cells that
//! came: the seed makes them again.

use std::collections::{BTreeMap, BTreeSet};

use engine::{
    Command, Frame,
    generate::{Generator, layout::WORLD_EDGE},
    record::{CheckpointError, Input, Record as _, frame},
};
use link::{PeerName, reliable::Position};
use spatial::{Brick, CellCoord, position::CELL_EDGE_BLOCKS};

/// How far a shard has taken the commands of each edge: those before the place are in some tick.
pub type Places = BTreeMap<PeerName, Position>;

/// Makes terrain that was recorded as cells anew; the same whenever it is asked.
pub trait Bricks {
    /// The cells' bricks; those that the world does not have are left out.
    fn bricks(&self, cells: &[CellCoord]) -> Vec<(CellCoord, Brick)>;
}

/// What one shard was given for a tick.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub shard: u16,
    /// Of the edges whose commands are among them: how far they are taken now.
    pub places: Places,
    pub commands: Vec<Command>,
}

/// One record of a tick.
#[derive(Clone, Debug)]
pub enum Record {
    Given(Given),
    /// A frame of another pod, of the tick before, and the series of its lane.
    Heard {
        series: u64,
        frame: Box<Frame>,
    },
}

/// First bytes of records.
mod kind {
    pub const GIVEN: u8 = 0;
    pub const HEARD: u8 = 1;
}

/// First bytes of commands.
mod command_kind {
    pub const COMMAND: u8 = 0;
    pub const TERRAIN: u8 = 1;
}

/// Appends what a shard was given.
pub fn write_given(shard: u16, places: &Places, commands: &[Command], output: &mut Vec<u8>) {
    kind::GIVEN.write(output);
    shard.write(output);
    write_places(places, output);
    (commands.len() as u32).write(output);
    commands
        .iter()
        .for_each(|command| write_command(command, output));
}

/// Appends a frame of another pod, as its bytes came.
pub fn write_heard(series: u64, frame: &[u8], output: &mut Vec<u8>) {
    kind::HEARD.write(output);
    series.write(output);
    output.extend_from_slice(frame);
}

/// Reads a record.
///
/// # Errors
/// Any [`CheckpointError`].
pub fn read(record: &[u8], bricks: &impl Bricks) -> Result<Record, CheckpointError> {
    let mut input = Input::new(record);
    match u8::read(&mut input)? {
        kind::GIVEN => read_given(&mut input, bricks).map(Record::Given),
        kind::HEARD => Ok(Record::Heard {
            series: u64::read(&mut input)?,
            frame: Box::new(frame::read(input.rest())?),
        }),
        _ => Err(CheckpointError::BadNumber),
    }
}

fn read_given(input: &mut Input, bricks: &impl Bricks) -> Result<Given, CheckpointError> {
    let shard = u16::read(input)?;
    let places = read_places(input)?;
    let count = u32::read(input)?;
    let commands = (0..count).map(|_| read_command(input, bricks));
    let commands = commands.collect::<Result<_, _>>()?;
    match input.rest() {
        [] => Ok(Given {
            shard,
            places,
            commands,
        }),
        _ => Err(CheckpointError::Inconsistent),
    }
}

/// Appends a command.
pub fn write_command(command: &Command, output: &mut Vec<u8>) {
    match command {
        Command::Terrain { bricks } => {
            command_kind::TERRAIN.write(output);
            let cells: Vec<CellCoord> = bricks.iter().map(|(cell, _)| *cell).collect();
            cells.write(output);
        }
        other => {
            command_kind::COMMAND.write(output);
            other.write(output);
        }
    }
}

/// A command as it was recorded.
///
/// # Errors
/// Any [`CheckpointError`].
pub fn read_command(input: &mut Input, bricks: &impl Bricks) -> Result<Command, CheckpointError> {
    match u8::read(input)? {
        command_kind::COMMAND => Command::read(input),
        command_kind::TERRAIN => Ok(Command::Terrain {
            bricks: bricks.bricks(&Vec::read(input)?),
        }),
        _ => Err(CheckpointError::BadNumber),
    }
}

/// Appends places.
pub fn write_places(places: &Places, output: &mut Vec<u8>) {
    (places.len() as u32).write(output);
    for (edge, place) in places {
        edge.to_string().write(output);
        write_position(*place, output);
    }
}

/// # Errors
/// Any [`CheckpointError`].
pub fn read_places(input: &mut Input) -> Result<Places, CheckpointError> {
    let count = u32::read(input)?;
    let read = |_| {
        let name = String::read(input)?.parse();
        let name = name.map_err(|_| CheckpointError::BadText)?;
        Ok((name, read_position(input)?))
    };
    (0..count).map(read).collect()
}

pub fn write_position(position: Position, output: &mut Vec<u8>) {
    (position.series, position.next).write(output);
}

/// # Errors
/// Any [`CheckpointError`].
pub fn read_position(input: &mut Input) -> Result<Position, CheckpointError> {
    let (series, next) = <(u64, u64)>::read(input)?;
    Ok(Position { series, next })
}

impl Bricks for Generator {
    fn bricks(&self, cells: &[CellCoord]) -> Vec<(CellCoord, Brick)> {
        let wanted: BTreeSet<[i32; 3]> = cells.iter().map(|it| [it.x, it.y, it.z]).collect();
        let columns: BTreeSet<[i32; 2]> = cells.iter().map(|it| [it.x, it.z]).collect();
        let edge = 0..WORLD_EDGE / CELL_EDGE_BLOCKS;
        let columns = columns
            .into_iter()
            .filter(|[x, z]| edge.contains(x) && edge.contains(z));
        let bricks = columns.flat_map(|[x, z]| self.column(x, z));
        bricks
            .filter(|(cell, _)| wanted.contains(&[cell.x, cell.y, cell.z]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{Attachment, SessionId};

    #[test]
    fn what_was_given_comes_back_as_it_was() {
        let generator = Generator::new(3);
        let bricks: Vec<_> = generator.column(5, 9).skip(2).take(3).collect();
        let commands = [
            Command::Terrain { bricks },
            Command::Join {
                session: SessionId(9),
                attachment: Attachment(77),
                name: "Bera".into(),
                house: 1,
            },
        ];
        let edge = PeerName::edge("west").expect("a good name");
        let place = Position { series: 4, next: 7 };
        let places = Places::from([(edge, place)]);
        let mut bytes = Vec::new();
        write_given(2, &places, &commands, &mut bytes);
        let Ok(Record::Given(given)) = read(&bytes, &generator) else {
            panic!("it was just written");
        };
        assert_eq!((given.shard, &given.places), (2, &places));
        assert_eq!(format!("{:?}", given.commands), format!("{commands:?}"));
        assert!(read(&bytes[..bytes.len() - 1], &generator).is_err());
        assert!(read(&[7, 1, 2], &generator).is_err());
        assert!(read(&[], &generator).is_err());
    }
}

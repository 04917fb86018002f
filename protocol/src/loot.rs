//! Server to client on the control stream: what lies on the ground for the taking, and what was taken.

use alloc::vec::Vec;

use flatbuffers::Vector;

use crate::{
    down_stream_generated::voxelheim::wire,
    encoder::{Builder, Encode, Table},
    error::WireError,
    header::Kind,
    limits::{self, DROP_THINGS},
    verify::{copy, count, range, root, same},
};

/// The number of no thing.
pub const NOTHING: u8 = 255;

/// Some of one thing; WIRE.md has the things' numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stack {
    /// Below [`limits::THINGS_MAX`].
    pub thing: u8,
    /// At least 1.
    pub count: u8,
}

/// What lies near a client's body: all of it, or the nearest. Parallel columns.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Drops {
    /// Names a drop for as long as it lies.
    pub id: Vec<u32>,
    /// Where it lies, 1/4096 m.
    pub position: Vec<[i32; 3]>,
    pub things: Vec<[Option<Stack>; DROP_THINGS]>,
    /// Whether only another may take it for now.
    pub is_kept: Vec<bool>,
}

/// What a client's player picked up, in the order in which it did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    pub stacks: Vec<Stack>,
}

impl Drops {
    pub fn clear(&mut self) {
        self.id.clear();
        self.position.clear();
        self.things.clear();
        self.is_kept.clear();
    }

    pub fn push(
        &mut self,
        id: u32,
        position: [i32; 3],
        things: [Option<Stack>; DROP_THINGS],
        is_kept: bool,
    ) {
        self.id.push(id);
        self.position.push(position);
        self.things.push(things);
        self.is_kept.push(is_kept);
    }

    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        const KIND: Kind = Kind::Drops;
        let wire = root::<wire::Drops>(KIND, table)?;
        let row_count = count(&wire.id());
        same(KIND, row_count <= limits::DROPS_MAX)?;
        same(KIND, count(&wire.position()) == 3 * row_count)?;
        same(KIND, count(&wire.thing()) == DROP_THINGS * row_count)?;
        same(KIND, count(&wire.count()) == DROP_THINGS * row_count)?;
        same(KIND, count(&wire.is_kept()) == row_count)?;
        let kept = copy(wire.is_kept());
        range("is_kept", kept.iter().all(|number| *number <= 1))?;
        let axes = copy(wire.position());
        let stacks = stacks(wire.thing(), wire.count())?;
        Ok(Drops {
            id: copy(wire.id()),
            position: axes.as_chunks().0.to_vec(),
            things: stacks.as_chunks().0.to_vec(),
            is_kept: kept.into_iter().map(|number| number == 1).collect(),
        })
    }
}

/// Two columns of the same length as stacks.
fn stacks(
    things: Option<Vector<'_, u8>>,
    counts: Option<Vector<'_, u8>>,
) -> Result<Vec<Option<Stack>>, WireError> {
    let things = things.into_iter().flatten();
    let rows = things.zip(counts.into_iter().flatten());
    rows.map(|(thing, count)| stack(thing, count)).collect()
}

/// None where the thing's number says so, and then there are none of it.
fn stack(thing: u8, count: u8) -> Result<Option<Stack>, WireError> {
    let is_none = thing == NOTHING;
    range("thing", is_none || thing < limits::THINGS_MAX)?;
    range("count", is_none == (count == 0))?;
    Ok((!is_none).then_some(Stack { thing, count }))
}

impl Encode for Drops {
    const KIND: Kind = Kind::Drops;

    fn write(&self, builder: &mut Builder) -> Table {
        assert!(self.id.len() <= limits::DROPS_MAX, "cut by the caller");
        let stacks = self.things.as_flattened().iter();
        let things = stacks.clone();
        let things = things.map(|stack| stack.map_or(NOTHING, |stack| stack.thing));
        let counts = stacks.map(|stack| stack.map_or(0, |stack| stack.count));
        let id = builder.create_vector(&self.id);
        let position = builder.create_vector(self.position.as_flattened());
        let thing = builder.create_vector_from_iter(things);
        let count = builder.create_vector_from_iter(counts);
        let is_kept = builder.create_vector_from_iter(self.is_kept.iter().map(|kept| *kept as u8));
        let args = wire::DropsArgs {
            id: Some(id),
            position: Some(position),
            thing: Some(thing),
            count: Some(count),
            is_kept: Some(is_kept),
        };
        wire::Drops::create(builder, &args).as_union_value()
    }
}

impl Found {
    pub fn decode(table: &[u8]) -> Result<Self, WireError> {
        let wire = root::<wire::Found>(Kind::Found, table)?;
        let row_count = count(&wire.thing());
        same(Kind::Found, row_count <= limits::FOUND_MAX)?;
        same(Kind::Found, count(&wire.count()) == row_count)?;
        let stacks = stacks(wire.thing(), wire.count())?.into_iter();
        let found: Option<Vec<Stack>> = stacks.collect();
        Ok(Found {
            stacks: found.ok_or(WireError::Range("thing"))?,
        })
    }
}

impl Encode for Found {
    const KIND: Kind = Kind::Found;

    fn write(&self, builder: &mut Builder) -> Table {
        assert!(self.stacks.len() <= limits::FOUND_MAX, "cut by the caller");
        let thing = builder.create_vector_from_iter(self.stacks.iter().map(|stack| stack.thing));
        let count = builder.create_vector_from_iter(self.stacks.iter().map(|stack| stack.count));
        let args = wire::FoundArgs {
            thing: Some(thing),
            count: Some(count),
        };
        wire::Found::create(builder, &args).as_union_value()
    }
}

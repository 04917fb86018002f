//! Reads a journal back, tick by tick, one block in memory at a time. Changes nothing: cutting what is
//! torn is [`Ending::settle`], going on behind damage [`crate::repair`].
//!
//! A segment answers for the ticks from its first up to the next segment's first. Where its blocks stop
//! before that, and a tick that is wanted is lost, the journal is broken. At the end of the last segment
//! the same is a torn tail, unless a later block vouches for what is lost.

use std::collections::VecDeque;

use crate::{
    block::{BLOCK_HEADER_BYTES, BlockHeader, Records, place_seed},
    disk::{Disk, DiskFile, read_full_at},
    error::{Break, JournalError, Loss},
    limits::BLOCK_ALIGN_BYTES,
    room,
    segment::{self, HEADER_BYTES, HeaderFault, Identity, SegmentHeader},
    settle::{Cut, Ending, Unvouched},
};

/// One tick and what it was given.
#[derive(Clone, Copy, Debug)]
pub struct TickRecords<'a> {
    pub tick: u32,
    pub records: Records<'a>,
}

/// See the module.
pub struct Scanner<'d, D: Disk> {
    disk: &'d D,
    identity: Identity,
    /// First ticks of the segments that were not opened yet.
    waiting: VecDeque<u32>,
    segment: Option<Segment<D::File>>,
    /// The next tick to hand out.
    wanted: u32,
    /// The block that was read last.
    bytes: Vec<u8>,
    ending: Ending,
    is_at_end: bool,
}

/// The segment being read.
struct Segment<F> {
    name: String,
    file: F,
    size: u64,
    seed: u64,
    /// Where the next block begins; 0 if the header is damaged.
    offset: u64,
    /// The tick it is of.
    expected: u32,
    /// The next segment's first tick: from there on this one does not answer.
    limit: Option<u32>,
    /// Where the blocks begin that were written together with the last one, and its "synced before".
    group: Option<(u64, u32)>,
}

/// What lies behind a hole.
#[derive(Default)]
struct Behind {
    /// A block at which reading can go on, for nothing that is wanted is lost.
    resume: Option<(u64, u32)>,
    /// The first tick that is there again.
    tick: Option<u32>,
    /// Whether a block says that what is lost was durable.
    is_vouched: bool,
}

impl<'d, D: Disk> Scanner<'d, D> {
    /// Begins at this tick: one behind the checkpoint's, or 1.
    ///
    /// # Errors
    /// If the disk fails, or if the journal begins later.
    pub fn open(disk: &'d D, identity: Identity, from_tick: u32) -> Result<Self, JournalError> {
        let mut waiting = segments(disk)?;
        if let Some(&first) = waiting.front()
            && first > from_tick
        {
            return Err(JournalError::Broken(Break {
                file: segment::file_name(first),
                offset: 0,
                first_tick: from_tick,
                last_tick: first - 1,
                loss: Loss::Missing,
            }));
        }
        while waiting.get(1).is_some_and(|&next| next <= from_tick) {
            waiting.pop_front();
        }
        Ok(Self {
            disk,
            identity,
            waiting,
            segment: None,
            wanted: from_tick,
            bytes: Vec::new(),
            ending: Ending::default(),
            is_at_end: false,
        })
    }

    /// The next tick and its records; nothing at the journal's end.
    ///
    /// # Errors
    /// If the disk fails, a file is not of this world, shard and version, or the journal is broken.
    pub fn advance(&mut self) -> Result<Option<TickRecords<'_>>, JournalError> {
        let Some((header, seed)) = self.advance_to_wanted()? else {
            return Ok(None);
        };
        let records = header.records(&self.bytes, seed);
        Ok(Some(TickRecords {
            tick: header.tick,
            records: records.expect("they were whole when the block was read"),
        }))
    }

    /// How the journal ended.
    ///
    /// # Panics
    /// If it was not read to its end.
    pub fn ending(self) -> Ending {
        assert!(self.is_at_end, "only a scanner at the end knows it");
        self.ending
    }

    fn advance_to_wanted(&mut self) -> Result<Option<(BlockHeader, u64)>, JournalError> {
        while !self.is_at_end {
            let Some(segment) = &mut self.segment else {
                self.open_next()?;
                continue;
            };
            let place_seed = segment.place_seed(segment.offset);
            match segment.read_block(&mut self.bytes)? {
                Some(header) if header.tick >= self.wanted => {
                    self.wanted = header.tick + 1;
                    return Ok(Some((header, place_seed)));
                }
                Some(_) => {}
                None => self.pass_hole()?,
            }
        }
        Ok(None)
    }

    fn open_next(&mut self) -> Result<(), JournalError> {
        match self.waiting.pop_front() {
            Some(first_tick) => {
                let mut segment = Segment::open(self.disk, self.identity, first_tick)?;
                segment.limit = self.waiting.front().copied();
                self.segment = Some(segment);
            }
            None => {
                self.ending.next_tick = self.wanted;
                self.is_at_end = true;
            }
        }
        Ok(())
    }

    /// No block is at the segment's offset: goes on behind it, to the next segment, or to the end.
    fn pass_hole(&mut self) -> Result<(), JournalError> {
        let mut segment = self.segment.take().expect("a hole is in a segment");
        self.ending.spent.extend(segment.leave_out_room()?);
        let first_lost = segment.expected.max(self.wanted);
        if segment.limit.is_some_and(|limit| limit <= first_lost) {
            self.ending.leave(&segment);
            return Ok(());
        }
        let behind = segment.look_behind(first_lost)?;
        if let Some((offset, tick)) = behind.resume {
            segment.offset = offset;
            segment.expected = tick;
            self.segment = Some(segment);
            return Ok(());
        }
        let vouched = behind.tick.filter(|_| behind.is_vouched);
        let Some(next) = segment.limit.or(vouched) else {
            self.ending.leave(&segment);
            return Ok(());
        };
        Err(JournalError::Broken(Break {
            first_tick: first_lost,
            last_tick: behind.tick.map_or(next, |tick| tick.min(next)) - 1,
            loss: segment.loss(),
            offset: segment.offset,
            file: segment.name,
        }))
    }
}

impl Ending {
    /// Notes what is to do about a segment that is read as far as it goes.
    fn leave<F>(&mut self, segment: &Segment<F>) {
        if let Some((from, _)) = segment.group {
            self.unvouched = Some(Unvouched {
                file: segment.name.clone(),
                from,
                to: segment.offset,
            });
        }
        let cut = (segment.offset < segment.size).then(|| Cut {
            file: segment.name.clone(),
            offset: segment.offset,
            bytes_count: segment.size - segment.offset,
            next_tick: segment.expected,
        });
        match segment.limit {
            // Written again in the next segment, since the disk had failed.
            Some(limit) if segment.expected >= limit => self.spent.extend(cut),
            Some(_) => {}
            None => {
                self.empty = (segment.group.is_none()).then(|| segment.name.clone());
                self.torn = cut;
            }
        }
    }
}

impl<F: DiskFile> Segment<F> {
    fn open<D: Disk<File = F>>(
        disk: &D,
        identity: Identity,
        first_tick: u32,
    ) -> Result<Self, JournalError> {
        let name = segment::file_name(first_tick);
        let file = disk.open(&name).map_err(JournalError::io("open", &name))?;
        let size = file.size().map_err(JournalError::io("size", &name))?;
        let mut bytes = [0; HEADER_BYTES];
        let read = read_full_at(&file, &mut bytes, 0).map_err(JournalError::io("read", &name))?;
        let ours = SegmentHeader {
            identity,
            first_tick,
        };
        let offset = match SegmentHeader::decode(&bytes[..read]) {
            Ok(found) => {
                check_header(&name, found, ours)?;
                HEADER_BYTES as u64
            }
            Err(HeaderFault::Damaged) => 0,
            Err(HeaderFault::Version(version)) => {
                return Err(JournalError::WrongVersion {
                    file: name,
                    version,
                });
            }
        };
        Ok(Self {
            name,
            file,
            size,
            seed: ours.seed(),
            offset,
            expected: first_tick,
            limit: None,
            group: None,
        })
    }

    fn place_seed(&self, offset: u64) -> u64 {
        place_seed(self.seed, offset)
    }

    /// Reads the block at the offset into `bytes` and steps over it; nothing if none is there, or none
    /// that this segment answers for.
    fn read_block(&mut self, bytes: &mut Vec<u8>) -> Result<Option<BlockHeader>, JournalError> {
        let is_answered_for = self.limit.is_none_or(|limit| self.expected < limit);
        if self.offset == 0 || !is_answered_for {
            return Ok(None);
        }
        let offset = self.offset;
        let Some(header) = self.header_at(offset)? else {
            return Ok(None);
        };
        let sealed_bytes = header.sealed_bytes();
        if header.tick != self.expected || offset + sealed_bytes as u64 > self.size {
            return Ok(None);
        }
        bytes.resize(sealed_bytes, 0);
        let read = read_full_at(&self.file, bytes, offset);
        let read = read.map_err(JournalError::io("read", &self.name))?;
        let seed = self.place_seed(offset);
        if read < sealed_bytes || header.records(bytes, seed).is_none() {
            return Ok(None);
        }
        self.step_over(&header);
        Ok(Some(header))
    }

    fn step_over(&mut self, header: &BlockHeader) {
        let is_same_group =
            |(_, synced_before): &(u64, u32)| *synced_before == header.synced_before;
        let group = self.group.filter(is_same_group);
        self.group = Some(group.unwrap_or((self.offset, header.synced_before)));
        self.offset += header.sealed_bytes() as u64;
        self.expected = header.tick + 1;
    }

    fn header_at(&self, offset: u64) -> Result<Option<BlockHeader>, JournalError> {
        let mut bytes = [0; BLOCK_HEADER_BYTES];
        let read = read_full_at(&self.file, &mut bytes, offset);
        let read = read.map_err(JournalError::io("read", &self.name))?;
        Ok(BlockHeader::decode(&bytes[..read], self.place_seed(offset)))
    }

    /// Takes the file for as long as its blocks, if all behind them is room that was never used; what is
    /// to be cut off.
    fn leave_out_room(&mut self) -> Result<Option<Cut>, JournalError> {
        if self.offset == 0 || self.offset >= self.size {
            return Ok(None);
        }
        let is_empty = room::is_empty(&self.file, self.offset..self.size);
        if !is_empty.map_err(JournalError::io("read", &self.name))? {
            return Ok(None);
        }
        let room = Cut {
            file: self.name.clone(),
            offset: self.offset,
            bytes_count: self.size - self.offset,
            next_tick: self.expected,
        };
        self.size = self.offset;
        Ok(Some(room))
    }

    /// Looks for blocks behind the hole at the offset, of which `first_lost` is the first wanted tick.
    fn look_behind(&self, first_lost: u32) -> Result<Behind, JournalError> {
        let mut behind = Behind::default();
        let mut offset = self.offset.max(HEADER_BYTES as u64);
        while offset < self.size {
            if let Some(header) = self.header_at(offset)? {
                let is_in_time = (self.expected..=first_lost).contains(&header.tick);
                if is_in_time && offset > self.offset {
                    behind.resume = Some((offset, header.tick));
                    break;
                }
                if header.tick > first_lost {
                    behind.tick.get_or_insert(header.tick);
                    behind.is_vouched |= header.synced_before > first_lost;
                }
            }
            offset += BLOCK_ALIGN_BYTES as u64;
        }
        Ok(behind)
    }

    fn loss(&self) -> Loss {
        if self.offset < self.size {
            Loss::Damaged
        } else {
            Loss::Missing
        }
    }
}

/// The first ticks of a folder's segments, in order.
pub(crate) fn segments(disk: &impl Disk) -> Result<VecDeque<u32>, JournalError> {
    let names = disk
        .names()
        .map_err(JournalError::io("list", "the folder"))?;
    let mut ticks: Vec<u32> = names
        .iter()
        .filter_map(|name| segment::first_tick(name))
        .collect();
    ticks.sort_unstable();
    Ok(ticks.into())
}

fn check_header(name: &str, found: SegmentHeader, ours: SegmentHeader) -> Result<(), JournalError> {
    let file = name.to_owned();
    if found.identity != ours.identity {
        return Err(JournalError::WrongIdentity {
            file,
            found: found.identity,
            expected: ours.identity,
        });
    }
    if found.first_tick != ours.first_tick {
        return Err(JournalError::WrongName {
            file,
            tick: found.first_tick,
        });
    }
    Ok(())
}

//! Checkpoint files: the whole state after a tick, as opaque bytes, so that only later ticks need the
//! journal.
//!
//! | byte | field |
//! | --- | --- |
//! | 0 | magic, `VXCHECKP` |
//! | 8 | version, u32 |
//! | 12 | shard, u32 |
//! | 16 | world, u64 |
//! | 24 | tick, u32 |
//! | 28 | zero, u32 |
//! | 32 | count of the content's bytes, u64 |
//! | 40 | checksum of the content, u64 |
//! | 48 | checksum of the bytes before, u64 |
//! | 56 | content |
//!
//! Numbers are little-endian. A file gets its name only when it is whole and durable, so what has one
//! is whole unless the disk lost it.

use std::{
    fmt,
    io::{self, ErrorKind, IoSlice},
};

use crate::{
    disk::{Disk, DiskFile, read_full_at, write_all_at},
    error::JournalError,
    limits::{CHECKPOINT_BYTES_MAX, CHECKPOINT_PIECE_BYTES},
    scan::segments,
    segment::{self, HeaderFault, Identity, VERSION, tick_in_name},
    wire::{checksum, put_u32, put_u64, u32_at, u64_at},
};

const MAGIC: &[u8; 8] = b"VXCHECKP";
const CHECKED_BYTES: usize = 48;
const HEADER_BYTES: usize = 56;
const UNFINISHED: &str = ".tmp";

/// The state after this tick.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    pub tick: u32,
    pub bytes: Vec<u8>,
}

/// What a folder's checkpoints gave.
#[derive(Clone, Debug)]
pub struct Newest {
    pub checkpoint: Option<Checkpoint>,
    /// Newer ones that did not load, newest first; to be said.
    pub skipped: Vec<Skipped>,
}

/// A checkpoint that does not load.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    pub file: String,
    pub reason: String,
}

/// What [`retain`] deleted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Deleted {
    pub checkpoint_count: usize,
    pub segment_count: usize,
}

#[derive(Clone, Copy)]
struct Header {
    identity: Identity,
    tick: u32,
    content_bytes: u64,
    content_checksum: u64,
}

/// Why a checkpoint does not load: a reason to try an older one, or to stop.
enum Unusable {
    Skip(String),
    Stop(JournalError),
}

/// The name of this tick's checkpoint.
pub fn file_name(tick: u32) -> String {
    format!("checkpoint-{tick:010}.vxc")
}

/// The ticks of a folder's checkpoints, oldest first, whether they load or not.
///
/// # Errors
/// If the disk fails.
pub fn ticks(disk: &impl Disk) -> Result<Vec<u32>, JournalError> {
    let names = disk
        .names()
        .map_err(JournalError::io("list", "the folder"))?;
    let tick = |name: &String| tick_in_name(name, "checkpoint-", ".vxc");
    let mut ticks: Vec<u32> = names.iter().filter_map(tick).collect();
    ticks.sort_unstable();
    Ok(ticks)
}

/// Writes a checkpoint. When this returns it is durable; if it fails, the older ones are as they were.
///
/// # Errors
/// The system's.
pub fn write<D: Disk>(disk: &D, identity: Identity, tick: u32, content: &[u8]) -> io::Result<()> {
    let name = file_name(tick);
    let unfinished = name.clone() + UNFINISHED;
    remove_if_there(disk, &unfinished)?;
    let header = Header::of(identity, tick, content);
    let mut file = disk.create(&unfinished)?;
    let mut offset = HEADER_BYTES as u64;
    write_all_at(&mut file, &mut [IoSlice::new(&header.encode())], 0)?;
    for piece in content.chunks(CHECKPOINT_PIECE_BYTES) {
        write_all_at(&mut file, &mut [IoSlice::new(piece)], offset)?;
        file.sync()?;
        offset += piece.len() as u64;
    }
    file.sync()?;
    disk.rename(&unfinished, &name)?;
    disk.sync_names()
}

/// The newest checkpoint that loads.
///
/// # Errors
/// If the disk cannot be listed, or a checkpoint is of another world, shard or version.
pub fn load_newest<D: Disk>(disk: &D, identity: Identity) -> Result<Newest, JournalError> {
    let mut skipped = Vec::new();
    for tick in ticks(disk)?.into_iter().rev() {
        match try_load(disk, identity, tick) {
            Ok(checkpoint) => {
                return Ok(Newest {
                    checkpoint: Some(checkpoint),
                    skipped,
                });
            }
            Err(Unusable::Skip(reason)) => skipped.push(Skipped {
                file: file_name(tick),
                reason,
            }),
            Err(Unusable::Stop(error)) => return Err(error),
        }
    }
    Ok(Newest {
        checkpoint: None,
        skipped,
    })
}

/// The checkpoint of this tick.
///
/// # Errors
/// If it does not load, with the reason.
pub fn load<D: Disk>(disk: &D, identity: Identity, tick: u32) -> Result<Checkpoint, JournalError> {
    try_load(disk, identity, tick).map_err(|unusable| match unusable {
        Unusable::Stop(error) => error,
        Unusable::Skip(reason) => JournalError::Io {
            action: "load",
            file: file_name(tick),
            source: io::Error::new(ErrorKind::InvalidData, reason),
        },
    })
}

/// Keeps the newest `kept_count` checkpoints that look whole, deletes the older ones and the segments
/// that none of the kept ones needs. Checkpoints that do not look whole protect nothing.
///
/// # Errors
/// If the disk fails.
pub fn retain<D: Disk>(disk: &D, kept_count: usize) -> Result<Deleted, JournalError> {
    let mut deleted = Deleted::default();
    let ticks = ticks(disk)?;
    let mut whole = ticks.iter().rev().filter(|tick| looks_whole(disk, **tick));
    let Some(&oldest_kept) = whole.nth(kept_count.saturating_sub(1)) else {
        return Ok(deleted);
    };
    for tick in ticks.iter().filter(|tick| **tick < oldest_kept) {
        delete(disk, &file_name(*tick))?;
        deleted.checkpoint_count += 1;
    }
    // Oldest first, so that what is left has no gap after a crash in between.
    let segments: Vec<u32> = segments(disk)?.into();
    for pair in segments.windows(2) {
        if pair[1] <= oldest_kept.saturating_add(1) {
            delete(disk, &segment::file_name(pair[0]))?;
            deleted.segment_count += 1;
        }
    }
    let synced = disk.sync_names();
    synced.map_err(JournalError::io("sync", "the folder"))?;
    Ok(deleted)
}

/// Removes what a crash left half written.
///
/// # Errors
/// If the disk fails.
pub fn discard_unfinished<D: Disk>(disk: &D) -> io::Result<()> {
    for name in disk.names()? {
        let unfinished = name.strip_suffix(UNFINISHED);
        if unfinished.is_some_and(|name| tick_in_name(name, "checkpoint-", ".vxc").is_some()) {
            remove_if_there(disk, &name)?;
        }
    }
    Ok(())
}

fn try_load<D: Disk>(disk: &D, identity: Identity, tick: u32) -> Result<Checkpoint, Unusable> {
    let skip = |error: io::Error| Unusable::Skip(error.to_string());
    let name = file_name(tick);
    let file = disk.open(&name).map_err(skip)?;
    let header = read_header(&file).map_err(skip)?;
    let header = header.map_err(|fault| match fault {
        HeaderFault::Damaged => Unusable::Skip("its header is damaged".into()),
        HeaderFault::Version(version) => Unusable::Stop(JournalError::WrongVersion {
            file: name.clone(),
            version,
        }),
    })?;
    if header.identity != identity {
        return Err(Unusable::Stop(JournalError::WrongIdentity {
            file: name,
            found: header.identity,
            expected: identity,
        }));
    }
    if header.tick != tick {
        let tick = header.tick;
        return Err(Unusable::Stop(JournalError::WrongName { file: name, tick }));
    }
    let bytes = read_content(&file, &header)?;
    Ok(Checkpoint { tick, bytes })
}

fn read_content(file: &impl DiskFile, header: &Header) -> Result<Vec<u8>, Unusable> {
    let skip = |error: io::Error| Unusable::Skip(error.to_string());
    let size = file.size().map_err(skip)?;
    let content_bytes = size.saturating_sub(HEADER_BYTES as u64);
    if content_bytes != header.content_bytes || content_bytes > CHECKPOINT_BYTES_MAX {
        let expected = header.content_bytes;
        let reason = format!("it has {content_bytes} bytes of content, not {expected}");
        return Err(Unusable::Skip(reason));
    }
    let mut bytes = vec![0; content_bytes as usize];
    let read = read_full_at(file, &mut bytes, HEADER_BYTES as u64).map_err(skip)?;
    match header.is_of(&bytes[..read]) {
        true => Ok(bytes),
        false => Err(Unusable::Skip("its content is damaged".into())),
    }
}

/// A checkpoint as its file would be, to be kept elsewhere.
pub fn to_bytes(identity: Identity, checkpoint: &Checkpoint) -> Vec<u8> {
    let mut bytes = Header::of(identity, checkpoint.tick, &checkpoint.bytes)
        .encode()
        .to_vec();
    bytes.extend_from_slice(&checkpoint.bytes);
    bytes
}

/// One that was kept elsewhere, and whose it is.
///
/// # Errors
/// A sentence, if it is not what [`to_bytes`] made, or was made by another version.
pub fn from_bytes(bytes: &[u8]) -> Result<(Identity, Checkpoint), String> {
    let header = Header::decode(bytes).map_err(|fault| match fault {
        HeaderFault::Damaged => "it is no checkpoint, or its header is damaged".to_owned(),
        HeaderFault::Version(version) => format!("it is of version {version}, not {VERSION}"),
    })?;
    let content = &bytes[HEADER_BYTES..];
    if !header.is_of(content) {
        return Err("its content is damaged".to_owned());
    }
    let checkpoint = Checkpoint {
        tick: header.tick,
        bytes: content.to_vec(),
    };
    Ok((header.identity, checkpoint))
}

fn read_header(file: &impl DiskFile) -> io::Result<Result<Header, HeaderFault>> {
    let mut bytes = [0; HEADER_BYTES];
    let read = read_full_at(file, &mut bytes, 0)?;
    Ok(Header::decode(&bytes[..read]))
}

/// As far as that is seen without reading all of it.
fn looks_whole<D: Disk>(disk: &D, tick: u32) -> bool {
    let look = || -> io::Result<bool> {
        let file = disk.open(&file_name(tick))?;
        let content_bytes = file.size()?.saturating_sub(HEADER_BYTES as u64);
        let header = read_header(&file)?;
        Ok(header.is_ok_and(|header| header.tick == tick && header.content_bytes == content_bytes))
    };
    look().unwrap_or(false)
}

/// The world and shard of a folder's newest checkpoint or segment, for tools that are given a folder.
///
/// # Errors
/// If the disk cannot be listed.
pub fn identify<D: Disk>(disk: &D) -> Result<Option<Identity>, JournalError> {
    let of_checkpoint = |tick: &u32| {
        let file = disk.open(&file_name(*tick)).ok()?;
        let header = read_header(&file).ok()?.ok()?;
        Some(header.identity)
    };
    let of_segment = |tick: &u32| {
        let file = disk.open(&segment::file_name(*tick)).ok()?;
        let mut bytes = [0; segment::HEADER_BYTES];
        read_full_at(&file, &mut bytes, 0).ok()?;
        let header = segment::SegmentHeader::decode(&bytes).ok()?;
        Some(header.identity)
    };
    let of_newest_checkpoint = ticks(disk)?.iter().rev().find_map(of_checkpoint);
    Ok(of_newest_checkpoint.or(segments(disk)?.iter().rev().find_map(of_segment)))
}

impl Header {
    fn of(identity: Identity, tick: u32, content: &[u8]) -> Self {
        Self {
            identity,
            tick,
            content_bytes: content.len() as u64,
            content_checksum: checksum(u64::from(tick), content),
        }
    }

    fn is_of(&self, content: &[u8]) -> bool {
        content.len() as u64 == self.content_bytes
            && checksum(u64::from(self.tick), content) == self.content_checksum
    }

    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        put_u32(&mut bytes, 8, VERSION);
        put_u32(&mut bytes, 12, self.identity.shard);
        put_u64(&mut bytes, 16, self.identity.world);
        put_u32(&mut bytes, 24, self.tick);
        put_u64(&mut bytes, 32, self.content_bytes);
        put_u64(&mut bytes, 40, self.content_checksum);
        let sum = checksum(0, &bytes[..CHECKED_BYTES]);
        put_u64(&mut bytes, CHECKED_BYTES, sum);
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, HeaderFault> {
        if bytes.len() < HEADER_BYTES || bytes[..8] != *MAGIC {
            return Err(HeaderFault::Damaged);
        }
        if checksum(0, &bytes[..CHECKED_BYTES]) != u64_at(bytes, CHECKED_BYTES) {
            return Err(HeaderFault::Damaged);
        }
        match u32_at(bytes, 8) {
            VERSION => Ok(Self {
                identity: Identity {
                    shard: u32_at(bytes, 12),
                    world: u64_at(bytes, 16),
                },
                tick: u32_at(bytes, 24),
                content_bytes: u64_at(bytes, 32),
                content_checksum: u64_at(bytes, 40),
            }),
            version => Err(HeaderFault::Version(version)),
        }
    }
}

fn delete<D: Disk>(disk: &D, name: &str) -> Result<(), JournalError> {
    disk.remove(name).map_err(JournalError::io("delete", name))
}

fn remove_if_there<D: Disk>(disk: &D, name: &str) -> io::Result<()> {
    match disk.remove(name) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} does not load: {}", self.file, self.reason)
    }
}

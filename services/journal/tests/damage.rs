//! Damage at every byte of a journal: the tail is cut at the last good record, the middle refuses and
//! says where, and what is not wanted does not matter. The naive twin knows which byte is whose.

mod common;

use common::{IDENTITY, Random, Tick, read_back, write_groups, write_groups_with_room};
use journal::{
    Break, Identity, JournalError, Loss, Scanner, limits::BLOCK_ALIGN_BYTES, repair, segment,
    simulated::SimulatedDisk,
};

const PAGE: usize = BLOCK_ALIGN_BYTES;
const TICK_COUNT: u32 = 9;
const SEGMENT_TICKS: u32 = 3;

/// Where a tick's block lies in its segment.
#[derive(Clone, Copy)]
struct Place {
    tick: u32,
    start: usize,
    content_end: usize,
    end: usize,
}

/// A journal of three segments of three ticks, each tick synced alone; and the naive twin of it.
struct Written {
    disk: SimulatedDisk,
    ticks: Vec<Tick>,
    /// By segment.
    places: Vec<Vec<Place>>,
}

fn written(seed: u64) -> Written {
    let mut random = Random(seed);
    let ticks: Vec<Tick> = (1..=TICK_COUNT)
        .map(|tick| (tick, random.records(400)))
        .collect();
    let places = ticks.chunks(SEGMENT_TICKS as usize).map(segment_places);
    let places: Vec<_> = places.collect();
    let groups: Vec<Vec<Tick>> = ticks.iter().map(|tick| vec![tick.clone()]).collect();
    let disk = SimulatedDisk::new(seed);
    write_groups(&disk, &groups, (PAGE * 4) as u64);
    Written {
        disk,
        ticks,
        places,
    }
}

fn segment_places(ticks: &[Tick]) -> Vec<Place> {
    let mut start = PAGE;
    let mut places = Vec::new();
    for (tick, records) in ticks {
        let bytes: usize = records.iter().map(|record| 4 + record.len()).sum();
        assert!(40 + bytes <= PAGE, "segments hold three blocks of a page");
        places.push(Place {
            tick: *tick,
            start,
            content_end: start + 40 + bytes,
            end: start + PAGE,
        });
        start += PAGE;
    }
    places
}

/// What reading a damaged journal from its first tick must give.
#[derive(PartialEq, Eq, Debug)]
enum Outcome {
    /// Up to and with this tick; whether something was cut.
    Read { last_tick: u32, is_torn: bool },
    Broken {
        segment: usize,
        first: u32,
        last: u32,
    },
}

impl Written {
    fn file(segment: usize) -> String {
        segment::file_name(segment as u32 * SEGMENT_TICKS + 1)
    }

    fn outcome(&self) -> Outcome {
        match read_back(&self.disk, 1) {
            Ok((ticks, ending)) => {
                let last_tick = ending.next_tick - 1;
                assert!(ticks == self.ticks[..last_tick as usize], "other records");
                Outcome::Read {
                    last_tick,
                    is_torn: ending.torn.is_some(),
                }
            }
            Err(JournalError::Broken(at)) => Outcome::Broken {
                segment: (segment::first_tick(&at.file).expect("a segment") / SEGMENT_TICKS)
                    as usize,
                first: at.first_tick,
                last: at.last_tick,
            },
            Err(error) => panic!("{error}"),
        }
    }

    /// What the twin says if these ticks of a segment are lost, the last ones or one in between.
    fn expected(&self, segment: usize, lost: &[u32], is_torn: bool) -> Outcome {
        let is_last_segment = segment + 1 == self.places.len();
        let (Some(&first), Some(&last)) = (lost.first(), lost.last()) else {
            return Outcome::Read {
                last_tick: TICK_COUNT,
                is_torn,
            };
        };
        if is_last_segment && last == TICK_COUNT {
            return Outcome::Read {
                last_tick: first - 1,
                is_torn,
            };
        }
        Outcome::Broken {
            segment,
            first,
            last,
        }
    }
}

#[test]
fn a_journal_cut_at_any_byte_is_read_up_to_there_or_refused() {
    let written = written(1);
    for segment in 0..written.places.len() {
        let name = Written::file(segment);
        let whole = written.disk.content(&name);
        for size in 0..whole.len() {
            written.disk.set_content(&name, whole[..size].to_vec());
            let places = written.places[segment].iter();
            let lost: Vec<u32> = places
                .filter(|place| place.end > size)
                .map(|place| place.tick)
                .collect();
            let expected = written.expected(segment, &lost, !size.is_multiple_of(PAGE));
            assert_eq!(written.outcome(), expected, "{name} cut at {size}");
        }
        written.disk.set_content(&name, whole);
    }
}

#[test]
fn a_bit_flipped_in_any_byte_is_found_where_it_is() {
    let written = written(2);
    for segment in 0..written.places.len() {
        let name = Written::file(segment);
        let whole = written.disk.content(&name);
        for offset in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[offset] ^= 1 << (offset % 8);
            written.disk.set_content(&name, damaged);
            let places = &written.places[segment];
            let lost: Vec<u32> = places
                .iter()
                .filter(|place| (place.start..place.content_end).contains(&offset))
                .map(|place| place.tick)
                .collect();
            // A damaged header loses nothing: the blocks themselves say whose they are.
            let expected = written.expected(segment, &lost, !lost.is_empty());
            assert_eq!(written.outcome(), expected, "{name} flipped at {offset}");
        }
        written.disk.set_content(&name, whole);
    }
}

#[test]
fn a_journal_that_is_zeros_from_any_byte_on_is_read_up_to_there_or_refused() {
    let written = written(3);
    for segment in 0..written.places.len() {
        let name = Written::file(segment);
        let whole = written.disk.content(&name);
        for offset in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[offset..].fill(0);
            written.disk.set_content(&name, damaged.clone());
            let places = &written.places[segment];
            let lost: Vec<u32> = places
                .iter()
                .filter(|place| damaged[place.start..place.end] != whole[place.start..place.end])
                .map(|place| place.tick)
                .collect();
            let expected = written.expected(segment, &lost, !lost.is_empty());
            assert_eq!(written.outcome(), expected, "{name} zeros from {offset}");
        }
        written.disk.set_content(&name, whole);
    }
}

/// The bytes of a journal with one segment, whose last group is of three ticks.
fn written_in_groups() -> (SimulatedDisk, Vec<Tick>, String) {
    let mut random = Random(4);
    let ticks: Vec<Tick> = (1..=5).map(|tick| (tick, random.records(400))).collect();
    let groups = [
        ticks[..1].to_vec(),
        ticks[1..2].to_vec(),
        ticks[2..].to_vec(),
    ];
    let disk = SimulatedDisk::new(4);
    write_groups(&disk, &groups, u64::MAX);
    (disk, ticks, segment::file_name(1))
}

#[test]
fn a_hole_in_the_last_group_is_a_torn_tail_and_before_it_is_damage() {
    for (lost_tick, is_torn) in [(1, false), (2, false), (3, true), (4, true), (5, true)] {
        let (disk, ticks, name) = written_in_groups();
        let mut content = disk.content(&name);
        content[PAGE * lost_tick + 5] ^= 1;
        let size = content.len() as u64;
        disk.set_content(&name, content);
        let offset = (PAGE * lost_tick) as u64;
        match read_back(&disk, 1) {
            Ok((read, ending)) => {
                assert!(is_torn, "tick {lost_tick} was vouched for");
                assert!(read == ticks[..lost_tick - 1], "other records");
                let cut = ending.torn.as_ref().expect("something is cut");
                assert_eq!((cut.offset, cut.bytes_count), (offset, size - offset));
                let line = cut.to_string();
                assert!(
                    line.contains(&name) && line.contains(&offset.to_string()),
                    "{line}"
                );
                ending.settle(&disk).expect("the disk works");
                assert_eq!(disk.content(&name).len() as u64, offset);
                assert!(read_back(&disk, 1).expect("it is whole").0 == read);
            }
            Err(JournalError::Broken(at)) => {
                assert!(!is_torn, "nothing vouches for tick {lost_tick}");
                assert_eq!((at.offset, at.loss), (offset, Loss::Damaged));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// A journal of five ticks in one segment, with room behind them, and where that begins.
fn written_with_room() -> (SimulatedDisk, Vec<Tick>, String, usize) {
    let mut random = Random(7);
    let ticks: Vec<Tick> = (1..=5).map(|tick| (tick, random.records(400))).collect();
    let groups: Vec<Vec<Tick>> = ticks.iter().map(|tick| vec![tick.clone()]).collect();
    let disk = SimulatedDisk::new(7);
    write_groups_with_room(&disk, &groups, 4 * PAGE as u64);
    let name = segment::file_name(1);
    let room_from = PAGE * 6;
    assert!(disk.content(&name).len() > room_from, "there is room");
    (disk, ticks, name, room_from)
}

#[test]
fn room_that_was_never_used_is_no_torn_tail_and_is_given_back() {
    let (disk, ticks, name, room_from) = written_with_room();
    for _ in 0..2 {
        let (read, ending) = read_back(&disk, 1).expect("it is whole");
        assert!(read == ticks, "other records");
        assert_eq!((ending.next_tick, ending.torn.as_ref()), (6, None));
        ending.settle(&disk).expect("the disk works");
        assert_eq!(disk.content(&name).len(), room_from);
    }
}

#[test]
fn what_is_in_the_room_and_not_a_block_is_a_torn_tail() {
    let (disk, ticks, name, room_from) = written_with_room();
    let whole = disk.content(&name);
    for offset in (room_from..whole.len()).step_by(97) {
        for damage in [1, whole[offset]] {
            let mut damaged = whole.clone();
            damaged[offset] ^= damage;
            disk.set_content(&name, damaged);
            let (read, ending) = read_back(&disk, 1).expect("it is whole");
            assert!(read == ticks, "other records");
            let cut = ending.torn.expect("something was under way there");
            assert_eq!(cut.offset, room_from as u64);
        }
    }
}

/// Room is not what a lost block was, whatever has become of it.
#[test]
fn a_last_block_that_is_lost_before_room_is_cut_and_said() {
    let (disk, ticks, name, room_from) = written_with_room();
    let mut damaged = disk.content(&name);
    damaged[room_from - PAGE..room_from].fill(0);
    disk.set_content(&name, damaged);
    let (read, ending) = read_back(&disk, 1).expect("nothing vouches for it");
    assert!(read == ticks[..4], "other records");
    assert!(ending.torn.is_some());
}

#[test]
fn a_segment_missing_behind_room_is_missing() {
    let (disk, ..) = written_with_room();
    let ticks: Vec<Tick> = vec![(9, vec![b"a record".to_vec()])];
    write_groups(&disk, &[ticks], u64::MAX);
    let Err(JournalError::Broken(at)) = read_back(&disk, 1) else {
        panic!("ticks 6 to 8 are missing");
    };
    assert_eq!(
        (at.first_tick, at.last_tick, at.loss),
        (6, 8, Loss::Missing)
    );
}

#[test]
fn damage_to_ticks_that_are_not_wanted_does_not_matter() {
    let written = written(5);
    for lost in 1..TICK_COUNT {
        let segment = ((lost - 1) / SEGMENT_TICKS) as usize;
        let place = written.places[segment][((lost - 1) % SEGMENT_TICKS) as usize];
        let name = Written::file(segment);
        let whole = written.disk.content(&name);
        let mut damaged = whole.clone();
        damaged[place.start..place.end].fill(0xa5);
        written.disk.set_content(&name, damaged);
        for from in 1..=TICK_COUNT {
            match read_back(&written.disk, from) {
                Ok((ticks, _)) => {
                    assert!(from > lost);
                    assert!(ticks == written.ticks[from as usize - 1..], "other records");
                }
                Err(error) => assert!(from <= lost, "from {from}, lost {lost}: {error}"),
            }
        }
        written.disk.set_content(&name, whole);
    }
}

#[test]
fn a_missing_segment_is_named_and_how_to_go_on() {
    let Written { disk, .. } = written(6);
    journal::Disk::remove(&disk, &Written::file(1)).expect("it is there");
    let Err(JournalError::Broken(at)) = read_back(&disk, 1) else {
        panic!("ticks 4 to 6 are missing");
    };
    let expected = Break {
        file: Written::file(0),
        offset: (PAGE * 4) as u64,
        first_tick: 4,
        last_tick: 6,
        loss: Loss::Missing,
    };
    assert_eq!(at, expected);
    let line = at.to_string();
    for word in [
        "journal-0000000001.log",
        "16384",
        "--repair",
        "backup",
        "checkpoint of tick 6",
    ] {
        assert!(line.contains(word), "{line} does not say {word}");
    }
    assert_eq!(read_back(&disk, 7).expect("these are there").0.len(), 3);

    journal::Disk::remove(&disk, &Written::file(0)).expect("it is there");
    let Err(JournalError::Broken(at)) = read_back(&disk, 3) else {
        panic!("ticks 3 to 6 are missing");
    };
    assert_eq!((at.offset, at.first_tick, at.last_tick), (0, 3, 6));
}

#[test]
fn a_repair_ends_the_journal_there_and_sets_the_rest_aside() {
    for lost in 1..TICK_COUNT {
        let Written { disk, ticks, .. } = written(7);
        let segment = ((lost - 1) / SEGMENT_TICKS) as usize;
        let name = Written::file(segment);
        let whole = disk.content(&name);
        let mut damaged = whole.clone();
        let offset = PAGE * (1 + ((lost - 1) % SEGMENT_TICKS) as usize);
        damaged[offset + 5] ^= 1;
        disk.set_content(&name, damaged.clone());
        let Err(JournalError::Broken(at)) = read_back(&disk, 1) else {
            panic!("tick {lost} is lost");
        };
        let aside = repair::cut_at(&disk, &at).expect("the disk works");
        assert_eq!(aside.len(), 3 - segment);
        assert!(disk.content(&(name + ".cut")) == damaged[offset..]);
        disk.crash();
        let (read, ending) = read_back(&disk, 1).expect("it is repaired");
        assert!(read == ticks[..lost as usize - 1], "other records");
        ending.settle(&disk).expect("the disk works");
        write_groups(&disk, &[vec![(lost, Vec::new())]], u64::MAX);
        assert_eq!(
            read_back(&disk, 1).expect("it goes on").0.len(),
            lost as usize
        );
    }
}

#[test]
fn a_journal_of_another_world_or_shard_or_name_is_refused() {
    let Written { disk, .. } = written(8);
    let other = |identity: Identity| {
        let mut scanner = Scanner::open(&disk, identity, 1).expect("it opens");
        let error = scanner.advance().expect_err("it is another's");
        error.to_string()
    };
    let world = other(Identity {
        world: 1,
        ..IDENTITY
    });
    assert!(world.contains("world 0x00000000feedbeef"), "{world}");
    let shard = other(Identity {
        shard: 0,
        ..IDENTITY
    });
    assert!(shard.contains("shard 2, not of"), "{shard}");
    disk.set_content(&segment::file_name(10), disk.content(&Written::file(0)));
    let error = read_back(&disk, 1).expect_err("it is a copy under another name");
    assert!(
        matches!(error, JournalError::WrongName { tick: 1, .. }),
        "{error}"
    );
}

#[test]
fn foreign_bytes_never_panic() {
    let whole = written(9);
    for seed in 0..2_000 {
        let mut random = Random(seed);
        let name = Written::file(random.below(3) as usize);
        let original = whole.disk.content(&name);
        let mut bytes = original.clone();
        for _ in 0..=random.below(8) {
            let start = random.below(bytes.len() as u64) as usize;
            let end = (start + random.below(64) as usize).min(bytes.len());
            for byte in &mut bytes[start..end] {
                *byte = random.below(256) as u8;
            }
        }
        bytes.truncate(1 + random.below(2 * original.len() as u64) as usize);
        whole.disk.set_content(&name, bytes);
        if let Ok((ticks, _)) = read_back(&whole.disk, 1 + random.below(12) as u32) {
            assert!(ticks.iter().all(|tick| whole.ticks.contains(tick)));
        }
        whole.disk.set_content(&name, original);
    }
}

/// Checksums that are right prove only that somebody knew how to make them.
#[test]
fn blocks_with_right_checksums_and_wrong_content_never_panic() {
    use journal::{Block, block::place_seed, segment::SegmentHeader};
    for tick in [0, 1, 2, u32::MAX] {
        for synced_before in [0, 1, 2, u32::MAX] {
            let header = SegmentHeader {
                identity: IDENTITY,
                first_tick: tick,
            };
            let mut content = header.encode().to_vec();
            for _ in 0..3 {
                let mut block = Block::default();
                block.begin(tick);
                block.push(b"a record").expect("it is small");
                let seed = place_seed(header.seed(), content.len() as u64);
                block.seal(seed, synced_before);
                content.extend_from_slice(block.bytes());
            }
            let disk = SimulatedDisk::new(1);
            disk.set_content(&segment::file_name(tick), content);
            for from in [0, 1, u32::MAX] {
                if let Ok((ticks, _)) = read_back(&disk, from) {
                    assert!(ticks.len() <= 1, "{} ticks of the same number", ticks.len());
                }
            }
        }
    }
}

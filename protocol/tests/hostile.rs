//! Bytes from outside cannot panic a reader, and cannot make it believe what does not fit (R7).

mod common;

use common::{describe, samples};
use protocol::{down::DownMessage, header::Header, stream::StreamReader, up::UpMessage};
use spatial::random::SplitMix64;

/// Reads it every way there is; a message that is believed is looked at in full.
fn read(bytes: &[u8]) -> bool {
    let up = UpMessage::decode(bytes).is_ok();
    let down = DownMessage::decode(bytes).is_ok();
    if up || down {
        describe::message(bytes);
    }
    up || down
}

#[test]
fn every_cut_of_every_message_is_refused() {
    for sample in samples::all() {
        assert!(read(&sample.bytes), "{} itself is good", sample.name);
        for end in 0..sample.bytes.len() {
            let mut bytes = sample.bytes[..end].to_vec();
            if bytes.len() >= Header::BYTES && bytes[0] >= 16 {
                bytes[4..8].copy_from_slice(&(end as u32 - 8).to_le_bytes());
            }
            read(&bytes);
        }
        assert!(!read(&sample.bytes[..7]));
    }
}

#[test]
fn flipped_bits_never_panic_a_reader() {
    for sample in samples::all() {
        for bit in 0..8 * sample.bytes.len().min(400) {
            let mut bytes = sample.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            read(&bytes);
        }
    }
}

#[test]
fn mutated_messages_never_panic_a_reader() {
    let samples = samples::all();
    let mut refused_count = 0;
    for seed in 0..20_000 {
        let mut random = SplitMix64::new(seed);
        let sample = &samples[random.below(samples.len() as u32) as usize];
        let mut bytes = sample.bytes.clone();
        for _ in 0..=random.below(4) {
            mutate(&mut bytes, &mut random);
        }
        refused_count += usize::from(!read(&bytes));
    }
    assert!(
        refused_count > 5_000,
        "only {refused_count} were refused: do mutations bite?"
    );
}

fn mutate(bytes: &mut Vec<u8>, random: &mut SplitMix64) {
    let at = random.below(bytes.len() as u32) as usize;
    match random.below(5) {
        0 => bytes[at] = random.next_u32() as u8,
        1 => bytes[at] = [0, 1, 127, 128, 255][random.below(5) as usize],
        2 => bytes.truncate(at.max(1)),
        3 => bytes.insert(at, random.next_u32() as u8),
        _ => {
            let wild = random.next_u32() >> random.below(32);
            let end = bytes.len().min(at + 4);
            bytes[at..end].copy_from_slice(&wild.to_le_bytes()[..end - at]);
        }
    }
}

#[test]
fn noise_behind_a_good_header_never_panics_a_reader() {
    for seed in 0..20_000 {
        let mut random = SplitMix64::new(seed);
        let kind = protocol::Kind::ALL[random.below(protocol::Kind::ALL.len() as u32) as usize];
        let count = random.below(200);
        let mut bytes = Header {
            kind,
            number: count,
        }
        .encode()
        .to_vec();
        bytes.extend((0..count).map(|_| random.next_u32() as u8));
        read(&bytes);
    }
}

#[test]
fn oversized_messages_are_refused() {
    for sample in samples::all() {
        let kind = Header::decode(&sample.bytes).expect("ours").kind;
        let mut bytes = sample.bytes.clone();
        bytes.resize(Header::BYTES + kind.table_bytes_max() + 1, 0);
        let count = (bytes.len() - Header::BYTES) as u32;
        bytes[4..8].copy_from_slice(&count.to_le_bytes());
        assert!(!read(&bytes), "{} of {count} bytes", sample.name);
    }
}

#[test]
fn a_stream_of_noise_ends_in_an_error_or_waits() {
    for seed in 0..2_000 {
        let mut random = SplitMix64::new(seed);
        let mut reader = StreamReader::new();
        for _ in 0..20 {
            let noise: Vec<u8> = (0..50).map(|_| random.next_u32() as u8 & 0x53).collect();
            reader.push(&noise);
            if drain(&mut reader).is_err() {
                break;
            }
        }
    }
}

fn drain(reader: &mut StreamReader) -> Result<(), protocol::WireError> {
    while let Some(message) = reader.next_message()? {
        let message = message.to_vec();
        read(&message);
    }
    Ok(())
}

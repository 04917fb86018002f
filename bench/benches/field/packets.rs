//! QUIC packets as a connection sends them (RFC 9000, 9001, 9221): a short header, one DATAGRAM frame,
//! sealed with AES-128-GCM, the header protected. The keys are rustls's, as quinn's are.

use std::ops::Range;

use rustls::{
    Side,
    crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256,
    quic::{DirectionalKeys, Keys, Version},
};

const CONNECTION_ID_BYTES: usize = 8;
const NUMBER_BYTES: usize = 2;
const HEADER_BYTES: usize = 1 + CONNECTION_ID_BYTES + NUMBER_BYTES;
/// A short header whose packet number has two bytes.
const SHORT_HEADER: u8 = 0x40 | (NUMBER_BYTES as u8 - 1);
/// DATAGRAM, to the packet's end.
const FRAME_DATAGRAM: u8 = 0x30;
/// What header protection is drawn from begins as if the number had four bytes.
const SAMPLE_AT: usize = 1 + CONNECTION_ID_BYTES + 4;
/// As much as an edge hands to the system at a time.
const SINK_BYTES: usize = 64 * 1_024;

/// One client's: its keys, and what names it.
pub struct Connection {
    keys: DirectionalKeys,
    /// Opens what `keys` sealed.
    keys_peer: DirectionalKeys,
    id: [u8; CONNECTION_ID_BYTES],
    number: u64,
}

/// Where sealed packets go: memory that is used again, as for a call that sends many.
pub struct Sink {
    bytes: Vec<u8>,
    /// The newest packet in it.
    last: Range<usize>,
    pub packets_count: u64,
    pub bytes_count: u64,
}

impl Connection {
    pub fn new(number: usize) -> Self {
        let id = (number as u64).to_be_bytes();
        let keys = |side| {
            let suite = TLS13_AES_128_GCM_SHA256
                .tls13()
                .expect("a suite of TLS 1.3");
            let quic = suite.quic_suite().expect("ring seals for QUIC");
            Keys::initial(Version::V1, quic.suite, quic.quic, &id, side)
        };
        Self {
            keys: keys(Side::Server).local,
            keys_peer: keys(Side::Client).remote,
            id,
            number: 0,
        }
    }

    /// Seals a message in a packet of its own, and hands it to the sink.
    pub fn send(&mut self, message: &[u8], sink: &mut Sink) {
        let place = sink.begin(HEADER_BYTES + 1 + message.len() + self.keys.packet.tag_len());
        let packet = &mut sink.bytes[place.clone()];
        let number = (self.number as u16).to_be_bytes();
        let (header, payload) = packet.split_at_mut(HEADER_BYTES);
        header[0] = SHORT_HEADER;
        header[1..=CONNECTION_ID_BYTES].copy_from_slice(&self.id);
        header[1 + CONNECTION_ID_BYTES..].copy_from_slice(&number);
        let (frame, tag) = payload.split_at_mut(1 + message.len());
        frame[0] = FRAME_DATAGRAM;
        frame[1..].copy_from_slice(message);
        let sealed = self
            .keys
            .packet
            .encrypt_in_place(self.number, header, frame);
        tag.copy_from_slice(sealed.expect("few packets yet").as_ref());
        self.protect(packet);
        sink.sent(place);
        self.number += 1;
    }

    fn protect(&self, packet: &mut [u8]) {
        let (head, sample) = packet.split_at_mut(SAMPLE_AT);
        let sample = &sample[..self.keys.header.sample_len()];
        let (first, rest) = head.split_at_mut(1);
        let number = &mut rest[CONNECTION_ID_BYTES..CONNECTION_ID_BYTES + NUMBER_BYTES];
        let protected = self
            .keys
            .header
            .encrypt_in_place(sample, &mut first[0], number);
        protected.expect("a whole sample");
    }

    /// What its newest packet says to who has the keys of its other end.
    pub fn open(&self, packet: &[u8]) -> Vec<u8> {
        let mut packet = packet.to_vec();
        let number = self.number - 1;
        let (head, sample) = packet.split_at_mut(SAMPLE_AT);
        let sample = &sample[..self.keys_peer.header.sample_len()];
        let (first, rest) = head.split_at_mut(1);
        let number_bytes = &mut rest[CONNECTION_ID_BYTES..CONNECTION_ID_BYTES + NUMBER_BYTES];
        let bare = &self.keys_peer.header;
        let bared = bare.decrypt_in_place(sample, &mut first[0], number_bytes);
        bared.expect("a whole sample");
        assert_eq!(number_bytes, (number as u16).to_be_bytes());
        let (header, payload) = packet.split_at_mut(HEADER_BYTES);
        let opened = self
            .keys_peer
            .packet
            .decrypt_in_place(number, header, payload);
        let frame = opened.expect("what was sealed");
        assert_eq!(frame[0], FRAME_DATAGRAM);
        frame[1..].to_vec()
    }
}

impl Default for Sink {
    fn default() -> Self {
        Self {
            bytes: vec![0; SINK_BYTES],
            last: 0..0,
            packets_count: 0,
            bytes_count: 0,
        }
    }
}

impl Sink {
    /// Room for a packet behind the last; from the start where there is none, as if all had been sent.
    fn begin(&self, bytes_count: usize) -> Range<usize> {
        let has_room = self.last.end + bytes_count <= SINK_BYTES;
        let start = if has_room { self.last.end } else { 0 };
        start..start + bytes_count
    }

    fn sent(&mut self, place: Range<usize>) {
        self.packets_count += 1;
        self.bytes_count += place.len() as u64;
        self.last = place;
    }

    /// The newest packet.
    pub fn last(&self) -> &[u8] {
        &self.bytes[self.last.clone()]
    }
}

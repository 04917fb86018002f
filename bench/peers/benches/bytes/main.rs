//! What a body update takes on the wire, whole messages, beside the same bodies in postcard and in bitcode:
//! `./dev bench bytes`. The messages are what clients of one fight get in a tick; peers get each message's
//! bodies with the same fields, positions in centimetres from the message's own base.

use bench::{Claim, Report, kernels::snapshots};
use bitcode::{Decode, Encode};
use protocol::snapshot::{BodyRow, Snapshot};
use serde::{Deserialize, Serialize};

/// A message's bodies as one would write them down.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Encode, Decode)]
struct Message {
    tick: u32,
    /// In cells.
    base: [i16; 3],
    bodies: Vec<Body>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, Encode, Decode)]
struct Body {
    index: u32,
    /// Centimetres from the base.
    position: [i32; 3],
    yaw: u8,
    pose: u8,
    /// Of bodies in near detail.
    health: Option<u8>,
}

#[expect(clippy::print_stdout, reason = "the report is for the terminal")]
fn main() {
    let (mut ours, mut postcard, mut bitcode, mut bodies) = (0, 0, 0, 0);
    for bytes in snapshots::messages() {
        let message = Message::of(&Snapshot::decode(&bytes).expect("ours"));
        ours += bytes.len() + protocol::Header::BYTES;
        postcard += in_postcard(&message).len();
        bitcode += in_bitcode(&message).len();
        bodies += message.bodies.len();
    }
    let each = |bytes: usize| bytes as f64 / bodies as f64;
    let detail = format!(
        "postcard {:.2} B, bitcode {:.2} B; {bodies} updates; ours in 1/4096 m where near, with the client's own state",
        each(postcard),
        each(bitcode)
    );
    let mut report = Report::default();
    let what = "bytes per body update, whole messages";
    report.add(Claim::at_most(what, each(ours), 14.0, "B").with_detail(detail));
    let what = "the same, times the better of postcard and bitcode";
    let ratio = each(ours) / each(postcard.min(bitcode));
    report.add(Claim::at_most(what, ratio, 1.0, "×"));
    println!("{report}");
}

fn in_postcard(message: &Message) -> Vec<u8> {
    let bytes = postcard::to_allocvec(message).expect("plain data");
    let back: Message = postcard::from_bytes(&bytes).expect("what was written");
    assert_eq!(back, *message);
    bytes
}

fn in_bitcode(message: &Message) -> Vec<u8> {
    let bytes = bitcode::encode(message);
    let back: Message = bitcode::decode(&bytes).expect("what was written");
    assert_eq!(back, *message);
    bytes
}

impl Message {
    fn of(snapshot: &Snapshot) -> Self {
        let base = snapshot.base();
        Self {
            tick: snapshot.tick(),
            base,
            bodies: snapshot.bodies().map(|row| Body::of(row, base)).collect(),
        }
    }
}

impl Body {
    fn of(row: BodyRow, base: [i16; 3]) -> Self {
        let centimetres = |axis: usize| {
            let from_base = row.position[axis] - (i32::from(base[axis]) << 16);
            ((i64::from(from_base) * 100) >> 12) as i32
        };
        Self {
            index: row.index,
            position: [0, 1, 2].map(centimetres),
            yaw: row.yaw,
            pose: row.pose,
            health: row.health,
        }
    }
}

//! The player's own state, exact, as 68 bytes: what prediction in the browser is checked against.

use crate::down_datagram_generated::voxelheim::wire;

/// Fields as in WIRE.md.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Own {
    pub input_sequence: u32,
    pub position: [i32; 3],
    pub velocity: [i32; 3],
    pub fall_from_y: i32,
    pub yaw: u16,
    pub flags: u8,
    pub dash_ticks: u8,
    pub dash_wait_ticks: u8,
    pub jump_wait_ticks: u8,
    pub dash_yaw: u8,
    pub alive: bool,
    pub push_count: u16,
    pub health: u16,
    pub health_max: u16,
    pub respawn_ticks: u16,
    pub input_queue_count: u8,
    pub slot: u8,
    /// Sword, bow, bomb, pick, horn.
    pub wait_ticks: [u8; 5],
    pub draw_ticks: u8,
    pub dig_progress: u8,
    pub bombs_count: u8,
    pub blocks_count: u8,
    pub tick_cost: u8,
    pub kills: u16,
    pub deaths: u16,
    pub score: u32,
}

/// Bytes of the struct on the wire.
pub const OWN_BYTES: usize = size_of::<wire::Own>();

impl Own {
    /// The struct as it lies in a snapshot.
    pub fn encode(&self) -> [u8; OWN_BYTES] {
        let [x, y, z] = self.position;
        let [velocity_x, velocity_y, velocity_z] = self.velocity;
        let [sword, bow, bomb, pick, horn] = self.wait_ticks;
        wire::Own::new(
            self.input_sequence,
            x,
            y,
            z,
            velocity_x,
            velocity_y,
            velocity_z,
            self.fall_from_y,
            self.yaw,
            self.flags,
            self.dash_ticks,
            self.dash_wait_ticks,
            self.jump_wait_ticks,
            self.dash_yaw,
            u8::from(self.alive),
            self.push_count,
            self.health,
            self.health_max,
            self.respawn_ticks,
            self.input_queue_count,
            self.slot,
            sword,
            bow,
            bomb,
            pick,
            horn,
            self.draw_ticks,
            self.dig_progress,
            self.bombs_count,
            self.blocks_count,
            self.tick_cost,
            self.kills,
            self.deaths,
            self.score,
        )
        .0
    }

    pub(crate) fn from_wire(wire: &wire::Own) -> Self {
        Own {
            input_sequence: wire.input_sequence(),
            position: [wire.x(), wire.y(), wire.z()],
            velocity: [wire.velocity_x(), wire.velocity_y(), wire.velocity_z()],
            fall_from_y: wire.fall_from_y(),
            yaw: wire.yaw(),
            flags: wire.flags(),
            dash_ticks: wire.dash_ticks(),
            dash_wait_ticks: wire.dash_wait_ticks(),
            jump_wait_ticks: wire.jump_wait_ticks(),
            dash_yaw: wire.dash_yaw(),
            alive: wire.life() & 1 != 0,
            push_count: wire.push_count(),
            health: wire.health(),
            health_max: wire.health_max(),
            respawn_ticks: wire.respawn_ticks(),
            input_queue_count: wire.input_queue_count(),
            slot: wire.slot(),
            wait_ticks: [
                wire.wait_sword_ticks(),
                wire.wait_bow_ticks(),
                wire.wait_bomb_ticks(),
                wire.wait_pick_ticks(),
                wire.wait_horn_ticks(),
            ],
            draw_ticks: wire.draw_ticks(),
            dig_progress: wire.dig_progress(),
            bombs_count: wire.bombs_count(),
            blocks_count: wire.blocks_count(),
            tick_cost: wire.tick_cost(),
            kills: wire.kills(),
            deaths: wire.deaths(),
            score: wire.score(),
        }
    }
}

const _: () = assert!(OWN_BYTES == 68);

//! A body's movement state: what prediction in the browser and the server must agree on, bit for bit.

use spatial::Position;

/// Movement state of one body, advanced by `movement::step`. 44 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Motion {
    /// Middle of the feet.
    pub position: Position,
    /// 1/4096 m per tick.
    pub velocity: [i32; 3],
    /// Height of the last support, for fall damage; 1/4096 m.
    pub fall_from_y: i32,
    pub yaw: u16,
    /// Bits of [`Motion`]'s `FLAG_*`.
    pub flags: u8,
    /// Ticks of dash left; 0 when not dashing.
    pub dash_ticks: u8,
    /// Ticks until the next dash.
    pub dash_wait_ticks: u8,
    /// Ticks until stamina for the next jump; 0 when it may jump.
    pub jump_wait_ticks: u8,
    /// Direction of the dash under way, in 1/256 of a turn.
    pub dash_yaw: u8,
    pub reserved: u8,
}

impl Motion {
    pub const FLAG_GROUNDED: u8 = 1 << 0;
    pub const FLAG_SWIMMING: u8 = 1 << 1;
    pub const FLAG_CROUCHED: u8 = 1 << 2;
    pub const FLAG_RUNNING: u8 = 1 << 3;

    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

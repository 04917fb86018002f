//! A player's own state, from the engine's words to the wire's.

use engine::PlayerState;
use protocol::own::{OWN_BYTES, Own};

/// Encodes what a player is told of its own body. `tick_cost` is the simulation's time for the last
/// tick in 1/16 ms, 255 for that or more.
pub fn own_state(player: &PlayerState, tick_cost: u8) -> [u8; OWN_BYTES] {
    let motion = &player.motion;
    let [sword, bow, bomb, pick, _, horn] = player.wait_ticks;
    let own = Own {
        input_sequence: player.input_sequence,
        position: [motion.position.x, motion.position.y, motion.position.z],
        velocity: motion.velocity,
        fall_from_y: motion.fall_from_y,
        yaw: motion.yaw,
        flags: motion.flags,
        dash_ticks: motion.dash_ticks,
        dash_wait_ticks: motion.dash_wait_ticks,
        jump_wait_ticks: motion.jump_wait_ticks,
        dash_yaw: motion.dash_yaw,
        alive: player.alive,
        push_count: player.push_count,
        health: player.health,
        health_max: player.health_max,
        respawn_ticks: player.respawn_ticks,
        input_queue_count: player.input_queue_count,
        slot: player.slot,
        wait_ticks: [sword, bow, bomb, pick, horn],
        draw_ticks: player.draw_ticks,
        dig_progress: player.dig_progress,
        bombs_count: player.bombs_count,
        blocks_count: player.blocks_count,
        tick_cost,
        kills: player.kills,
        deaths: player.deaths,
        score: player.score,
    };
    own.encode()
}

//! The act phase: projectiles fly, players use their hands, soldiers strike, waits run down.
//!
//! It reads frames and changes only the actors' own columns; what it does to others are effects.

mod bomb;
mod bow;
mod build;
mod hands;
mod horn;
mod sword;

pub use build::progress as dig_progress;

use crate::{
    balance::{
        BOMB_REGAIN_TICKS, BOMB_WAIT_TICKS, BOMBS_COUNT_MAX, BREATH_TICKS, DRAW_TICKS_MAX,
        DROWN_DAMAGE, DROWN_WAIT_TICKS, SOLDIER_ARROW_DAMAGE, SOLDIER_BOW_WAIT_TICKS,
        SOLDIER_SWORD_DAMAGE, SOLDIER_SWORD_WAIT_TICKS,
    },
    body::{Attack, Bodies, Combat, NONE},
    effect::{Change, Effect, EffectTarget, Origin, sequence},
    event::Weapon,
    frame::pose,
    history::Lag,
    id::BodyId,
    motion::Motion,
    movement,
    player::{Player, Players},
    projectile,
    stage::{Actor, Stage},
    world::World,
};

/// Lets everything act that acts in this tick.
pub fn phase(world: &mut World) {
    let mut stage = Stage {
        tick: world.tick,
        history: &world.history,
        terrain: &world.terrain,
        arrows: &mut world.arrows,
        bombs: &mut world.bombs,
        outbox: &mut world.outbox,
        happenings: &mut world.happenings,
    };
    projectile::phase(&mut stage);
    for combat in &mut world.bodies.combat {
        run_down(combat);
    }
    act_players(&mut world.players, &mut world.bodies, &mut stage);
    act_soldiers(&mut world.bodies, &mut stage);
    hold_breath(&mut world.bodies, &mut stage);
}

fn act_players(players: &mut Players, bodies: &mut Bodies, stage: &mut Stage) {
    for place in 0..players.count() {
        let (_, slot) = players.order()[place];
        let player = players.get_mut(slot);
        let row = bodies.row(player.body).expect("a player keeps its body");
        regain_bomb(player);
        if bodies.combat[row].is_alive() {
            for index in 0..player.applied_count as usize {
                let applied = player.applied[index];
                hands::act(player, &mut bodies.combat[row], applied, stage);
            }
        }
    }
}

fn act_soldiers(bodies: &mut Bodies, stage: &mut Stage) {
    for row in 0..bodies.count() {
        let intent = bodies.intent[row];
        let combat = &mut bodies.combat[row];
        if intent.attack == Attack::None || bodies.player[row] != NONE || !combat.is_alive() {
            continue;
        }
        let motion = &bodies.motion[row];
        let actor = Actor {
            id: bodies.id[row],
            house: combat.house,
            feet: motion.position,
            is_crouched: motion.has(Motion::FLAG_CROUCHED),
            yaw: intent.yaw,
            pitch: intent.pitch,
            lag: Lag::NEWEST,
        };
        attack(intent.attack, &actor, combat, stage);
    }
}

/// A soldier's attack, unless it still waits after the last one.
fn attack(attack: Attack, actor: &Actor, combat: &mut Combat, stage: &mut Stage) {
    match attack {
        Attack::Swing if combat.sword_wait_ticks == 0 => {
            combat.sword_wait_ticks = SOLDIER_SWORD_WAIT_TICKS;
            combat.attack(pose::HANDS_SWING);
            sword::swing(actor, SOLDIER_SWORD_DAMAGE, 1, stage);
        }
        Attack::Loose if combat.bow_wait_ticks == 0 => {
            combat.bow_wait_ticks = SOLDIER_BOW_WAIT_TICKS;
            combat.attack(pose::HANDS_LOOSE);
            bow::loose(actor, DRAW_TICKS_MAX, SOLDIER_ARROW_DAMAGE, stage);
        }
        Attack::Throw if combat.bomb_wait_ticks == 0 => {
            combat.bomb_wait_ticks = BOMB_WAIT_TICKS.max(200);
            combat.attack(pose::HANDS_THROW);
            bomb::throw(actor, stage);
        }
        _ => {}
    }
}

/// One tick less to wait.
fn run_down(combat: &mut Combat) {
    combat.safe_ticks = combat.safe_ticks.saturating_sub(1);
    combat.hands_ticks = combat.hands_ticks.saturating_sub(1);
    combat.sword_wait_ticks = combat.sword_wait_ticks.saturating_sub(1);
    combat.bow_wait_ticks = combat.bow_wait_ticks.saturating_sub(1);
    combat.bomb_wait_ticks = combat.bomb_wait_ticks.saturating_sub(1);
    combat.pick_wait_ticks = combat.pick_wait_ticks.saturating_sub(1);
    combat.horn_wait_ticks = combat.horn_wait_ticks.saturating_sub(1);
}

fn regain_bomb(player: &mut Player) {
    if player.bombs_count >= BOMBS_COUNT_MAX {
        player.bomb_regain_ticks = BOMB_REGAIN_TICKS;
        return;
    }
    player.bomb_regain_ticks = player.bomb_regain_ticks.saturating_sub(1);
    if player.bomb_regain_ticks == 0 {
        player.bombs_count += 1;
        player.bomb_regain_ticks = BOMB_REGAIN_TICKS;
    }
}

/// Bodies whose eyes are under water lose breath, then health.
fn hold_breath(bodies: &mut Bodies, stage: &mut Stage) {
    for row in 0..bodies.count() {
        let motion = &bodies.motion[row];
        let combat = &mut bodies.combat[row];
        if !motion.has(Motion::FLAG_SWIMMING) || !combat.is_alive() {
            combat.breath_ticks = BREATH_TICKS;
            continue;
        }
        let eye = movement::eye(motion.position, false);
        if stage.terrain.block(eye.block()) != spatial::Block::WATER {
            combat.breath_ticks = BREATH_TICKS;
            continue;
        }
        combat.breath_ticks -= 1;
        if combat.breath_ticks == 0 {
            combat.breath_ticks = DROWN_WAIT_TICKS;
            let harm = self_harm(bodies.id[row], DROWN_DAMAGE, Weapon::Drown);
            stage.outbox.push(harm);
        }
    }
}

/// Damage that a body does to itself: a fall, or lack of air.
pub fn self_harm(id: BodyId, damage: u16, weapon: Weapon) -> Effect {
    let origin = match weapon {
        Weapon::Fall => Origin::Fall,
        _ => Origin::Drown,
    };
    Effect {
        target: EffectTarget::Body(id),
        source: id,
        sequence: sequence(origin, 0),
        change: Change::Hurt {
            damage,
            weapon,
            push: [0; 3],
        },
    }
}

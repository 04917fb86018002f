//! What a player's hands do in one input: the slot in hand decides what the primary button means.

use crate::{
    act::{bomb, bow, build, horn, sword},
    balance::{
        BOMB_WAIT_TICKS, BOW_WAIT_TICKS, DRAW_TICKS_MAX, DRAW_TICKS_MIN, HANDS_TICKS,
        HORN_WAIT_TICKS, SWORD_TARGETS_MAX, SWORD_WAIT_TICKS,
    },
    body::Combat,
    event::RefusalReason,
    frame::pose,
    history::{Lag, ViewFault},
    input::{Buttons, PlayerInput, Slot},
    player::{AppliedInput, Player},
    stage::{Actor, Stage},
};

/// Uses the hands as one input says.
pub fn act(player: &mut Player, combat: &mut Combat, applied: AppliedInput, stage: &mut Stage) {
    let input = applied.input;
    take_in_hand(player, combat, input.slot);
    let is_primary = input.buttons.has(Buttons::PRIMARY);
    let is_pressed = is_primary && !player.was_primary;
    let mut hands = Hands {
        actor: actor(player, combat, &applied),
        player,
        combat,
        input,
        stage,
    };
    match input.slot {
        Slot::SWORD if is_primary => hands.swing(),
        Slot::BOW if is_primary => hands.draw(),
        Slot::BOW => hands.let_go(),
        Slot::BOMB if is_pressed => hands.throw(),
        Slot::PICK if is_primary => build::dig(&mut hands),
        Slot::PICK => hands.player.dig = None,
        Slot(slot) if slot >= Slot::PLACE_FIRST.0 && is_primary => build::place(&mut hands),
        _ => {}
    }
    let is_horn = input.buttons.has(Buttons::HORN);
    if is_horn && !hands.player.was_horn {
        hands.blow();
    }
    hands.player.was_primary = is_primary;
    hands.player.was_horn = is_horn;
}

/// A player at work on one input.
pub struct Hands<'a, 'b> {
    pub player: &'a mut Player,
    pub combat: &'a mut Combat,
    pub input: PlayerInput,
    pub actor: Actor,
    pub stage: &'a mut Stage<'b>,
}

/// Another slot lowers the bow and leaves the block half dug.
fn take_in_hand(player: &mut Player, combat: &mut Combat, slot: Slot) {
    if player.slot != slot {
        player.slot = slot;
        player.drop_work();
    }
    combat.holds_bow = slot == Slot::BOW;
}

fn actor(player: &Player, combat: &Combat, applied: &AppliedInput) -> Actor {
    Actor {
        id: player.body,
        house: combat.house,
        feet: applied.position,
        is_crouched: applied.is_crouched,
        yaw: applied.input.yaw,
        pitch: applied.input.pitch,
        lag: Lag::NEWEST,
    }
}

impl Hands<'_, '_> {
    /// Refuses what this input asks for.
    pub fn refuse(&mut self, reason: RefusalReason) {
        self.stage
            .happenings
            .refuse(self.player, self.input.sequence, reason);
    }

    /// Sets the actor's lag to what the player saw. A view older than 500 ms is tested as 500 ms
    /// old and the player is told; one that cannot have been seen yet is refused: false.
    pub fn look_back(&mut self) -> bool {
        match Lag::of_input(&self.input, self.stage.tick) {
            Ok(lag) => self.actor.lag = lag,
            Err(ViewFault::TooOld(lag)) => {
                self.actor.lag = lag;
                self.refuse(RefusalReason::ViewTooOld);
            }
            Err(ViewFault::Future) => {
                self.refuse(RefusalReason::ViewTooOld);
                return false;
            }
        }
        true
    }

    fn swing(&mut self) {
        if self.combat.sword_wait_ticks > 0 || !self.look_back() {
            return;
        }
        self.combat.sword_wait_ticks = SWORD_WAIT_TICKS;
        self.combat.attack(pose::HANDS_SWING);
        let damage = self.combat.worn.sword_damage();
        sword::swing(&self.actor, damage, SWORD_TARGETS_MAX, self.stage);
    }

    fn draw(&mut self) {
        if self.input.buttons.has(Buttons::SECONDARY) || self.combat.bow_wait_ticks > 0 {
            self.player.draw_ticks = 0;
            return;
        }
        self.player.draw_ticks = (self.player.draw_ticks + 1).min(DRAW_TICKS_MAX);
        self.combat.show_hands(pose::HANDS_DRAW, 2);
    }

    fn let_go(&mut self) {
        let draw_ticks = core::mem::take(&mut self.player.draw_ticks);
        if draw_ticks < DRAW_TICKS_MIN || !self.look_back() {
            return;
        }
        let [min, max] = self.combat.worn.arrow_damages().map(i32::from);
        let damage = bow::by_draw(draw_ticks, min, max);
        if bow::loose(&self.actor, draw_ticks, damage as u16, self.stage) {
            self.combat.bow_wait_ticks = BOW_WAIT_TICKS;
            self.combat.attack(pose::HANDS_LOOSE);
        }
    }

    fn throw(&mut self) {
        if self.combat.bomb_wait_ticks > 0 {
            return;
        }
        if self.player.bombs_count == 0 {
            return self.refuse(RefusalReason::Empty);
        }
        if bomb::throw(&self.actor, self.stage) {
            self.player.bombs_count -= 1;
            self.combat.bomb_wait_ticks = BOMB_WAIT_TICKS;
            self.combat.attack(pose::HANDS_THROW);
        }
    }

    fn blow(&mut self) {
        if self.combat.horn_wait_ticks > 0 {
            return;
        }
        self.combat.horn_wait_ticks = HORN_WAIT_TICKS;
        self.combat.show_hands(pose::HANDS_HORN, HANDS_TICKS * 2);
        horn::blow(&self.actor, self.stage);
    }
}

impl Combat {
    /// Shows an attack, which ends the protection after a return.
    pub fn attack(&mut self, hands: u8) {
        self.safe_ticks = 0;
        self.show_hands(hands, HANDS_TICKS);
    }
}

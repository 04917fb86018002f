//! Plays one text scenario against a world.

use engine::{
    Attachment, BlockTarget, BodyId, Buttons, Command, Dress, Event, Motion, Piece, PlayerInput,
    RefusalReason, SessionId, Slot, World, Worn, tick,
};
use spatial::{Block, BlockBox, BlockCoord, block};

use crate::common::{flat_world, standing};

/// What goes wrong, with the line it is in.
type Played<T = ()> = Result<T, String>;

/// A world on flat ground and the players in it.
pub struct Play {
    world: World,
    actors: Vec<Actor>,
    /// All since the beginning or the last `forget`.
    events: Vec<Event>,
}

struct Actor {
    name: String,
    input: PlayerInput,
    /// How many 1/256 ticks the view is behind the tick that applies the input.
    view_lag: u32,
    /// Sends no inputs at all.
    is_silent: bool,
    /// Its edge says that it is there.
    is_present: bool,
}

impl Play {
    pub fn run(text: &str) -> Played {
        let mut play = Self {
            world: flat_world(1, 0),
            actors: Vec::new(),
            events: Vec::new(),
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            if !words.is_empty() {
                let played = play.line(&words);
                played.map_err(|fault| format!("line {}: {fault}", number + 1))?;
            }
        }
        Ok(())
    }

    fn line(&mut self, words: &[&str]) -> Played {
        match words {
            ["block", at @ .., name] => self.fill(at, at, name),
            ["fill", x, y, z, to @ .., name] => self.fill(&[x, y, z], to, name),
            ["player", name, house, at @ ..] => self.enter(name, house, at),
            ["health", name, health] => {
                let row = self.row(name)?;
                self.world.bodies.combat[row].health = number(health)?;
                Ok(())
            }
            ["wear", name, pieces @ ..] => self.wear(name, pieces),
            ["eat", name, points] => self.eat(name, number(points)?),
            ["tick", count] => self.tick(number(count)?),
            ["forget"] => {
                self.events.clear();
                Ok(())
            }
            ["expect", rest @ ..] => self.expect(rest),
            [verb, name, rest @ ..] => self.direct(verb, name, rest),
            _ => Err(format!("no such line: {}", words.join(" "))),
        }
    }

    /// What a player does from now on.
    fn direct(&mut self, verb: &str, name: &str, words: &[&str]) -> Played {
        let actor = self.actors.iter_mut().find(|actor| actor.name == name);
        let actor = actor.ok_or(format!("no player {name}"))?;
        match (verb, words) {
            ("keys", keys) => {
                let mut buttons = 0;
                for key in keys {
                    buttons |= button(key)?;
                }
                actor.input.buttons = Buttons(buttons);
            }
            ("look", [yaw, pitch]) => {
                actor.input.yaw = (number::<i32>(yaw)? * 65_536 / 360) as u16;
                actor.input.pitch = (number::<i32>(pitch)? * 65_536 / 360) as i16;
            }
            ("hold", [slot]) => actor.input.slot = slot_of(slot)?,
            ("target", ["none"]) => actor.input.target = None,
            ("target", [x, y, z, face]) => {
                actor.input.target = Some(BlockTarget {
                    block: coordinate(&[x, y, z])?,
                    face: face_of(face)?,
                });
            }
            ("view", [lag]) => actor.view_lag = (metres(lag)? / 16) as u32,
            ("banner", [index]) => actor.input.respawn_banner = number(index)?,
            ("silent", []) => actor.is_silent = true,
            ("present", []) => actor.is_present = true,
            ("sequence", [sequence]) => actor.input.sequence = number(sequence)?,
            _ => return Err(format!("no such line: {verb} {name} {}", words.join(" "))),
        }
        Ok(())
    }

    fn fill(&mut self, from: &[&str], to: &[&str], name: &str) -> Played {
        let block = block_of(name)?;
        for at in BlockBox::new(coordinate(from)?, coordinate(to)?).blocks() {
            let was = self.world.terrain.set(at, block);
            was.ok_or(format!("{at:?} is off the map"))?;
        }
        Ok(())
    }

    /// Brings a player in and puts it where the scenario wants it.
    fn enter(&mut self, name: &str, house: &str, at: &[&str]) -> Played {
        let session = SessionId(self.actors.len() as u64 + 1);
        self.actors.push(Actor {
            name: name.into(),
            input: PlayerInput {
                respawn_banner: u8::MAX,
                ..PlayerInput::default()
            },
            view_lag: 256,
            is_silent: false,
            is_present: false,
        });
        let join = Command::Join {
            session,
            attachment: Attachment::default(),
            name: name.into(),
            house: match house {
                "red" => 0,
                "blue" => 1,
                _ => return Err(format!("no house {house}")),
            },
        };
        tick(&mut self.world, &mut vec![join]);
        let row = self.row(name)?;
        let BlockCoord { x, y, z } = coordinate(at)?;
        let position = standing(x, y, z);
        self.world.bodies.motion[row] = Motion {
            position,
            fall_from_y: position.y,
            ..Motion::default()
        };
        let combat = &mut self.world.bodies.combat[row];
        combat.health = combat.health_max;
        combat.safe_ticks = 0;
        // Others see it from the next frame on.
        tick(&mut self.world, &mut Vec::new());
        Ok(())
    }

    /// Has it wear these pieces and no others.
    fn wear(&mut self, name: &str, pieces: &[&str]) -> Played {
        let row = self.row(name)?;
        let slot = self.world.bodies.player[row];
        let player = self.world.players.get(slot);
        let named = |piece: &&str| Piece::named(piece).ok_or(format!("no piece {piece}"));
        let worn: Result<Worn, String> = pieces.iter().map(named).collect();
        let dress = Dress {
            worn: worn?,
            revision: player.dress.revision + 1,
            eaten: player.dress.eaten,
        };
        let session = player.session;
        tick(&mut self.world, &mut vec![Command::Wear { session, dress }]);
        Ok(())
    }

    /// Has it eat what heals so many points.
    fn eat(&mut self, name: &str, points: u32) -> Played {
        let row = self.row(name)?;
        let player = self.world.players.get(self.world.bodies.player[row]);
        let dress = Dress {
            revision: player.dress.revision + 1,
            eaten: Some(player.dress.eaten.unwrap_or(0) + points),
            ..player.dress
        };
        let session = player.session;
        tick(&mut self.world, &mut vec![Command::Wear { session, dress }]);
        Ok(())
    }

    fn tick(&mut self, count: u32) -> Played {
        for _ in 0..count {
            let mut commands = Vec::new();
            let moment = (self.world.tick + 1) * 256;
            for (number, actor) in self.actors.iter_mut().enumerate() {
                let session = SessionId(number as u64 + 1);
                let attachment = Attachment::default();
                if actor.is_present {
                    commands.push(Command::Present {
                        session,
                        attachment,
                    });
                }
                if actor.is_silent {
                    continue;
                }
                let view = moment.saturating_sub(actor.view_lag);
                actor.input.view_tick = view >> 8;
                actor.input.view_fraction = view as u8;
                actor.input.sequence += 1;
                commands.push(Command::Input {
                    session: SessionId(number as u64 + 1),
                    attachment: Attachment::default(),
                    input: actor.input,
                });
            }
            let frame = tick(&mut self.world, &mut commands);
            self.events.extend_from_slice(&frame.events);
        }
        Ok(())
    }

    fn expect(&self, words: &[&str]) -> Played {
        let (found, operator, wanted) = match words {
            ["block", x, y, z, name] => {
                let found = self.world.terrain.block(coordinate(&[x, y, z])?);
                let is_met = found == block_of(name)?;
                return is_met
                    .then_some(())
                    .ok_or(format!("it is {}", found.kind().name));
            }
            ["events", kind, operator, wanted] => {
                (self.events_count(kind)?, *operator, number(wanted)?)
            }
            ["refused", reason, operator, wanted] => {
                (self.refused_count(reason)?, *operator, number(wanted)?)
            }
            [name, "is", state] => {
                let is_so = self.is_in_state(name, state)?;
                return is_so.then_some(()).ok_or(format!("{name} is not {state}"));
            }
            [name, axis @ ("x" | "y" | "z" | "speed"), operator, wanted] => {
                (self.length(name, axis)?, *operator, metres(wanted)?)
            }
            [name, what, operator, wanted] => (self.tally(name, what)?, *operator, number(wanted)?),
            _ => return Err(format!("cannot expect {}", words.join(" "))),
        };
        let is_met = match operator {
            "=" => found == wanted,
            "<" => found < wanted,
            ">" => found > wanted,
            _ => return Err(format!("no operator {operator}")),
        };
        is_met
            .then_some(())
            .ok_or(format!("it is {found}, not {operator} {wanted}"))
    }

    /// A length of a body, in 1/4096 m.
    fn length(&self, name: &str, what: &str) -> Played<i64> {
        let motion = &self.world.bodies.motion[self.row(name)?];
        Ok(i64::from(match what {
            "x" => motion.position.x,
            "y" => motion.position.y,
            "z" => motion.position.z,
            _ => engine::angle::length(motion.velocity),
        }))
    }

    fn tally(&self, name: &str, what: &str) -> Played<i64> {
        let row = self.row(name)?;
        let player = self.world.players.get(self.world.bodies.player[row]);
        Ok(match what {
            "health" => self.world.bodies.combat[row].health.into(),
            "kills" => player.kills.into(),
            "deaths" => player.deaths.into(),
            "bombs" => player.bombs_count.into(),
            "blocks" => player.blocks_count.into(),
            "pushes" => player.push_count.into(),
            "applied" => player.queue.sequence_applied.into(),
            "waiting" => player.queue.count() as i64,
            _ => return Err(format!("no tally {what}")),
        })
    }

    fn is_in_state(&self, name: &str, state: &str) -> Played<bool> {
        if state == "gone" {
            let is_known = self.actors.iter().any(|actor| actor.name == name);
            return Ok(is_known && self.row(name).is_err());
        }
        let row = self.row(name)?;
        let motion = &self.world.bodies.motion[row];
        Ok(match state {
            "alive" => self.world.bodies.combat[row].is_alive(),
            "dead" => !self.world.bodies.combat[row].is_alive(),
            "grounded" => motion.has(Motion::FLAG_GROUNDED),
            "airborne" => !motion.has(Motion::FLAG_GROUNDED),
            "swimming" => motion.has(Motion::FLAG_SWIMMING),
            "crouched" => motion.has(Motion::FLAG_CROUCHED),
            _ => return Err(format!("no state {state}")),
        })
    }

    fn events_count(&self, kind: &str) -> Played<i64> {
        let is_kind = |event: &&Event| {
            matches!(
                (kind, event),
                ("hurt", Event::Hurt { .. })
                    | ("healed", Event::Healed { .. })
                    | ("died", Event::Died { .. })
                    | ("returned", Event::Respawned { .. })
                    | ("arrow", Event::ArrowLoosed { .. })
                    | ("stopped", Event::ArrowStopped { .. })
                    | ("thrown", Event::BombThrown { .. })
                    | ("explosion", Event::Explosion { .. })
                    | ("broken", Event::BlockBroken { .. })
                    | ("placed", Event::BlockPlaced { .. })
                    | ("horn", Event::HornBlown { .. })
                    | ("taken", Event::BannerTaken { .. })
            )
        };
        const KINDS: &str = "hurt healed died returned arrow stopped thrown explosion broken placed horn \
             taken";
        if !KINDS.split(' ').any(|known| known == kind) {
            return Err(format!("no event {kind}"));
        }
        Ok(self.events.iter().filter(is_kind).count() as i64)
    }

    fn refused_count(&self, reason: &str) -> Played<i64> {
        let reason = match reason {
            "too-fast" => RefusalReason::TooFast,
            "out-of-range" => RefusalReason::OutOfRange,
            "replayed" => RefusalReason::Replayed,
            "out-of-reach" => RefusalReason::OutOfReach,
            "no-line-of-sight" => RefusalReason::NoLineOfSight,
            "blocked" => RefusalReason::Blocked,
            "empty" => RefusalReason::Empty,
            "view-too-old" => RefusalReason::ViewTooOld,
            _ => return Err(format!("no reason {reason}")),
        };
        let is_it = |event: &&Event| matches!(event, Event::Refused { reason: told, .. } if *told == reason);
        Ok(self.events.iter().filter(is_it).count() as i64)
    }

    fn row(&self, name: &str) -> Played<usize> {
        let number = self.actors.iter().position(|actor| actor.name == name);
        let session = number.map(|number| SessionId(number as u64 + 1));
        let slot = session.and_then(|session| self.world.players.slot_of(session));
        let body = slot.map_or(BodyId::NOBODY, |slot| self.world.players.get(slot).body);
        self.world
            .bodies
            .row(body)
            .ok_or(format!("no player {name}"))
    }
}

fn number<T: std::str::FromStr>(word: &str) -> Played<T> {
    word.parse()
        .map_err(|_| format!("{word} is no such number"))
}

/// Metres with up to three decimals, in 1/4096 m.
fn metres(word: &str) -> Played<i64> {
    let (whole, part) = word.split_once('.').unwrap_or((word, ""));
    let digits = format!("{part:0<3}");
    let thousandths = number::<i64>(whole)? * 1_000 + number::<i64>(&digits)?;
    Ok(thousandths * 4_096 / 1_000)
}

fn coordinate(words: &[&str]) -> Played<BlockCoord> {
    let [x, y, z] = words else {
        return Err(format!("{} is no place", words.join(" ")));
    };
    Ok(BlockCoord::new(number(x)?, number(y)?, number(z)?))
}

fn block_of(name: &str) -> Played<Block> {
    let index = block::TABLE.iter().position(|kind| kind.name == name);
    index
        .map(|index| Block(index as u16))
        .ok_or(format!("no block {name}"))
}

fn button(key: &str) -> Played<u16> {
    Ok(match key {
        "none" => 0,
        "forward" => Buttons::FORWARD,
        "back" => Buttons::BACK,
        "left" => Buttons::LEFT,
        "right" => Buttons::RIGHT,
        "jump" => Buttons::JUMP,
        "crouch" => Buttons::CROUCH,
        "run" => Buttons::RUN,
        "primary" => Buttons::PRIMARY,
        "secondary" => Buttons::SECONDARY,
        "dash" => Buttons::DASH,
        "horn" => Buttons::HORN,
        "unknown" => 1 << 15,
        _ => return Err(format!("no key {key}")),
    })
}

fn slot_of(name: &str) -> Played<Slot> {
    Ok(match name {
        "sword" => Slot::SWORD,
        "bow" => Slot::BOW,
        "bomb" => Slot::BOMB,
        "pick" => Slot::PICK,
        "plank" => Slot::PLACE_FIRST,
        "nothing" => Slot(99),
        _ => return Err(format!("no slot {name}")),
    })
}

fn face_of(name: &str) -> Played<u8> {
    let faces = ["+x", "-x", "+y", "-y", "+z", "-z"];
    let face = faces.iter().position(|&face| face == name);
    face.map(|face| face as u8).ok_or(format!("no face {name}"))
}

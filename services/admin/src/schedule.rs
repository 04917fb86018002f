//! What was scheduled, at its time: players are told some minutes before, and the battle that is fought ends so that
//! the new one begins then. Any number of processes may look after it: each act is one process's, by a row's update,
//! and of one that is cut off another goes on. To end a battle names its number, so that twice is once.

use chat_service::topics::{self, Announcement};
use tokens::Role;
use tokio::time;

use crate::{
    Admin, AdminError,
    actor::Action,
    limits::{
        BATTLE_CLAIM_MS, BATTLE_LATE_MAX_MS, BATTLE_PAUSE_MS, BATTLE_TOLD_MINUTES, SCHEDULE_PERIOD,
    },
    service::Inner,
    store::{Battle, BattleState, Begun, Claim, Outcome},
};

const MINUTE_MS: i64 = 60_000;

impl Admin {
    pub(crate) async fn keep_schedule(&self) {
        let mut turns = time::interval(SCHEDULE_PERIOD);
        turns.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            self.tend_schedule().await;
        }
    }

    /// One look at what is to come; [`Self::run`] takes one a second.
    pub async fn tend_schedule(&self) {
        let now_ms = self.clock.now_ms();
        let battles = match self.store.battles_to_come().await {
            Ok(battles) => battles,
            Err(error) => return tracing::warn!(%error, "what is scheduled cannot be read"),
        };
        for battle in battles {
            if let Err(error) = self.tend(&battle, now_ms).await {
                let (id, title) = (battle.id, &battle.title);
                tracing::warn!(%error, id, title, "a scheduled battle waits");
            }
        }
    }
}

impl Inner {
    async fn tend(&self, battle: &Battle, now_ms: i64) -> Result<(), AdminError> {
        let is_due = now_ms >= battle.start_ms - BATTLE_PAUSE_MS;
        let is_others = now_ms < battle.claimed_until_ms;
        if !is_due {
            self.tell_ahead(battle, now_ms).await
        } else if is_others {
            Ok(())
        } else if now_ms > battle.start_ms + BATTLE_LATE_MAX_MS {
            let states = (battle.state, BattleState::Missed);
            let effect = "nobody could start it at its time";
            self.store.settle_battle(battle.id, states, effect).await?;
            Ok(())
        } else {
            self.start_scheduled(battle, now_ms).await
        }
    }

    /// Who is told late is told how long it really is.
    async fn tell_ahead(&self, battle: &Battle, now_ms: i64) -> Result<(), AdminError> {
        let left_ms = battle.start_ms - now_ms;
        let due = BATTLE_TOLD_MINUTES.iter().rev();
        let Some(due) = due.copied().find(|it| left_ms <= it * MINUTE_MS) else {
            return Ok(());
        };
        if due >= battle.told_minutes || !self.store.claim_telling(battle.id, due).await? {
            return Ok(());
        }
        let minutes = (left_ms + MINUTE_MS - 1) / MINUTE_MS;
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        let words = format!("\"{}\" begins in {minutes} {unit}.", battle.title);
        let words = format!("{words} {}", battle.note);
        let event = format!("admin-battle-{:016x}-{due}", battle.id);
        self.say_to_all(event, words.trim_end()).await
    }

    /// In the server's name.
    pub async fn say_to_all(&self, event_id: String, words: &str) -> Result<(), AdminError> {
        let at_ms = self.clock.now_ms();
        let announcement = Announcement::new(words.to_owned(), None, at_ms.cast_unsigned());
        let event = topics::event(event_id, topics::SYSTEM.to_owned(), &announcement);
        Ok(self.partners.broker.publish(&[event]).await?)
    }

    async fn start_scheduled(&self, battle: &Battle, now_ms: i64) -> Result<(), AdminError> {
        let present = self.partners.helm.battle().await?;
        let claim = Claim {
            until_ms: now_ms + BATTLE_CLAIM_MS,
            ends_number: i64::from(present.number),
        };
        let Some(number) = self.store.claim_start(battle, claim).await? else {
            return Ok(());
        };
        let line = self.begin_scheduled(battle, now_ms).await?;
        let ended = match u32::try_from(number) {
            Ok(number) => self.partners.helm.end_battle(number).await,
            Err(_) => Err(AdminError::conflict(
                "no-such-battle",
                "no battle has that number",
            )),
        };
        match ended {
            Ok(effect) => {
                let states = (BattleState::Starting, BattleState::Started);
                self.store.settle_battle(battle.id, states, &effect).await?;
                self.store.end(line, Outcome::Done, &effect).await?;
                let event = format!("admin-battle-{:016x}-start", battle.id);
                let words = format!("\"{}\" begins. {}", battle.title, battle.note);
                self.say_to_all(event, words.trim_end()).await
            }
            Err(error) => {
                // Tried again once the claim is over.
                let effect = error.to_string();
                self.store.end(line, Outcome::Failed, &effect).await?;
                Err(error)
            }
        }
    }

    /// A line of the log, in the name of who scheduled it; of the role that this takes.
    async fn begin_scheduled(&self, battle: &Battle, now_ms: i64) -> Result<i64, AdminError> {
        let target = battle.id.to_string();
        let reason = format!("\"{}\" was scheduled", battle.title);
        let begun = Begun {
            at_ms: now_ms,
            actor: battle.author,
            role: Role::Operator,
            action: Action::StartBattle.name(),
            target: &target,
            reason: &reason,
            address: "",
        };
        Ok(self.store.begin(&begun).await?)
    }
}

//! Who is to be asked about, and what is to be said of whom. Pure: its time is counted in looks.

use std::collections::BTreeMap;

use engine::{BodyId, Dialect, Dress, PlayerState, SessionId};

use crate::limits::{ASK_AGAIN_LOOKS, QUESTION_MAX, SAY_AGAIN_LOOKS};

/// All characters that the shards of a process have.
#[derive(Debug, Default)]
pub struct Fittings {
    look: u64,
    all: BTreeMap<SessionId, Fitting>,
}

#[derive(Debug)]
struct Fitting {
    /// The body that it was seen in: another one is dressed anew.
    body: BodyId,
    /// As the world has it.
    held: Dress,
    /// As the inventory answered; none before it did.
    known: Option<Dress>,
    /// The look at which it is asked about.
    ask_at: u64,
    /// The look at which what is known may be said.
    say_at: u64,
    /// The last look that saw it.
    seen_at: u64,
}

impl Fittings {
    /// Begins a look.
    pub fn begin(&mut self) {
        self.look += 1;
    }

    /// Sees a player in this look. What strangers wear is nobody's to say.
    pub fn see(&mut self, player: &PlayerState) {
        if player.session.is_stranger() {
            return;
        }
        let look = self.look;
        let newcomer = || Fitting {
            body: player.body,
            held: player.dress,
            known: None,
            ask_at: look,
            say_at: look,
            seen_at: look,
        };
        let fitting = self.all.entry(player.session).or_insert_with(newcomer);
        if fitting.body != player.body {
            *fitting = newcomer();
        }
        fitting.held = player.dress;
        fitting.seen_at = look;
    }

    /// Forgets whom this look did not see.
    pub fn end(&mut self) {
        let look = self.look;
        self.all.retain(|_, fitting| fitting.seen_at == look);
    }

    /// Somebody wears something else.
    pub fn hear(&mut self, session: SessionId) {
        if let Some(fitting) = self.all.get_mut(&session) {
            fitting.ask_at = self.look;
        }
    }

    /// Whom to ask about now; they are not named again before it is time.
    pub fn take_due(&mut self) -> Vec<SessionId> {
        let look = self.look;
        let due = self.all.iter_mut().filter(|(_, it)| it.ask_at <= look);
        let asked = due.take(QUESTION_MAX).map(|(session, fitting)| {
            fitting.ask_at = look + ASK_AGAIN_LOOKS;
            *session
        });
        asked.collect()
    }

    /// What was answered. Of one who left meanwhile it is nothing any more.
    pub fn learn(&mut self, session: SessionId, dress: Dress) {
        if let Some(fitting) = self.all.get_mut(&session)
            && fitting
                .known
                .is_none_or(|known| known.revision < dress.revision)
        {
            fitting.known = Some(dress);
            fitting.say_at = self.look;
        }
    }

    /// What the world is to hear, handed to `say`; what that has no room for is said in the next look.
    /// In a dialect, for a world that learns to hear of more is told more.
    pub fn say(&mut self, dialect: Dialect, mut say: impl FnMut(SessionId, Dress) -> bool) {
        let look = self.look;
        for (session, fitting) in &mut self.all {
            let spoken = fitting.known.map(|it| it.spoken_in(dialect));
            let news = spoken.filter(|it| it.is_news_to(fitting.held));
            if let Some(dress) = news
                && fitting.say_at <= look
                && say(*session, dress)
            {
                fitting.say_at = look + SAY_AGAIN_LOOKS;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{Piece, Worn};

    fn dress(revision: u32) -> Dress {
        Dress {
            worn: Worn::from_iter([Piece::Boots]),
            revision,
            eaten: Some(0),
        }
    }

    fn player(session: u64, body: u32, held: Dress) -> PlayerState {
        PlayerState {
            session: SessionId(session),
            body: BodyId(body),
            dress: held,
            ..PlayerState::default()
        }
    }

    fn look(fittings: &mut Fittings, players: &[PlayerState]) -> Vec<u64> {
        fittings.begin();
        players.iter().for_each(|player| fittings.see(player));
        fittings.end();
        fittings
            .take_due()
            .iter()
            .map(|session| session.0)
            .collect()
    }

    fn said(fittings: &mut Fittings) -> Vec<(u64, u32)> {
        let mut said = Vec::new();
        fittings.say(Dialect::NEWEST, |session, dress| {
            said.push((session.0, dress.revision));
            true
        });
        said
    }

    #[test]
    fn who_comes_is_asked_about_once_and_told_until_the_world_has_it() {
        let mut fittings = Fittings::default();
        let bare = [player(3, 1, Dress::default())];
        assert_eq!(look(&mut fittings, &bare), [3]);
        assert!(said(&mut fittings).is_empty(), "nothing is known yet");
        assert!(look(&mut fittings, &bare).is_empty(), "it is under way");
        fittings.learn(SessionId(3), dress(7));
        assert_eq!(said(&mut fittings), [(3, 7)]);
        for _ in 1..SAY_AGAIN_LOOKS {
            look(&mut fittings, &bare);
            assert!(said(&mut fittings).is_empty(), "it may be on its way");
        }
        look(&mut fittings, &bare);
        assert_eq!(said(&mut fittings), [(3, 7)], "it was lost");
        for _ in 0..2 * SAY_AGAIN_LOOKS {
            look(&mut fittings, &[player(3, 1, dress(7))]);
            assert!(said(&mut fittings).is_empty());
        }
    }

    #[test]
    fn a_world_that_comes_to_speak_of_food_is_told_of_it() {
        let mut fittings = Fittings::default();
        look(&mut fittings, &[player(3, 1, Dress::default())]);
        fittings.learn(SessionId(3), dress(7));
        let mut heard = Vec::new();
        for dialect in [Dialect::OLDEST, Dialect::OLDEST, Dialect::NEWEST] {
            fittings.say(dialect, |_, dress| {
                heard.push(dress.eaten);
                true
            });
            let held = dress(7).spoken_in(Dialect::OLDEST);
            look(&mut fittings, &[player(3, 1, held)]);
            (0..SAY_AGAIN_LOOKS).for_each(|_| drop(look(&mut fittings, &[player(3, 1, held)])));
        }
        assert_eq!(heard, [None, Some(0)]);
    }

    #[test]
    fn an_older_answer_and_one_of_who_left_are_nothing() {
        let mut fittings = Fittings::default();
        let held = [player(3, 1, dress(5))];
        look(&mut fittings, &held);
        fittings.learn(SessionId(3), dress(5));
        assert!(said(&mut fittings).is_empty(), "the world has it");
        fittings.learn(SessionId(3), dress(8));
        fittings.learn(SessionId(3), dress(6));
        assert_eq!(said(&mut fittings), [(3, 8)]);
        look(&mut fittings, &[]);
        fittings.learn(SessionId(3), dress(9));
        assert!(said(&mut fittings).is_empty());
    }

    #[test]
    fn one_who_changes_or_comes_back_in_another_body_is_asked_about_again() {
        let mut fittings = Fittings::default();
        assert_eq!(look(&mut fittings, &[player(3, 1, dress(5))]), [3]);
        fittings.hear(SessionId(3));
        fittings.hear(SessionId(4));
        assert_eq!(look(&mut fittings, &[player(3, 1, dress(5))]), [3]);
        let anew = [player(3, 2, Dress::default())];
        assert_eq!(look(&mut fittings, &anew), [3]);
        let mut again = Vec::new();
        for _ in 0..ASK_AGAIN_LOOKS {
            again.extend(look(&mut fittings, &anew));
        }
        assert_eq!(again, [3], "though nothing was heard");
    }

    #[test]
    fn what_finds_no_room_is_said_in_the_next_look_and_strangers_wear_nothing() {
        let mut fittings = Fittings::default();
        let stranger = SessionId::STRANGER_BIT | 9;
        let players = [
            player(3, 1, Dress::default()),
            player(stranger, 2, Dress::default()),
        ];
        assert_eq!(look(&mut fittings, &players), [3]);
        fittings.learn(SessionId(3), dress(1));
        fittings.say(Dialect::NEWEST, |_, _| false);
        look(&mut fittings, &players);
        assert_eq!(said(&mut fittings), [(3, 1)]);
    }

    #[test]
    fn a_world_full_of_newcomers_is_asked_about_in_parts() {
        let mut fittings = Fittings::default();
        let count = 2 * QUESTION_MAX as u64 + 5;
        let players: Vec<_> = (1..=count)
            .map(|session| player(session, session as u32, Dress::default()))
            .collect();
        let counts: Vec<usize> = (0..4)
            .map(|_| look(&mut fittings, &players).len())
            .collect();
        assert_eq!(counts, [QUESTION_MAX, QUESTION_MAX, 5, 0]);
    }
}

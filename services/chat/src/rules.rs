//! All rules together: what an edge asks before it passes words on.

use std::sync::Arc;

use crate::{
    channel::Channel,
    limits::SLOW_MODE_MS_MAX,
    manners::Manners,
    moderation::{Mute, Mutes},
    refusal::Refusal,
    text::cleaned,
    word_list::WordList,
    words::Notice,
};

/// Words as they came.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    pub session: u64,
    pub channel: Channel,
    pub text: &'a str,
}

/// What holds for all; each edge has its own, and all hear of the same notices.
#[derive(Clone, Debug)]
pub struct Rules {
    word_list: Arc<WordList>,
    mutes: Mutes,
    slow_ms: [u64; Channel::ALL.len()],
}

impl Rules {
    pub fn new(word_list: Arc<WordList>) -> Self {
        Self {
            word_list,
            mutes: Mutes::default(),
            slow_ms: [0; Channel::ALL.len()],
        }
    }

    /// The text as others may see it. Counts against the speaker's manners, even if it is no text at all:
    /// only being muted is free.
    ///
    /// # Errors
    /// Any [`Refusal`] that does not hang on who hears.
    pub fn judge(
        &self,
        draft: &Draft<'_>,
        manners: &mut Manners,
        now_ms: u64,
    ) -> Result<String, Refusal> {
        if draft.channel == Channel::System {
            return Err(Refusal::NotAllowed);
        }
        if let Some(mute) = self.mutes.holding(draft.session, now_ms) {
            let until_ms = mute.until_ms;
            return Err(Refusal::Muted { until_ms });
        }
        let slow_ms = self.slow_ms[draft.channel as usize];
        manners.take(draft.channel, slow_ms, now_ms)?;
        cleaned(draft.text).map(|text| self.word_list.masked(&text))
    }

    /// Heeds a moderator's word.
    pub fn heed(&mut self, notice: &Notice, now_ms: u64) {
        match notice {
            Notice::Muted {
                session,
                until_ms,
                reason,
            } => {
                let mute = Mute {
                    until_ms: *until_ms,
                    reason: reason.clone(),
                };
                self.mutes.mute(*session, mute, now_ms);
            }
            Notice::Unmuted { session } => self.mutes.unmute(*session),
            Notice::Slowed { channel, slow_ms } => {
                self.slow_ms[*channel as usize] = (*slow_ms).min(SLOW_MODE_MS_MAX);
            }
            Notice::Said(_) | Notice::Removed { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules::new(Arc::new(WordList::parse("darn").expect("a list")))
    }

    fn draft(channel: Channel, text: &str) -> Draft<'_> {
        Draft {
            session: 7,
            channel,
            text,
        }
    }

    #[test]
    fn words_come_out_clean_and_masked() {
        let mut manners = Manners::default();
        let text = rules().judge(&draft(Channel::Global, " Darn  it "), &mut manners, 1_000);
        assert_eq!(text.as_deref(), Ok("**** it"));
        let server = rules().judge(&draft(Channel::System, "obey"), &mut manners, 1_000);
        assert_eq!(server, Err(Refusal::NotAllowed));
    }

    #[test]
    fn the_muted_are_told_until_when() {
        let mut rules = rules();
        let mut manners = Manners::default();
        let reason = "rude".to_owned();
        let muted = Notice::Muted {
            session: 7,
            until_ms: 5_000,
            reason,
        };
        rules.heed(&muted, 1_000);
        let said = draft(Channel::Global, "hello");
        let refusal = Refusal::Muted { until_ms: 5_000 };
        for _ in 0..100 {
            assert_eq!(rules.judge(&said, &mut manners, 4_999), Err(refusal));
        }
        assert!(rules.judge(&said, &mut manners, 5_000).is_ok());
        rules.heed(&muted, 1_000);
        rules.heed(&Notice::Unmuted { session: 7 }, 1_000);
        assert!(rules.judge(&said, &mut manners, 1_000).is_ok());
    }

    #[test]
    fn slow_mode_comes_and_goes() {
        let mut rules = rules();
        let mut manners = Manners::default();
        let channel = Channel::Global;
        let slowed = |slow_ms| Notice::Slowed { channel, slow_ms };
        rules.heed(&slowed(u64::MAX), 0);
        let said = draft(channel, "hello");
        assert!(rules.judge(&said, &mut manners, SLOW_MODE_MS_MAX).is_ok());
        let until_ms = 2 * SLOW_MODE_MS_MAX;
        let again = rules.judge(&said, &mut manners, until_ms - 1);
        assert_eq!(again, Err(Refusal::SlowMode { until_ms }));
        rules.heed(&slowed(0), 0);
        assert!(rules.judge(&said, &mut manners, until_ms - 1).is_ok());
    }
}

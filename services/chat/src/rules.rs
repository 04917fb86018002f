//! All rules together: what an edge asks before it passes words on.

use std::sync::Arc;

use crate::{
    channel::Channel,
    limits::SLOW_MODE_MS_MAX,
    manners::Manners,
    moderation::{Hushes, Mute, Mutes},
    refusal::Refusal,
    text::cleaned,
    word_list::WordList,
    words::Notice,
};

/// Words as they came.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    pub account: u64,
    pub channel: Channel,
    pub text: &'a str,
}

/// What holds for all; each edge has its own, and all hear of the same notices.
#[derive(Clone, Debug)]
pub struct Rules {
    word_list: Newest<Arc<WordList>>,
    mutes: Mutes,
    hushes: Hushes,
    slow_ms: [Newest<u64>; Channel::ALL.len()],
}

/// What was said last about something, by revision.
#[derive(Clone, Copy, Debug, Default)]
struct Newest<T> {
    value: T,
    revision: u64,
}

impl<T> Newest<T> {
    fn set(&mut self, value: T, revision: u64) {
        if revision > self.revision {
            *self = Self { value, revision };
        }
    }
}

impl Rules {
    pub fn new(word_list: Arc<WordList>) -> Self {
        Self {
            word_list: Newest {
                value: word_list,
                revision: 0,
            },
            mutes: Mutes::default(),
            hushes: Hushes::default(),
            slow_ms: Default::default(),
        }
    }

    /// The text as others may see it. Counts against the speaker's manners, even if it is no text at all:
    /// only being muted or hushed is free.
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
        if let Some(mute) = self.mutes.holding(draft.account, now_ms) {
            let until_ms = mute.until_ms;
            return Err(Refusal::Muted { until_ms });
        }
        if let Some(until_ms) = self.hushes.holding(draft.account, now_ms) {
            return Err(Refusal::TooFast { until_ms });
        }
        let slow_ms = self.slow_ms[draft.channel as usize].value;
        manners.take(draft.channel, slow_ms, now_ms)?;
        cleaned(draft.text).map(|text| self.word_list.value.masked(&text))
    }

    /// Heeds what services say of who may speak; whether it is news.
    pub fn heed(&mut self, notice: &Notice, now_ms: u64) -> bool {
        match notice {
            Notice::Muted {
                account,
                until_ms,
                reason,
                revision,
            } => {
                let mute = Mute {
                    until_ms: *until_ms,
                    reason: reason.clone(),
                    revision: *revision,
                };
                return self.mutes.set(*account, mute, now_ms);
            }
            Notice::Hushed { account, until_ms } => {
                self.hushes.hush(*account, *until_ms, now_ms);
            }
            Notice::Slowed {
                channel,
                slow_ms,
                revision,
            } => {
                let slow_ms = (*slow_ms).min(SLOW_MODE_MS_MAX);
                self.slow_ms[*channel as usize].set(slow_ms, *revision);
            }
            Notice::Filtered { words, revision } => self.word_list.set(words.clone(), *revision),
            _ => return false,
        }
        true
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
            account: 7,
            channel,
            text,
        }
    }

    fn muted(until_ms: u64, revision: u64) -> Notice {
        Notice::Muted {
            account: 7,
            until_ms,
            reason: "rude".to_owned(),
            revision,
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
        assert!(rules.heed(&muted(5_000, 1), 1_000));
        let said = draft(Channel::Global, "hello");
        let refusal = Refusal::Muted { until_ms: 5_000 };
        for _ in 0..100 {
            assert_eq!(rules.judge(&said, &mut manners, 4_999), Err(refusal));
        }
        assert!(rules.judge(&said, &mut manners, 5_000).is_ok());
        assert!(rules.heed(&muted(0, 2), 1_000));
        assert!(!rules.heed(&muted(5_000, 1), 1_000), "an elder word");
        assert!(rules.judge(&said, &mut manners, 1_000).is_ok());
    }

    #[test]
    fn who_said_too_much_elsewhere_waits_here_too() {
        let mut rules = rules();
        let mut manners = Manners::default();
        let hushed = Notice::Hushed {
            account: 7,
            until_ms: 5_000,
        };
        rules.heed(&hushed, 1_000);
        let said = draft(Channel::Global, "hello");
        let refusal = Refusal::TooFast { until_ms: 5_000 };
        assert_eq!(rules.judge(&said, &mut manners, 4_999), Err(refusal));
        assert!(rules.judge(&said, &mut manners, 5_000).is_ok());
    }

    #[test]
    fn slow_mode_comes_and_goes() {
        let mut rules = rules();
        let mut manners = Manners::default();
        let channel = Channel::Global;
        let slowed = |slow_ms, revision| Notice::Slowed {
            channel,
            slow_ms,
            revision,
        };
        rules.heed(&slowed(u64::MAX, 2), 0);
        rules.heed(&slowed(0, 1), 0);
        let said = draft(channel, "hello");
        assert!(rules.judge(&said, &mut manners, SLOW_MODE_MS_MAX).is_ok());
        let until_ms = 2 * SLOW_MODE_MS_MAX;
        let again = rules.judge(&said, &mut manners, until_ms - 1);
        assert_eq!(again, Err(Refusal::SlowMode { until_ms }));
        rules.heed(&slowed(0, 3), 0);
        assert!(rules.judge(&said, &mut manners, until_ms - 1).is_ok());
    }

    #[test]
    fn a_new_filter_holds_at_once() {
        let mut rules = rules();
        let mut manners = Manners::default();
        let words = Arc::new(WordList::parse("heck").expect("a list"));
        rules.heed(&Notice::Filtered { words, revision: 1 }, 0);
        let text = rules.judge(&draft(Channel::Global, "darn heck"), &mut manners, 1_000);
        assert_eq!(text.as_deref(), Ok("darn ****"));
    }
}

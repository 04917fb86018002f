//! The rules of chat: what may be said, how often, by whom, and who hears it. No I/O, no clock, no threads:
//! whoever asks says what time it is. An edge asks on its own thread, so nothing here waits.
//!
//! Not responsible for how words get from one process to another, nor for keeping them.

pub mod audience;
pub mod channel;
pub mod history;
pub mod limits;
pub mod manners;
pub mod membership;
pub mod moderation;
pub mod refusal;
pub mod rules;
pub mod text;
pub mod word_list;
pub mod words;

pub use audience::{Audience, Listener, Place};
pub use channel::Channel;
pub use history::History;
pub use manners::{Absent, IgnoreList, Manners};
pub use membership::{Membership, Memberships};
pub use moderation::Mute;
pub use refusal::Refusal;
pub use rules::{Draft, Rules};
pub use word_list::{WordFault, WordList, WordListError};
pub use words::{Ears, Notice, Speaker, Words};

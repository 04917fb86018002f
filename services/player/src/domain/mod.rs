//! The rules: what may be, and what follows. No clock, no I/O; the store asks them within its transactions.

mod appearance;
mod boards;
mod guild;
mod levels;
mod names;
mod party;
mod refusal;

pub use appearance::{ANY_HOUSE, Appearance, is_house};
pub use boards::{Board, Period, week_of};
pub use guild::{Guild, GuildMember, Rank, is_guild_name, is_guild_tag, is_message};
pub use levels::{experience_at, experience_of, level_of};
pub use names::variation;
pub use party::Party;
pub use refusal::{Refusal, RefusalKind};

//! The text that operators have all processes of a cluster go by, as the directory has it. What it says is for whoever
//! follows it: here it is bytes.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells who follows; empty until an operator says something.
pub type ConfigurationSender = watch::Sender<Arc<str>>;

/// Wakes nobody for what is known already.
pub fn tell_if_new(follower: &ConfigurationSender, text: &Arc<str>) {
    follower.send_if_modified(|known| {
        let is_new = known != text;
        known.clone_from(text);
        is_new
    });
}

//! The slow side of a bot: what comes over its streams.

use std::{cell::RefCell, rc::Rc};

use protocol::down::DownMessage;
use quinn::Connection;

use crate::{
    bot::Player,
    connection::{ControlStream, JoinError},
    limits,
};

/// Hears the control stream until it ends, and says why it did.
pub async fn listen(mut control: ControlStream, player: Rc<RefCell<Player>>) -> JoinError {
    let mut closing = None;
    loop {
        let heard = control
            .read(|message| {
                let mut player = player.borrow_mut();
                match message {
                    DownMessage::Appearances(rows) => player.appearances(&rows),
                    DownMessage::Overload(overload) => player.overload(&overload),
                    DownMessage::Battle(battle) => player.senses.banners = battle.banners,
                    DownMessage::Refusals(refusals) => {
                        player.notes.borrow_mut().measured.refusals += refusals.rows.len() as u64;
                    }
                    DownMessage::Closing(last) => {
                        closing = Some(JoinError::Refused(last.reason, last.text));
                    }
                    _ => {}
                }
            })
            .await;
        if let Err(error) = heard {
            return closing.unwrap_or(error);
        }
    }
}

/// Takes terrain in and lets it go: a bot keeps no map, but its stream must flow.
pub async fn swallow_terrain(connection: Connection) {
    let Ok(mut stream) = connection.accept_uni().await else {
        return;
    };
    while let Ok(Some(_)) = stream.read_chunk(limits::STREAM_READ_BYTES, true).await {}
}

//! The message of the day: said to all once, in the server's name, and to newcomers as they come in, for chat tells
//! them what was said last. A new one takes the place of the one before.

use axum::extract::State;
use chat_service::topics;
use web::{Json, Problem};

use crate::{
    Admin, AdminError,
    actor::{Action, Actor},
    model::{Done, MessageOfTheDayForm, MessageView},
    service::Deed,
    store::NewMessage,
    text,
};

/// What holds. For moderators.
#[utoipa::path(get, path = "/message-of-the-day", tag = "operations", security(("bearer" = [])),
    responses((status = OK, body = MessageView), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 503, body = Problem)))]
pub async fn read(State(admin): State<Admin>, _: Actor) -> Result<Json<MessageView>, AdminError> {
    let message = admin.store.message().await?;
    Ok(Json(match message {
        Some(message) => MessageView {
            text: message.text,
            at_ms: message.at_ms,
            by: Some(message.author.to_string()),
        },
        None => MessageView {
            text: String::new(),
            at_ms: 0,
            by: None,
        },
    }))
}

/// Sets another, or with an empty text none. For operators.
#[utoipa::path(put, path = "/message-of-the-day", tag = "operations", request_body = MessageOfTheDayForm,
    security(("bearer" = [])), responses(
    (status = OK, body = Done), (status = 400, body = Problem), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn set(
    State(admin): State<Admin>,
    actor: Actor,
    Json(form): Json<MessageOfTheDayForm>,
) -> Result<Json<Done>, AdminError> {
    let words = match form.text.trim() {
        "" => String::new(),
        words => text::line_of("text", words)?,
    };
    let deed = Deed {
        action: Action::SetMessage,
        target: "",
        reason: &form.reason,
    };
    let doing = async {
        let _line = admin.message_line.lock().await;
        admin.take_message_away(&actor).await?;
        admin.say_message(&actor, &words).await?;
        Ok(match words.is_empty() {
            true => "there is no message of the day any more".to_owned(),
            false => format!("all are told: \"{words}\""),
        })
    };
    admin.act(&actor, deed, doing).await
}

impl Admin {
    async fn take_message_away(&self, actor: &Actor) -> Result<(), AdminError> {
        let Some(message) = self.store.message().await? else {
            return Ok(());
        };
        if !message.text.is_empty() {
            let number = topics::number_of_event(&message.event_id);
            // Chat may have forgotten it by itself.
            self.partners.chat.remove(number, self.stamp(actor)).await?;
        }
        Ok(())
    }

    async fn say_message(&self, actor: &Actor, words: &str) -> Result<(), AdminError> {
        let at_ms = self.clock.now_ms();
        let event_id = format!("admin-message-{:016x}", web::ids::ordered_id(at_ms));
        let message = NewMessage {
            at_ms,
            author: actor.access.account,
            text: words,
            event_id: &event_id,
        };
        // Before it is said: what nobody wrote down nobody could take away.
        self.store.put_message(message).await?;
        if !words.is_empty() {
            self.say_to_all(event_id, words).await?;
        }
        Ok(())
    }
}

//! What all players are told once, and newcomers as they come in.

import { createEffect, createSignal, on, Show } from "solid-js";
import type { DailyMessage } from "../../api";
import { putDailyMessage } from "../../model/deeds";
import { createAsked } from "../asked";
import { useMay, usePanel } from "../context";
import { AccountLink, DeedButton, Moment, Section, TextField, Told } from "../parts";

/** As the service takes it. */
const TEXT_CHARACTERS_MAX = 200;

export function MessagePage() {
  const { api } = usePanel();
  const asked = createAsked(() => api.dailyMessage);
  return (
    <Section title="Message of the day" about="All players are told it once, and newcomers as they come in.">
      <Told asked={asked}>{(message) => <MessageOf message={message()} />}</Told>
    </Section>
  );
}

function MessageOf(props: { message: DailyMessage }) {
  const { api } = usePanel();
  const may = useMay();
  const [text, setText] = createSignal(props.message.text);
  createEffect(on(() => props.message.text, setText, { defer: true }));
  return (
    <>
      <Show when={props.message.text !== ""} fallback={<p class="dim">There is none.</p>}>
        <blockquote>{props.message.text}</blockquote>
        <p class="dim">
          Since <Moment atMs={props.message.atMs} />
          <Show when={props.message.by}>
            {(by) => (
              <>
                , by <AccountLink account={by()} />
              </>
            )}
          </Show>
        </p>
      </Show>
      <Show when={may("message_of_the_day.set")}>
        <TextField
          id="daily-message"
          label="New message"
          value={text()}
          charactersMax={TEXT_CHARACTERS_MAX}
          hint={`${text().length} of ${TEXT_CHARACTERS_MAX} letters`}
          write={setText}
        />
        <div class="deed-buttons">
          <DeedButton
            action="message_of_the_day.set"
            isOff={text().trim() === ""}
            deed={() => putDailyMessage(api, text().trim())}
          >
            Tell everybody…
          </DeedButton>
          <DeedButton
            action="message_of_the_day.set"
            isOff={props.message.text === ""}
            deed={() => putDailyMessage(api, "")}
          >
            Take it away…
          </DeedButton>
        </div>
      </Show>
    </>
  );
}

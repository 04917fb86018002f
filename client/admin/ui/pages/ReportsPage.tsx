//! What players reported of the chat: the words with what was said before, and what to do about them.

import { batch, createSignal, For, Show } from "solid-js";
import type { Report } from "../../api";
import { removeLine } from "../../model/chat_deeds";
import { closeReport } from "../../model/deeds";
import { createAsked } from "../asked";
import { usePanel } from "../context";
import { AccountLink, DeedButton, Moment, Section, Told } from "../parts";

const EVERY_MS = 10_000;

export function ReportsPage() {
  const { api } = usePanel();
  const [state, setState] = createSignal<"open" | "resolved">("open");
  const [after, setAfter] = createSignal<string | null>(null);
  const asked = createAsked(
    () => {
      const [wanted, page] = [state(), after()];
      return () => api.reports(wanted, page);
    },
    { everyMs: EVERY_MS },
  );
  const turn = () =>
    batch(() => {
      setAfter(null);
      setState(state() === "open" ? "resolved" : "open");
    });
  return (
    <Section
      title={state() === "open" ? "Open reports, the eldest first" : "Closed reports, the newest first"}
      about="The account's number leads to the player: mute, kick and ban are there."
      tools={
        <button class="button" onClick={turn}>
          {state() === "open" ? "Show closed ones" : "Show open ones"}
        </button>
      }
    >
      <Told asked={asked}>
        {(page) => (
          <>
            <ol class="cards">
              <For each={page().reports} fallback={<li class="dim">There are none.</li>}>
                {(report) => <ReportCard report={report} />}
              </For>
            </ol>
            <Show when={page().next}>
              {(next) => (
                <button class="button" onClick={() => setAfter(next())}>
                  More
                </button>
              )}
            </Show>
          </>
        )}
      </Told>
    </Section>
  );
}

function ReportCard(props: { report: Report }) {
  const { api } = usePanel();
  return (
    <li class="card">
      <header class="card-head">
        <b>{props.report.reason}</b>
        <span class="dim">
          reported by <AccountLink account={props.report.reporter} />, <Moment atMs={props.report.atMs} />
        </span>
        <Show when={props.report.resolved === null}>
          <DeedButton action="report.close" deed={() => closeReport(api, props.report)}>
            Close it…
          </DeedButton>
        </Show>
      </header>
      <ul class="talk">
        <For each={props.report.context}>
          {(line, index) => (
            <li class="talk-line" classList={{ reported: index() === props.report.context.length - 1 }}>
              <span>
                <Moment atMs={line.timeMs} /> <b>{line.name}</b> (<AccountLink account={line.account} />): {line.text}
              </span>
              <DeedButton action="chat.remove" deed={() => removeLine(api, line)}>
                Remove…
              </DeedButton>
            </li>
          )}
        </For>
      </ul>
      <Show when={props.report.resolved}>
        {(resolved) => (
          <p class="dim">
            Closed by <AccountLink account={resolved().by} />, <Moment atMs={resolved().atMs} />: {resolved().note}
          </p>
        )}
      </Show>
    </li>
  );
}

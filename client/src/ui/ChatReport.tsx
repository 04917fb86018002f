import { createSignal, onMount } from "solid-js";
import { asProblem, type Problem } from "../account";
import type { TalkLine } from "../world/talk";

/** Tells moderators of a message, by its number.
 * @throws Problem */
export type Report = (message: string, reason: string) => Promise<void>;

interface ChatReportProps {
  line: TalkLine;
  report: Report;
  /** Shut again; with a word for the player, if it was done. */
  close(word: string): void;
}

/** A report takes as many letters as a message. */
const REASON_LETTERS_MAX = 200;

/** Why a line is reported. Enter sends it, Esc gives it up. */
export function ChatReport(props: ChatReportProps) {
  const [isBusy, setBusy] = createSignal(false);
  const [refusal, setRefusal] = createSignal("");
  let field!: HTMLInputElement;
  onMount(() => field.focus());
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy()) return;
    setBusy(true);
    setRefusal("");
    try {
      await props.report(props.line.message, field.value);
      props.close(`Moderators will look at what ${props.line.name} said.`);
    } catch (error) {
      setRefusal(reportWords(asProblem(error)));
      setBusy(false);
      field.focus();
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.code !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    props.close("");
  };
  return (
    <form class="chat-report" onSubmit={submit} onKeyDown={onKey} aria-busy={isBusy()}>
      <label for="report-reason">
        What is wrong with what <b>{props.line.name}</b> said?
      </label>
      <q class="chat-quote">{props.line.text}</q>
      <input
        id="report-reason"
        ref={field}
        required
        maxLength={REASON_LETTERS_MAX}
        autocomplete="off"
        placeholder="Insults, cheating, threats"
      />
      <p class="refusal" role="alert">
        {refusal()}
      </p>
      <div class="chat-report-ways">
        <button type="submit" disabled={isBusy()}>
          Report
        </button>
        <button type="button" onClick={() => props.close("")}>
          Leave it
        </button>
      </div>
    </form>
  );
}

function reportWords(problem: Problem): string {
  if (problem.status === 404) return "Moderators do not have that message, or not yet. Try again in a moment.";
  if (problem.status === 429) return problem.sentence();
  return problem.isPassing ? "Moderators cannot be told just now. Try again in a moment." : problem.sentence();
}

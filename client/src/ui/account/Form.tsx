import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import { asProblem, asSentence, type Problem } from "../../account";
import { focusFirst } from "./focus";

export interface FieldSpec {
  /** As the service calls it, so that what it finds wrong stands beside it. */
  name: string;
  label: string;
  type: "email" | "password" | "text";
  autocomplete: JSX.HTMLAutocomplete;
  hint?: string;
  inputmode?: "numeric" | "email";
}

export type Values = Record<string, string>;

export interface FormProps {
  fields: readonly FieldSpec[];
  submit: string;
  /** What it throws is told: beside the field that it names, else above the button. */
  act: (values: Values) => Promise<void>;
  /** Other ways on, below the button. */
  children?: JSX.Element;
}

const NEEDED = "This is needed.";

/** Labelled fields and one button; refusals stand beside what they are about. */
export function Form(props: FormProps) {
  const [errors, setErrors] = createSignal<Values>({});
  const [refusal, setRefusal] = createSignal("");
  const [isBusy, setBusy] = createSignal(false);
  let form!: HTMLFormElement;
  onMount(() => focusFirst(form));
  const tell = (byField: Values, rest: string) => {
    setErrors(byField);
    setRefusal(rest);
    const wrong = props.fields.find(({ name }) => byField[name] !== undefined);
    if (wrong) form.querySelector<HTMLInputElement>(`[name="${wrong.name}"]`)?.focus();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy()) return;
    const values = valuesOf(form);
    const missing = props.fields.filter(({ name }) => !values[name]);
    tell(Object.fromEntries(missing.map(({ name }) => [name, NEEDED])), "");
    if (missing.length > 0) return;
    setBusy(true);
    try {
      await props.act(values);
    } catch (error) {
      const problem = asProblem(error);
      const byField = errorsBeside(problem, props.fields);
      tell(byField, Object.keys(byField).length > 0 ? "" : problem.sentence());
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="account-form" noValidate ref={form} onSubmit={submit} aria-busy={isBusy()}>
      <For each={props.fields}>
        {(field) => <Field field={field} error={errors()[field.name] ?? ""} />}
      </For>
      <p class="refusal" role="alert">
        {refusal()}
      </p>
      <button class="button primary" type="submit" disabled={isBusy()}>
        {props.submit}
      </button>
      <div class="account-ways">{props.children}</div>
    </form>
  );
}

function Field(props: { field: FieldSpec; error: string }) {
  const id = `account-${props.field.name}`;
  return (
    <div class="field">
      <label for={id}>{props.field.label}</label>
      <input
        id={id}
        name={props.field.name}
        type={props.field.type}
        autocomplete={props.field.autocomplete}
        inputmode={props.field.inputmode}
        aria-invalid={props.error !== ""}
        aria-describedby={`${id}-word`}
      />
      <span id={`${id}-word`} class="field-word" classList={{ wrong: props.error !== "" }}>
        <Show when={props.error} fallback={props.field.hint}>
          {props.error}
        </Show>
      </span>
    </div>
  );
}

function valuesOf(form: HTMLFormElement): Values {
  const entries = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  return Object.fromEntries(entries) as Values;
}

function errorsBeside(problem: Problem, fields: readonly FieldSpec[]): Values {
  const known = problem.fields.filter(({ field }) => fields.some(({ name }) => name === field));
  return Object.fromEntries(known.map(({ field, detail }) => [field, asSentence(detail)]));
}

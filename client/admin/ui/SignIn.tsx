//! The door: mail address, password, and the code of the second factor.

import { createSignal, For, Show } from "solid-js";
import { asProblem, type Login } from "../../src/account";
import { explained, type Explained } from "../model/words";
import { Failure } from "./parts";

interface Field {
  name: keyof Login;
  label: string;
  type: "email" | "password" | "text";
  autocomplete: "username" | "current-password" | "one-time-code";
}

const FIELDS: readonly Field[] = [
  { name: "email", label: "Mail address", type: "email", autocomplete: "username" },
  { name: "password", label: "Password", type: "password", autocomplete: "current-password" },
  { name: "code", label: "Code of your second factor", type: "text", autocomplete: "one-time-code" },
];

interface SignInProps {
  notice: Explained | null;
  /** Asks once more who this is, where the service did not say; undefined where nothing is left to ask. */
  again: (() => void) | undefined;
  signIn: (form: Login) => Promise<void>;
}

export function SignIn(props: SignInProps) {
  const [isBusy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<Explained | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isBusy()) return;
    setBusy(true);
    setFailure(null);
    try {
      await props.signIn(loginOf(event.target as HTMLFormElement));
    } catch (error) {
      setFailure(explained(asProblem(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="door">
      <form class="door-card" onSubmit={submit} aria-busy={isBusy()}>
        <h1>VoxelHeim operations</h1>
        <p class="dim">For moderators, operators and admins.</p>
        <For each={FIELDS}>
          {({ name, label, type, autocomplete }, index) => (
            <div class="field">
              <label for={`sign-in-${name}`}>{label}</label>
              <input
                id={`sign-in-${name}`}
                name={name}
                type={type}
                autocomplete={autocomplete}
                inputmode={name === "code" ? "numeric" : undefined}
                autofocus={index() === 0}
                required
              />
            </div>
          )}
        </For>
        <div role="alert">
          <Show when={failure() ?? props.notice}>{(told) => <Failure failure={told()} />}</Show>
        </div>
        <Show when={failure() === null && props.again}>
          {(again) => (
            <button type="button" class="button" onClick={() => again()()}>
              Try again
            </button>
          )}
        </Show>
        <button class="button primary" disabled={isBusy()}>
          {isBusy() ? "Signing in…" : "Sign in"}
        </button>
        <p class="hint">
          No second factor yet? Set one up in <a href="/">the game</a>: sign in, Account, Second factor.
        </p>
      </form>
    </main>
  );
}

function loginOf(form: HTMLFormElement): Login {
  const text = (name: string) => String(new FormData(form).get(name) ?? "");
  return { email: text("email").trim(), password: text("password"), code: text("code").replaceAll(" ", "") };
}

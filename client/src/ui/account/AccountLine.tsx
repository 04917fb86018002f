import { Show } from "solid-js";
import type { AccountState } from "../../account";
import type { Screen } from "./AccountDialog";

/** On the title: who plays, and the way to change that. */
export function AccountLine(props: { state: AccountState; open: (screen: Screen) => void }) {
  return (
    <p class="account-line">
      <Show
        when={props.state.who === "account"}
        fallback={
          <>
            <span>Playing as guest</span>
            <button id="sign-in" class="link" type="button" onClick={() => props.open({ kind: "signIn" })}>
              Sign in
            </button>
          </>
        }
      >
        <span class="account-mail">{props.state.details?.email ?? "Signed in"}</span>
        <button id="account" class="link" type="button" onClick={() => props.open({ kind: "account" })}>
          Account
        </button>
      </Show>
    </p>
  );
}

import { Match, onMount, Switch } from "solid-js";
import type { Account, AccountState, Arrival } from "../../account";
import { ChangePassword, OwnAccount } from "./OwnAccount";
import { Forgot, Register, Reset, SignIn, Told, Verify } from "./entry_screens";
import { Arrived } from "./providers";
import { RemoveFactor, SetUpFactor } from "./SecondFactor";

/** What the dialog shows. */
export type Screen =
  | { kind: "signIn"; notice?: string }
  | { kind: "register" }
  | { kind: "forgot" }
  | { kind: "verify" | "reset"; token: string }
  | { kind: "arrived"; arrival: Arrival }
  /** Only words, and a way on. */
  | { kind: "told"; title: string; text: string }
  | { kind: "account" }
  | { kind: "password" }
  | { kind: "setUpFactor" }
  | { kind: "removeFactor" };

/** What every screen is given. */
export interface ScreenProps {
  account: Account;
  state: AccountState;
  /** Another screen; null is back to the title. */
  open: (screen: Screen | null) => void;
}

/** Who plays: one screen at a time over the title. The browser keeps the focus inside. */
export function AccountDialog(props: ScreenProps & { screen: Screen }) {
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  const token = () => ("token" in props.screen ? props.screen.token : "");
  const screens = { account: props.account, open: props.open };
  return (
    <dialog
      ref={dialog}
      class="panel account"
      aria-labelledby="account-title"
      onCancel={(event) => {
        event.preventDefault();
        props.open(null);
      }}
    >
      <Switch>
        <Match when={props.screen.kind === "signIn" && props.screen}>
          {(screen) => <SignIn {...screens} state={props.state} notice={screen().notice} />}
        </Match>
        <Match when={props.screen.kind === "register"}>
          <Register {...screens} state={props.state} />
        </Match>
        <Match when={props.screen.kind === "forgot"}>
          <Forgot {...screens} state={props.state} />
        </Match>
        <Match when={props.screen.kind === "verify"}>
          <Verify {...screens} state={props.state} token={token()} />
        </Match>
        <Match when={props.screen.kind === "reset"}>
          <Reset {...screens} state={props.state} token={token()} />
        </Match>
        <Match when={props.screen.kind === "arrived" && props.screen}>
          {(screen) => <Arrived {...screens} state={props.state} arrival={screen().arrival} />}
        </Match>
        <Match when={props.screen.kind === "told" && props.screen}>
          {(screen) => <Told open={props.open} title={screen().title} text={screen().text} />}
        </Match>
        <Match when={props.screen.kind === "account"}>
          <OwnAccount {...screens} state={props.state} />
        </Match>
        <Match when={props.screen.kind === "password"}>
          <ChangePassword {...screens} state={props.state} />
        </Match>
        <Match when={props.screen.kind === "setUpFactor"}>
          <SetUpFactor {...screens} state={props.state} />
        </Match>
        <Match when={props.screen.kind === "removeFactor"}>
          <RemoveFactor {...screens} state={props.state} />
        </Match>
      </Switch>
    </dialog>
  );
}

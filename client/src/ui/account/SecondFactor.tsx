import { createSignal, For, Match, Switch } from "solid-js";
import type { SecondFactor } from "../../account";
import type { ScreenProps } from "./AccountDialog";
import { CODE, Head, Way } from "./entry_screens";
import { focusFirst } from "./focus";
import { Form, type FieldSpec, type Values } from "./Form";

const PASSWORD: FieldSpec = {
  name: "password",
  label: "Your password",
  type: "password",
  autocomplete: "current-password",
};
const FIRST_CODE: FieldSpec = {
  name: "code",
  label: "The six digits that the app shows",
  type: "text",
  autocomplete: "one-time-code",
  inputmode: "numeric",
};

/** First the password, then the secret and a code, last the codes for paper, which are told only once. */
export function SetUpFactor(props: ScreenProps) {
  const [factor, setFactor] = createSignal<SecondFactor | null>(null);
  const [codes, setCodes] = createSignal<string[] | null>(null);
  const begin = async ({ password = "" }: Values) => {
    setFactor(await props.account.beginFactor(password));
  };
  const confirm = async ({ code = "" }: Values) => {
    setCodes(await props.account.confirmFactor(code.replaceAll(" ", "")));
  };
  const back = (
    <Way open={props.open} to={{ kind: "account" }}>
      Back
    </Way>
  );
  return (
    <Switch
      fallback={
        <>
          <Head title="Second factor">
            An app on your telephone shows a code that is asked for beside the password.
          </Head>
          <Form fields={[PASSWORD]} submit="Go on" act={begin}>
            {back}
          </Form>
        </>
      }
    >
      <Match when={codes()}>{(told) => <PaperCodes codes={told()} open={props.open} />}</Match>
      <Match when={factor()}>
        {(begun) => (
          <>
            <Head title="Second factor">
              Type this secret into your authenticator app, or <a href={begun().uri}>open it there</a>.
            </Head>
            <output class="secret" aria-label="Secret">
              {inFours(begun().secret)}
            </output>
            <Form fields={[FIRST_CODE]} submit="Confirm" act={confirm}>
              {back}
            </Form>
          </>
        )}
      </Match>
    </Switch>
  );
}

function PaperCodes(props: { codes: string[]; open: ScreenProps["open"] }) {
  return (
    <>
      <Head title="Write these down">
        Each works once in place of a code, for when the telephone is lost. They are not shown again.
      </Head>
      <ul class="paper-codes">
        <For each={props.codes}>{(code) => <li>{code}</li>}</For>
      </ul>
      <button ref={focusFirst} class="button primary" onClick={() => props.open({ kind: "account" })}>
        I have them
      </button>
    </>
  );
}

export function RemoveFactor(props: ScreenProps) {
  const act = async ({ password = "", code = "" }: Values) => {
    await props.account.removeFactor(password, code);
    props.open({ kind: "signIn", notice: "The second factor is removed. Sign in again." });
  };
  return (
    <>
      <Head title="Remove the second factor">All browsers are signed out, this one too.</Head>
      <Form fields={[PASSWORD, CODE]} submit="Remove it" act={act}>
        <Way open={props.open} to={{ kind: "account" }}>
          Back
        </Way>
      </Form>
    </>
  );
}

function inFours(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}

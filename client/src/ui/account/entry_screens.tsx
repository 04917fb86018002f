import { createSignal, Show, type JSX } from "solid-js";
import { asProblem } from "../../account";
import type { Screen, ScreenProps } from "./AccountDialog";
import { focusFirst } from "./focus";
import { ProviderButtons } from "./providers";
import { Form, type FieldSpec, type Values } from "./Form";

const EMAIL: FieldSpec = {
  name: "email",
  label: "Mail address",
  type: "email",
  autocomplete: "username",
  inputmode: "email",
};
const PASSWORD: FieldSpec = {
  name: "password",
  label: "Password",
  type: "password",
  autocomplete: "current-password",
};
export const CODE: FieldSpec = {
  name: "code",
  label: "Code of your second factor",
  type: "text",
  autocomplete: "one-time-code",
  hint: "From your app, or one from paper.",
};
const STRENGTH = "At least 10 characters; a few words are best.";

type Open = (screen: Screen | null) => void;

export function Head(props: { title: string; children?: JSX.Element }) {
  return (
    <header class="account-head">
      <h2 id="account-title">{props.title}</h2>
      <Show when={props.children}>
        <p class="dim">{props.children}</p>
      </Show>
    </header>
  );
}

/** To another screen of the dialog. */
export function Way(props: { open: Open; to: Screen | null; children: JSX.Element }) {
  return (
    <button class="link" type="button" onClick={() => props.open(props.to)}>
      {props.children}
    </button>
  );
}

export function SignIn(props: ScreenProps & { notice: string | undefined }) {
  const [needsCode, setNeedsCode] = createSignal(false);
  const act = async ({ email = "", password = "", code }: Values) => {
    try {
      await props.account.signIn({ email, password, ...(code ? { code } : {}) });
    } catch (error) {
      // The password was right: not a refusal, but the next question.
      if (asProblem(error).kind !== "second-factor-required" || needsCode()) throw error;
      setNeedsCode(true);
      document.getElementById("account-code")?.focus();
      return;
    }
    props.open(null);
  };
  return (
    <>
      <Head title="Sign in">{props.notice}</Head>
      <Form fields={needsCode() ? [EMAIL, PASSWORD, CODE] : [EMAIL, PASSWORD]} submit="Sign in" act={act}>
        <Way open={props.open} to={{ kind: "register" }}>
          Make an account
        </Way>
        <Way open={props.open} to={{ kind: "forgot" }}>
          Forgot the password?
        </Way>
        <Way open={props.open} to={null}>
          Go on as guest
        </Way>
      </Form>
      <ProviderButtons account={props.account} />
    </>
  );
}

export function Register(props: ScreenProps) {
  const act = async ({ email = "", password = "" }: Values) => {
    await props.account.register({ email, password });
    const text = `A link is on its way to ${email}. Open it within a day, and give your password there.`;
    props.open({ kind: "told", title: "Read your mail", text });
  };
  const password: FieldSpec = { ...PASSWORD, autocomplete: "new-password", hint: STRENGTH };
  return (
    <>
      <Head title="Make an account">
        {props.state.who === "guest"
          ? "You keep what you have as a guest, on any device."
          : "Your name and your deeds, on any device."}
      </Head>
      <Form fields={[EMAIL, password]} submit="Make the account" act={act}>
        <Way open={props.open} to={{ kind: "signIn" }}>
          I have one
        </Way>
        <Way open={props.open} to={null}>
          Not now
        </Way>
      </Form>
      <ProviderButtons account={props.account} />
    </>
  );
}

export function Verify(props: ScreenProps & { token: string }) {
  const act = async ({ password = "" }: Values) => {
    await props.account.verify(props.token, password);
    const text = "Your account is made, and you are signed in.";
    props.open({ kind: "told", title: "Welcome", text });
  };
  return (
    <>
      <Head title="Confirm your account">Give the password that you chose.</Head>
      <Form fields={[PASSWORD]} submit="Confirm" act={act}>
        <Way open={props.open} to={{ kind: "register" }}>
          Begin again
        </Way>
        <Way open={props.open} to={null}>
          Not now
        </Way>
      </Form>
    </>
  );
}

export function Forgot(props: ScreenProps) {
  const act = async ({ email = "" }: Values) => {
    await props.account.forgot(email);
    const text = `If ${email} has an account, a link to set a new password is on its way. It works for an hour.`;
    props.open({ kind: "told", title: "Read your mail", text });
  };
  return (
    <>
      <Head title="Forgot the password?">We mail you a link to set a new one.</Head>
      <Form fields={[EMAIL]} submit="Mail me a link" act={act}>
        <Way open={props.open} to={{ kind: "signIn" }}>
          Back
        </Way>
      </Form>
    </>
  );
}

export function Reset(props: ScreenProps & { token: string }) {
  const act = async ({ new_password: password = "" }: Values) => {
    await props.account.reset(props.token, password);
    props.open({ kind: "signIn", notice: "The new password holds. Sign in with it." });
  };
  return (
    <>
      <Head title="Set a new password">All devices are signed out.</Head>
      <Form fields={[NEW_PASSWORD]} submit="Set it" act={act}>
        <Way open={props.open} to={{ kind: "forgot" }}>
          Mail me another link
        </Way>
      </Form>
    </>
  );
}

export const NEW_PASSWORD: FieldSpec = {
  name: "new_password",
  label: "New password",
  type: "password",
  autocomplete: "new-password",
  hint: STRENGTH,
};

export function Told(props: { open: Open; title: string; text: string }) {
  return (
    <>
      <Head title={props.title} />
      <p>{props.text}</p>
      <button ref={focusFirst} class="button primary" onClick={() => props.open(null)}>
        To the battle
      </button>
    </>
  );
}

import { createResource, createSignal, For, onMount, Show } from "solid-js";
import { asProblem, capitalised, type AccountDetails, type SessionDetails } from "../../account";
import type { ScreenProps } from "./AccountDialog";
import { Head, NEW_PASSWORD, Way } from "./entry_screens";
import { focusFirst } from "./focus";
import { Form, type FieldSpec, type Values } from "./Form";

const CURRENT_PASSWORD: FieldSpec = {
  name: "current_password",
  label: "Password until now",
  type: "password",
  autocomplete: "current-password",
};

/** What one may know and do about one's own account. */
export function OwnAccount(props: ScreenProps) {
  const [refusal, setRefusal] = createSignal("");
  onMount(() => void props.account.look());
  const attempt = async (deed: () => Promise<void>) => {
    try {
      await deed();
      props.open(null);
    } catch (error) {
      setRefusal(asProblem(error).sentence());
    }
  };
  return (
    <>
      <Head title="Your account" />
      <Show when={props.state.trouble}>
        <p class="refusal trouble">{props.state.trouble}</p>
      </Show>
      <Show when={props.state.details}>
        {(details) => <Details details={details()} open={props.open} />}
      </Show>
      <Sessions {...props} />
      <p class="refusal" role="alert">
        {refusal()}
      </p>
      <div class="row wrap">
        <button id="log-out" class="button" onClick={() => attempt(() => props.account.logOut())}>
          Log out
        </button>
        <button class="button" onClick={() => attempt(() => props.account.logOutEverywhere())}>
          Log out everywhere
        </button>
        <button ref={focusFirst} class="button primary" onClick={() => props.open(null)}>
          Done
        </button>
      </div>
    </>
  );
}

function Details(props: { details: AccountDetails; open: ScreenProps["open"] }) {
  const isHeldBack = () => props.details.role !== props.details.session_role;
  return (
    <dl class="account-details">
      <dt>Mail address</dt>
      <dd class="account-mail">{props.details.email ?? "none"}</dd>
      <dt>Role</dt>
      <dd>
        {capitalised(props.details.role)}
        <Show when={isHeldBack()}>
          <span class="dim"> (once you signed in with a second factor)</span>
        </Show>
      </dd>
      <dt>Since</dt>
      <dd>{day(props.details.created_ms)}</dd>
      <Show when={props.details.has_password}>
        <dt>Password</dt>
        <dd>
          <Way open={props.open} to={{ kind: "password" }}>
            Change
          </Way>
        </dd>
        <dt>Second factor</dt>
        <dd>
          <Show
            when={props.details.has_second_factor}
            fallback={
              <Way open={props.open} to={{ kind: "setUpFactor" }}>
                Set up
              </Way>
            }
          >
            set up ·{" "}
            <Way open={props.open} to={{ kind: "removeFactor" }}>
              Remove
            </Way>
          </Show>
        </dd>
      </Show>
    </dl>
  );
}

function Sessions(props: ScreenProps) {
  const [sessions] = createResource(async () => {
    try {
      return await props.account.sessions();
    } catch {
      return [];
    }
  });
  return (
    <Show when={sessions()?.length}>
      <h3>Signed in</h3>
      <ul class="account-sessions">
        <For each={sessions()}>
          {(session) => (
            <li>
              <span>{session.is_this ? "This browser" : "Another browser"}</span>
              <span class="dim">{lastSeen(session)}</span>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

function lastSeen({ address, created_ms: created, used_ms: used }: SessionDetails): string {
  const days = day(created) === day(used) ? day(used) : `${day(created)} to ${day(used)}`;
  return `${address} · ${days}`;
}

function day(ms: number): string {
  return new Date(ms).toLocaleDateString("en-GB", { dateStyle: "medium" });
}

export function ChangePassword(props: ScreenProps) {
  const act = async (values: Values) => {
    const { current_password: current = "", new_password: next = "" } = values;
    await props.account.changePassword(current, next);
    const text = "The new password holds. All other browsers are signed out.";
    props.open({ kind: "told", title: "Password changed", text });
  };
  return (
    <>
      <Head title="Change the password">All other browsers are signed out.</Head>
      <Form fields={[CURRENT_PASSWORD, NEW_PASSWORD]} submit="Change it" act={act}>
        <Way open={props.open} to={{ kind: "account" }}>
          Back
        </Way>
      </Form>
    </>
  );
}

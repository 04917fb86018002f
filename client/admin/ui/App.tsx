//! The door or the panel, by who is signed in.

import { createSignal, Match, onMount, Switch } from "solid-js";
import { asProblem, type Login } from "../../src/account";
import { AdminApi, type Ask, type Staff, type StaffSession } from "../api";
import { explained, type Explained } from "../model/words";
import { Panel } from "./Panel";
import { SignIn } from "./SignIn";

/** What is wrong with a session that the service does not take for staff's. */
const NO_FACTOR: Explained = {
  title: "This session gave no second factor",
  details: ["Your role counts only with one. Set one up in the game, then sign in here with its code."],
};
const NO_STAFF: Explained = {
  title: "This account is no staff",
  details: ["Somebody who may change roles has to appoint it."],
};

const ENDED: Explained = { title: "Your session ended", details: ["Sign in again."] };

export function App(props: { session: StaffSession }) {
  const [staff, setStaff] = createSignal<Staff | null>(null);
  const [isLoading, setLoading] = createSignal(props.session.isKept);
  const [notice, setNotice] = createSignal<Explained | null>(null);
  /** Whether the service did not say who this is: then the session is kept, and it may be asked again. */
  const [isUnsure, setUnsure] = createSignal(false);
  const leave = (why: Explained | null) => {
    setNotice(why);
    setUnsure(false);
    setStaff(null);
  };
  const ask: Ask = async (method, path, form) => {
    try {
      return await props.session.ask(method, path, form);
    } catch (error) {
      const problem = asProblem(error);
      if (problem.kind === "unauthorized") leave(ENDED);
      throw problem;
    }
  };
  const api = new AdminApi(ask);
  const enter = async () => {
    try {
      setStaff(await api.me());
    } catch (error) {
      leave(await refusalOf(error, props.session));
      setUnsure(props.session.isKept);
    }
    setLoading(false);
  };
  const again = () => (setLoading(true), void enter());
  const signIn = async (form: Login) => {
    await props.session.signIn(form);
    await enter();
  };
  const signOut = async () => {
    await props.session.signOut();
    leave(null);
  };
  onMount(() => {
    if (props.session.isKept) void enter();
    // Another tab signed out, or in as somebody else: what is done here would be done in that name.
    props.session.watch(() => {
      const who = staff();
      if (who !== null && who.account !== props.session.holder) leave(ENDED);
    });
  });
  return (
    <Switch fallback={<SignIn notice={notice()} again={isUnsure() ? again : undefined} signIn={signIn} />}>
      <Match when={isLoading()}>
        <p class="door dim" role="status">
          Asking who you are…
        </p>
      </Match>
      <Match when={staff()}>
        {(who) => (
          <Panel
            api={api}
            staff={who()}
            openLive={props.session.openLive}
            signOut={() => void signOut()}
            sessionEnded={() => leave(ENDED)}
          />
        )}
      </Match>
    </Switch>
  );
}

/** Who was refused as staff is told what is missing; whoever ended up here otherwise, what went wrong. */
async function refusalOf(error: unknown, session: StaffSession): Promise<Explained> {
  const problem = asProblem(error);
  if (problem.kind === "unauthorized") return ENDED;
  if (problem.status !== 403) return explained(problem);
  try {
    const { role, session_role: sessionRole } = await session.account();
    return role === sessionRole ? NO_STAFF : NO_FACTOR;
  } catch {
    return explained(problem);
  } finally {
    // Who is no staff keeps no session here.
    await session.signOut();
  }
}

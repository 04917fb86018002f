import { createResource, createSignal, For, onMount, Show } from "solid-js";
import { asProblem, type Arrival, type Problem, type Provider } from "../../account";
import type { ScreenProps } from "./AccountDialog";
import { Head, Way } from "./entry_screens";
import { focusFirst } from "./focus";

/** A button for each provider by whom one may sign in; nothing where there is none. */
export function ProviderButtons(props: Pick<ScreenProps, "account">) {
  const [providers] = createResource(() => props.account.providers());
  return (
    <Show when={providers()?.length}>
      <section class="providers" aria-label="Sign in by another">
        <p class="providers-or">or</p>
        <For each={providers()}>
          {(provider) => <Departing account={props.account} provider={provider} isLink />}
        </For>
      </section>
    </Show>
  );
}

interface DepartingProps extends Pick<ScreenProps, "account"> {
  provider: Provider;
  /** Whether a guest becomes that user. */
  isLink: boolean;
  isPrimary?: boolean;
}

/** Leads to the provider. */
function Departing(props: DepartingProps) {
  const [isBusy, setBusy] = createSignal(false);
  const [refusal, setRefusal] = createSignal("");
  const leave = async () => {
    setBusy(true);
    setRefusal("");
    try {
      await props.account.leaveFor(props.provider, props.isLink);
      // The browser's Back may bring this very page again.
      addEventListener("pageshow", () => setBusy(false), { once: true });
    } catch (error) {
      setRefusal(departureWords(asProblem(error), props.provider));
      setBusy(false);
    }
  };
  return (
    <>
      <button
        ref={(button) => props.isPrimary && focusFirst(button)}
        class="button provider"
        classList={{ primary: props.isPrimary ?? false }}
        type="button"
        disabled={isBusy()}
        onClick={leave}
      >
        Sign in with {props.provider.title}
      </button>
      <p class="refusal" role="alert">
        {refusal()}
      </p>
    </>
  );
}

function departureWords(problem: Problem, { title }: Provider): string {
  const isAway = problem.status === 503;
  return isAway ? `${title} cannot be reached. Try again in a moment.` : problem.sentence();
}

/** The browser is back from a provider. */
export function Arrived(props: ScreenProps & { arrival: Arrival }) {
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const title = () => props.arrival.departure?.provider.title ?? "";
  onMount(async () => {
    try {
      await props.account.arrive(props.arrival);
      props.open({ kind: "told", title: "Welcome", text: `You are signed in with ${title()}.` });
    } catch (error) {
      setProblem(asProblem(error));
    }
  });
  return (
    <Show when={problem()} fallback={<Head title={`Signing in with ${title()}`}>A moment.</Head>}>
      {(refused) => <NotSignedIn {...props} problem={refused()} />}
    </Show>
  );
}

function NotSignedIn(props: ScreenProps & { arrival: Arrival; problem: Problem }) {
  const taken = () => (props.problem.kind === "identity-taken" ? props.arrival.departure : null);
  return (
    <>
      <Head title="Not signed in" />
      <Show
        when={taken()}
        fallback={
          <>
            <p class="refusal trouble" role="alert">
              {props.problem.sentence()}
            </p>
            <button ref={focusFirst} class="button primary provider" onClick={() => props.open({ kind: "signIn" })}>
              Try again
            </button>
          </>
        }
      >
        {(departure) => (
          <>
            <p role="alert">
              Your {departure().provider.title} user has an account here already. Sign in to it, and what you did
              as a guest stays behind.
            </p>
            <Departing account={props.account} provider={departure().provider} isLink={false} isPrimary />
          </>
        )}
      </Show>
      <div class="account-ways">
        <Way open={props.open} to={null}>
          Go on as guest
        </Way>
      </div>
    </>
  );
}

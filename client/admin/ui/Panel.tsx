//! The panel once somebody is in: the world above, pages at the side, what was done below.

import { createEffect, createSignal, For, Match, on, onCleanup, onMount, Show, Switch } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { AdminApi, Staff } from "../api";
import { DeedDesk, type DeedState } from "../model/deed_desk";
import type { Deed } from "../model/deeds";
import { LiveWorld, type LiveState } from "../model/live_world";
import { addressOf, hashOf, pagesOf, type Address, type PageId } from "../model/pages";
import { Attention } from "./Attention";
import { Context, type PanelContext } from "./context";
import { DeedDialog } from "./DeedDialog";
import { Deeds } from "./Deeds";
import { Head } from "./Head";
import { AuditPage } from "./pages/AuditPage";
import { BackendsPage } from "./pages/BackendsPage";
import { BattlesPage } from "./pages/BattlesPage";
import { ChatPage } from "./pages/ChatPage";
import { ConfigPage } from "./pages/ConfigPage";
import { EconomyPage } from "./pages/EconomyPage";
import { EnvironmentsPage } from "./pages/EnvironmentsPage";
import { MapPage } from "./pages/MapPage";
import { MessagePage } from "./pages/MessagePage";
import { PlanPage } from "./pages/PlanPage";
import { PlayersPage } from "./pages/PlayersPage";
import { ReportsPage } from "./pages/ReportsPage";
import { SessionsPage } from "./pages/SessionsPage";
import { WorldPage } from "./pages/WorldPage";
import { Shortcuts, watchKeys } from "./Shortcuts";

export interface PanelProps {
  api: AdminApi;
  staff: Staff;
  openLive: (signal: AbortSignal) => Promise<Response>;
  signOut: () => void;
  sessionEnded: () => void;
}

export function Panel(props: PanelProps) {
  const nowMs = createNow();
  const { live, world } = createLive(props);
  const { address, go } = createAddress(props.staff);
  const [deeds, setDeeds] = createSignal<DeedState>({ records: [], doneCount: 0, reason: "", reasonHint: "" });
  const desk = new DeedDesk(() => Date.now(), setDeeds);
  const [deed, setDeed] = createSignal<Deed | null>(null);
  const [areShortcutsShown, setShortcutsShown] = createSignal(false);
  const pages = pagesOf(props.staff);
  watchKeys(pages, { go, help: () => setShortcutsShown(true) });
  const context: PanelContext = {
    api: props.api,
    staff: props.staff,
    live,
    history: world.history,
    get deeds() {
      return deeds();
    },
    nowMs,
    item: () => address().item,
    go,
    begin: setDeed,
  };
  return (
    <Context.Provider value={context}>
      <a class="skip" href="#main" onClick={(event) => focusMain(event)}>
        Skip to the page
      </a>
      <div class="panel-frame">
        <Head signOut={props.signOut} help={() => setShortcutsShown(true)} retry={() => world.start()} />
        <Pages pages={pages} page={address().page} />
        <main id="main" class="main" tabindex="-1">
          <Attention />
          <PageShown page={address().page} />
        </main>
        <Deeds />
      </div>
      <Show when={deed()} keyed>
        {(begun) => (
          <DeedDialog
            deed={begun}
            reason={deeds().reasonHint === begun.reasonHint ? deeds().reason : ""}
            run={(values) => desk.run(begun, values)}
            close={() => setDeed((shown) => (shown === begun ? null : shown))}
          />
        )}
      </Show>
      <Show when={areShortcutsShown()}>
        <Shortcuts pages={pages} close={() => setShortcutsShown(false)} />
      </Show>
    </Context.Provider>
  );
}

function Pages(props: { pages: ReturnType<typeof pagesOf>; page: PageId }) {
  let nav!: HTMLElement;
  // On a telephone they are a row, of which some are out of sight.
  const show = () => nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  createEffect(on(() => props.page, show));
  window.addEventListener("resize", show);
  onCleanup(() => window.removeEventListener("resize", show));
  return (
    <nav ref={nav} class="pages" aria-label="Pages">
      <For each={props.pages}>
        {({ id, title }) => (
          <a href={hashOf(id)} aria-current={props.page === id ? "page" : undefined}>
            {title}
          </a>
        )}
      </For>
    </nav>
  );
}

function PageShown(props: { page: PageId }) {
  const is = (page: PageId) => props.page === page;
  return (
    <Switch>
      <Match when={is("map")}>{<MapPage />}</Match>
      <Match when={is("world")}>{<WorldPage />}</Match>
      <Match when={is("plan")}>{<PlanPage />}</Match>
      <Match when={is("players")}>{<PlayersPage />}</Match>
      <Match when={is("sessions")}>{<SessionsPage />}</Match>
      <Match when={is("reports")}>{<ReportsPage />}</Match>
      <Match when={is("chat")}>{<ChatPage />}</Match>
      <Match when={is("message")}>{<MessagePage />}</Match>
      <Match when={is("battles")}>{<BattlesPage />}</Match>
      <Match when={is("backends")}>{<BackendsPage />}</Match>
      <Match when={is("economy")}>{<EconomyPage />}</Match>
      <Match when={is("config")}>{<ConfigPage />}</Match>
      <Match when={is("audit")}>{<AuditPage />}</Match>
      <Match when={is("environments")}>{<EnvironmentsPage />}</Match>
    </Switch>
  );
}

function createNow() {
  const [nowMs, setNowMs] = createSignal(Date.now());
  const timer = setInterval(() => setNowMs(Date.now()), 1_000);
  onCleanup(() => clearInterval(timer));
  return nowMs;
}

function createLive(props: PanelProps) {
  const [live, setLive] = createStore<LiveState>({
    overview: null,
    stream: { phase: "connecting" },
    heardMs: 0,
  });
  const around = {
    now: () => Date.now(),
    later: (ms: number, work: () => void) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  };
  const world = new LiveWorld(props.openLive, around, (state) => {
    const { stream } = state;
    if (stream.phase === "lost" && stream.problem.kind === "unauthorized") return props.sessionEnded();
    // The store keeps what stays, so that a page does not forget where its focus is. A problem is no plain object.
    setLive("stream", () => stream);
    setLive("heardMs", state.heardMs);
    setLive("overview", reconcile(state.overview));
  });
  onMount(() => world.start());
  onCleanup(() => world.end());
  return { live, world };
}

function createAddress(staff: Staff) {
  const [address, setAddress] = createSignal<Address>(addressOf(location.hash, staff));
  const look = () => setAddress(addressOf(location.hash, staff));
  window.addEventListener("hashchange", look);
  onCleanup(() => window.removeEventListener("hashchange", look));
  const go = (page: PageId, item?: string) => (location.hash = hashOf(page, item));
  return { address, go };
}

/** The address bar names pages, so that the link cannot. */
function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

//! When the window of company is open and which tab it shows; and that others' calls are heard while it is not.
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { Company, CompanyState } from "../../company";
import { CHANNEL } from "../../wire/link";
import type { PartProps } from "../App";
import { keyLabel } from "../keys";
import { tabOf, type Tab } from "./CompanyWindow";
import { waitingFor, type Waiting } from "./waiting";

export interface CompanyDoor {
  state: Accessor<CompanyState>;
  isOpen: Accessor<boolean>;
  tab: Accessor<Tab>;
  setTab(tab: Tab): void;
  /** Opens the window where an answer is waited for. */
  openFor(waiting: Waiting): void;
  keyName: Accessor<string>;
}

export function createCompanyDoor(props: PartProps & { company: Company }): CompanyDoor {
  const [state, setState] = createSignal(props.company.state);
  onCleanup(props.company.subscribe(setState));
  const [tab, setTab] = createSignal<Tab>("Friends");
  const isJoined = createMemo(() => props.model().phase === "joined");
  const isOpen = createMemo(() => isJoined() && props.model().companyOpen);
  createEffect(() => {
    props.company.attend(isJoined());
    if (!isJoined()) props.actions.showCompany(false);
  });
  onCleanup(() => {
    props.company.attend(false);
    props.actions.showCompany(false);
  });
  showWhatIsNew(state, isOpen, setTab);
  lookWhenWhispered(props);
  return {
    state,
    isOpen,
    tab,
    setTab,
    openFor: (waiting) => {
      setTab(tabOf(waiting));
      props.actions.showCompany(true);
    },
    keyName: () => keyLabel(props.model().settings.bindings.company),
  };
}

/** The window opens where somebody has just called. */
function showWhatIsNew(
  state: Accessor<CompanyState>,
  isOpen: Accessor<boolean>,
  setTab: (tab: Tab) => void,
): void {
  const first = createMemo(() => waitingFor(state().calls)[0]);
  const call = createMemo(() => {
    const it = first();
    return it === undefined ? "" : it.kind + (it.kind === "friend" ? it.from.character : it.from.group);
  });
  createEffect(
    on(call, () => {
      const it = first();
      if (it !== undefined && !isOpen()) setTab(tabOf(it));
    }),
  );
}

/** Who invites whispers, so that the one invited need not ask again and again. */
function lookWhenWhispered(props: PartProps & { company: Company }): void {
  const newest = createMemo(() => {
    const isCall = ({ channel, own }: { channel: number; own: boolean }) =>
      channel === CHANNEL.WHISPER && !own;
    return props.model().talk.lines.findLast(isCall)?.number ?? 0;
  });
  createEffect(on(newest, (number) => void (number > 0 && props.company.look())));
}

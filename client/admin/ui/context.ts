//! What every part of the panel has at hand.

import { createContext, useContext } from "solid-js";
import type { AdminApi, Staff } from "../api";
import type { DeedState } from "../model/deed_desk";
import type { Deed } from "../model/deeds";
import type { History } from "../model/history";
import type { LiveState } from "../model/live_world";
import type { PageId } from "../model/pages";
import { mayDo, type Action } from "../model/rights";

export interface PanelContext {
  api: AdminApi;
  staff: Staff;
  /** A store: what is read of it is followed. */
  live: LiveState;
  history: History;
  /** A signal behind a getter: what takes it out of here follows it no more. */
  deeds: DeedState;
  /** Milliseconds since 1970, a step a second. */
  nowMs: () => number;
  /** What of the page is looked at, as the address bar has it. */
  item: () => string;
  go: (page: PageId, item?: string) => void;
  /** Asks for a reason, and does it. */
  begin: (deed: Deed) => void;
}

export const Context = createContext<PanelContext>();

export function usePanel(): PanelContext {
  const panel = useContext(Context);
  if (panel === undefined) throw new Error("a part of the panel stands outside of it");
  return panel;
}

/** Whether who is signed in may do it. */
export function useMay(): (action: Action) => boolean {
  const { staff } = usePanel();
  return (action) => mayDo(staff, action);
}

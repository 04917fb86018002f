//! For tests: an auth service that answers what a test says, and what a browser keeps.

import type { Kept, Storage } from "./storage";

export const ORIGIN = "http://server.test";
const BASE = `${ORIGIN}/api/auth`;

export interface FakeAnswer {
  status: number;
  body: object;
}

export const answer = (status: number, body: object): FakeAnswer => ({ status, body });
export const problem = (status: number, kind: string, more: object = {}): FakeAnswer =>
  answer(status, { type: `urn:voxelheim:problem:${kind}`, title: "A title", ...more });

/** Of a guest, or of whoever a test says. */
export const tokens = (more: object = {}): object => ({
  account: "7",
  guest: true,
  access_token: "a",
  refresh_token: "r",
  access_expires_ms: Date.now() + 600_000,
  ...more,
});

export class FakeService {
  /** What was asked, with its form. */
  asked: string[] = [];
  /** What is answered to which path; what is missing is not answered. */
  answers: Record<string, FakeAnswer | undefined> = {};
  kept: Kept | null = null;

  readonly storage: Storage = {
    read: () => this.kept,
    write: (kept) => void (this.kept = kept),
    alone: (work) => work(),
    watch: () => {},
  };

  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = url.replace(BASE, "");
    this.asked.push(init.body ? `${path} ${String(init.body)}` : path);
    const found = this.answers[path];
    if (!found) throw new TypeError("failed to fetch");
    return new Response(JSON.stringify(found.body), { status: found.status });
  };
}

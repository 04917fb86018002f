//! One request of a service of ours: its answer, or the problem that there is.

import { asProblem, Problem } from "./problem";

/** Longer than any answer that will still come: a service answers within 20 s, or says that it cannot, and a bad link
 * takes its time on top. What a page gives up earlier may be done all the same. */
const ANSWER_MS_MAX = 25_000;

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Of who asks, if that matters. */
  access?: string | undefined;
  form?: object | undefined;
}

/** @throws Problem */
export async function request<Answer>(url: string, { method, access, form }: Call): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (access !== undefined) headers["authorization"] = `Bearer ${access}`;
  if (form !== undefined) headers["content-type"] = "application/json";
  try {
    const response = await fetch(url, {
      method,
      headers,
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
      ...(form === undefined ? {} : { body: JSON.stringify(form) }),
    });
    if (!response.ok) throw await Problem.of(response);
    const text = await response.text();
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  } catch (error) {
    throw asProblem(error);
  }
}

/** The key of a call that is done once however often it is sent: a chance as good as any, also where the page has no
 * TLS and so no `randomUUID`. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

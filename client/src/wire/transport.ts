//! One connection's two ways: a reliable one and one that may lose. Wire worker.

import type { AccountsInfo } from "./link";

export interface Transport {
  readonly kind: "webtransport" | "websocket";
  sendReliable(message: Uint8Array): void;
  /** May be lost or dropped. */
  sendDatagram(message: Uint8Array): void;
  /** Sends a last word and closes when it is through. */
  sendLast(message: Uint8Array): void;
  close(): void;
}

export interface TransportEvents {
  /** A whole message, whatever channel it came on. */
  message(bytes: Uint8Array): void;
  /** Once, after opening: with the peer's reason, or why it broke. */
  closed(reason: string): void;
}

/** /connect.json: where and how to connect, in terms of the host that was asked. */
export interface ConnectInfo {
  protocol_version: number;
  /** Absent where the server has no WebTransport. */
  webtransport_url?: string;
  /** Of the server's certificate, hexadecimal; absent when it is a real one. */
  certificate_sha256?: string;
  websocket_url: string;
  /** Base addresses of other servers of the same battle. */
  edges?: string[];
  /** Absent or null where there are none. */
  accounts?: AccountsInfo | null;
}

/** Longer than any handshake that will still succeed. */
export const OPEN_TIMEOUT_MS = 4_000;

/** How long a last word may take; a server that heard it closes by itself before. */
export const LAST_WORD_MS = 1_000;

export async function withTimeout<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took too long`)), OPEN_TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

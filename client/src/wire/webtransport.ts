//! WebTransport: a control stream both ways, a terrain stream down, datagrams. Wire worker.

import { Framer } from "./framing";
import { LAST_WORD_MS, withTimeout, type Transport, type TransportEvents } from "./transport";

/** Datagrams that wait in the browser longer than this are of no use. */
const DATAGRAM_AGE_MS_MAX = 200;

export async function openWebTransport(
  url: string,
  /** Hexadecimal; absent for a certificate that browsers trust anyway. */
  certificateSha256: string | undefined,
  events: TransportEvents,
): Promise<Transport> {
  const hashes = certificateSha256
    ? [{ algorithm: "sha-256", value: fromHex(certificateSha256) }]
    : [];
  const session = new WebTransport(url, { serverCertificateHashes: hashes });
  session.closed.catch(() => undefined);
  try {
    return await withTimeout(start(session, events), "WebTransport");
  } catch (error) {
    session.close();
    throw error;
  }
}

async function start(session: WebTransport, events: TransportEvents): Promise<Transport> {
  await session.ready;
  session.datagrams.outgoingMaxAge = DATAGRAM_AGE_MS_MAX;
  const control = await session.createBidirectionalStream();
  const reliable = control.writable.getWriter();
  const datagrams = session.datagrams.writable.getWriter();
  void report(session, events);
  void readFramed(control.readable, session, events);
  void readStreams(session, events);
  void readDatagrams(session, events);
  return {
    kind: "webtransport",
    // A failed write means a closed session, which `closed` tells.
    sendReliable: (message) => void reliable.write(message).catch(() => undefined),
    sendDatagram: (message) => void datagrams.write(message).catch(() => undefined),
    sendLast: (message) => {
      void reliable.write(message).catch(() => undefined);
      setTimeout(() => session.close(), LAST_WORD_MS);
    },
    close: () => session.close(),
  };
}

async function report(session: WebTransport, events: TransportEvents): Promise<void> {
  try {
    const info = await session.closed;
    events.closed(info.reason ?? "");
  } catch {
    events.closed("");
  }
}

async function readStreams(session: WebTransport, events: TransportEvents): Promise<void> {
  await eachValue(session.incomingUnidirectionalStreams, (stream) => {
    void readFramed(stream as ReadableStream<Uint8Array>, session, events);
  });
}

async function readFramed(
  stream: ReadableStream<Uint8Array>,
  session: WebTransport,
  events: TransportEvents,
): Promise<void> {
  const framer = new Framer();
  try {
    await eachValue(stream, (chunk) => framer.take(chunk).forEach(events.message));
  } catch {
    session.close({ closeCode: 1, reason: "a broken stream" });
  }
}

async function readDatagrams(session: WebTransport, events: TransportEvents): Promise<void> {
  await eachValue(session.datagrams.readable as ReadableStream<Uint8Array>, events.message);
}

/** Until the stream ends, the session closes, or `take` throws. */
async function eachValue<Value>(
  stream: ReadableStream<Value>,
  take: (value: Value) => void,
): Promise<void> {
  const reader = stream.getReader();
  for (;;) {
    const next = await reader.read().catch(() => ({ done: true as const, value: undefined }));
    if (next.done) return;
    take(next.value);
  }
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const pairs = hex.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

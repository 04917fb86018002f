//! The fallback: every message is one binary WebSocket message. Wire worker.

import { withTimeout, type Transport, type TransportEvents } from "./transport";

/** Unsent bytes above which datagrams are dropped: what is late is of no use. */
const BUFFERED_BYTES_MAX = 16 * 1_024;

export async function openWebSocket(url: string, events: TransportEvents): Promise<Transport> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  try {
    await withTimeout(opened(socket), "the WebSocket");
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.onmessage = (event) => events.message(new Uint8Array(event.data as ArrayBuffer));
  socket.onclose = (event) => events.closed(event.reason);
  return {
    kind: "websocket",
    sendReliable: (message) => socket.send(message as Uint8Array<ArrayBuffer>),
    sendDatagram: (message) => {
      if (socket.bufferedAmount > BUFFERED_BYTES_MAX) return;
      socket.send(message as Uint8Array<ArrayBuffer>);
    },
    // A WebSocket closes behind what is queued.
    sendLast: (message) => {
      socket.send(message as Uint8Array<ArrayBuffer>);
      socket.close();
    },
    close: () => socket.close(),
  };
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onclose = () => reject(new Error("the WebSocket was refused"));
  });
}

//! Kinds of messages and the 8-byte header before each; see protocol/WIRE.md. Wire worker.

export const PROTOCOL_VERSION = 4;
export const HEADER_BYTES = 8;

/** Body indices are the low 24 bits of a body's id; the generation above them is the server's. */
export const BODY_INDEX_MASK = 0xffffff;

export const KIND = {
  SNAPSHOT: 1,
  EVENTS: 2,
  PONG: 3,
  WELCOME: 16,
  CLOSING: 17,
  APPEARANCES: 18,
  BATTLE: 19,
  KILLS: 20,
  SCOREBOARD: 21,
  DENSITY: 22,
  REFUSALS: 23,
  WAITING: 24,
  OVERLOAD: 25,
  SAID: 26,
  UNSAID: 27,
  DROPS: 28,
  FOUND: 29,
  BRICKS: 32,
  EDITS: 33,
  FORGET: 34,
  INPUTS: 64,
  PING: 65,
  HELLO: 80,
  SETTINGS: 81,
  LEAVE: 82,
  SAY: 83,
  IGNORE: 84,
} as const;

/** Datagrams are numbered; on streams the number is the length of what follows. */
export function isDatagram(kind: number): boolean {
  return kind === KIND.SNAPSHOT || kind === KIND.EVENTS || kind === KIND.PONG;
}

/** A message with its header. The FlatBuffer behind it stays aligned to 8 bytes. */
export function withHeader(kind: number, number: number, table: Uint8Array): Uint8Array {
  const message = new Uint8Array(HEADER_BYTES + table.length);
  message[0] = kind;
  new DataView(message.buffer).setUint32(4, number, true);
  message.set(table, HEADER_BYTES);
  return message;
}

export function readNumber(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(4, true);
}

/** The same bytes where typed-array views of their columns are allowed to start. */
export function aligned(message: Uint8Array): Uint8Array {
  return message.byteOffset % 8 === 0 ? message : message.slice();
}

//! Messages from the server to plain columns. Throws on bytes that make no sense. Wire worker.

import { ByteBuffer } from "flatbuffers";
import { decodeSaid, decodeUnsaid } from "./decode_chat";
import { decodeEvents } from "./decode_events";
import { decodeSnapshot } from "./decode_snapshot";
import * as stream from "./decode_stream";
import { Pong } from "./generated/voxelheim/wire/pong";
import type { ServerMessage } from "./link";
import { HEADER_BYTES, KIND, aligned } from "./messages";

export function decode(bytes: Uint8Array): ServerMessage {
  if (bytes.length <= HEADER_BYTES) throw new Error(`a message of ${bytes.length} bytes`);
  const message = aligned(bytes);
  const buffer = new ByteBuffer(message.subarray(HEADER_BYTES));
  const decoder = DECODERS.get(message[0]);
  if (!decoder) throw new Error(`a message of unknown kind ${message[0]}`);
  return decoder(buffer);
}

const DECODERS = new Map<number, (buffer: ByteBuffer) => ServerMessage>([
  [KIND.SNAPSHOT, decodeSnapshot],
  [KIND.EVENTS, decodeEvents],
  [KIND.PONG, decodePong],
  [KIND.WELCOME, stream.decodeWelcome],
  [KIND.CLOSING, stream.decodeClosing],
  [KIND.APPEARANCES, stream.decodeAppearances],
  [KIND.BATTLE, stream.decodeBattle],
  [KIND.KILLS, stream.decodeKills],
  [KIND.SCOREBOARD, stream.decodeScoreboard],
  [KIND.DENSITY, stream.decodeDensity],
  [KIND.REFUSALS, stream.decodeRefusals],
  [KIND.WAITING, stream.decodeWaiting],
  [KIND.OVERLOAD, stream.decodeOverload],
  [KIND.SAID, decodeSaid],
  [KIND.UNSAID, decodeUnsaid],
  [KIND.DROPS, stream.decodeDrops],
  [KIND.FOUND, stream.decodeFound],
  [KIND.BRICKS, stream.decodeBricks],
  [KIND.EDITS, stream.decodeEdits],
  [KIND.FORGET, stream.decodeForget],
]);

function decodePong(buffer: ByteBuffer): ServerMessage {
  const pong = Pong.getRootAsPong(buffer);
  return { kind: "pong", nonce: pong.nonce(), tick: pong.tick() };
}

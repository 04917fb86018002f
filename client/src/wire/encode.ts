//! Messages from the page to the server. Wire worker.

import { Builder } from "flatbuffers";
import { Hello } from "./generated/voxelheim/wire/hello";
import { Ignore } from "./generated/voxelheim/wire/ignore";
import { InputRecord } from "./generated/voxelheim/wire/input-record";
import { Inputs } from "./generated/voxelheim/wire/inputs";
import { Leave } from "./generated/voxelheim/wire/leave";
import { Ping } from "./generated/voxelheim/wire/ping";
import { Say } from "./generated/voxelheim/wire/say";
import { Settings } from "./generated/voxelheim/wire/settings";
import type { ConnectRequest, InputData } from "./link";
import { KIND, withHeader } from "./messages";

/** What one comes with; each is empty where there is none. */
export interface Papers {
  resumeToken: string;
  ticket: string;
  lineTicket: string;
}

export function encodeHello(request: ConnectRequest, papers: Papers): Uint8Array {
  const builder = new Builder(256);
  const name = builder.createString(request.name);
  const token = builder.createString(papers.resumeToken);
  const ticket = builder.createString(papers.ticket);
  const lineTicket = builder.createString(papers.lineTicket);
  const hello = Hello.createHello(
    builder,
    request.protocolVersion,
    name,
    token,
    request.house,
    request.viewDistanceBlocks,
    request.budgetBytesPerSecond,
    ticket,
    lineTicket,
  );
  return reliable(KIND.HELLO, builder, hello);
}

export function encodeSettings(
  viewDistanceBlocks: number,
  budgetBytesPerSecond: number,
  cameraYaw: number,
): Uint8Array {
  const builder = new Builder(64);
  const settings = Settings.createSettings(
    builder,
    viewDistanceBlocks,
    budgetBytesPerSecond,
    cameraYaw,
  );
  return reliable(KIND.SETTINGS, builder, settings);
}

export function encodeLeave(): Uint8Array {
  const builder = new Builder(16);
  Leave.startLeave(builder);
  return reliable(KIND.LEAVE, builder, Leave.endLeave(builder));
}

export function encodeSay(channel: number, to: string, text: string): Uint8Array {
  const builder = new Builder(256);
  const name = builder.createString(to);
  const words = builder.createString(text);
  return reliable(KIND.SAY, builder, Say.createSay(builder, channel, name, words));
}

export function encodeIgnore(name: string, ignored: boolean): Uint8Array {
  const builder = new Builder(128);
  const who = builder.createString(name);
  return reliable(KIND.IGNORE, builder, Ignore.createIgnore(builder, who, ignored));
}

export function encodePing(number: number, nonce: number): Uint8Array {
  const builder = new Builder(32);
  builder.finish(Ping.createPing(builder, nonce));
  return withHeader(KIND.PING, number, builder.asUint8Array());
}

/** Oldest first. */
export function encodeInputs(number: number, records: readonly InputData[]): Uint8Array {
  const builder = new Builder(64 + records.length * 32);
  Inputs.startRecordsVector(builder, records.length);
  for (let index = records.length - 1; index >= 0; index--) addRecord(builder, records[index]);
  const vector = builder.endVector();
  builder.finish(Inputs.createInputs(builder, vector));
  return withHeader(KIND.INPUTS, number, builder.asUint8Array());
}

function addRecord(builder: Builder, record: InputData): void {
  InputRecord.createInputRecord(
    builder,
    record.sequence,
    record.viewTick,
    record.targetX,
    record.targetY,
    record.targetZ,
    record.buttons,
    record.yaw,
    record.pitch,
    record.viewFraction,
    record.slot,
    record.targetFace,
    record.respawnBanner,
  );
}

function reliable(kind: number, builder: Builder, root: number): Uint8Array {
  builder.finish(root);
  const table = builder.asUint8Array();
  return withHeader(kind, table.length, table);
}

//! Words between players to plain values. Wire worker.

import type { ByteBuffer } from "flatbuffers";
import { Said } from "./generated/voxelheim/wire/said";
import { Unsaid } from "./generated/voxelheim/wire/unsaid";
import { CHANNEL, type ServerMessage } from "./link";
import { BODY_INDEX_MASK } from "./messages";

export function decodeSaid(buffer: ByteBuffer): ServerMessage {
  const table = Said.getRootAsSaid(buffer);
  // Of more bits than a number holds.
  const sequence = table.sequence().toString();
  if (table.removed()) return { kind: "removed", sequence };
  return {
    kind: "said",
    said: {
      channel: checkedChannel(table.channel()),
      from: table.from() & BODY_INDEX_MASK,
      name: table.name() ?? "",
      house: table.house(),
      to: table.to() ?? "",
      text: table.text() ?? "",
      sequence,
      timeMs: Number(table.timeMs()),
    },
  };
}

export function decodeUnsaid(buffer: ByteBuffer): ServerMessage {
  const table = Unsaid.getRootAsUnsaid(buffer);
  // One that is not known here yet is told in general words.
  const reason = table.reason();
  const channel = checkedChannel(table.channel());
  return { kind: "unsaid", unsaid: { reason, channel, untilMs: Number(table.untilMs()) } };
}

function checkedChannel(channel: number): number {
  if (channel > CHANNEL.SYSTEM) throw new Error(`no such channel: ${channel}`);
  return channel;
}

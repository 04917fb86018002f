//! The wire's worker: owns the connection, decodes, and hands columns to the page and terrain to
//! the mesher as well.

import { encodeSay } from "./encode";
import type { FromWire, TerrainMessage, ToWire } from "./link";
import { Session } from "./session";
import { TicketQuestions } from "./ticket_questions";

const PING_MS = 500;

const page = self as unknown as DedicatedWorkerGlobalScope;
let terrainPort: MessagePort | null = null;

const questions = new TicketQuestions((message) => page.postMessage(message));

const session = new Session(
  (message) => {
    if (isTerrain(message)) terrainPort?.postMessage(message);
    if (message.kind === "welcome") terrainPort?.postMessage({ kind: "reset" });
    page.postMessage(message, buffersOf(message));
  },
  (accounts, name) => questions.ask(accounts, name),
);

setInterval(() => {
  const nowMs = performance.now();
  session.ping(nowMs);
  page.postMessage({ kind: "net", net: session.meter.figures(nowMs) } satisfies FromWire);
}, PING_MS);

page.onmessage = (event: MessageEvent<ToWire>) => {
  const message = event.data;
  switch (message.kind) {
    case "connect":
      return session.connect(message.request);
    case "terrainPort":
      terrainPort = message.port;
      return;
    case "inputs":
      return session.sendInputs(message.records);
    case "settings":
      return session.sendSettings(
        message.viewDistanceBlocks,
        message.budgetBytesPerSecond,
        message.cameraYaw,
      );
    case "say":
      return session.sendReliable(encodeSay(message.channel, message.to, message.text));
    case "ignore":
      return session.ignore(message.name, message.ignored);
    case "ticket":
      return questions.answer(message.number, message.answer);
    case "retry":
      return session.retry();
    case "cut":
      return session.cut();
    case "leave":
      return session.leave();
  }
};

function isTerrain(message: FromWire): message is TerrainMessage {
  return message.kind === "bricks" || message.kind === "edits" || message.kind === "forget";
}

/** What is moved instead of copied. */
function buffersOf(message: FromWire): Transferable[] {
  switch (message.kind) {
    case "snapshot": {
      const { id, placed, pose, health } = message.samples;
      return [id.buffer, placed.buffer, pose.buffer, health.buffer];
    }
    case "bricks":
      return [message.cells.buffer, message.sizes.buffer, message.bytes.buffer];
    case "edits":
      return [message.blocks.buffer, message.now.buffer];
    default:
      return [];
  }
}

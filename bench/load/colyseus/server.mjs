// The Colyseus peer of `./dev bench server`: one room of moving players, 20 patches a second, a StateView
// for each client. Its filter is as cheap as can be: whom a client sees is settled when all have joined.
// Arguments: players, bodies that each is told of. Counts on standard output, one line for each on
// standard input; ends with it.

import { createInterface } from "node:readline";
import { Room, Server } from "@colyseus/core";
import { Encoder, StateView } from "@colyseus/schema";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { Body, State, place } from "./room.mjs";

const TICK_MS = 50;
const INPUT = 0;
const [playersCount, seenCount] = process.argv.slice(2).map(Number);
const counts = { connections: 0, ticks: 0, sent: 0, received: 0, updates: 0 };

// The patches of all clients lie behind each other in one buffer. It must hold them, or Colyseus grows it,
// encodes again and warns, each time. A body takes some 20 bytes.
const BODY_BYTES_MAX = 32;
Encoder.BUFFER_SIZE = (1 << 20) + playersCount * Math.min(seenCount, playersCount) * BODY_BYTES_MAX;

class Battle extends Room {
  maxClients = Number.POSITIVE_INFINITY;
  // A patch goes out at the end of each tick, instead of by a clock of its own.
  patchRate = null;

  onCreate() {
    this.state = new State();
    this.state.tick = 0;
    for (let index = 0; index < playersCount; index += 1) {
      const body = new Body();
      Object.assign(body, place(index, 0), { pose: 0, health: 255 });
      this.state.bodies.set(String(index), body);
    }
    this.onMessage(INPUT, () => {
      counts.received += 1;
    });
    this.setSimulationInterval(() => this.advance(), TICK_MS);
  }

  onJoin(client) {
    const own = counts.connections;
    counts.connections += 1;
    client.view = new StateView();
    for (let neighbour = 0; neighbour < Math.min(seenCount, playersCount); neighbour += 1) {
      const index = (own + neighbour) % playersCount;
      client.view.add(this.state.bodies.get(String(index)));
    }
  }

  onLeave() {
    counts.connections -= 1;
  }

  advance() {
    const { bodies } = this.state;
    this.state.tick += 1;
    let index = 0;
    for (const body of bodies.values()) {
      Object.assign(body, place(index, this.state.tick));
      index += 1;
    }
    this.broadcastPatch();
    counts.ticks += 1;
    counts.sent += counts.connections;
    counts.updates += counts.connections * Math.min(seenCount, playersCount);
  }
}

const server = new Server({ transport: new WebSocketTransport(), greet: false });
server.define("battle", Battle);
await server.listen(0, "127.0.0.1");
console.log(server.transport.server.address().port);
createInterface({ input: process.stdin })
  .on("line", () => console.log(JSON.stringify(counts)))
  .on("close", () => process.exit(0));

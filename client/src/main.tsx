//! Wires all parts together: settings, connection, world, drawing, sound and the HUD.

import { createSpeaker } from "./audio";
import { Account, answerTicket, BrowserStorage, takeArrival, watchMailedLinks } from "./account";
import { Belongings } from "./belongings";
import { blockedNames, Company, MuteReason, Recall, Roster, SettingsKeeper } from "./company";
import { startFrames } from "./frame";
import { createRenderer } from "./gpu";
import { ControlState } from "./input/controls";
import { agreedSettings, followed } from "./input/followed_settings";
import { GamepadInput } from "./input/gamepad";
import { attachKeyboardAndMouse, type Devices } from "./input/keyboard_mouse";
import { loadSettings, mended, saveSettings, withoutDoubles } from "./input/settings";
import { makeDebugObject } from "./input/test_driver";
import { giveUpSeat, keepLineTicket, keepSeat, keptLineTicket, keptToken } from "./input/seat";
import { attachTouch, TouchInput } from "./input/touch";
import { createHud } from "./ui";
import { CHANNEL, type ConnectRequest, type FromWire, type ToWire } from "./wire/link";
import { PROTOCOL_VERSION } from "./wire/messages";
import { fetchCore } from "./world/core";
import type { PageSwitches } from "./world/hud_model";
import type { ToMesher } from "./world/mesher";
import type { FrameView, GameActions, OwnState, Settings, Toggle } from "./world/state";
import { World } from "./world/world";

const VERSION = "0.1.0";

/** The page's own switches, besides settings. */
const panels = {
  help: false,
  scoreboard: false,
  menu: false,
  typing: false,
  belongings: false,
  company: false,
};

async function main(): Promise<void> {
  const stage = element("stage", HTMLCanvasElement);
  const core = await fetchCore();
  const wire = new Worker(new URL("./wire/worker.ts", import.meta.url), { type: "module" });
  const mesher = new Worker(new URL("./world/mesher.ts", import.meta.url), { type: "module" });
  const send = (message: ToWire, transfer: Transferable[] = []) => wire.postMessage(message, transfer);
  joinPorts(send, mesher);

  const account = new Account(location.origin, new BrowserStorage());
  const world = new World(core, mesher, send);
  wire.onmessage = (event: MessageEvent<FromWire>) => {
    const message = event.data;
    if (message.kind === "ticketWanted") return void giveTicket(send, account, message);
    if (message.kind === "lineTicket") return keepLineTicket(message.lineTicket);
    if (message.kind === "welcome") keepSeat(message.welcome);
    // Words and buttons need the mouse that Fight took.
    if (message.kind === "phase" && message.phase === "refused") devices.unlock();
    world.receive(message, performance.now());
  };
  const view = freshView(world, loadSettings());
  const keeper = keepSettings(account, view);
  const isPlaying = () => world.phase === "joined";
  const controls = new ControlState((what) => (what === "eat" ? actions.eat() : actions.toggle(what)));
  const devices = attachKeyboardAndMouse(stage, controls, () => view.settings, isPlaying);
  const touch = new TouchInput(controls, () => view.settings);
  attachTouch(stage, touch, isPlaying);
  const gamepad = new GamepadInput(controls, () => actions.toggle("menu"));
  const hands = { controls, devices, touch, gamepad };
  const belongings = new Belongings(account, around);
  const actions = makeActions({ send, world, belongings }, view, hands, () => keeper.changed());
  const company = new Company(account, around);
  lookInFront(belongings, company);
  company.subscribe(({ calls, level }) => {
    world.talk.silence(blockedNames(calls));
    world.chronicle.hearLevel(level, performance.now());
  });
  // It tells a level that was reached, of which the player service knows more.
  world.talk.onWord = () => company.lookForLevel();
  completeTalk(account, world);
  const roster = new Roster(account);
  const hudParts = { actions, account, belongings, company, roster };
  const hud = createHud(element("hud", HTMLElement), hudParts);
  leaveSeatToOwner(account);
  const arrival = takeArrival();
  void account.load().then(() => arrival && hud.openArrival(arrival));
  watchMailedLinks(hud.openMailed);
  const renderer = createRenderer(stage);
  const speaker = createSpeaker();
  window.addEventListener("pointerdown", () => speaker.unlock());

  startFrames({
    world,
    view,
    controls,
    gamepad,
    renderer,
    speaker,
    hud,
    page: () => pageState(hands),
  });
  const voxelheim = makeDebugObject({
    world,
    view,
    controls,
    actions,
    renderer,
    cutLink: () => send({ kind: "cut" }),
  });
  Object.assign(window, { voxelheim });
}

/** What the HUD is told of the page itself. */
function pageState({ controls, devices }: Hands): PageSwitches {
  const isResting = panels.typing || panels.belongings || panels.company;
  const isMouseFree = controls.device === "mouse" && !devices.isLocked;
  return {
    device: controls.device,
    paused: !isResting && (panels.menu || isMouseFree),
    scoreboardOpen: panels.scoreboard || controls.scoreboardHeld,
    helpOpen: panels.help,
    belongingsOpen: panels.belongings,
    companyOpen: panels.company,
    respawnBanner: controls.respawnBanner,
    version: VERSION,
  };
}

/** Terrain goes from the wire's worker to the mesher without passing the page. */
function joinPorts(
  send: (message: ToWire, transfer: Transferable[]) => void,
  mesher: Worker,
): void {
  const { port1, port2 } = new MessageChannel();
  send({ kind: "terrainPort", port: port1 }, [port1]);
  mesher.postMessage({ kind: "terrainPort", port: port2 } satisfies ToMesher, [port2]);
}

async function giveTicket(
  send: (message: ToWire) => void,
  account: Account,
  { number, accounts, name }: FromWire & { kind: "ticketWanted" },
): Promise<void> {
  const answer = await answerTicket(account, accounts, name);
  send({ kind: "ticket", number, answer });
}

/** Who signs in after another does not come back to the other's body. */
function leaveSeatToOwner(account: Account): void {
  let owner: string | undefined;
  account.subscribe(({ owner: now }) => {
    if (owner !== undefined && owner !== now) giveUpSeat();
    owner = now ?? owner;
  });
}

/** They follow the account of who is signed in; a guest's stay in the browser. */
function keepSettings(account: Account, view: FrameView): SettingsKeeper {
  const page = {
    read: () => followed(view.settings),
    apply: (settings: Record<string, unknown>) => {
      view.settings = mended({ ...view.settings, ...settings });
      saveSettings(view.settings);
    },
  };
  const keeper = new SettingsKeeper(account, page, agreedSettings, around);
  account.subscribe(({ who, owner }) => keeper.follow(who === "account" ? owner : null));
  return keeper;
}

/** The chat service knows more than the battle tells: what the own party and guild said before, shown as soon as the
 * battle says that one is in them, and why one is muted. */
function completeTalk(account: Account, { talk, own }: World): void {
  const channels = { party: CHANNEL.PARTY, guild: CHANNEL.GUILD };
  const recall = new Recall(account, around, (group, lines) =>
    talk.recall(channels[group], lines, own.state.name),
  );
  talk.onGroup = (channel) => recall.ask(channel === CHANNEL.PARTY ? "party" : "guild");
  const mute = new MuteReason(account);
  talk.muteReason = (untilMs) => mute.of(untilMs);
}

interface Hands {
  controls: ControlState;
  devices: Devices;
  touch: TouchInput;
  gamepad: GamepadInput;
}

/** What actions reach. */
interface Reach {
  send: (message: ToWire) => void;
  world: World;
  belongings: Belongings;
}

function makeActions(
  { send, world, belongings }: Reach,
  view: FrameView,
  hands: Hands,
  settingsChanged: () => void,
): GameActions {
  const { controls, devices, touch, gamepad } = hands;
  const { talk } = world;
  const lackedPoints = ({ alive, healthMax, health }: OwnState) => (alive ? healthMax - health : null);
  const actions: GameActions = {
    join: (name, house) => {
      send({ kind: "connect", request: connectRequest(name, house, view.settings) });
      if (controls.device === "mouse") devices.lock();
    },
    respawn: (banner) => {
      controls.respawnBanner = banner;
    },
    selectSlot: (slot) => controls.selectSlot(slot),
    changeSettings: (change) => {
      const bindings = withoutDoubles(
        change.bindings ?? view.settings.bindings,
        view.settings.bindings,
      );
      view.settings = mended({ ...view.settings, ...change, bindings });
      saveSettings(view.settings);
      settingsChanged();
      send({
        kind: "settings",
        viewDistanceBlocks: view.settings.viewDistanceBlocks,
        budgetBytesPerSecond: view.settings.budgetBytesPerSecond,
        cameraYaw: Math.round((controls.yaw / (Math.PI * 2)) * 65_536) & 0xffff,
      });
    },
    resume: () => {
      panels.menu = false;
      if (controls.device === "mouse") devices.lock();
    },
    toggle: (what) => toggle(what, view, actions),
    eat: (item) => void belongings.eat(lackedPoints(world.own.state), item),
    showBelongings: (isOpen) => showWindow("belongings", isOpen, hands),
    showCompany: (isOpen) => showWindow("company", isOpen, hands),
    watchPad: (tell) => gamepad.giveTo(tell),
    press: (action) => controls.press(action),
    release: (action) => controls.release(action),
    dragLook: (right, down) => touch.look(right, down),
    watchStick: (tell) => {
      touch.onStick = tell;
    },
    say: (channel, to, text) => send({ kind: "say", channel, to, text }),
    ignore: (name, ignored) => {
      talk.ignore(name, ignored);
      send({ kind: "ignore", name, ignored });
    },
    typing: (isTyping) => {
      panels.typing = isTyping;
      restHands(hands, isTyping);
    },
    leave: () => {
      panels.menu = false;
      panels.belongings = false;
      panels.company = false;
      send({ kind: "leave" });
      giveUpSeat();
      devices.unlock();
    },
    retry: () => send({ kind: "retry" }),
  };
  return actions;
}

/** One of them at a time. */
function showWindow(which: "belongings" | "company", isOpen: boolean, hands: Hands): void {
  if (panels[which] === isOpen) return;
  if (isOpen) {
    panels.belongings = false;
    panels.company = false;
  }
  panels[which] = isOpen;
  panels.menu = false;
  restHands(hands, isOpen);
}

/** For a window that takes keys and mouse, until it gives them back. */
function restHands({ controls, devices }: Hands, isResting: boolean): void {
  controls.releaseAll();
  if (controls.device !== "mouse") return;
  if (isResting) devices.unlock();
  else devices.lock();
}

/** The page's clock, for what is kept for players. */
const around = {
  now: () => performance.now(),
  later: (ms: number, work: () => void) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** What a window shows is fresh when the page comes back to the front. */
function lookInFront(...shown: (Belongings | Company)[]): void {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const it of shown) if (it.state.isOpen) void it.look();
  });
}

function toggle(what: Toggle, view: FrameView, actions: GameActions): void {
  if (what === "belongings") return actions.showBelongings(!panels.belongings);
  if (what === "company") return actions.showCompany(!panels.company);
  if (what !== "thirdPerson") {
    panels[what] = !panels[what];
    return;
  }
  actions.changeSettings({ thirdPerson: !view.settings.thirdPerson });
}

/** `?transport=ws` avoids WebTransport; `?protocol=N` says Hello as another version would. */
function connectRequest(name: string, house: number, settings: Settings): ConnectRequest {
  const query = new URLSearchParams(location.search);
  return {
    origin: location.origin,
    name,
    house,
    resumeToken: keptToken(name),
    lineTicket: keptLineTicket(),
    viewDistanceBlocks: settings.viewDistanceBlocks,
    budgetBytesPerSecond: settings.budgetBytesPerSecond,
    transport: query.get("transport") === "ws" ? "websocket" : "auto",
    protocolVersion: Number(query.get("protocol") ?? PROTOCOL_VERSION),
  };
}

function freshView(world: World, settings: Settings): FrameView {
  return {
    nowMs: 0,
    deltaMs: 0,
    renderTick: 0,
    camera: {
      eye: world.own.eye,
      yaw: 0,
      pitch: 0,
      fieldOfView: settings.fieldOfView,
      thirdPerson: false,
      thirdPersonDistance: 4,
      underwater: false,
    },
    own: world.own.state,
    bodies: world.bodies,
    battle: world.chronicle.battle,
    events: [],
    terrain: { ready: [], removed: [] },
    drops: [],
    findsCount: 0,
    levelsCount: 0,
    aim: null,
    ghosts: [],
    settings,
    aimBody: 0,
  };
}

function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no #${id}`);
  return found;
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  element("hud", HTMLElement).textContent = `VoxelHeim cannot start here: ${text}`;
});

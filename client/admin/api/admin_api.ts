//! The admin service's routes, one function each, with what they take and give (docs/admin.md).

import { Problem, type Call } from "../../src/account";
import * as battles from "./battles";
import * as chat from "./chat";
import * as desk from "./desk";
import * as players from "./players";
import { Fields, readList, type Read } from "./reading";
import * as world from "./world";

/** Asks in the name of who is signed in; `path` begins behind `/api`.
 * @throws Problem */
export type Ask = (method: Call["method"], path: string, form?: object) => Promise<unknown>;

/** Numbers, in decimal or hexadecimal. */
const ID = /^[\w-]{1,64}$/;

export type RegionDeed = "split" | "merge" | "pin" | "unpin";
export type PodDeed = "drain" | "undrain";
export type PlayerDeed = "unmute" | "kick" | "unban";

interface Reason {
  /** For the audit log, and for the player where one is told. */
  reason: string;
}

export interface RollbackPoint {
  character: string;
  after_batch: string;
}

export class AdminApi {
  constructor(private readonly ask: Ask) {}

  me = () => this.get("/me", desk.readStaff);
  overview = () => this.get("/overview", world.readOverview);
  plan = () => this.get("/plan", world.readPlan);
  findPlayers = (words: string) =>
    this.get(`/players?${query({ query: words })}`, players.readPlayersFound);
  player = (account: string) => this.get(`/players/${segment(account)}`, players.readPlayer);
  ledger = (account: string, character: string, before: string | null) =>
    this.get(`/players/${segment(account)}/ledger?${query({ character, before })}`, players.readLedgerPage);
  sessions = (words: string, after: string | null) =>
    this.get(`/sessions?${query({ query: words, after })}`, players.readSessionPage);
  reports = (state: "open" | "resolved", after: string | null) =>
    this.get(`/reports?${query({ state, after })}`, players.readReportPage);
  chatLines = (channel: string, before: string | null) =>
    this.get(`/chat/channels/${segments(channel)}/lines?${query({ before })}`, chat.readChatPage);
  slowChannels = async () => readList(await this.ask("GET", "/admin/chat/slow"), chat.readSlowChannel);
  filter = () => this.get("/chat/words", chat.readFilter);
  economy = () => this.get("/economy", desk.readEconomy);
  config = () => this.get("/config", desk.readConfig);
  dailyMessage = () => this.get("/message-of-the-day", desk.readDailyMessage);
  battles = () => this.get("/battles", battles.readBattles);
  audit = (filter: { actor?: string; target?: string; before?: string | null }) =>
    this.get(`/audit?${query(filter)}`, desk.readAuditPage);
  environments = async () => readList(await this.ask("GET", "/admin/environments"), desk.readEnvironment);

  changeRegion = (region: string, deed: RegionDeed, form: Reason) =>
    this.act("POST", `/regions/${segment(region)}/${deed}`, form);
  moveRegion = (region: string, form: Reason & { to: string }) =>
    this.act("POST", `/regions/${segment(region)}/move`, form);
  changePod = (pod: string, deed: PodDeed, form: Reason) =>
    this.act("POST", `/pods/${segment(pod)}/${deed}`, form);
  approvePlan = (form: Reason & { action: string; region: string; to: string | null }) =>
    this.act("POST", "/plan/approve", form);
  setPlanMode = (form: Reason & { is_dry_run: boolean }) => this.act("PUT", "/plan/mode", form);
  changePlayer = (account: string, deed: PlayerDeed, form: Reason) =>
    this.act("POST", `/players/${segment(account)}/${deed}`, form);
  kickSession = (session: string, form: Reason) =>
    this.act("POST", `/sessions/${segment(session)}/kick`, form);
  giveRole = (account: string, form: Reason & { role: string }) =>
    this.act("PUT", `/players/${segment(account)}/role`, form);
  messagePlayer = (account: string, form: Reason & { text: string }) =>
    this.act("POST", `/players/${segment(account)}/message`, form);
  mutePlayer = (account: string, form: Reason & { until_ms: number }) =>
    this.act("POST", `/players/${segment(account)}/mute`, form);
  banPlayer = (account: string, form: Reason & { until_ms: number | null }) =>
    this.act("POST", `/players/${segment(account)}/ban`, form);
  previewRollback = async (account: string, point: RollbackPoint) => {
    const path = `/admin/players/${segment(account)}/rollback/preview`;
    return players.readRollbackPreview(Fields.of(await this.ask("POST", path, point)));
  };
  rollBack = (account: string, form: Reason & RollbackPoint & { revision: number; key: string }) =>
    this.act("POST", `/players/${segment(account)}/rollback`, form);
  closeReport = (report: string, form: Reason) =>
    this.act("POST", `/reports/${segment(report)}/close`, form);
  removeLine = (message: string, form: Reason) =>
    this.act("POST", `/chat/messages/${segment(message)}/remove`, form);
  slowChannel = (channel: string, form: Reason & { seconds: number }) =>
    this.act("PUT", `/chat/channels/${segment(channel)}/slow`, form);
  editFilter = (form: Reason & { add: string[]; remove: string[] }) => this.act("POST", "/chat/words", form);
  checkConfig = async (text: string) =>
    desk.readConfigCheck(Fields.of(await this.ask("POST", "/admin/config/check", { text })));
  putConfig = (form: Reason & { text: string; digest: string }) => this.act("PUT", "/config", form);
  startBattle = (form: Reason) => this.act("POST", "/battles/start", form);
  scheduleBattle = (form: Reason & battles.BattleForm) => this.act("POST", "/battles", form);
  cancelBattle = (battle: string, form: Reason) => this.act("POST", `/battles/${segment(battle)}/cancel`, form);
  undoConfig = (form: Reason) => this.act("POST", "/config/undo", form);
  putDailyMessage = (form: Reason & { text: string }) => this.act("PUT", "/message-of-the-day", form);

  private async get<Value>(path: string, read: Read<Value>): Promise<Value> {
    return read(Fields.of(await this.ask("GET", `/admin${path}`)));
  }

  private async act(method: Call["method"], path: string, form: object): Promise<desk.Done> {
    return desk.readDone(Fields.of(await this.ask(method, `/admin${path}`, form)));
  }
}

/** Ids come from answers and from the address bar: none of them leaves its place in a path.
 * @throws Problem */
function segment(id: string): string {
  if (ID.test(id)) return id;
  throw new Problem("not-found", 404, { title: "There is nothing by this name", detail: id });
}

/** Of a channel of chat: `house.0`. */
function segments(id: string): string {
  return id.split(".").map(segment).join(".");
}

function query(values: Record<string, string | null | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(given as [string, string][]).toString();
}

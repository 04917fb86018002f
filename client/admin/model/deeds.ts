//! What staff can do: each deed with the words that say what it will do, what it asks for, and its request.

import type {
  AdminApi,
  BattleForm,
  Done,
  PlanRow,
  Player,
  Pod,
  PresentBattle,
  Region,
  RegionDeed,
  Report,
  RollbackPreview,
  ScheduledBattle,
  Session,
} from "../api";
import type { Action } from "./rights";
import { count, HOUSE_NAMES } from "./words";

/** As the service takes it. */
export const REASON_CHARACTERS_MAX = 200;

export type Values = Readonly<Record<string, string>>;

export interface DeedField {
  name: string;
  label: string;
  /** Of a choice: values, and what they are called. */
  options?: readonly { value: string; label: string }[];
  value?: string;
  charactersMax?: number;
}

export interface Deed {
  action: Action;
  /** "Move region 5e0…" */
  title: string;
  /** What will happen, before it does. */
  about: string;
  /** On the button. */
  verb: string;
  /** Others feel it, or it is not easily taken back. */
  isGrave: boolean;
  fields: readonly DeedField[];
  /** Who reads the reason besides the audit log. */
  reasonHint: string;
  run: (values: Values & { reason: string }) => Promise<Done>;
}

const LOG_ONLY = "For the audit log.";
const PLAYER_READS = "The player reads this; so does the audit log.";
/** Of deeds that nobody outside feels. */
export const PLAIN = { isGrave: false, fields: [], reasonHint: LOG_ONLY } as const;

const OF_REGION: Record<Exclude<RegionDeed, "merge">, { verb: string; about: string }> = {
  split: { verb: "Split it", about: "Its eight parts become regions of their own, with the same owner at first." },
  pin: {
    verb: "Pin it",
    about: "The controller leaves it where it is, whatever its load, until it is unpinned or its pod is emptied.",
  },
  unpin: { verb: "Unpin it", about: "The controller may split, merge and move it again." },
};

export function changeRegion(api: AdminApi, region: Region, deed: Exclude<RegionDeed, "merge">): Deed {
  const { verb, about } = OF_REGION[deed];
  const title = `${verb.replace(" it", "")} region ${region.id}`;
  const run: Deed["run"] = ({ reason }) => api.changeRegion(region.id, deed, { reason });
  return { ...PLAIN, action: `region.${deed}`, title, about, verb, run };
}

/** `parent` is the region that comes to be. */
export function mergeRegion(api: AdminApi, region: Region, parent: string): Deed {
  return {
    ...PLAIN,
    action: "region.merge",
    title: `Merge region ${region.id} into ${parent}`,
    about: "It and its seven siblings become one again. None of them may be split, and all must have the same owner.",
    verb: "Merge it",
    run: ({ reason }) => api.changeRegion(parent, "merge", { reason }),
  };
}

/** `targets` are shards, the least busy first, with words on how busy each is. */
export function moveRegion(api: AdminApi, region: Region, targets: readonly { value: string; label: string }[]): Deed {
  return {
    ...PLAIN,
    action: "region.move",
    title: `Move region ${region.id}`,
    about:
      `Its ${count(region.bodies)} bodies, ${count(region.players)} of them players, go on under another shard. ` +
      "Nobody is disconnected; the region pauses for about a tick.",
    verb: "Move it",
    fields: [{ name: "to", label: "To shard", options: targets, value: targets[0]?.value ?? "" }],
    run: ({ to = "", reason }) => api.moveRegion(region.id, { to, reason }),
  };
}

export function drainPod(api: AdminApi, pod: Pod): Deed {
  const regions = pod.shards.reduce((sum, shard) => sum + shard.regions, 0);
  const title = pod.isDraining ? `Stop draining pod ${pod.id}` : `Drain pod ${pod.id}`;
  const about = pod.isDraining
    ? "It may be given regions again."
    : `Its ${count(regions)} regions move to other pods, one after the other. Then its process ends; started again, it takes regions as before.`;
  const deed = pod.isDraining ? "undrain" : "drain";
  return {
    ...PLAIN,
    action: `pod.${deed}`,
    title,
    about,
    verb: pod.isDraining ? "Stop draining" : "Drain it",
    isGrave: !pod.isDraining,
    run: ({ reason }) => api.changePod(pod.id, deed, { reason }),
  };
}

export function approvePlan(api: AdminApi, row: PlanRow): Deed {
  const { action, region, from, to } = row;
  const way = to === null ? "" : ` from ${from ?? "?"} to ${to}`;
  return {
    ...PLAIN,
    action: "plan.approve",
    title: `Approve: ${action} region ${region}`,
    about: `The controller carries it out now: ${action} ${region}${way}.`,
    verb: "Approve it",
    run: ({ reason }) => api.approvePlan({ action, region, to, reason }),
  };
}

export function setPlanMode(api: AdminApi, isDryRun: boolean): Deed {
  return {
    ...PLAIN,
    action: "plan.mode",
    title: isDryRun ? "Only say plans" : "Carry plans out",
    about: isDryRun
      ? "The controller says what it would do, and does nothing unless it is approved here. " +
        "Pods that are drained or leave are emptied all the same."
      : "The controller splits, merges and moves regions by itself again.",
    verb: isDryRun ? "Switch to dry run" : "Let it act",
    run: ({ reason }) => api.setPlanMode({ is_dry_run: isDryRun, reason }),
  };
}

export function closeReport(api: AdminApi, report: Report): Deed {
  return {
    ...PLAIN,
    action: "report.close",
    title: `Close report ${report.id}`,
    about: "It leaves the queue. What was done about it stands with it, for the next who reports the same.",
    verb: "Close it",
    reasonHint: "What was done about it; other moderators read this.",
    run: ({ reason }) => api.closeReport(report.id, { reason }),
  };
}

export function putDailyMessage(api: AdminApi, text: string): Deed {
  const isTakenAway = text === "";
  return {
    ...PLAIN,
    action: "message_of_the_day.set",
    title: isTakenAway ? "Take the message away" : "Set the message of the day",
    about: isTakenAway ? "Newcomers are told nothing any more." : `All players are told now, newcomers as they come: “${text}”`,
    verb: isTakenAway ? "Take it away" : "Tell everybody",
    isGrave: !isTakenAway,
    run: ({ reason }) => api.putDailyMessage({ text, reason }),
  };
}

export function startBattle(api: AdminApi, { number, red, blue }: PresentBattle): Deed {
  return {
    ...PLAIN,
    action: "battle.start",
    title: "Start a new battle",
    about:
      `Battle ${count(number)} ends now, as it stands: ${HOUSE_NAMES[0]} ${count(red)}, ${HOUSE_NAMES[1]} ${count(blue)}. ` +
      "The land heals, and ten seconds later all begin anew.",
    verb: "Start it",
    isGrave: true,
    run: ({ reason }) => api.startBattle({ reason }),
  };
}

/** `when` is its start in words. */
export function scheduleBattle(api: AdminApi, form: BattleForm, when: string): Deed {
  return {
    ...PLAIN,
    action: "battle.schedule",
    title: `Schedule “${form.title}”`,
    about: `It begins ${when}; the battle that is fought then ends for it. Players are told an hour before, and again as it comes near.`,
    verb: "Schedule it",
    run: ({ reason }) => api.scheduleBattle({ ...form, reason }),
  };
}

export function cancelBattle(api: AdminApi, { id, title }: ScheduledBattle): Deed {
  return {
    ...PLAIN,
    action: "battle.cancel",
    title: `Cancel “${title}”`,
    about: "It does not take place. Players who were told of it are told that, too.",
    verb: "Cancel the battle",
    isGrave: true,
    run: ({ reason }) => api.cancelBattle(id, { reason }),
  };
}

export function putConfig(api: AdminApi, text: string, digest: string): Deed {
  return {
    ...PLAIN,
    action: "config.put",
    title: "Change the configuration",
    about: "The file is replaced by the text whose difference you see. It can be undone here.",
    verb: "Change it",
    isGrave: true,
    run: ({ reason }) => api.putConfig({ text, digest, reason }),
  };
}

export function undoConfig(api: AdminApi): Deed {
  return {
    ...PLAIN,
    action: "config.undo",
    title: "Undo the last change",
    about: "The configuration becomes what it was before the newest change.",
    verb: "Undo it",
    isGrave: true,
    run: ({ reason }) => api.undoConfig({ reason }),
  };
}

export function kickPlayer(api: AdminApi, player: Player): Deed {
  return {
    ...PLAIN,
    action: "player.kick",
    title: `Kick ${nameOf(player)}`,
    about: "Who plays on this account is sent out of the battle, and may come back by signing in, or after a minute.",
    verb: "Kick",
    isGrave: true,
    run: ({ reason }) => api.changePlayer(player.account, "kick", { reason }),
  };
}

/** Who has no account goes by the session. */
export function kickSession(api: AdminApi, { session, account, name }: Session): Deed {
  const run: Deed["run"] = ({ reason }) =>
    account === null ? api.kickSession(session, { reason }) : api.changePlayer(account, "kick", { reason });
  return {
    ...PLAIN,
    action: "player.kick",
    title: `Kick ${name}`,
    about: "The player is sent out of the battle, and may come back by signing in, or after a minute.",
    verb: "Kick",
    isGrave: true,
    run,
  };
}

const ROLES = ["player", "moderator", "operator", "admin"];

export function giveRole(api: AdminApi, player: Player): Deed {
  const roles = ROLES.filter((role) => role !== player.role);
  const options = roles.map((role) => ({ value: role, label: role }));
  return {
    ...PLAIN,
    action: "player.role",
    title: `Change the role of ${nameOf(player)}`,
    about: `It is ${player.role} now. All its sessions end, and it is staff only where it signs in with a second factor.`,
    verb: "Change it",
    isGrave: true,
    fields: [{ name: "role", label: "Role", options, value: roles[0]! }],
    run: ({ role = "", reason }) => api.giveRole(player.account, { role, reason }),
  };
}

export function liftSanction(api: AdminApi, player: Player, deed: "unban" | "unmute"): Deed {
  const isBan = deed === "unban";
  return {
    ...PLAIN,
    action: `player.${deed}`,
    title: `${isBan ? "Unban" : "Unmute"} ${nameOf(player)}`,
    about: isBan ? "The account may sign in and play again." : "The player may speak again.",
    verb: isBan ? "Unban" : "Unmute",
    run: ({ reason }) => api.changePlayer(player.account, deed, { reason }),
  };
}

export function messagePlayer(api: AdminApi, player: Player): Deed {
  return {
    ...PLAIN,
    action: "player.message",
    title: `Message ${nameOf(player)}`,
    about: "The server says it to the player, in the battle's chat.",
    verb: "Send it",
    fields: [{ name: "text", label: "Message", charactersMax: 200 }],
    run: ({ text = "", reason }) => api.messagePlayer(player.account, { text, reason }),
  };
}

const HOUR_S = 3_600;
const MUTES = [
  { value: String(HOUR_S / 4), label: "15 minutes" },
  { value: String(HOUR_S), label: "an hour" },
  { value: String(24 * HOUR_S), label: "a day" },
  { value: String(7 * 24 * HOUR_S), label: "a week" },
];
const SUSPENSIONS = [
  { value: String(24 * HOUR_S), label: "a day" },
  { value: String(3 * 24 * HOUR_S), label: "three days" },
  { value: String(7 * 24 * HOUR_S), label: "a week" },
];
const FOR_EVER = "";
const LONG_BANS = [
  { value: String(30 * 24 * HOUR_S), label: "30 days" },
  { value: FOR_EVER, label: "for ever" },
];

export function mutePlayer(api: AdminApi, player: Player, now: () => number): Deed {
  return {
    ...PLAIN,
    action: "player.mute",
    title: `Mute ${nameOf(player)}`,
    about: "What the player says reaches nobody until then.",
    verb: "Mute",
    fields: [{ name: "span", label: "For", options: MUTES, value: MUTES[1]!.value }],
    reasonHint: PLAYER_READS,
    run: ({ span = "", reason }) =>
      api.mutePlayer(player.account, { until_ms: now() + Number(span) * 1_000, reason }),
  };
}

/** Moderators suspend for a week at most. */
export function banPlayer(api: AdminApi, player: Player, mayBanForEver: boolean, now: () => number): Deed {
  const options = mayBanForEver ? [...SUSPENSIONS, ...LONG_BANS] : SUSPENSIONS;
  return {
    ...PLAIN,
    action: "player.ban",
    title: `Ban ${nameOf(player)}`,
    about: "The account is signed out everywhere, leaves the battle, and cannot come back until then.",
    verb: "Ban",
    isGrave: true,
    fields: [{ name: "span", label: "For", options, value: options[0]!.value }],
    reasonHint: PLAYER_READS,
    run: ({ span = "", reason }) => {
      const until_ms = span === FOR_EVER ? null : now() + Number(span) * 1_000;
      return api.banPlayer(player.account, { until_ms, reason });
    },
  };
}

/** `key` names this one rollback, so that a second click does nothing. */
export function rollBack(api: AdminApi, player: Player, preview: RollbackPreview, key: string): Deed {
  const { character, afterBatch, revision, items } = preview;
  return {
    ...PLAIN,
    action: "inventory.rollback",
    title: `Roll ${nameOf(player)} back`,
    about: `${count(items.length)} kinds of things change as the preview says. It is refused if anything happened since.`,
    verb: "Roll back",
    isGrave: true,
    run: ({ reason }) =>
      api.rollBack(player.account, { character, after_batch: afterBatch, revision, key, reason }),
  };
}

/** By a character's name where there is one. */
export function nameOf(player: Player): string {
  const there = player.characters.find(({ isThere }) => isThere) ?? player.characters[0];
  return there === undefined ? `account ${player.account}` : there.name;
}

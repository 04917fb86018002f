//! The player's company: friends, party, guild, leaderboards and characters, and settings that follow the
//! account, by the player service. Main thread. Knows no framework and draws nothing.

export {
  BOARDS,
  RANKS,
  type Appearance,
  type Board,
  type Card,
  type CharacterAnswer,
  type Guild,
  type GuildMember,
  type House,
  type Invitation,
  type Party,
  type Period,
  type Profile,
  type Rank,
  type Ranked,
  type Relation,
} from "./api";
export type { BoardChoice, BoardView } from "./boards";
export { Company, type CompanyState, type Trouble, type Word } from "./company";
export * as deeds from "./deeds";
export type { Deed, Somebody } from "./deeds";
export { blockedNames, type Calls, type Fellowship } from "./reading";
export { MuteReason } from "./mute_reason";
export { Recall, type Group } from "./recall";
export { CHARACTERS_MAX, LOOKS, Roster, type RosterState } from "./roster";
export { SettingsKeeper } from "./settings_keeper";

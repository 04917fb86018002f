//! Inviting somebody, who hears of it where players hear of each other.
import { deeds, type Somebody } from "../../company";
import { CHANNEL } from "../../wire/link";
import type { TabProps } from "./CompanyWindow";

const WORDS = {
  party: "Join my party? Open your company to answer.",
  guild: "Join my guild? Open your company to answer.",
} as const;

/** Whether they were. */
export async function invited(
  { act, actions }: Pick<TabProps, "act" | "actions">,
  to: "party" | "guild",
  whom: Somebody,
): Promise<boolean> {
  const isDone = await act(deeds.invite(to, whom));
  if (isDone) actions.say(CHANNEL.WHISPER, whom.name, WORDS[to]);
  return isDone;
}

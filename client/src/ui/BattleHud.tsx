import { createMemo, Show } from "solid-js";
import type { Belongings } from "../belongings";
import type { Company } from "../company";
import type { PartProps } from "./App";
import { Abilities } from "./Abilities";
import { BannerBar } from "./BannerBar";
import type { Report } from "./ChatReport";
import { ChatWindow } from "./ChatWindow";
import { Crosshair } from "./Crosshair";
import { DeathScreen } from "./DeathScreen";
import { Finds } from "./Finds";
import { HelpPanel } from "./HelpPanel";
import { Hotbar } from "./Hotbar";
import { KillFeed } from "./KillFeed";
import { Minimap } from "./Minimap";
import { NetHealthPanel } from "./NetHealthPanel";
import { Notices } from "./Notices";
import { RoundEnd } from "./RoundEnd";
import { Scoreboard } from "./Scoreboard";
import { TouchControls, TouchCorner } from "./TouchControls";
import { Vitals } from "./Vitals";
import { createBelongingsDoor, type BelongingsDoor } from "./belongings/door";
import { TradeNotice } from "./belongings/TradeNotice";
import { WordNotice } from "./belongings/WordNotice";
import { BelongingsWindow } from "./belongings/BelongingsWindow";
import { CompanyNotice } from "./company/CompanyNotice";
import { CompanyWindow } from "./company/CompanyWindow";
import { createCompanyDoor, type CompanyDoor } from "./company/door";

/** Everything on screen while in the battle. */
export function BattleHud(
  props: PartProps & {
    openSettings: () => void;
    belongings: Belongings;
    company: Company;
    /** Null where nobody takes reports. */
    report: Report | null;
  },
) {
  const door = createBelongingsDoor(props);
  const companyDoor = createCompanyDoor(props);
  const alive = createMemo(() => props.model().own.alive);
  const scoreboardOpen = createMemo(() => props.model().scoreboardOpen);
  const helpOpen = createMemo(() => props.model().helpOpen);
  const joined = createMemo(() => props.model().phase === "joined");
  const touched = createMemo(() => props.model().device === "touch");
  const menuOpen = createMemo(
    () => joined() && props.model().paused && alive() && !scoreboardOpen() && !helpOpen(),
  );
  return (
    <div class="hud" classList={{ touched: touched() }}>
      <WoundVignette {...props} />
      <Show when={alive()}>
        <Crosshair {...props} />
      </Show>
      <HudTop {...props} door={door} companyDoor={companyDoor} />
      <ChatWindow {...props} />
      <div class="hud-bottom">
        <Vitals {...props} />
        <Hotbar {...props} />
        <Abilities {...props} />
      </div>
      <Show when={joined() && touched() && alive() && !menuOpen()}>
        <TouchControls {...props} />
      </Show>
      <Show when={menuOpen()}>
        <PauseBar {...props} />
      </Show>
      <Show when={scoreboardOpen()}>
        <Scoreboard {...props} />
      </Show>
      <Show when={helpOpen()}>
        <HelpPanel {...props} />
      </Show>
      <Show when={door.isOpen()}>
        <BelongingsWindow
          belongings={props.belongings}
          state={door.state()}
          actions={props.actions}
          playersNear={props.model().playersNear}
          tab={door.tab}
          setTab={door.setTab}
          keyCode={props.model().settings.bindings.belongings}
          close={() => props.actions.showBelongings(false)}
        />
      </Show>
      <Show when={companyDoor.isOpen()}>
        <CompanyWindow
          company={props.company}
          state={companyDoor.state()}
          actions={props.actions}
          tab={companyDoor.tab}
          setTab={companyDoor.setTab}
          keyCode={props.model().settings.bindings.company}
          close={() => props.actions.showCompany(false)}
        />
      </Show>
    </div>
  );
}

/** What is looked at: signs and map, banners and words, who fell. */
function HudTop(props: PartProps & { door: BelongingsDoor; companyDoor: CompanyDoor }) {
  const alive = createMemo(() => props.model().own.alive);
  const betweenRounds = createMemo(() => props.model().battle.pauseTicks > 0);
  const touched = createMemo(() => props.model().device === "touch");
  const joined = createMemo(() => props.model().phase === "joined");
  return (
    <div class="hud-top">
      <div class="hud-left">
        <NetHealthPanel {...props} />
        <Minimap {...props} />
      </div>
      <div class="hud-middle">
        <BannerBar {...props} />
        <Show when={betweenRounds()} fallback={<Notices {...props} />}>
          <RoundEnd {...props} />
        </Show>
        <Finds {...props} />
        <Show when={!props.door.isOpen()}>
          <TradeNotice
            trade={props.door.state().trade}
            keyName={props.door.keyName()}
            open={props.door.openTrade}
          />
          <WordNotice word={props.door.state().word} />
        </Show>
        <CompanyNotice door={props.companyDoor} />
        <Show when={!alive()}>
          <DeathScreen {...props} />
        </Show>
      </div>
      <div class="hud-right">
        <Show when={joined() && touched()}>
          <TouchCorner {...props} />
        </Show>
        <KillFeed {...props} />
      </div>
    </div>
  );
}

/** What a player may do who let go of the mouse. */
function PauseBar(props: PartProps & { openSettings: () => void }) {
  return (
    <div class="pause-bar">
      <button class="button primary" onClick={() => props.actions.resume()}>
        {props.model().device === "mouse" ? "Click to fight" : "Back to the fight"}
      </button>
      <button class="button" onClick={() => props.actions.showBelongings(true)}>
        Belongings
      </button>
      <button class="button" onClick={() => props.actions.showCompany(true)}>
        Company
      </button>
      <button class="button" onClick={() => props.openSettings()}>
        Settings
      </button>
      <button class="button" onClick={() => props.actions.toggle("help")}>
        Keys
      </button>
      <button class="button quiet" onClick={() => props.actions.leave()}>
        Leave
      </button>
    </div>
  );
}

const WOUND_SHOWN_MS = 700;

/** Red at the edges after a wound and while near death, with a wedge that points to its source. */
function WoundVignette(props: PartProps) {
  const strength = createMemo(() => {
    const { own, hitTakenAtMs } = props.model();
    const recent = Math.max(0, 1 - (performance.now() - hitTakenAtMs) / WOUND_SHOWN_MS);
    const faint = own.alive ? Math.max(0, 0.35 - own.health / Math.max(1, own.healthMax)) : 0;
    return Math.max(hitTakenAtMs > 0 ? recent : 0, faint * 2);
  });
  const pointing = createMemo(() => {
    const { hitTakenAtMs } = props.model();
    return hitTakenAtMs > 0 && performance.now() - hitTakenAtMs < WOUND_SHOWN_MS;
  });
  return (
    <>
      <div class="vignette" style={{ opacity: strength() }} />
      <Show when={pointing()}>
        <div
          class="hit-from"
          style={{ transform: `translate(-50%, -50%) rotate(${props.model().hitTakenFrom}rad)` }}
        />
      </Show>
    </>
  );
}

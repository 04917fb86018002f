//! A trade that goes on: both offers, who agreed, the time left, and what could still be offered.
import { createMemo, createSignal, onCleanup, Show } from "solid-js";
import {
  BAG_PLACES,
  countOf,
  lotKey,
  TRADE_LOTS_MAX,
  type Lot,
  type Trade,
  type TradeSide,
} from "../../belongings";
import type { TabProps } from "./BelongingsWindow";
import { Carry } from "./ChestTab";
import { ItemDetails } from "./ItemDetails";
import { ItemGrid, lotAt } from "./ItemPlace";
import { createPicks, type Picks } from "./picks";

const BAG = "bag";
const GIVEN = "given";
const GOT = "got";
/** Drawn of an offer, free places too. */
const OFFER_PLACES = 8;

export function OpenTrade(props: TabProps & { trade: Trade }) {
  const picks = createPicks();
  const own = () => props.trade.own.offer;
  /** What is in the bag and not offered. */
  const rest = createMemo(() => minus(props.has.bag, own()));
  const lots = (area: string) =>
    area === GIVEN ? own() : area === GOT ? props.trade.other.offer : rest();
  const lot = createMemo(() => {
    const pick = picks.shown();
    return pick && lotAt(lots(pick.area), props.state.catalogue, pick.place);
  });
  const area = () => picks.shown()?.area ?? BAG;
  const give = (some: Lot) => props.belongings.offer(plus(own(), some));
  const takeBack = (some: Lot) => props.belongings.offer(minus(own(), [some]));
  const isFull = () => own().length >= TRADE_LOTS_MAX;
  return (
    <>
      <div class="trade-tab">
        <section class="trade-bag">
          <h3>Your bag</h3>
          <ItemGrid
            area={BAG}
            label="Your bag"
            picks={picks}
            catalogue={props.state.catalogue}
            lots={rest()}
            placesCount={BAG_PLACES}
            act={(some) => !isFull() && give(some)}
          />
        </section>
        <section class="trade-offers">
          <Offer
            {...props}
            area={GIVEN}
            title="You give"
            side={props.trade.own}
            picks={picks}
            act={takeBack}
          />
          <Offer
            {...props}
            area={GOT}
            title={`${props.trade.other.name} gives`}
            side={props.trade.other}
            picks={picks}
          />
          <Deeds {...props} />
        </section>
      </div>
      <ItemDetails catalogue={props.state.catalogue} lot={lot()} hint={hintOf(props.trade)}>
        <Show when={area() === BAG && !isFull()}>
          <Carry lot={lot()} where="Offer" carry={give} />
        </Show>
        <Show when={area() === GIVEN}>
          <Carry lot={lot()} where="Take back" carry={takeBack} />
        </Show>
      </ItemDetails>
    </>
  );
}

interface OfferProps extends TabProps {
  area: string;
  title: string;
  side: TradeSide;
  picks: Picks;
  act?: (lot: Lot) => void;
}

function Offer(props: OfferProps) {
  return (
    <div class="offer" classList={{ agreed: props.side.isConfirmed }}>
      <h3>
        <span class="offer-title">{props.title}</span>
        <span class="offer-state" role="status">
          {props.side.isConfirmed ? "✓ agreed" : "not agreed yet"}
        </span>
      </h3>
      <ItemGrid
        area={props.area}
        label={props.title}
        picks={props.picks}
        catalogue={props.state.catalogue}
        lots={props.side.offer}
        placesCount={OFFER_PLACES}
        {...(props.act ? { act: props.act } : {})}
      />
    </div>
  );
}

function Deeds(props: TabProps & { trade: Trade }) {
  const isEmpty = () => props.trade.own.offer.length + props.trade.other.offer.length === 0;
  return (
    <div class="trade-deeds">
      <button
        id="agree"
        class="button primary"
        disabled={isEmpty() || props.trade.own.isConfirmed || props.state.isBusy}
        onClick={() => props.belongings.confirmTrade()}
      >
        {props.trade.own.isConfirmed ? "Agreed" : "Agree"}
      </button>
      <button id="cancel-trade" class="button" onClick={() => props.belongings.cancelTrade()}>
        {props.trade.isIncoming ? "Decline" : "Cancel"}
      </button>
      <TimeLeft endsAtMs={props.trade.endsAtMs} />
    </div>
  );
}

/** Until nobody having done anything ends it. */
function TimeLeft(props: { endsAtMs: number }) {
  const [nowMs, setNowMs] = createSignal(performance.now());
  const timer = setInterval(() => setNowMs(performance.now()), 1_000);
  onCleanup(() => clearInterval(timer));
  const seconds = () => Math.max(0, Math.ceil((props.endsAtMs - nowMs()) / 1_000));
  return (
    <span class="time-left" classList={{ short: seconds() <= 20 }} title="Until this trade ends by itself">
      {Math.floor(seconds() / 60)}:{String(seconds() % 60).padStart(2, "0")}
    </span>
  );
}

function hintOf({ own, other, isIncoming }: Trade): string {
  if (own.isConfirmed) return `You have agreed. It is ${other.name}'s turn; any change asks you again.`;
  if (other.isConfirmed) return `${other.name} has agreed to this. Look closely, then agree.`;
  if (isIncoming) return `${other.name} would like to trade. Press a thing in your bag twice to offer it.`;
  return "Press a thing in your bag twice to offer it. Any change withdraws what was agreed.";
}

function plus(lots: readonly Lot[], added: Lot): Lot[] {
  const key = lotKey(added);
  if (!lots.some((lot) => lotKey(lot) === key)) return [...lots, added];
  return lots.map((lot) => (lotKey(lot) === key ? { ...lot, count: lot.count + added.count } : lot));
}

function minus(lots: readonly Lot[], taken: readonly Lot[]): Lot[] {
  const left = lots.map((lot) => {
    const same = taken.filter((it) => lotKey(it) === lotKey(lot));
    return { ...lot, count: lot.count - countOf(same, lot.item) };
  });
  return left.filter((lot) => lot.count > 0);
}

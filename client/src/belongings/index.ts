//! What the player has, and what can be done with it: bag, equipment, chest, crafting and trades, by the
//! inventory service. Main thread. Knows no framework and draws nothing.

export type { Effect, Ingredient, Item, Lot, Recipe, Slot, Worn } from "./api";
export { Belongings, type BelongingsState, type Trouble, type Word } from "./belongings";
export { BAG_PLACES, CATALOGUE_NONE, CHEST_PLACES, Catalogue, SLOTS, TIMES_MAX } from "./catalogue";
export { cellsOf, countOf, lotKey, placesUsed, type Cell, type Holdings } from "./holdings";
export { TRADE_LOTS_MAX, type Trade, type TradeEnd, type TradeSide } from "./trade";

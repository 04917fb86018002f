//! Which of the figure's items show by what a body is and wears, and how that changes its colours. Items as in
//! figure.ts (ITEM), paints as there (PAINT), `gear` as GEAR in state.ts, `worn` as WORN there, shifted down to
//! its lowest bit.

/** Needs nothing. Gives `wornShows`, `farItemShows`, `paintWorn`. */
export const WORN_GLSL = /* glsl */ `
/** Of the items that are on a body whatever its hands do: soldiers have theirs by their kind, players as they wear. */
bool wornShows(int item, int gear, int worn) {
  bool player = gear == 2;
  if (item == 8) return gear == 0 || (player && (worn & 1) != 0);
  if (item == 9) return gear == 1;
  if (item == 10) return player;
  if (item == 11) return gear == 3;
  if (item == 15) return player && (worn & 1) != 0;
  if (item == 16) return player && (worn & 1) == 0;
  if (item == 17) return (worn & 2) != 0;
  if (item == 18) return (worn & 4) != 0;
  if (item == 19) return (worn & 8) != 0;
  return false;
}

bool hasShield(int gear, int worn) {
  return gear == 2 ? (worn & 32) != 0 : gear != 3;
}

bool farItemShows(int item, int gear, int worn) {
  if (item == 0) return true;
  bool sword = gear == 0 || gear == 2;
  if (item == 1) return sword;
  if (item == 2) return sword && hasShield(gear, worn);
  return wornShows(item, gear, worn);
}

/** A player's blade shines only if it is of iron. */
int paintWorn(int paint, int gear, int worn) {
  return paint == 17 && gear == 2 && (worn & 16) == 0 ? 12 : paint;
}
`;

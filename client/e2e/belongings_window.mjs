//! The window of belongings: opened and closed by its key, and what it shows in the bag.

export async function openBelongings(player) {
  await player.page.keyboard.press("KeyI");
  // Not all of it is shown on a small screen.
  await player.page.waitForSelector("dialog.belongings .item-place:visible, dialog.belongings .bench:visible");
}

/** What closes it is the caller's to press. */
export async function belongingsClosed(player) {
  await player.page.waitForSelector("dialog.belongings", { state: "detached" });
}

/** Of the open window: how much of each item is in the bag. */
export async function bagOf(player) {
  const cells = player.page.locator(".item-grid.bag [data-item]");
  const counts = await cells.evaluateAll((all) =>
    all.map((cell) => [cell.dataset.item, Number(cell.querySelector(".item-count")?.textContent ?? 1)]),
  );
  const bag = new Map();
  for (const [item, count] of counts) bag.set(item, (bag.get(item) ?? 0) + count);
  return bag;
}

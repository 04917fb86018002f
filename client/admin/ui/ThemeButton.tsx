//! Dark, light, or as the system has it; the browser remembers.

import { createEffect, createSignal } from "solid-js";

const THEMES = ["auto", "dark", "light"] as const;
type Theme = (typeof THEMES)[number];
const STORAGE_KEY = "voxelheim.admin.theme";

export function ThemeButton() {
  const [theme, setTheme] = createSignal(keptTheme());
  createEffect(() => {
    show(theme());
    keep(theme());
  });
  const next = () => setTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]!);
  return (
    <button class="button quiet" onClick={next} title="Dark, light, or as the system has it">
      Theme: {theme()}
    </button>
  );
}

/** Before anything is drawn, the door included. */
export function showKeptTheme(): void {
  show(keptTheme());
}

function show(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

function keptTheme(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(STORAGE_KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}

function keep(theme: Theme): void {
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // A private window may refuse storage.
  }
}

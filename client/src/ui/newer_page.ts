//! Whether the server has another page than this one by now. What a page is made of has a version, which the
//! server's manifest says; the one that it said first is taken for this page's own.
import { createSignal, onCleanup, type Accessor } from "solid-js";

const MANIFEST = "/manifest.json";
const LOOK_PERIOD_MS = 5 * 60_000;

/** True from when on there is another. Looks now and then, and whenever the page comes back into view. */
export function createNewerPage(): Accessor<boolean> {
  const [isOld, setIsOld] = createSignal(false);
  let own: string | undefined;
  const look = async () => {
    const version = await versionOfServer();
    own ??= version;
    if (version !== undefined && version !== own) setIsOld(true);
  };
  const lookIfSeen = () => {
    if (document.visibilityState === "visible") void look();
  };
  const timer = window.setInterval(lookIfSeen, LOOK_PERIOD_MS);
  document.addEventListener("visibilitychange", lookIfSeen);
  onCleanup(() => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", lookIfSeen);
  });
  void look();
  return isOld;
}

/** Undefined while the server does not say, which others than this notice tell the player. */
async function versionOfServer(): Promise<string | undefined> {
  try {
    const answer = await fetch(MANIFEST, { cache: "no-cache" });
    if (!answer.ok) return undefined;
    const manifest: unknown = await answer.json();
    if (typeof manifest !== "object" || manifest === null || !("version" in manifest)) return undefined;
    return typeof manifest.version === "string" ? manifest.version : undefined;
  } catch {
    return undefined;
  }
}

//! What this browser keeps of who is signed in, shared by all its tabs; and the lock by which one tab at a
//! time changes it.

/** Of who plays. */
const PLAYER_KEY = "voxelheim.account";

export interface Kept {
  account: string;
  isGuest: boolean;
  refreshToken: string;
}

export interface Storage {
  read(): Kept | null;
  write(kept: Kept | null): void;
  /** Runs `work` while no other tab runs its. */
  alone<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Calls when another tab wrote. */
  watch(changed: () => void): void;
}

export class BrowserStorage implements Storage {
  /** Where the browser keeps nothing, until the page closes. */
  private memory: Kept | null = null;

  /** `key` names what is kept, and the lock. */
  constructor(private readonly key = PLAYER_KEY) {}

  read(): Kept | null {
    try {
      return parsed(localStorage.getItem(this.key));
    } catch {
      return this.memory;
    }
  }

  write(kept: Kept | null): void {
    this.memory = kept;
    try {
      if (kept === null) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // A private window may refuse storage.
    }
  }

  alone<Value>(work: () => Promise<Value>): Promise<Value> {
    // Pages without TLS, but for those of this machine, have no locks; the service forgives two at once.
    if (!("locks" in navigator)) return work();
    return navigator.locks.request(this.key, work) as Promise<Value>;
  }

  watch(changed: () => void): void {
    window.addEventListener("storage", ({ key }) => {
      if (key === this.key || key === null) changed();
    });
  }
}

function parsed(text: string | null): Kept | null {
  if (text === null) return null;
  try {
    const { account, isGuest, refreshToken } = JSON.parse(text) as Partial<Kept>;
    const isWhole = typeof account === "string" && typeof refreshToken === "string";
    return isWhole ? { account, isGuest: isGuest === true, refreshToken } : null;
  } catch {
    return null;
  }
}

//! What a binding is called on a key cap.

const NAMES: Record<string, string> = {
  Space: "Space",
  ShiftLeft: "Shift",
  ShiftRight: "Right Shift",
  ControlLeft: "Ctrl",
  ControlRight: "Right Ctrl",
  AltLeft: "Alt",
  Tab: "Tab",
  Escape: "Esc",
  Mouse0: "Left click",
  Mouse1: "Middle click",
  Mouse2: "Right click",
  WheelUp: "Wheel up",
  WheelDown: "Wheel down",
};

/** Of a `KeyboardEvent.code` or a mouse button's name. */
export function keyLabel(code: string): string {
  return NAMES[code] ?? code.replace(/^(Key|Digit|Arrow)/, "");
}

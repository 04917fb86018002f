//! Where the keyboard is when a screen of the dialog appears.

/** The first field in the element, or the element itself, once it is in the page. For `ref`. */
export function focusFirst(element: HTMLElement): void {
  queueMicrotask(() => (element.querySelector("input") ?? element).focus());
}

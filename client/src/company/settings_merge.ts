//! Two who changed the same settings: what each changed is kept, and where both did, the newer.

import { isDocument, isSame, type Document } from "./sameness";

/** `ours` is newer than `theirs`; both come from `base`. */
export function merged(base: Document, ours: Document, theirs: Document): Document {
  const result: Document = { ...theirs };
  for (const [key, value] of Object.entries(ours)) {
    const [before, other] = [base[key], theirs[key]];
    if (isDocument(value) && isDocument(other)) {
      result[key] = merged(isDocument(before) ? before : {}, value, other);
    } else if (!isSame(value, before) || !(key in theirs)) {
      result[key] = value;
    }
  }
  return result;
}

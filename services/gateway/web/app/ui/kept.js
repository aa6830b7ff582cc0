// What was typed into a sheet that was closed? It is there again when the sheet is opened, in memory alone, until it is
// sent or its person signs out.

import { useState } from "../vendor/htm-preact/standalone.module.js";
import { subscribe } from "../store.js";

const kept = new Map();
subscribe(({ signedIn }) => signedIn === false && kept.clear());

// As useState, under a name; `drop` forgets it.
export function useKept(name, first) {
  const [value, set] = useState(() => kept.get(name) ?? first);
  const keep = (change) =>
    set((now) => {
      const next = typeof change === "function" ? change(now) : change;
      kept.set(name, next);
      return next;
    });
  return [value, keep, () => kept.delete(name)];
}

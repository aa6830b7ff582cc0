// How does who does not see the screen hear of a change? Through one polite region, a sentence at a time.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";

let hear = () => {};
let last = "";

// The same sentence again is another text by a space that nobody sees, else it would not be read.
export const announce = (sentence) => hear((last = last === sentence ? `${sentence}\u00a0` : sentence));

export function Announcer() {
  const [sentence, say] = useState("");
  useEffect(() => {
    hear = say;
    return () => (hear = () => {});
  }, []);
  return html`<div class="unseen" role="status" aria-live="polite" data-announcer>${sentence}</div>`;
}

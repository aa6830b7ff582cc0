// Which parts of a screen come when they are wanted? Sheets: nobody sees them at first, so a first load carries none.

import { html, useEffect, useState } from "../vendor/htm-preact/standalone.module.js";
import { Unreachable } from "../api.js";
import { t } from "../words.js";
import { Sheet } from "./parts.js";
import { ErrorState } from "./states.js";

const parts = [];

// A sheet whose file `fetchPart` brings; until that can be had, another one says so.
export function later(fetchPart) {
  let Part;
  const bring = async () => (Part = await fetchPart());
  parts.push(bring);
  return function Later(props) {
    const [failed, fail] = useState(undefined);
    const fetchIt = () => bring().then(() => fail(false), () => fail(true));
    useEffect(() => {
      if (!Part) fetchIt();
    }, []);
    if (Part) return html`<${Part} ...${props} />`;
    return failed && html`
      <${Sheet} title=${t("error.title")} onClose=${props.onClose}>
        <${ErrorState} problem=${new Unreachable()} again=${fetchIt} />
      <//>`;
  };
}

// All that is left of the screens that are here.
export const fetchParts = () => Promise.allSettled(parts.map((bring) => bring()));

// What else can be opened from here? The command line, and the safety page; neither tells anybody.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";
import { Icon } from "../ui/icons.js";
import { List, Section } from "../ui/parts.js";

const LINKS = [
  ["device", "/device", "us.command_line"],
  ["shield", "/safety", "us.safety"],
];

export const Elsewhere = () => html`
  <${Section} label=${t("us.elsewhere")}>
    <${List}>
      ${LINKS.map(
        ([icon, path, key]) => html`
          <li class="us-link">
            <a class="row" href=${path} data-in-app>
              <${Icon} name=${icon} />
              <span class="row-words">
                <span class="fact">${t(key)}</span>
                <span class="meta">${t(`${key}.means`)}</span>
              </span>
            </a>
          </li>`,
      )}
    <//>
  <//>`;

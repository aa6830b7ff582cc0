// What is this, and how does one come in? A landscape with two lamps far apart, one sentence, and the two ways in.

import { html } from "../vendor/htm-preact/standalone.module.js";
import { t } from "../words.js";

const STARS = [
  [9, 22], [22, 64], [38, 41], [48, 92], [61, 16], [75, 70], [88, 34], [104, 88], [112, 12], [126, 58], [137, 27],
  [149, 97], [163, 46], [172, 14], [184, 74], [203, 33], [214, 104], [221, 61], [236, 19], [243, 84], [259, 48],
  [268, 10], [279, 94], [291, 29], [305, 66], [318, 15], [333, 52], [346, 83], [356, 24], [370, 44], [388, 71],
];

export const Welcome = () => html`
  <div class="welcome">
    <${Landscape} />
    <main id="content" class="welcome-in">
      <h1 tabindex="-1">${t("app.name")}</h1>
      <p class="welcome-sentence">${t("welcome.sentence")}</p>
      <div class="welcome-doors">
        <a class="button" href="/sign-up" data-in-app>${t("welcome.sign_up")}</a>
        <a class="button quiet" href="/sign-in" data-in-app>${t("welcome.sign_in")}</a>
      </div>
      <p class="welcome-last">${t("welcome.last")}</p>
      <p class="welcome-last"><a href="/safety" data-in-app>${t("welcome.safety")}</a></p>
    </main>
  </div>`;

// Hills and the line between the lamps are stretched with the window; stars and lamps stay round.
const Landscape = () => html`
  <div class="welcome-landscape" aria-hidden="true">
    <svg class="welcome-landscape-stars" viewBox="0 0 400 240" preserveAspectRatio="xMidYMin slice" focusable="false">
      ${STARS.map(([x, y], at) => html`<path class=${at % 3 ? undefined : "bright"} d=${`M${x} ${y}h0`} />`)}
    </svg>
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" focusable="false">
      <path class="far" d="M0 77 C14 74 24 80 40 79 C58 78 68 69 82 67.5 C90 66.6 96 68 100 68.5 V100 H0 Z" />
      <path class="mid" d="M0 89 C8 86 14 84.6 22 85.4 C38 87 50 92.5 66 91 C80 89.6 90 86 100 87 V100 H0 Z" />
      <path class="welcome-landscape-line" d="M19 81 C34 54 62 50 80 65" />
    </svg>
    <span class="welcome-lamp welcome-lamp-mine"></span>
    <span class="welcome-lamp welcome-lamp-theirs"></span>
    <svg viewBox="0 0 100 100" preserveAspectRatio="none" focusable="false">
      <path class="near" d="M0 98 C14 93.5 30 92.6 46 95 C64 97.6 82 97.6 100 95 V101 H0 Z" />
    </svg>
  </div>`;

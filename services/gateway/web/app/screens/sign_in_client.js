// What is this browser called in the list of sessions? By its kind and its system, "Firefox on Linux"; nothing finer.

import { t } from "../words.js";

const BROWSERS = [
  [/Edge?\/|EdgA\/|EdgiOS\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS = [
  [/Android/, "Android"],
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X/, "Mac"],
  [/Linux/, "Linux"],
];
const INSIDE = /^Chromium$|Not.?A.?Brand/i; // names that say nothing to a person

const first = (kinds, text) => kinds.find(([sign]) => sign.test(text))?.[1];

export function clientName({ userAgent, userAgentData } = navigator) {
  const brand = userAgentData?.brands.find((each) => !INSIDE.test(each.brand))?.brand;
  const browser = brand ?? first(BROWSERS, userAgent) ?? t("client.browser");
  const system = userAgentData?.platform || first(SYSTEMS, userAgent);
  return (system ? t("client.on", { browser, system }) : browser).slice(0, 60);
}

// What can be chosen? Weekdays and languages by their names, as [value, words].

import { byWords, weekdayName } from "../dates.js";
import { t } from "../words.js";

export const weekdays = () => [1, 2, 3, 4, 5, 6, 7].map((day) => [String(day), weekdayName(day)]);

const LANGUAGES =
  "ar bg bn cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv nb nl pl pt ro ru sk sl sr sv th tr uk vi zh";

// Each by its own name; mine is among them even where it is none of these.
export const languages = (mine) =>
  [...new Set([mine, ...LANGUAGES.split(" ")])].map((tag) => [tag, languageName(tag)]).sort(byWords);

export function languageName(tag) {
  try {
    const own = new Intl.DisplayNames([tag], { type: "language" }).of(tag);
    return t("us.named", { name: own[0].toLocaleUpperCase(tag) + own.slice(1) });
  } catch {
    return tag; // whatever another app wrote there
  }
}

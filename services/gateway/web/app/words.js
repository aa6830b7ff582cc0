// How is something said? By its key, in the language of the browser: {name} is filled in; an entry of several forms is
// chosen by its `count` (Unicode plural rules). Another language is another table like words.en.js, with the same keys.

import { EN } from "./words.en.js";

const TABLES = { en: EN };

// Words that come with what says them, by language as in TABLES.
export const learn = (tables) => Object.keys(tables).forEach((each) => Object.assign(TABLES[each], tables[each]));

const wished = navigator.language;
const table = TABLES[wished.split("-")[0]];
// Dates are said in the language of the words.
export const locale = table && Intl.DateTimeFormat.supportedLocalesOf(wished).length ? wished : "en";
const rules = new Intl.PluralRules(locale);
const pseudo = wished === "en-XA"; // the accented test locale of Unicode: what is not marked is not from here

export function t(key, given = {}) {
  const entry = table?.[key] ?? EN[key] ?? key;
  const text = typeof entry === "string" ? entry : entry[rules.select(given.count)] ?? entry.other;
  const said = pseudo ? `⟦${text.replace(/[aeiou](?![^{]*\})/g, (vowel) => ACCENTED[vowel])}⟧` : text;
  return said.replace(/\{(\w+)\}/g, (_, name) => given[name] ?? "");
}

const ACCENTED = { a: "á", e: "é", i: "í", o: "ó", u: "ú" };

// Facts on one line: it breaks after a dot, never before it.
export const joined = (...parts) => parts.filter(Boolean).join("\u00a0· ");

// What a problem says to a person: by its reason, in words of this app alone.
export function said(problem) {
  if (!problem.reason) return t("error.unreachable");
  const key = `error.${problem.reason}`;
  return t(key in EN ? key : "error.other");
}

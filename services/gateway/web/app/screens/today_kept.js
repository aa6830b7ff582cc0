// What was typed and not sealed? It is kept prompt by prompt, in memory alone, for as long as the page lives and its
// person stays signed in; so is which prompt that person chose to look at.

import { getState, load, setValue, subscribe } from "../store.js";

export const MOST = 4000;
export const OPEN = "PROMPT_STATE_OPEN";
export const SEALED = "PROMPT_STATE_SEALED";
export const REVEALED = "PROMPT_STATE_REVEALED";

const drafts = new Map(); // id of a prompt -> { prompt, text, light }
let chosen; // id of a prompt

subscribe(({ signedIn }) => {
  if (signedIn !== false) return;
  drafts.clear();
  chosen = undefined;
});

export const choose = (id) => (chosen = id);
export const draftOf = (prompt) => drafts.get(prompt.id);
export const keepDraft = (prompt, text, light) => drafts.set(prompt.id, { prompt, text, light });
export const dropDraft = (id) => drafts.delete(id);
export const isEmpty = (text) => !text.trim();

// The one that is looked at: the chosen one, else the one written to: opened last, sealed, begun; else the first.
export function currentOf(prompts, reveals) {
  const newest = (one, other) => Date.parse(other.revealedAt) - Date.parse(one.revealedAt);
  return (
    [...prompts, ...reveals].find((prompt) => prompt.id === chosen) ??
    prompts.filter((prompt) => prompt.state === REVEALED).sort(newest)[0] ??
    prompts.find((prompt) => prompt.state === SEALED) ??
    prompts.find(draftOf) ??
    prompts[0]
  );
}

// Words that can no longer be sealed where they were written: their prompt is gone from today, or has opened.
export function leftOver(prompts) {
  const writable = prompts.filter((prompt) => prompt.state !== REVEALED).map((prompt) => prompt.id);
  const found = [...drafts.values()].filter(({ prompt }) => !writable.includes(prompt.id));
  return found.filter(({ prompt, text }) => !isEmpty(text) && text !== prompt.myAnswer);
}

// A prompt as an answer of the api shows it takes its place among today's.
export function putPrompt(changed) {
  const { value, loading } = getState().today;
  if (!value) return;
  setValue("today", { ...value, prompts: value.prompts.map((each) => (each.id === changed.id ? changed : each)) });
  if (loading) load("today"); // what was under way may have known more of the others
}

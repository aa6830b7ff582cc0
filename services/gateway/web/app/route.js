// Where is the person in the app? At an address of the page; no address carries anything that somebody wrote.

import { useEffect, useState } from "./vendor/htm-preact/standalone.module.js";

const listeners = new Set();
const tellAll = () => listeners.forEach((listener) => listener(location.pathname));

export function go(path, { replace = false } = {}) {
  if (path === location.pathname) return;
  history[replace ? "replaceState" : "pushState"](null, "", path);
  scrollTo(0, 0);
  tellAll();
}

export function usePath() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    listeners.add(setPath);
    setPath(location.pathname);
    return () => listeners.delete(setPath);
  }, []);
  return path;
}

addEventListener("popstate", tellAll);

// Links to the app's own addresses stay in the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-in-app]");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  go(new URL(link.href).pathname);
});

// Who left in a hurry is not led back: what Back and Forward find of the app in this tab is blank, until its address is
// opened anew.
const LEFT = "left";

export function leaveForGood() {
  sessionStorage.setItem(LEFT, "1");
  location.replace("about:blank");
}

const stayAway = () => sessionStorage.getItem(LEFT) && location.replace("about:blank");
if (performance.getEntriesByType("navigation")[0]?.type === "navigate") sessionStorage.removeItem(LEFT);
stayAway();
addEventListener("pageshow", stayAway);

// What is there without a connection? The app's page and its files as they were last; never an answer of the API.
// Promises: the network goes first, so what was deployed last is what is seen, unless it says nothing for long; only the addresses that SHELL names are
// answered here, all else (the API, its stream, the documents) does not pass through; only files of the app are kept.
// SHELL = {version, pages, plain, files} stands in front, written by the gateway. When a file changes, so does this script,
// and the browser takes the new one; it counts once it keeps every file of its version. Pages that are open stay as
// they are: they have loaded all their files, and go on with the API alone.

/* global SHELL */
const KEPT = `twolamps-${SHELL.version}`;
const PAGES = new Set(SHELL.pages);
const FILES = new Set(SHELL.files);
const LONG_MS = 4000;

addEventListener("install", (event) => {
  const keep = async () => {
    const kept = await caches.open(KEPT);
    await kept.addAll(["/", SHELL.plain, ...FILES]);
    await skipWaiting();
  };
  event.waitUntil(keep());
});

addEventListener("activate", (event) => {
  const forget = async () => {
    const older = (await caches.keys()).filter((name) => name !== KEPT);
    await Promise.all(older.map((name) => caches.delete(name)));
  };
  event.waitUntil(forget());
});

addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const page = pathname === SHELL.plain ? SHELL.plain : "/";
  if (event.request.mode === "navigate" && PAGES.has(pathname)) event.respondWith(newest(event.request, page));
  if (FILES.has(pathname)) event.respondWith(newest(event.request, pathname));
});

// What the network says; what is kept where it says nothing, or only that the server is away.
async function newest(request, address) {
  const kept = () => caches.match(address, { cacheName: KEPT, ignoreVary: true });
  const late = new Promise((done) => setTimeout(done, LONG_MS)).then(kept);
  const asked = fetch(request).then(
    async (answer) => (answer.status < 500 ? answer : ((await kept()) ?? answer)),
    async () => (await kept()) ?? Response.error(),
  );
  return (await Promise.race([asked, late])) ?? asked;
}

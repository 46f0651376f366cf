// The service worker of the wallet, which shows opened tickets without a connection. Browsers run it as it is here. It answers for
// pages below /wallet only; every other request goes its usual way.

/** Each ticket's page has a cache of its own, with all that the page loads. */
const prefix = 'wallet-1 ';
const maxPages = 13; // a dozen tickets and their list
const maxFiles = 80;
const maxBytes = 3_000_000;
const patienceMs = 3_000;
const savedAtHeader = 'x-saved-at';

const isPage = ({ pathname }) => /^\/wallet(\/[^/]+)?$/.test(pathname);
const isAsset = ({ pathname }) => /^\/(_next\/static\/|icons?\.svg$)/.test(pathname);
const cacheName = (path, savedAt) => `${prefix}${savedAt} ${path}`;

/** The caches of pages, the oldest first. */
const savedPages = async () => {
  const names = await caches.keys();
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => {
      const [savedAt = '', path = ''] = name.slice(prefix.length).split(' ');
      return { name, savedAt, path };
    })
    .sort((one, other) => one.savedAt.localeCompare(other.savedAt));
};

const forget = async (isForgotten) => {
  const forgotten = (await savedPages()).filter(isForgotten);
  await Promise.all(forgotten.map(({ name }) => caches.delete(name)));
};

const withHeader = (response, body, savedAt) => {
  const headers = new Headers(response.headers);
  // The body is stored as it reads, and not as it was sent.
  headers.delete('content-encoding');
  headers.delete('content-length');
  headers.set(savedAtHeader, savedAt);
  return new Response(body, { status: response.status, headers });
};

/** Stores a page and what it loads; nothing if any of it cannot be loaded, or if it is too large. */
const save = async (path, loaded) => {
  const url = new URL(path, location.origin);
  const response = await fetch(url, { redirect: 'manual', cache: 'no-store' });
  if (response.status !== 200) return forget((page) => page.path === path);
  const html = await response.text();
  const named = [...html.matchAll(/["'](\/(?:_next\/static\/|icon\.svg)[^"'\\]+)/g)].map(([, address]) => address);
  const addresses = [...loaded, ...named, '/icons.svg'].map((address) => new URL(address, location.origin));
  const assets = new Set(addresses.filter((asset) => asset.origin === location.origin && isAsset(asset)).map(String));
  if (assets.size > maxFiles) return undefined;
  const files = await Promise.all(
    [...assets].map(async (asset) => {
      const file = await fetch(asset);
      return { asset, file, body: file.ok ? await file.blob() : undefined };
    }),
  );
  const bytes = files.reduce((sum, { body }) => sum + (body?.size ?? 0), html.length);
  if (bytes > maxBytes) return undefined;
  const savedAt = new Date().toISOString();
  const name = cacheName(path, savedAt);
  const cache = await caches.open(name);
  await cache.put(url, withHeader(response, html, savedAt));
  for (const { asset, file, body } of files)
    if (body !== undefined) await cache.put(asset, withHeader(file, body, savedAt));
  await forget((page) => page.path === path && page.name !== name);
  const pages = await savedPages();
  const surplus = pages.slice(0, Math.max(0, pages.length - maxPages)).map((page) => page.name);
  return forget((page) => surplus.includes(page.name));
};

/** The saved page, which says in an attribute when it was saved. */
const readSaved = async (path) => {
  const page = (await savedPages()).findLast((saved) => saved.path === path);
  if (page === undefined) return undefined;
  const cache = await caches.open(page.name);
  const response = await cache.match(new URL(path, location.origin));
  if (response === undefined) return undefined;
  const html = await response.text();
  return new Response(html.replace('<html ', `<html data-saved-at="${page.savedAt}" `), { headers: response.headers });
};

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The page from the network, or as it was saved if that takes long or there is none. */
const showPage = async (request, path) => {
  const loading = fetch(request).then(async (response) => {
    // Somebody who is not signed in is led to the sign-in page: these tickets are nobody's on this device.
    if (response.type === 'opaqueredirect' || response.redirected) await forget(() => true);
    return response;
  });
  const saved = await readSaved(path);
  if (saved === undefined) return loading;
  return Promise.race([
    loading.then((response) => (response.status >= 500 ? saved : response)),
    later(patienceMs).then(() => saved),
  ]).catch(() => saved);
};

const loadAsset = async (request) => {
  for (const { name } of await savedPages()) {
    const cache = await caches.open(name);
    const found = await cache.match(request);
    if (found !== undefined) return found;
  }
  return fetch(request);
};

addEventListener('install', () => skipWaiting());

const begin = async () => {
  // Of an earlier worker, which stored them in another form.
  const names = (await caches.keys()).filter((name) => name.startsWith('wallet-') && !name.startsWith(prefix));
  await Promise.all(names.map((name) => caches.delete(name)));
  await clients.claim();
};

addEventListener('activate', (event) => event.waitUntil(begin()));

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate' && isPage(url)) event.respondWith(showPage(request, url.pathname));
  else if (isAsset(url)) event.respondWith(loadAsset(request));
});

// Pages of the wallet say what they show: `save` the page itself, or keep nothing of it; and `tickets`, the paths of all tickets.
addEventListener('message', (event) => {
  const { path, save: isSaved, loaded, tickets } = event.data;
  const follow = async () => {
    if (tickets !== undefined) await forget((page) => page.path !== path && !tickets.includes(page.path));
    if (isSaved) await save(path, loaded);
    else await forget((page) => page.path === path);
  };
  // What cannot be saved is shown with a connection only.
  event.waitUntil(follow().catch(() => undefined));
});

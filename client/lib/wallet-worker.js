// The service worker of the wallet, which shows opened tickets without a connection. Browsers run it as it is here. It serves pages
// at /wallet and below, and what they load; every other request goes its usual way.

/** Each page has a cache of its own, with all that it loads. */
const prefix = 'wallet-1 ';
const maxPages = 13; // a dozen tickets and their list
const maxFiles = 80;
const maxBytes = 3_000_000;
const timeoutMs = 3_000;

const isPage = ({ pathname }) => /^\/wallet(\/[^/]+)?$/.test(pathname);
/** Its content never changes, since its address has a hash of it. */
const isImmutable = ({ pathname }) => pathname.startsWith('/_next/static/');
const isIcon = ({ pathname }) => /^\/icons?\.svg$/.test(pathname);
const cacheName = ({ savedAt, until, owner, path }) => `${prefix}${savedAt} ${until} ${owner} ${path}`;

/** The caches of pages, the oldest first. */
const savedPages = async () => {
  const names = await caches.keys();
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => {
      const [savedAt = '', until = '', owner = '', path = ''] = name.slice(prefix.length).split(' ');
      return { name, savedAt, until, owner, path };
    })
    .sort((one, other) => one.savedAt.localeCompare(other.savedAt));
};

const forget = async (isForgotten) => {
  const forgotten = (await savedPages()).filter(isForgotten);
  await Promise.all(forgotten.map(({ name }) => caches.delete(name)));
};

/** What a page has saved for a request. Unlike `caches.open`, it does not make the cache again that was forgotten meanwhile. */
const findIn = ({ name }, request) => caches.match(request, { cacheName: name });

/** The response with its body as it reads, and not as it was sent. */
const readable = (response, body) => {
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.delete('content-length');
  return new Response(body, { status: response.status, headers });
};

const scriptsAndStyles = /<(?:script|link)\b[^>]*\s(?:src|href)="(\/_next\/static\/[^"]+|\/icon\.svg[^"]*)"/g;

/** Whether a page has refused itself to the reader; a failure says nothing about it. */
const isRefusal = ({ type, status }) => type === 'opaqueredirect' || [401, 403, 404].includes(status);

/** Loads a page and what it loads into its cache. Returns whether it is there whole: it may be too large, or not load. */
const load = async (cache, url, { owner, path, loaded }) => {
  const response = await fetch(url, { redirect: 'manual', cache: 'no-store' });
  if (isRefusal(response)) await forget((page) => page.path === path);
  const html = await response.text();
  if (response.status !== 200 || !html.includes(`data-offline-for="${owner}"`)) return false;
  const required = [...html.matchAll(scriptsAndStyles)].map(([, address]) => new URL(address, location.origin).href);
  // What was loaded for earlier pages of the tab may be gone.
  const others = [...loaded, '/icons.svg']
    .map((address) => new URL(address, location.origin))
    .filter((asset) => asset.origin === location.origin && (isImmutable(asset) || isIcon(asset)));
  const assets = new Set([...required, ...others.map(String)]);
  if (assets.size > maxFiles) return false;
  const files = await Promise.all(
    [...assets].map(async (asset) => {
      const file = await fetch(asset);
      return { asset, file, body: file.ok ? await file.blob() : undefined };
    }),
  );
  if (files.some(({ asset, body }) => body === undefined && required.includes(asset))) return false;
  const bytes = files.reduce((sum, { body }) => sum + (body?.size ?? 0), html.length);
  if (bytes > maxBytes) return false;
  for (const { asset, file, body } of files) if (body !== undefined) await cache.put(asset, readable(file, body));
  await cache.put(url, readable(response, html));
  return true;
};

/** Stores a page and what it loads, in place of how it was stored before. Nothing changes if it cannot be loaded whole. */
const save = async (page) => {
  const { owner, path, until } = page;
  const savedAt = new Date().toISOString();
  const own = cacheName({ savedAt, until, owner, path });
  // Opened before anything is loaded, so that forgetting the page meanwhile also forgets what is still to come.
  const cache = await caches.open(own);
  const isWhole = await load(cache, new URL(path, location.origin), page).catch(() => false);
  if (!isWhole) return caches.delete(own);
  await forget((saved) => saved.path === path && saved.savedAt < savedAt);
  const pages = await savedPages();
  const surplus = pages.slice(0, Math.max(0, pages.length - maxPages)).map(({ name }) => name);
  return forget(({ name }) => surplus.includes(name));
};

/** The newest saved page that is whole; it says in an attribute when it was saved. */
const readSaved = async (path) => {
  const now = new Date().toISOString();
  await forget(({ until }) => until !== '' && until < now);
  for (const page of (await savedPages()).filter((saved) => saved.path === path).toReversed()) {
    const response = await findIn(page, new URL(path, location.origin));
    if (response !== undefined) {
      const html = await response.text();
      return new Response(html.replace('<html ', `<html data-saved-at="${page.savedAt}" `), {
        headers: response.headers,
      });
    }
  }
  return undefined;
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
    later(timeoutMs).then(() => saved),
  ]).catch(() => saved);
};

const findSaved = async (request) => {
  for (const page of (await savedPages()).toReversed()) {
    const found = await findIn(page, request);
    if (found !== undefined) return found;
  }
  return undefined;
};

const loadImmutable = async (request) => (await findSaved(request)) ?? fetch(request);

const loadIcon = (request) =>
  fetch(request).catch(async (error) => (await findSaved(request)) ?? Promise.reject(error));

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
  else if (isImmutable(url)) event.respondWith(loadImmutable(request));
  else if (isIcon(url)) event.respondWith(loadIcon(request));
});

/**
 * Pages of the wallet say whose they are and what to do with them: `save` the page, `forget` it, or `keep` it as it is saved. A list
 * of all tickets says their paths; what is not in it is forgotten, and so is everything of another account.
 */
addEventListener('message', (event) => {
  const { owner, path, action, tickets } = event.data;
  const follow = async () => {
    await forget((page) => page.owner !== owner);
    if (tickets !== undefined) await forget((page) => page.path !== path && !tickets.includes(page.path));
    if (action === 'save') await save(event.data);
    if (action === 'forget') await forget((page) => page.path === path);
  };
  // What cannot be saved is shown with a connection only.
  event.waitUntil(follow().catch(() => undefined));
});

import { hasSession } from './server/relayed-cookies.ts';

// The wallet's service worker (wallet-worker.js) keeps opened tickets in the browser. They must not outlast the session.

/** Where a session ends or another one begins. */
const sessionPage = /^\/(?:signin|signup|goodbye|reset-password)(?:[/?]|$)/;

/** Removes everything that the site has stored in the browser but cookies. */
export const clearStorage = ['Clear-Site-Data', '"storage"'] as const;

/**
 * Headers of such pages. A browser with a session keeps its tickets, since a link of anybody leads there; the next account forgets
 * them. Browsers have no workers, and no use for the header, where the connection is not secure.
 */
export const sessionPageHeaders = (
  { url, cookie }: { readonly url: string; readonly cookie: string | undefined },
  publicUrl: URL,
): Readonly<Record<string, string>> =>
  sessionPage.test(url) && !hasSession(cookie ?? null) && isTrustworthy(publicUrl)
    ? Object.fromEntries([clearStorage])
    : {};

/** Whether browsers take pages of this address for secure. */
export const isTrustworthy = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1';

/** Removes the tickets that this browser has saved; in the browser, when another session begins without a new page. */
export const forgetSavedTickets = async (): Promise<void> => {
  if (!('caches' in globalThis)) return;
  const names = (await caches.keys()).filter((name) => name.startsWith('wallet-'));
  await Promise.all(names.map((name) => caches.delete(name)));
};

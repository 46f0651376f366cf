// The wallet's service worker (wallet-worker.js) keeps opened tickets in the browser. They must not outlast the session.

/** Where a session ends or another one begins. */
const sessionPage = /^\/(?:signin|signup|goodbye|reset-password)(?:[/?]|$)/;

/** Removes everything that the site has stored in the browser but cookies. */
export const clearStorage = ['Clear-Site-Data', '"storage"'] as const;

/** Headers of such pages. Browsers have no workers, and no use for the header, where the connection is not secure. */
export const sessionPageHeaders = (url: string, publicUrl: URL): Readonly<Record<string, string>> =>
  sessionPage.test(url) && isTrustworthy(publicUrl) ? Object.fromEntries([clearStorage]) : {};

/** Whether browsers take pages of this address for secure. */
export const isTrustworthy = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1';

/** Pages that mailed links open, with a token in their address. */
const linkPage = /^\/(?:verify-email|reset-password)(?:[/?]|$)/;

/** Headers of such pages: no cache stores them, and what they load or lead to does not learn their address. */
export const linkPageHeaders = (url: string): Readonly<Record<string, string>> =>
  linkPage.test(url) ? { 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'private, no-store' } : {};

/**
 * The policy of such a page's document. With `no-referrer`, browsers send a form, as it is posted without JavaScript, with
 * `Origin: null`, which is refused as another site's. This one tells the origin without the rest of the address.
 *
 * @see https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
export const linkReferrer = 'strict-origin';

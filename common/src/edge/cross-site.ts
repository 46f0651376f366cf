import type { IncomingHttpHeaders } from 'node:http';

const ownSites = new Set(['same-origin', 'none']);

/** Whether an Origin names the host of the request; `:80` and `:443` are the same as no port. */
const isOwnHost = (origin: string, host: string | undefined): boolean => {
  const url = URL.parse(origin);
  return url !== null && url.host !== '' && url.host === URL.parse(`${url.protocol}//${host ?? ''}`)?.host;
};

/**
 * Whether a browser made this request for another site. Browsers send `Origin` with every method but GET and HEAD, and
 * `Sec-Fetch-Site` too if they are not old; programs send neither. A proxy may have replaced the Host, so the public
 * address of the site counts as well.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export const isCrossSite = (
  request: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  publicOrigin?: string,
): boolean => {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD') return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && !ownSites.has(site)) return true;
  const { origin } = headers;
  return origin !== undefined && origin !== publicOrigin && !isOwnHost(origin, headers.host);
};

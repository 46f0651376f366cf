/** Which service answers below which path; everything else is the site's. The cluster's ingress says the same. */
export const routes = {
  '/api/users': 'auth',
  '/api/tickets': 'tickets',
  '/api/orders': 'orders',
  '/api/payments': 'payments',
} as const;

export type Upstream = (typeof routes)[keyof typeof routes] | 'client';

/** What processes tell about themselves is never told to the outside. */
const internal = ['/healthz', '/readyz', '/metrics'];

const isBelow = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path.charAt(prefix.length) === '/');

/** Who answers a path (with or without its query); undefined when nobody may. */
export const upstreamOf = (url: string): Upstream | undefined => {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (internal.some((prefix) => isBelow(path, prefix))) return undefined;
  for (const [prefix, upstream] of Object.entries(routes)) if (isBelow(path, prefix)) return upstream;
  // Programs ask below it, and expect the error envelope rather than the site's page.
  return isBelow(path, '/api') ? undefined : 'client';
};

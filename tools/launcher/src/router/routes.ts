import { readServices } from '../../workspaces.mjs';

/** Path prefix → the service that serves it; every other path is the site's. The cluster's ingress has the same table. */
export const routes: Readonly<Record<string, string>> = Object.fromEntries(
  readServices().flatMap(({ name, description: { route } }) => (route === undefined ? [] : [[route, name]])),
);

/** Probes and metrics are never routed from outside. */
const internal = ['/healthz', '/readyz', '/metrics'];

const isBelow = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path.charAt(prefix.length) === '/');

/** The process that serves a path, given with or without its query; undefined when the path is not routed. */
export const upstreamOf = (url: string): string | undefined => {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (internal.some((prefix) => isBelow(path, prefix))) return undefined;
  for (const [prefix, upstream] of Object.entries(routes)) if (isBelow(path, prefix)) return upstream;
  // Programs ask below it, and expect the error envelope rather than the site's page.
  return isBelow(path, '/api') ? undefined : 'client';
};

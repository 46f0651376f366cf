import { readServices } from '../../workspaces.mjs';

/** Path prefix → service; all other paths belong to the site. The cluster's ingress has the same routes. */
export const routes: Readonly<Record<string, string>> = Object.fromEntries(
  readServices().flatMap(({ name, description: { routes: prefixes = [] } }) =>
    prefixes.map((prefix) => [prefix, name]),
  ),
);

/** Paths of probes and metrics, which are not reachable from outside. */
const internal = ['/healthz', '/readyz', '/metrics'];

const isBelow = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path.charAt(prefix.length) === '/');

/** The name of the process that serves a URL's path; undefined when it is not routed. */
export const upstreamOf = (url: string): string | undefined => {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (internal.some((prefix) => isBelow(path, prefix))) return undefined;
  for (const [prefix, upstream] of Object.entries(routes)) if (isBelow(path, prefix)) return upstream;
  // API clients expect a JSON error, not the site's page.
  return isBelow(path, '/api') ? undefined : 'client';
};

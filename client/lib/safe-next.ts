/**
 * Where to go after signing in, as `next=` asked for it: a path of this site, or the home page. Whatever a browser would
 * take for another site (`//host`, `/\host`, `https:…`, also with tabs inside) is refused.
 */
export const safeNext = (next: unknown): string => {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/';
  const here = 'http://here.invalid';
  const url = URL.parse(next, here);
  if (url === null || url.origin !== here) return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  return path.startsWith('//') ? '/' : path;
};

/** A link to sign in or up that comes back to `path`. */
export const signInPath = (path: string, page: 'signin' | 'signup' = 'signin'): string =>
  path === '/' ? `/${page}` : `/${page}?${new URLSearchParams({ next: path }).toString()}`;

/**
 * Where to go after signing in: `next=` if it is a path of this site, otherwise the home page. Whatever a browser would
 * resolve to another site (`//host`, `/\host`, `https:…`, also with tabs inside) is rejected.
 */
export const safeNext = (next: unknown): string => {
  if (typeof next !== 'string' || !next.startsWith('/')) return '/';
  const here = 'http://here.invalid';
  const url = URL.parse(next, here);
  if (url === null || url.origin !== here) return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  return path.startsWith('//') ? '/' : path;
};

/** The sign-in or sign-up page that redirects back to `path`. */
export const signInPath = (path: string, page: 'signin' | 'signup' = 'signin'): string =>
  path === '/' ? `/${page}` : `/${page}?${new URLSearchParams({ next: path }).toString()}`;

import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request reached the first proxy by plain http although the site is https. Behind a proxy that ends TLS every
 * request of this process is plain http, so only the header tells.
 */
export const isPlainHttp = (request: { readonly headers: IncomingHttpHeaders }, publicUrl: URL): boolean => {
  const protocol = String(request.headers['x-forwarded-proto'] ?? '').split(',', 1)[0];
  return publicUrl.protocol === 'https:' && protocol?.trim() === 'http';
};

import { runtimeConfig } from '../../lib/server/runtime.ts';

export const dynamic = 'force-dynamic';

/** The pages of accounts are of no use to search engines. */
const privatePaths = [
  '/account',
  '/api/',
  '/my-tickets',
  '/orders',
  '/sales',
  '/tickets/listed',
  '/tickets/new',
  '/wallet',
];

export const GET = (): Response => {
  const sitemap = new URL('/sitemap.xml', runtimeConfig().publicUrl).href;
  const lines = ['User-agent: *', ...privatePaths.map((path) => `Disallow: ${path}`), '', `Sitemap: ${sitemap}`, ''];
  return new Response(lines.join('\n'), { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
};

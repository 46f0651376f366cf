const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A sitemap with these addresses. @see https://www.sitemaps.org/protocol.html */
export const sitemapOf = (addresses: readonly string[]): string =>
  `${declaration}<urlset ${namespace}>${addresses.map((url) => `<url><loc>${escapeXml(url)}</loc></url>`).join('')}</urlset>`;

/** An index of these sitemaps. */
export const sitemapIndexOf = (addresses: readonly string[]): string =>
  `${declaration}<sitemapindex ${namespace}>${addresses
    .map((url) => `<sitemap><loc>${escapeXml(url)}</loc></sitemap>`)
    .join('')}</sitemapindex>`;

/** Those listed last, as many as a list of the API reaches: all of them, unless there are more. */
export const newestName = 'newest';

const months = 36;

/** The names of the months from this one on; events further away are in the sitemap of the newest only. */
export const monthNames = (now: Date): string[] =>
  Array.from({ length: months }, (_, index) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + index)).toISOString().slice(0, 7),
  );

/** The API's query for the events in a sitemap; undefined if there is no such sitemap. */
export const sitemapQuery = (name: string): Readonly<Record<string, string>> | undefined => {
  if (name === newestName) return { sort: 'newest' };
  if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(name)) return undefined;
  const [year = 0, month = 0] = name.split('-').map(Number);
  const end = new Date(Date.UTC(year, month) - 1);
  return { sort: 'date', from: `${name}-01`, to: end.toISOString() };
};

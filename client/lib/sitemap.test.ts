import { expect, test } from '@jest/globals';
import { monthNames, sitemapIndexOf, sitemapOf, sitemapQuery } from './sitemap.ts';

test('When addresses contain characters of XML, then the sitemap has them escaped', () => {
  expect(sitemapOf(['https://x.example/a?b=1&c="<>'])).toContain(
    '<loc>https://x.example/a?b=1&amp;c=&quot;&lt;&gt;</loc>',
  );
  expect(sitemapOf([])).toContain('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>');
  expect(sitemapIndexOf(['https://x.example/a'])).toContain('<sitemap><loc>https://x.example/a</loc></sitemap>');
});

test('When it is December, then the months go on in the next year', () => {
  const names = monthNames(new Date('2026-12-31T23:59:59.999Z'));
  expect(names.slice(0, 2)).toEqual(['2026-12', '2027-01']);
  expect(names).toHaveLength(36);
});

test.each([
  ['newest', { sort: 'newest' }],
  ['2027-02', { sort: 'date', from: '2027-02-01', to: '2027-02-28T23:59:59.999Z' }],
  ['2026-12', { sort: 'date', from: '2026-12-01', to: '2026-12-31T23:59:59.999Z' }],
  ['2026-13', undefined],
  ['2026-00', undefined],
  ['oldest', undefined],
  ['', undefined],
])('When a sitemap is called %s, then its query is %j', (name, query) => {
  expect(sitemapQuery(name)).toEqual(query);
});
